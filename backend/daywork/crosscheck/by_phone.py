"""Cross-check on the foreman's phone: the answers that phones bring, long after they were given.

Unlike at an open page, nothing that changed meanwhile is a reason to refuse: the worker did look
and did sign, and is at home by now. What he was shown is kept with his answer; a day that reads
otherwise today is told as changed. A claim opens a dispute, unless the day is in dispute already
or by now says what he claims.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from daywork.crosscheck import answer_queries, queries
from daywork.crosscheck.answer_queries import Answer
from daywork.crosscheck.keeping import keep_answer
from daywork.crosscheck.payload import (
    ANSWER_KNOWN,
    NOT_YOUR_WORKER,
    CrossCheckPayload,
    Said,
    read,
    sum_of,
)
from daywork.crosscheck.queries import Person
from daywork.crosscheck.rules import Claim, Day, hash_of_shown
from daywork.crosscheck.telling import tell_disputed
from daywork.entries import rules as entries
from daywork.entries.rules import CLOCK_TOLERANCE, Applied, Recorded, Refused
from daywork.ground.calendar import day_at
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.summary.owed import merged_workers
from daywork.summary.rules import Month, month_named


async def record_cross_checks(
    actor: Actor, batch: Sequence[Recorded[CrossCheckPayload]]
) -> dict[UUID, entries.Answer]:
    """Keep what workers said on this phone; answers by mutation. The sites are locked."""
    answers: dict[UUID, entries.Answer] = {}
    kept = await merged_workers(actor.organisation)
    for one in batch:
        try:
            await _take(actor, one, kept)
            answers[one.mutation] = Applied(1)
        except Problem as problem:
            answers[one.mutation] = Refused(problem)
    return answers


async def _take(actor: Actor, one: Recorded[CrossCheckPayload], kept: Mapping[UUID, UUID]) -> None:
    worker = kept.get(one.payload.worker, one.payload.worker)
    site = await site_for(actor, one.site, Right.RECORD)
    today = day_at(one.received_at, site.time_zone)
    month = month_named(one.payload.month, today)
    person = await _person(actor, site, worker, month)
    said = read(one.payload, month, today)
    there = await answer_queries.answer_by_id(actor.organisation, one.entity)
    if there is not None:
        whose = kept.get(there.worker, there.worker)
        said_before = (there.site, whose, there.month, there.taken_by)
        if said_before != (site.id, worker, month.first, actor.member):
            raise ANSWER_KNOWN()
        return
    made = _answer(actor, one, worker, month.first, said)
    await keep_answer(actor.organisation, made, actor.member)
    await _open_disputes(actor, site, person, month, made, said)


async def _person(actor: Actor, site: Site, worker: UUID, month: Month) -> Person:
    """The worker, when he is one of the actor's.

    Raises:
        Problem: ``cross_check_not_your_worker``, also for one whom nobody knows.
    """
    leader = None if may(actor, Right.MANAGE_SITE, site.id) else actor.member
    if await queries.is_led(actor.organisation, site.id, worker, month, leader):
        people = await queries.people_among(actor.organisation, [worker])
        if people:
            return people[0]
    raise NOT_YOUR_WORKER()


def _answer(
    actor: Actor, one: Recorded[CrossCheckPayload], worker: UUID, month: date, said: Said
) -> Answer:
    signed_at = _readable(one.payload.signed_at)
    ahead = signed_at is None or signed_at > one.received_at + CLOCK_TOLERANCE
    return Answer(
        one.entity,
        one.site,
        worker,
        month,
        said.outcome,
        said.name,
        one.payload.strokes,
        said.days,
        hash_of_shown(said.days),
        {claim.key: claim.spelled for claim in said.claims},
        None,
        actor.member,
        one.received_at,
        mutation=one.mutation,
        device=one.device,
        signed_at=signed_at,
        clock_doubtful=one.clock_doubtful or ahead,
    )


def _readable(at: datetime | None) -> datetime | None:
    return at if at is not None and at.tzinfo is not None else None


async def _open_disputes(
    actor: Actor, site: Site, person: Person, month: Month, made: Answer, said: Said
) -> None:
    organisation = actor.organisation
    if not said.claims:
        return
    worker = [made.worker]
    days = (await queries.days_of(organisation, site.id, month, worker)).get(made.worker, [])
    by_day = {day.day: day for day in days}
    waiting = {
        (one.work_day, one.whole_month)
        for one in await answer_queries.disputes_of(organisation, site.id, month, worker)
        if one.outcome is None
    }
    for claim in said.claims:
        at = (claim.day, claim.whole_month)
        now = sum_of(days, month) if claim.whole_month else by_day.get(claim.day, Day(claim.day))
        if at in waiting or _settled(claim, now):
            continue
        await answer_queries.insert_dispute(organisation, new_id(), made, said.recorded[at], claim)
        await tell_disputed(organisation, site, person, claim, at=made.at)


def _settled(claim: Claim, now: Day) -> bool:
    """It has been corrected while the answer was on its way."""
    return (claim.man_days, claim.overtime_hours) == (now.recorded, now.overtime)
