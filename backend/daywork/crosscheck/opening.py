"""The worker's side: open a private link, look, confirm the month or dispute a day.

Whoever comes here is not signed in. The token says which link, the last four digits of a number
that the office has say that it is the worker; then a pass in a cookie for this address alone opens
the pages for a while. All counting is in Postgres, so it holds over every process.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.crosscheck import answer_queries, link_queries, queries
from daywork.crosscheck.answer_queries import Answer, Dispute
from daywork.crosscheck.keeping import keep_answer
from daywork.crosscheck.link_queries import Link
from daywork.crosscheck.payload import sum_of
from daywork.crosscheck.queries import Person
from daywork.crosscheck.rules import (
    DAY_IN_DISPUTE,
    DAYS_CHANGED,
    DIGITS_WRONG,
    LIMIT_DIGITS,
    LIMIT_PER_ADDRESS,
    LINK_OVER,
    LINK_WAITS,
    NO_DAYS,
    PASS_LIFE,
    STILL_DISPUTED,
    Claim,
    Day,
    Standing,
    changed_days,
    check_claim,
    hash_of_shown,
    last_fours,
    shown_of,
    typed_four,
)
from daywork.crosscheck.service import standing
from daywork.crosscheck.telling import tell_disputed
from daywork.entries.queries import lock_site
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction, ground_transaction
from daywork.ground.ids import new_id
from daywork.ground.money import ZERO
from daywork.ground.problems import Problem
from daywork.people.passwords import hash_of
from daywork.people.queries import currency_of
from daywork.people.service import record_audit
from daywork.sign_in.rules import TOO_MANY_TRIES, Limit, device_name
from daywork.sign_in.tries import Counted, count_try, forgive, neighbourhood
from daywork.signatures.rules import Signing, check_signature
from daywork.sites.queries import crews_of, site_by_id
from daywork.sites.site import Site
from daywork.summary.owed import MonthOwed, merged_workers, months_owed
from daywork.summary.rules import Month, month_named


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from, and the pass it holds."""

    address: str
    user_agent: str
    held: str = ""


async def link_for(token: str, browser: Browser, now: datetime) -> Link:
    """The link behind a token.

    Raises:
        Problem: ``cross_check_link_over`` for one that is unknown, ran out, was taken back or was
            locked, all the same; ``cross_check_link_waits`` for who tries many.
    """
    link = None
    if len(token) == 43 and token.isascii():
        async with ground_transaction():
            known = await link_queries.company_of_token(hash_of(token))
        if known is not None:
            async with company_transaction(known[0]):
                link = await link_queries.link_by_id(*known)
    if link is None or not link.facts.opens(now):
        await _count((f"cross-check from {neighbourhood(browser.address)}", LIMIT_PER_ADDRESS))
        raise LINK_OVER()
    return link


async def _count(*keys: tuple[str, Limit]) -> Counted:
    try:
        return await count_try(keys)
    except Problem as problem:
        if problem.kind is TOO_MANY_TRIES:
            raise LINK_WAITS(**problem.extra) from problem
        raise


async def prove(link: Link, typed: str, browser: Browser, now: datetime) -> str:
    """Open the link with the last four digits; returns the pass for the browser to hold.

    Raises:
        Problem: ``cross_check_digits_wrong``, ``cross_check_link_waits``, or
            ``cross_check_link_over`` once too many were wrong.
    """
    here = f"cross-check {link.id}"
    place = f"cross-check from {neighbourhood(browser.address)}"
    counted = await _count((here, LIMIT_DIGITS), (place, LIMIT_PER_ADDRESS))
    wrong = False
    secret = secrets.token_urlsafe(32)
    async with company_transaction(link.organisation):
        locked = await link_queries.link_by_id(link.organisation, link.id, lock=True)
        if locked is None or not locked.facts.opens(now):
            raise LINK_OVER()
        person = (await queries.people_among(link.organisation, [link.worker]))[0]
        given = typed_four(typed).encode()
        fits = [
            secrets.compare_digest(given, four.encode())
            for four in last_fours(person.phone, person.identity_mask)
        ]
        wrong = not any(fits)
        if wrong:
            await link_queries.mark_wrong_digits(link.organisation, link.id)
        else:
            until = min(now + PASS_LIFE, link.expires_at)
            await link_queries.mark_opened(link.organisation, link.id, hash_of(secret), until, now)
            await record_audit(
                link.organisation, None, "crosscheck.opened", link.site, detail={"link": link.id}
            )
    if wrong:
        raise DIGITS_WRONG()
    await forgive(counted, here)
    return secret


def passed(link: Link, browser: Browser, now: datetime) -> bool:
    """The browser holds the pass of this link, and it has not run out."""
    return (
        link.pass_hash is not None
        and link.pass_until is not None
        and now < link.pass_until
        and secrets.compare_digest(hash_of(browser.held), link.pass_hash)
    )


