"""Keeping delays: what the site says, what a look at the plan finds, and telling people once.

Whoever writes here holds the site's lock (``entries.queries.lock_site``), as every writer of its
records does: so two workers, or a worker and a phone, never open the same delay twice.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.delays import queries
from daywork.delays.rules import (
    ClosedWhy,
    DelayPayload,
    Found,
    OpenDelay,
    changes,
    check_report,
    delays_of,
    is_worse,
)
from daywork.delays.telling import settle_delay, tell_delay
from daywork.entries.queries import lock_site
from daywork.entries.rules import TASK_UNKNOWN, Answer, NewVersion, Recorded
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.calendar import clock_at, day_at
from daywork.ground.database import company_transaction
from daywork.ground.terms import DelayCause, EntryKind, EntryState
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.progress.rules import SUMMARY_TASK
from daywork.push.bundles import tell_recorded
from daywork.schedule.queries import links_of
from daywork.sites.calendar import calendar_of
from daywork.sites.queries import site_by_id, sites_of
from daywork.sites.site import Site

MORNING: Final = time(6)
"""A site is gone through once a day, from this hour of its own clock on."""


# What the site says


async def record_delays(
    actor: Actor, batch: Sequence[Recorded[DelayPayload]]
) -> dict[UUID, Answer]:
    """Write reports of delays and count them; answers by mutation. The sites are locked."""
    tasks = await queries.known_tasks(actor, (one.payload.task for one in batch))

    def check(one: Recorded[DelayPayload]) -> None:
        site, is_summary = tasks.get(one.payload.task, (None, False))
        if site != one.site:
            raise TASK_UNKNOWN()
        if is_summary:
            raise SUMMARY_TASK()
        check_report(one.payload)

    def version(one: Recorded[DelayPayload]) -> NewVersion:
        report = one.payload
        on_site = tasks.get(report.task, (None, False))[0] == one.site
        return NewVersion(
            one,
            EntryKind.DELAY,
            report.work_day,
            task=report.task if on_site else None,
            reason=report.reason,
        )

    judged = await judge_versions(actor, batch, version, check)
    await write_versions(actor, judged.versions)
    if judged.versions:
        entries = [one.recorded.entity for one in judged.versions]
        before = await queries.keys_of_reports(actor.organisation, entries)
        await queries.upsert_reports(actor, judged.versions)
        after = await queries.keys_of_reports(actor.organisation, entries)
        now = max(one.recorded.received_at for one in judged.versions)
        await _count(actor, before | after, now)
        await tell_recorded(actor, judged.versions)
    return judged.answers


async def settle_delay_reports(actor: Actor, reports: Sequence[UUID], state: EntryState) -> int:
    """Act on a decision or a voiding: what does not stand is not counted."""
    keys = await queries.keys_of_reports(actor.organisation, reports)
    await _count(actor, keys, datetime.now(UTC))
    return 0


async def _count(
    actor: Actor, keys: Iterable[tuple[UUID, UUID, DelayCause]], now: datetime
) -> None:
    """Bring the delays of these tasks and causes up to what the standing reports come to.

    Whoever said it is not told of it.
    """
    organisation, author = actor.organisation, actor.member
    for site_id, task, cause in sorted(keys):
        site = await site_by_id(organisation, site_id)
        if site is None:
            continue
        today = day_at(now, site.time_zone)
        open_ = await queries.open_delay_of(organisation, task, cause)
        standing = await queries.counted(organisation, task, cause)
        fresh = next((one for one in standing if one.delay is None), None)
        mine = next((one for one in standing if open_ and one.delay == open_.id), None)
        days = sum((one.days for one in (fresh, mine) if one), Decimal(0))
        lasts = [one for one in (fresh, mine) if one]
        found = Found(
            task,
            cause,
            days,
            {
                "reports": sum(one.reports for one in lasts),
                "last": max((one.last for one in lasts), default=today).isoformat(),
            },
        )
        if open_ is None and fresh is not None:
            open_ = await queries.reopen_withdrawn(organisation, task, cause)
        if open_ is None:
            if fresh is not None:
                delay = await queries.insert_delay(organisation, site.id, found, fresh.first)
                await queries.attach_reports(organisation, task, cause, delay)
                await tell_delay(site, delay, found, worsened=False, but=author)
            continue
        await queries.attach_reports(organisation, task, cause, open_.id)
        if not days:
            await _close(site, open_, today, ClosedWhy.WITHDRAWN)
        else:
            await _stand(site, open_, found, today, but=author)


# What a look at the plan finds


async def check_site(organisation: UUID, site_id: UUID, now: datetime | None = None) -> None:
    """Go through a site's tasks because something changed; in a transaction of its own."""
    async with company_transaction(organisation):
        await lock_site(organisation, site_id)
        site = await site_by_id(organisation, site_id)
        if site is not None and site.active:
            await _check(site, now or datetime.now(UTC))


async def check_due(organisation: UUID, now: datetime | None = None) -> int:
    """Go through every site whose morning has come; how many. Once a site and day, whoever asks."""
    at = now or datetime.now(UTC)
    done = 0
    async with company_transaction(organisation, snapshot=True):
        sites = await sites_of(organisation)
    for site in sites:
        if site.active and clock_at(at, site.time_zone) >= MORNING:
            done += await _check_daily(site, at)
    return done


async def _check_daily(site: Site, now: datetime) -> bool:
    today = day_at(now, site.time_zone)
    async with company_transaction(site.organisation):
        before = await queries.checked_on(site.organisation, site.id)
        if before is not None and before >= today:
            return False
        await lock_site(site.organisation, site.id)
        before = await queries.checked_on(site.organisation, site.id)
        if before is not None and before >= today:
            return False  # another worker was quicker
        await _check(site, now)
        await queries.mark_checked(site.organisation, site.id, today)
    return True


async def _check(site: Site, now: datetime) -> None:
    today = day_at(now, site.time_zone)
    calendar = await calendar_of(site)
    tasks = await queries.tasks_to_judge(site.organisation, site.id)
    links = await links_of(site.organisation, site.id)
    on_record = await queries.open_delays(site.organisation, site.id)
    found = delays_of(list(tasks.values()), links, calendar, today, site.delay_tolerance)
    change = changes(on_record, found, tasks, site.delay_tolerance)
    for delay, why in change.closed:
        await _close(site, delay, today, why)
    for delay, standing in change.moved + change.worsened:
        await _stand(site, delay, standing, today)
    for fresh in change.opened:
        opened = await queries.insert_delay(site.organisation, site.id, fresh, today)
        await tell_delay(site, opened, fresh, worsened=False)


async def _stand(
    site: Site, delay: OpenDelay, found: Found, today: date, *, but: UUID | None = None
) -> None:
    """The delay by new figures; people are told when it is worse by the tolerance again."""
    worse = is_worse(found.days, delay.told_days, site.delay_tolerance)
    await queries.mark_standing(site.organisation, delay.id, found, today, told=worse)
    if worse:
        await tell_delay(site, delay.id, found, worsened=True, but=but)


async def _close(site: Site, delay: OpenDelay, today: date, why: ClosedWhy) -> None:
    await queries.mark_closed(site.organisation, delay.id, today, why)
    await settle_delay(site.organisation, delay.id)


# Who is told


async def choose_watchers(actor: Actor, site: Site, members: Sequence[UUID]) -> None:
    """These are told of the site's delays, besides its supervisors."""
    await queries.replace_watchers(site.organisation, site.id, members)
    await record_audit(
        actor.organisation,
        actor.member,
        "delays.watchers",
        site.id,
        detail={"members": list(members)},
    )
