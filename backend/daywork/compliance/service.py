"""What stands in a pack, and what is missing in it; each part is read when its file is made.

Nothing is added up here: months are those of the summary, sheets those that were closed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from daywork.compliance import queries
from daywork.compliance.rules import Lacking, Missing, MonthTotals, months_between
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.register.entry_queries import entries_of
from daywork.register.rules import NO_KEY, Entry, Field, How, Lack, Unmasked, check_purpose
from daywork.register.sealing import Keyring
from daywork.register.service import unmask
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.summary.rules import Grouping, Month, Row, month_named
from daywork.summary.service import Summary, month_summary
from daywork.wages import payment_queries, settlement_queries, signing_queries
from daywork.wages.listing import wages_of_month
from daywork.wages.owing import settlements_due
from daywork.wages.paying import Due, due_of

_OF_ENTRY = {
    Lack.NUMBER: Lacking.IDENTITY,
    Lack.PHONE: Lacking.PHONE,
    Lack.BANK: Lacking.BANK,
    Lack.CONTRACT: Lacking.CONTRACT,
}


@dataclass(frozen=True, slots=True)
class Pack:
    """Which site and months, for whom, and whether numbers stand in full."""

    actor: Actor
    company: str
    site: Site
    months: list[Month]
    made_at: datetime
    verify_at: str
    english: bool
    purpose: str = ""
    note: str = ""

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def last(self) -> date:
        return self.months[-1].last

    @property
    def in_full(self) -> bool:
        """Numbers stand in it in full."""
        return bool(self.purpose)


async def sites_to_pack(actor: Actor) -> list[Site]:
    """The sites whose pack the actor may take."""
    async with company_transaction(actor.organisation, snapshot=True):
        return await sites_for(actor, Right.SEE_PAY)


async def period_of(
    actor: Actor, site_id: UUID, first: str | None, last: str | None, now: datetime
) -> tuple[Site, list[Month]]:
    """The site and the months asked for; the last whole month when none is named.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``month_unreadable``, ``pack_period``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        site = await site_for(actor, site_id, Right.SEE_PAY)
    today = day_at(now, site.time_zone)
    before = month_named(None, today).previous
    begin = month_named(first, before.first)
    return site, months_between(begin, month_named(last, max(before.first, begin.first)), today)


@dataclass(frozen=True, slots=True)
class Stock:
    """What cover, manifest and the page before tell of a pack."""

    months: list[MonthTotals]
    missing: list[Missing]
    currency: str
    workers: int
    entries: list[Entry]
    """Of the register: who was on the site in these months."""
    dues: list[Due]
    """The newest closed wage sheets."""


async def workers_of(pack: Pack) -> int:
    """How many were on the site in these months; for saying beforehand how much work it is."""
    async with company_transaction(pack.actor.organisation, snapshot=True):
        return await queries.workers_between(
            pack.actor.organisation, pack.site.id, pack.first, pack.last
        )


async def _unseen(_months: int) -> None:
    return


async def take_stock(pack: Pack, seen: Callable[[int], Awaitable[None]] = _unseen) -> Stock:
    """Look at everything the pack holds, and at what it lacks; ``seen`` is told how many months
    were looked through."""
    organisation, site = pack.actor.organisation, pack.site
    totals: list[MonthTotals] = []
    missing: list[Missing] = []
    rows: dict[UUID, Row] = {}
    dues: list[Due] = []
    currency = ""
    for month in pack.months:
        summary = await _summary(pack, month)
        currency = summary.view.currency
        totals.append(_totals(month, summary))
        for row in summary.rows:
            rows.setdefault(UUID(row.key), row)
            if row.figures.unpriced:
                missing.append(_of(row, Lacking.UNPRICED, month))
            if row.figures.held:
                missing.append(_of(row, Lacking.HELD, month))
        async with company_transaction(organisation, snapshot=True):
            missing += await _open_questions(pack, month)
            found, lacking = await _wages(pack, month, summary.rows)
        dues += found
        missing += lacking
        await seen(len(totals))
    async with company_transaction(organisation, snapshot=True):
        every = await entries_of(organisation, site.id)
        entries = [
            one
            for one in every
            if one.worker in rows
            or (one.joined_on <= pack.last and (one.left_on is None or one.left_on >= pack.first))
        ]
        settled = await settlement_queries.settled(
            organisation, site.id, [one.worker for one in entries]
        )
        missing += await _settlements(pack)
    for entry in entries:
        if entry.worker in rows:
            missing += _of_entry(entry, pack.last, settled=entry.worker in settled)
    return Stock(totals, missing, currency, len(rows), entries, dues)


async def _summary(pack: Pack, month: Month) -> Summary:
    return await month_summary(
        pack.actor,
        pack.site.id,
        month.text,
        Grouping.WORKER,
        pack.made_at,
        english=pack.english,
    )


def _totals(month: Month, summary: Summary) -> MonthTotals:
    total = summary.total
    return MonthTotals(
        month,
        total.man_days,
        total.overtime_hours,
        total.earned or ZERO,
        summary.advances or ZERO,
        summary.payments or ZERO,
    )


def _of(row: Row, what: Lacking, month: Month) -> Missing:
    return Missing(what, UUID(row.key), row.name, row.number, month)


