"""The office's and the foreman's side: who is asked, who has answered, and how a site asks.

Each use case opens its own transaction, except :func:`standings_of`, which rooms above call.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from daywork.crosscheck import answer_queries, link_queries, queries
from daywork.crosscheck.answer_queries import Answer, Dispute
from daywork.crosscheck.link_queries import Link
from daywork.crosscheck.queries import Person, SiteRule
from daywork.crosscheck.rules import (
    NOBODY_TO_ASK,
    Day,
    Standing,
    changed_days,
    hash_of_shown,
    last_fours,
    shown_of,
    standing_of,
)
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.passwords import hash_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.queries import Crew, crews_of
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.summary.rules import Month, month_named


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose days a person may ask about on a site."""

    site: Site
    crews: list[Crew]
    """Those in reach: a foreman's own, or all."""
    may_ask: bool
    whole_site: bool

    def holds(self, days: Collection[Day]) -> bool:
        """A worker with these days is in reach."""
        mine = {crew.id for crew in self.crews}
        return self.whole_site or any(day.crews & mine for day in days)


async def reach_of(actor: Actor, site_id: UUID) -> Reach:
    """What of a site is in the actor's reach, on the running transaction.

    The office asks everybody and a foreman his own crews; who may see the site's labour sees who
    has answered. Who leads no crew reaches nobody.

    Raises:
        Problem: ``not_found``.
    """
    site = await site_for(actor, site_id, Right.SEE_SITE)
    crews = await crews_of(actor.organisation, site_id)
    if may(actor, Right.MANAGE_SITE, site_id):
        return Reach(site, crews, may_ask=True, whole_site=True)
    if may(actor, Right.SEE_LABOUR, site_id):
        return Reach(site, crews, may_ask=False, whole_site=True)
    own = [crew for crew in crews if crew.foreman == actor.member]
    return Reach(site, own, may_ask=True, whole_site=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """One worker of the list."""

    person: Person
    days: list[Day]
    standing: Standing
    link: Link | None
    """One that still opens."""
    answer: Answer | None
    changed: int
    """Days that say something else since the answer."""
    disputes: list[Dispute]

    @property
    def can_be_asked(self) -> bool:
        """There are four digits to ask for."""
        return bool(last_fours(self.person.phone, self.person.identity_mask))


@dataclass(frozen=True, slots=True)
class Board:
    """Who has answered, of one site and month."""

    choice: list[Site]
    reach: Reach
    month: Month
    latest: Month
    """The month of today."""
    crew: UUID | None
    workers: list[Asked]
    rule: SiteRule

    @property
    def counted(self) -> Mapping[Standing, int]:
        """How many stand where."""
        found = dict.fromkeys(Standing, 0)
        for one in self.workers:
            found[one.standing] += 1
        return found


async def board_of(
    actor: Actor, site_id: UUID | None, month: str | None, crew: UUID | None, now: datetime
) -> Board | None:
    """The list; None when the actor has no site at all.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        choice = await sites_for(actor, Right.SEE_SITE)
        if site_id is None:
            if not choice:
                return None
            site_id = choice[0].id
        reach = await reach_of(actor, site_id)
        today = day_at(now, reach.site.time_zone)
        wanted = month_named(month, today)
        return Board(
            choice,
            reach,
            wanted,
            month_named(None, today),
            crew,
            await _asked(actor.organisation, reach, wanted, crew, now),
            await queries.rule_of(actor.organisation, site_id),
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """What a site has recorded of a month, asked and been told, by worker."""

    days: Mapping[UUID, list[Day]]
    answers: Mapping[UUID, Answer]
    links: Mapping[UUID, Link]
    """Those that still open."""
    disputes: Mapping[UUID, list[Dispute]]

    def standing(self, worker: UUID) -> Standing:
        """How far the worker's month is."""
        answer = self.answers.get(worker)
        return standing(
            shown_of(self.days[worker]) if answer else {},
            answer,
            self.disputes.get(worker, ()),
            asked=worker in self.links,
        )


async def _known(organisation: UUID, site: UUID, month: Month, now: datetime) -> _Known:
    links = await link_queries.links_of(organisation, site, month.first)
    disputes: dict[UUID, list[Dispute]] = {}
    for dispute in await answer_queries.disputes_of(organisation, site, month):
        disputes.setdefault(dispute.worker, []).append(dispute)
    return _Known(
        await queries.days_of(organisation, site, month),
        await answer_queries.answers_of(organisation, site, month.first),
        {worker: link for worker, link in links.items() if link.facts.opens(now)},
        disputes,
    )


async def _asked(
    organisation: UUID, reach: Reach, month: Month, crew: UUID | None, now: datetime
) -> list[Asked]:
    known = await _known(organisation, reach.site.id, month, now)
    held = [
        worker
        for worker, days in known.days.items()
        if reach.holds(days) and (crew is None or any(crew in day.crews for day in days))
    ]
    found = []
    for person in await queries.people_among(organisation, held):
        one = person.worker
        days, answer = known.days[one], known.answers.get(one)
        found.append(
            Asked(
                person,
                days,
                known.standing(one),
                known.links.get(one),
                answer,
                len(changed_days(answer.shown, shown_of(days))) if answer else 0,
                known.disputes.get(one, []),
            )
        )
    return found


def standing(
    shown: Mapping[str, list[str]],
    answer: Answer | None,
    disputes: Collection[Dispute],
    *,
    asked: bool,
) -> Standing:
    """How far one worker's month is."""
    return standing_of(
        asked=asked,
        disputed=any(one.outcome is None for one in disputes),
        outcome=answer.outcome if answer else None,
        said=answer.shown_sha256 if answer else None,
        now=hash_of_shown(shown),
    )


async def standings_of(
    organisation: UUID, site: UUID, month: Month, now: datetime
) -> dict[UUID, Standing]:
    """How far each worker with recorded days is, on the running transaction; nothing where nobody
    was ever asked and nobody has answered."""
    if not await answer_queries.anybody_spoke(organisation, site, month.first):
        return {}
    known = await _known(organisation, site, month, now)
    return {worker: known.standing(worker) for worker in known.days}


# Links


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link just made: its token is known here and never again."""

    person: Person
    link: Link
    token: str


@dataclass(frozen=True, slots=True)
class MadeLinks:
    """What came of asking a crew."""

    site: Site
    month: Month
    made: list[MadeLink]
    without_number: list[str]
    """Names of workers who have no four digits to ask for."""


async def ask(
    actor: Actor,
    site_id: UUID,
    month: str,
    now: datetime,
    *,
    crew: UUID | None = None,
    workers: Collection[UUID] | None = None,
) -> MadeLinks:
    """Make a link for each of these workers, of a crew, or of all in reach.

    A new link takes the place of an older one of the same worker and month. Who may not see pay
    makes links that do not show it: nobody comes to see wages by a link of his own making.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``month_unreadable`` or ``cross_check_nobody``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation):
        reach = await reach_of(actor, site_id)
        if not reach.may_ask:
            raise NOT_ALLOWED()
        wanted = month_named(month, day_at(now, reach.site.time_zone))
        people = [
            one
            for one in await _asked(organisation, reach, wanted, crew, now)
            if workers is None or one.person.worker in workers
        ]
        rule = await queries.rule_of(organisation, site_id)
        asked = [one for one in people if one.can_be_asked]
        if workers is None:  # who has answered is not asked again with the crew
            asked = [one for one in asked if one.standing is not Standing.CONFIRMED]
        if not asked:
            raise NOBODY_TO_ASK()
        await link_queries.mark_revoked(
            organisation,
            site_id,
            wanted.first,
            [one.person.worker for one in asked],
            actor.member,
            now,
        )
        shows_pay = rule.shows_pay and may(actor, Right.SEE_PAY, site_id)
        expires = now + timedelta(days=rule.link_days)
        made = [
            MadeLink(
                one.person,
                Link(
                    organisation,
                    new_id(),
                    site_id,
                    one.person.worker,
                    wanted.first,
                    shows_pay,
                    actor.member,
                    now,
                    expires,
                    *(None, 0, None, None, None),
                ),
                secrets.token_urlsafe(32),
            )
            for one in asked
        ]
        await link_queries.insert_links([(one.link, hash_of(one.token)) for one in made])
        await record_audit(
            organisation,
            actor.member,
            "crosscheck.asked",
            site_id,
            detail={
                "month": wanted.text,
                "workers": [one.person.worker for one in made],
                "shows_pay": shows_pay,
            },
        )
    return MadeLinks(
        reach.site, wanted, made, [one.person.name for one in people if not one.can_be_asked]
    )


