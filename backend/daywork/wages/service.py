"""Making wage sheets: begin, look through what is missing, close a version, replace it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.chain.service import append
from daywork.chain.wage_contents import WAGES, wage_happening
from daywork.crosscheck.service import standings_of
from daywork.entries.closed import closed_months, note_closed
from daywork.entries.queries import lock_site
from daywork.ground.calendar import day_at, month_of
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND
from daywork.labour.double_queries import ClosedDay, closed_days_doubled
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.sites.service import crew_of, site_for
from daywork.sites.site import Site
from daywork.summary.rules import Month
from daywork.wages import queries
from daywork.wages.checks import Facts, Finding, missing
from daywork.wages.differences import Difference, differences
from daywork.wages.gathering import Gathered, gather
from daywork.wages.queries import Draft, Version
from daywork.wages.rules import (
    DRAFT_GONE,
    FIGURES_MOVED,
    NOT_READY,
    NOTHING_NEW,
    OTHER_CUT,
    REASON_MISSING,
    WARNINGS_UNSEEN,
    Figures,
    Line,
    total_of,
)

# Each runs on the open transaction of the company


@dataclass(frozen=True, slots=True)
class Sheet:
    """A wage sheet being made: the figures of now, and what is missing."""

    site: Site
    crew: UUID | None
    crew_name: str
    month: Month
    draft: Draft
    before: Version | None
    """The version it will take the place of."""
    lines: list[Line]
    total: Figures
    missing: list[Finding]
    moved: list[Difference]
    """What is different from the version before."""
    hours_per_day: list[Decimal]
    employer: str
    currency: str

    @property
    def version(self) -> int:
        return self.before.version + 1 if self.before else 1

    @property
    def ready(self) -> bool:
        return not any(one.blocks for one in self.missing)

    @property
    def fingerprint(self) -> str:
        """Changes with any figure: whoever closes a sheet closes what was looked at."""
        told = [(line.worker, line.person, line.figures, line.items) for line in self.lines]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


async def begin(actor: Actor, site_id: UUID, crew: UUID | None, month: Month, at: datetime) -> UUID:
    """A draft of the month's sheet, the one there is or a new one; returns its id.

    Raises:
        Problem: ``not_found``, ``not_allowed``, or ``wages_other_cut`` when the month has sheets
            of crews and this is for the whole site, or the other way round.
    """
    site = await site_for(actor, site_id, Right.CLOSE_MONTH)
    if crew is not None:
        await crew_of(site, crew)
    await lock_site(actor.organisation, site.id)
    drafts = await queries.drafts_of(actor.organisation, site.id, month.first)
    for draft in drafts:
        if draft.crew == crew:
            return draft.id
    versions = await queries.versions_of_month(actor.organisation, site.id, month.first)
    cut = {one.crew is None for one in drafts} | {one.crew is None for one in versions}
    if cut - {crew is None}:
        raise OTHER_CUT()
    draft_id = new_id()
    await queries.insert_draft(actor, draft_id, site.id, crew, month.first, at)
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.begun",
        site.id,
        detail={"month": month.text, "crew": crew},
    )
    return draft_id


async def sheets_begun(organisation: UUID, site: UUID, month: Month) -> bool:
    """Whether anybody has begun or closed a sheet of the site's month."""
    drafts = await queries.drafts_of(organisation, site, month.first)
    return bool(drafts or await queries.versions_of_month(organisation, site, month.first))


async def give_up(actor: Actor, draft_id: UUID) -> Draft:
    """Take a draft away; nothing was written by it.

    Raises:
        Problem: ``wages_draft_gone``, ``not_found`` or ``not_allowed``.
    """
    draft, site = await _draft(actor, draft_id, Right.CLOSE_MONTH)
    await queries.delete_draft(actor.organisation, draft.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.given_up",
        site.id,
        detail={"month": f"{draft.month:%Y-%m}", "crew": draft.crew},
    )
    return draft


async def _draft(actor: Actor, draft_id: UUID, right: Right) -> tuple[Draft, Site]:
    draft = await queries.draft_by_id(actor.organisation, draft_id)
    if draft is None:
        raise DRAFT_GONE()
    return draft, await site_for(actor, draft.site, right)