def _of_entry(entry: Entry, last: date, *, settled: bool) -> list[Missing]:
    def one(what: Lacking, day: date | None = None) -> Missing:
        return Missing(what, entry.worker, entry.name, entry.number, day=day)

    found = [one(_OF_ENTRY[lack]) for lack in entry.lacks]
    if entry.ends_on is not None and entry.ends_on < min(last, entry.left_on or last):
        found.append(one(Lacking.CONTRACT_ENDED, entry.ends_on))
    if entry.paper_until is not None and entry.paper_until < last:
        found.append(one(Lacking.CERTIFICATE_ENDED, entry.paper_until))
    if entry.left_on is not None and entry.left_on <= last and not settled:
        found.append(one(Lacking.NOT_SETTLED, entry.left_on))
    return found


async def _open_questions(pack: Pack, month: Month) -> list[Missing]:
    """What was said of a month and nobody has decided on; on the running transaction."""
    where = (pack.actor.organisation, pack.site.id, month.first, month.last)
    missing: list[Missing] = []
    undecided = await queries.sheets_undecided(*where)
    if undecided:
        missing.append(Missing(Lacking.WAITING, month=month, n=undecided))
    missing += [
        Missing(
            Lacking.DISPUTED,
            one.worker,
            one.name,
            one.number,
            month,
            None if one.whole_month else one.day,
            since=day_at(one.at, pack.site.time_zone),
        )
        for one in await queries.disputes_open(*where)
    ]
    missing += [
        Missing(Lacking.ADVANCE_WAITING, worker, name, number, month, n=n)
        for worker, name, number, n in await queries.advances_undecided(*where)
    ]
    return missing


async def _settlements(pack: Pack) -> list[Missing]:
    """Settlements of this time that are not signed or not paid; on the running transaction."""
    organisation, site = pack.actor.organisation, pack.site.id
    found = await settlement_queries.settlements_until(organisation, site, pack.first, pack.last)
    signed = await signing_queries.settlements_signed(organisation, [one.id for one in found])
    due = await settlements_due(organisation, site, found)
    missing: list[Missing] = []
    for one in found:
        of = (one.worker, one.person.name, one.person.number)
        if one.id not in signed:
            missing.append(Missing(Lacking.SETTLEMENT_NOT_SIGNED, *of, day=one.until_day))
        if left := due[one.id]:
            missing.append(
                Missing(Lacking.SETTLEMENT_NOT_PAID, *of, day=one.until_day, amount=left)
            )
    return missing


async def _wages(pack: Pack, month: Month, rows: Sequence[Row]) -> tuple[list[Due], list[Missing]]:
    """The month's newest closed wage sheets, and what they lack; on the running transaction."""
    organisation, site = pack.actor.organisation, pack.site.id
    dues: list[Due] = []
    missing: list[Missing] = []
    listing = await wages_of_month(pack.actor, site, month.text, pack.made_at)
    whole = [row for row in listing.rows if row.crew is None]
    cut = whole if listing.whole else [row for row in listing.rows if row.crew is not None]
    for row in cut:
        if row.version is None:
            missing.append(Missing(Lacking.NO_WAGE_SHEET, name=row.name, month=month))
            continue
        if row.version.pay_day is None:
            missing.append(Missing(Lacking.NO_PAY_DAY, name=row.name, month=month))
        due = await due_of(pack.actor, row.version.id)
        dues.append(due)
        signatures = await signing_queries.signatures_of(organisation, ("sheet", row.version.id))
        signed = {one.worker for one in signatures if one.counts}
        for line in due.lines:
            of = (line.worker, line.person.name, line.person.number, month)
            if line.worker not in signed:
                missing.append(Missing(Lacking.NOT_SIGNED, *of))
            if left := due.due(line):
                missing.append(Missing(Lacking.NOT_PAID, *of, amount=left))
    if dues and len(dues) == len(cut):
        listed = {line.worker for due in dues for line in due.lines}
        kept = await payment_queries.persons_among(organisation, listed)
        there = {kept.get(worker, worker) for worker in listed}
        missing += [
            _of(row, Lacking.NOT_ON_SHEET, month)
            for row in rows
            if row.figures.earned and UUID(row.key) not in there
        ]
    return dues, missing


async def totals_of(pack: Pack) -> list[MonthTotals]:
    """The months as they are now: whether somebody changed them while the pack was made."""
    return [_totals(month, await _summary(pack, month)) for month in pack.months]


async def begin_pack(
    pack: Pack, keys: Keyring | None, entries: Sequence[Entry]
) -> dict[UUID, Unmasked]:
    """Note that the pack was taken; with a purpose, open the numbers, each with its line.

    Raises:
        Problem: ``not_allowed``, ``purpose_missing``, ``register_key_missing``.
    """
    actor, site = pack.actor, pack.site
    async with company_transaction(actor.organisation):
        opened: dict[UUID, Unmasked] = {}
        if pack.in_full:
            check_purpose(pack.purpose, pack.note)
            if keys is None:
                raise NO_KEY()
            opened = await unmask(
                actor,
                site,
                keys,
                [entry.worker for entry in entries],
                list(Field),
                purpose=pack.purpose,
                note=pack.note,
                how=How.FILE,
                at=datetime.now(UTC),
            )
        await record_audit(
            actor.organisation,
            actor.member,
            "compliance.exported",
            site.id,
            detail={
                "from": pack.months[0].text,
                "to": pack.months[-1].text,
                "full": pack.in_full,
                "purpose": pack.purpose,
            },
        )
    return opened


def may_unmask(actor: Actor, site: Site) -> bool:
    """Whether the actor may take numbers in full."""
    return may(actor, Right.UNMASK, site.id)