async def take_back(actor: Actor, site_id: UUID, month: str, worker: UUID, now: datetime) -> None:
    """Make the worker's link of this month open nothing any more.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    async with company_transaction(actor.organisation):
        reach = await reach_of(actor, site_id)
        if not reach.may_ask:
            raise NOT_ALLOWED()
        wanted = month_named(month, day_at(now, reach.site.time_zone))
        days = await queries.days_of(actor.organisation, site_id, wanted, [worker])
        if not reach.whole_site and not reach.holds(days.get(worker, ())):
            raise NOT_FOUND()
        taken = await link_queries.mark_revoked(
            actor.organisation, site_id, wanted.first, [worker], actor.member, now
        )
        if taken:
            await record_audit(
                actor.organisation,
                actor.member,
                "crosscheck.link_taken_back",
                site_id,
                detail={"month": wanted.text, "worker": worker},
            )


async def agree_on_rule(actor: Actor, site_id: UUID, rule: SiteRule, now: datetime) -> None:
    """How the site asks from now on; links already made stay as they were.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation):
        await site_for(actor, site_id, Right.MANAGE_SITE)
        await queries.save_rule(actor.organisation, site_id, rule, actor.member, now)
        await record_audit(
            actor.organisation,
            actor.member,
            "crosscheck.rule_set",
            site_id,
            detail={"shows_pay": rule.shows_pay, "link_days": rule.link_days},
        )