async def draft_sheet(actor: Actor, draft_id: UUID, now: datetime) -> Sheet:
    """A draft with the figures of now.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    draft, site = await _draft(actor, draft_id, Right.SEE_PAY)
    return await _sheet(actor, draft, site, now)


async def _sheet(actor: Actor, draft: Draft, site: Site, now: datetime) -> Sheet:
    month = Month(*month_of(draft.month))
    gathered = await gather(site, month)
    lines = gathered.lines(draft.crew)
    before = await latest_of(actor.organisation, site.id, draft.crew, draft.month)
    old = await queries.lines_of(actor.organisation, before.id) if before else []
    employer, currency = await queries.employer_of(actor.organisation)
    crew = gathered.crews.get(draft.crew) if draft.crew else None
    return Sheet(
        site,
        draft.crew,
        crew.name if crew else "",
        month,
        draft,
        before,
        lines,
        total_of(line.figures for line in lines),
        await _missing(actor, gathered, draft.crew, lines, now),
        differences(old, lines) if before else [],
        gathered.hours_per_day,
        crew.employer(employer) if crew else employer,
        currency,
    )


async def _missing(
    actor: Actor, gathered: Gathered, crew: UUID | None, lines: Sequence[Line], now: datetime
) -> list[Finding]:
    site, month = gathered.site, gathered.month
    closed = await closed_months(actor, [site.id])
    return missing(
        Facts(
            site.id,
            crew,
            month,
            day_at(now, site.time_zone),
            (site.id, month.first) in closed,
            lines,
            gathered.sources,
            {one.worker: one.name for one in gathered.people.values()},
            frozenset(
                await queries.advances_waiting(actor.organisation, site.id, month.first, month.last)
            ),
            await standings_of(actor.organisation, site.id, month, now),
        )
    )


async def latest_of(
    organisation: UUID, site: UUID, crew: UUID | None, month: date
) -> Version | None:
    """The newest version of a sheet."""
    versions = await queries.versions_of_month(organisation, site, month)
    return next((one for one in versions if one.crew == crew and one.latest), None)


async def close_sheet(
    actor: Actor,
    draft_id: UUID,
    *,
    shown: str,
    seen: bool,
    reason: str = "",
    pay_day: date | None = None,
    at: datetime,
) -> UUID:
    """Freeze a version of a draft; returns its id.

    ``shown`` is the fingerprint of the figures that were looked at, ``seen`` whether the warnings
    were, ``reason`` why it takes the place of an earlier version.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``wages_not_ready``, ``wages_warnings_unseen``,
            ``wages_figures_moved``, ``wages_reason_missing`` or ``wages_nothing_new``.
    """
    draft, site = await _draft(actor, draft_id, Right.CLOSE_MONTH)
    await lock_site(actor.organisation, site.id)
    sheet = await _sheet(actor, draft, site, at)
    said = " ".join(reason.split())
    if not sheet.ready:
        raise NOT_READY()
    if sheet.missing and not seen:
        raise WARNINGS_UNSEEN()
    if shown != sheet.fingerprint:
        raise FIGURES_MOVED()
    if sheet.before is not None and not said:
        raise REASON_MISSING()
    if sheet.before is not None and not sheet.moved:
        raise NOTHING_NEW()
    version = _version(actor, sheet, said if sheet.before else "", pay_day, at)
    await queries.insert_version(actor, version, sheet.lines)
    await note_closed(actor.organisation, site.id, draft.month)
    row, lines = await queries.chained_rows(actor.organisation, version.id)
    await append(actor.organisation, [wage_happening(WAGES, row, lines)])
    await queries.delete_draft(actor.organisation, draft.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.closed",
        site.id,
        detail={
            "sheet": version.id,
            "month": sheet.month.text,
            "crew": sheet.crew,
            "version": version.version,
            "reason": said,
            "payable": str(version.payable),
        },
    )
    return version.id


def _version(
    actor: Actor, sheet: Sheet, reason: str, pay_day: date | None, at: datetime
) -> Version:
    total = sheet.total
    return Version(
        new_id(),
        sheet.site.id,
        sheet.crew,
        sheet.month.first,
        sheet.version,
        reason,
        sheet.employer,
        sheet.site.name,
        sheet.crew_name,
        sheet.currency,
        sheet.hours_per_day,
        pay_day,
        len(sheet.lines),
        total.man_days,
        total.overtime_hours,
        total.earned,
        total.advances,
        total.paid,
        total.payable,
        actor.member,
        at,
        warnings=[{"slug": one.slug, "n": one.n} for one in sheet.missing],
    )


# A closed version


@dataclass(frozen=True, slots=True)
class Closed:
    """A version with its lines, and what has become different since."""

    site: Site
    version: Version
    lines: list[Line]
    total: Figures
    moved: list[Difference]
    """Between the version and the figures of now; empty for one that was replaced."""
    others: list[Version]
    """Every version of the same sheet, the oldest first."""
    draft: UUID | None
    """A draft of the next version."""
    doubled: list[ClosedDay]
    """Its days that were booked twice since; empty for one that was replaced."""
    gathered: Gathered | None = None
    """The month as it stands now, of the newest version."""


async def version_for(
    actor: Actor, sheet_id: UUID, right: Right = Right.SEE_PAY
) -> tuple[Version, Site]:
    """A version the actor may see.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    version = await queries.version_by_id(actor.organisation, sheet_id)
    if version is None:
        raise NOT_FOUND()
    return version, await site_for(actor, version.site, right)


async def closed_sheet(actor: Actor, sheet_id: UUID) -> Closed:
    """A version as it was frozen, compared with now.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    version, site = await version_for(actor, sheet_id)
    lines = await queries.lines_of(actor.organisation, version.id)
    moved: list[Difference] = []
    now: Gathered | None = None
    doubled: list[ClosedDay] = []
    if version.latest:
        now = await gather(site, Month(*month_of(version.month)))
        moved = differences(lines, now.lines(version.crew))
        doubled = [
            one
            for one in await closed_days_doubled(
                actor.organisation, site.id, *month_of(version.month)
            )
            if version.crew in (None, one.crew)
        ]
    others = await queries.versions_of_month(actor.organisation, site.id, version.month)
    drafts = await queries.drafts_of(actor.organisation, site.id, version.month)
    return Closed(
        site,
        version,
        lines,
        total_of(line.figures for line in lines),
        moved,
        [one for one in others if one.crew == version.crew],
        next((one.id for one in drafts if one.crew == version.crew), None),
        doubled,
        now,
    )