async def leave(link: Link) -> None:
    """Take the pass back: he may have looked on somebody else's phone."""
    async with company_transaction(link.organisation):
        await link_queries.mark_left(link.organisation, link.id)


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """What a worker sees of his month on a site."""

    company: str
    site: Site
    person: Person
    month: Month
    today: date
    days: list[Day]
    crews: Mapping[UUID, str]
    owed: MonthOwed | None
    """Of the month; None when pay is not shown here."""
    left: Decimal | None
    """Outstanding on this site in all, until the end of this month."""
    currency: str
    standing: Standing
    answer: Answer | None
    changed: list[date]
    """Days that say something else since the answer."""
    disputes: list[Dispute]

    @property
    def shown(self) -> dict[str, list[str]]:
        """What he confirms."""
        return shown_of(self.days)

    @property
    def content(self) -> str:
        """What a confirmation is bound to, in hex."""
        return hash_of_shown(self.shown).hex()

    @property
    def man_days(self) -> Decimal:
        return sum((one.recorded for one in self.days), ZERO)

    @property
    def overtime(self) -> Decimal:
        return sum((one.overtime for one in self.days), ZERO)

    @property
    def waiting(self) -> Decimal:
        """工 of it that nobody has decided on."""
        return sum((one.pending_man_days for one in self.days), ZERO)

    def on(self, day: date) -> Day:
        """One day, which may have nothing."""
        return next((one for one in self.days if one.day == day), Day(day))

    def open_on(self, day: date, *, whole_month: bool = False) -> bool:
        """The day is in dispute; or the month in all."""
        return any(
            one.work_day == day and one.whole_month == whole_month and one.outcome is None
            for one in self.disputes
        )

    @property
    def in_all(self) -> Day:
        """The month as if it were one day: its first."""
        return sum_of(self.days, self.month)


async def month_of_link(link: Link, now: datetime) -> OwnMonth:
    """The month behind a link, from one snapshot."""
    async with company_transaction(link.organisation, snapshot=True):
        return await own_month(
            link.organisation, link.site, link.worker, link.month, now, pay=link.shows_pay
        )


async def own_month(
    organisation: UUID, site_id: UUID, worker: UUID, month: date, now: datetime, *, pay: bool
) -> OwnMonth:
    """A worker's month on a site, on the running transaction.

    Raises:
        Problem: ``cross_check_link_over`` when site or worker are gone.
    """
    site = await site_by_id(organisation, site_id)
    worker = (await merged_workers(organisation)).get(worker, worker)
    people = await queries.people_among(organisation, [worker])
    if site is None or not people:
        raise LINK_OVER()
    today = day_at(now, site.time_zone)
    wanted = month_named(f"{month:%Y-%m}", today)
    only = [worker]
    days = (await queries.days_of(organisation, site_id, wanted, only)).get(worker, [])
    answer = (await answer_queries.answers_of(organisation, site_id, month, only)).get(worker)
    disputes = await answer_queries.disputes_of(organisation, site_id, wanted, only)
    owed, left = None, None
    if pay:
        months = await months_owed(organisation, [site_id], workers=[worker], until=wanted.last)
        owed = next((one for one in months if one.month == wanted.first), None)
        left = sum((one.outstanding for one in months), ZERO)
    shown = shown_of(days)
    return OwnMonth(
        await queries.company_name(organisation),
        site,
        people[0],
        wanted,
        today,
        days,
        {crew.id: crew.name for crew in await crews_of(organisation, site_id)},
        owed,
        left,
        await currency_of(organisation),
        standing(shown, answer, disputes, asked=True),
        answer,
        changed_days(answer.shown, shown) if answer else [],
        disputes,
    )


async def confirm(
    link: Link,
    answer_id: UUID,
    *,
    content: str,
    name: str,
    strokes: str,
    browser: Browser,
    now: datetime,
) -> None:
    """The worker signs for the month as it was shown; sent twice, it counts once.

    Raises:
        Problem: ``cross_check_days_changed``, ``cross_check_still_disputed``,
            ``cross_check_no_days``, or what ``signatures.rules.check_signature`` raises.
    """
    async with company_transaction(link.organisation):
        found = await _locked(link, answer_id, now)
        if found is None:
            return
        name = " ".join(name.split())
        check_signature(Signing.SIGNED, name, "", strokes)
        if any(one.outcome is None for one in found.disputes):
            raise STILL_DISPUTED()
        if not found.shown:
            raise NO_DAYS()
        if content != found.content:
            raise DAYS_CHANGED()
        made = _answer(link, answer_id, found, "confirmed", name, strokes, browser, now)
        await keep_answer(link.organisation, made)


async def dispute(
    link: Link, answer_id: UUID, claim: Claim, *, browser: Browser, now: datetime
) -> None:
    """The worker says that a day, or the month in all, is not right; sent twice, it counts once.

    Raises:
        Problem: ``cross_check_day_in_dispute``, or what ``rules.check_claim`` raises.
    """
    async with company_transaction(link.organisation):
        found = await _locked(link, answer_id, now)
        if found is None:
            return
        recorded = found.in_all if claim.whole_month else found.on(claim.day)
        check_claim(claim, recorded, found.month.first, found.month.last, found.today)
        if found.open_on(claim.day, whole_month=claim.whole_month):
            raise DAY_IN_DISPUTE()
        made = _answer(
            link, answer_id, found, "disputed", found.person.name, "", browser, now, claim
        )
        await keep_answer(link.organisation, made)
        await answer_queries.insert_dispute(link.organisation, new_id(), made, recorded, claim)
        await tell_disputed(link.organisation, found.site, found.person, claim, at=now)


async def _locked(link: Link, answer_id: UUID, now: datetime) -> OwnMonth | None:
    """The month, locked; None when this very answer is here already."""
    await lock_site(link.organisation, link.site)
    known = await answer_queries.answer_by_id(link.organisation, answer_id)
    if known is not None:
        if known.link != link.id:
            raise LINK_OVER()
        return None
    return await own_month(
        link.organisation, link.site, link.worker, link.month, now, pay=link.shows_pay
    )


def _answer(
    link: Link,
    answer_id: UUID,
    found: OwnMonth,
    outcome: str,
    name: str,
    strokes: str,
    browser: Browser,
    now: datetime,
    claim: Claim | None = None,
) -> Answer:
    return Answer(
        answer_id,
        link.site,
        link.worker,
        link.month,
        outcome,
        name,
        strokes,
        found.shown,
        bytes.fromhex(found.content),
        {claim.key: claim.spelled} if claim else {},
        link.id,
        None,
        now,
        device=device_name(browser.user_agent),
    )
