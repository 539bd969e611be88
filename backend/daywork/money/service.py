"""Recording advances as they arrive, acting on decisions, and agreeing on limits."""

from collections.abc import Sequence
from uuid import UUID

from daywork.entries.queries import lock_sites
from daywork.entries.rules import Answer, NewVersion, Quarantined, Recorded
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.terms import EntryKind, EntryState
from daywork.labour.queries import facts_of_sites
from daywork.labour.rules import CREW_NOT_LED, CREW_UNKNOWN
from daywork.money import queries
from daywork.money.rules import (
    ADVANCE_WORKER_UNKNOWN,
    AdvancePayload,
    Limit,
    check_advance,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.push.bundles import tell_recorded
from daywork.sites.service import site_for


async def record_advances(
    actor: Actor, batch: Sequence[Recorded[AdvancePayload]]
) -> dict[UUID, Answer]:
    """Write advances; answers by mutation. The sites are locked.

    As with sheets, one out of a crew that is no longer the foreman's is quarantined: the money
    may well have been handed over before the crew changed hands.
    """
    workers = {one.payload.worker for one in batch}
    facts = await facts_of_sites(actor, {one.site for one in batch}, workers)
    answers: dict[UUID, Answer] = {}
    own: list[Recorded[AdvancePayload]] = []
    for one in batch:
        site, crew = facts[one.site], one.payload.crew
        if crew in site.led or crew not in site.crews or may(actor, Right.SEE_LABOUR, one.site):
            own.append(one)
        else:
            answers[one.mutation] = Quarantined(CREW_NOT_LED())

    def check(one: Recorded[AdvancePayload]) -> None:
        site = facts[one.site]
        if one.payload.crew not in site.crews:
            raise CREW_UNKNOWN()
        if one.payload.worker not in site.workers:
            raise ADVANCE_WORKER_UNKNOWN()
        check_advance(one.payload)

    def version(one: Recorded[AdvancePayload]) -> NewVersion:
        advance = one.payload
        return NewVersion(
            one, EntryKind.ADVANCE, advance.work_day, crew=advance.crew, reason=advance.reason
        )

    judged = await judge_versions(actor, own, version, check)
    await write_versions(actor, judged.versions)
    if judged.versions:
        await queries.upsert_advances(actor, judged.versions)
        await tell_recorded(actor, judged.versions)
    return answers | judged.answers


async def settle_advances(actor: Actor, advances: Sequence[UUID], state: EntryState) -> int:
    """Act on a decision or a voiding: only an approved advance is taken off what is owed."""
    await queries.mark_advances(actor, advances, state)
    return 0


async def agree_on_limit(actor: Actor, site: UUID, limit: Limit) -> None:
    """From now on a site lends so much without a second look; phones are told by their next pull.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    await site_for(actor, site, Right.MANAGE_SITE)
    await lock_sites(actor, [site])
    before = (await queries.limits_of(actor.organisation, [site]))[site]
    if before == limit:
        return
    await queries.upsert_limit(actor, site, limit)
    await record_audit(
        actor.organisation,
        actor.member,
        "advances.limit",
        site=site,
        detail={
            "monthly": None if limit.monthly is None else str(limit.monthly),
            "percent": limit.percent,
            "monthly_before": None if before.monthly is None else str(before.monthly),
            "percent_before": before.percent,
        },
    )
