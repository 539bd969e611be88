"""SQL of labour: what a sheet is judged by, and writing its lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from daywork.chain.contents import LinePay
from daywork.entries.rules import NewVersion, Recorded
from daywork.ground.database import execute, fetch
from daywork.ground.terms import RateUnit
from daywork.labour.prices import Nearest, Pay, Rate, nearest_of
from daywork.labour.rules import SheetPayload, WorkerPayload, man_days_of
from daywork.people.actor import Actor
from daywork.sites.tables import kept_record


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What sheets of one site are judged by."""

    hours_per_day: Decimal
    workers: frozenset[UUID]
    crews: frozenset[UUID]
    led: frozenset[UUID]
    """The crews the actor leads."""
    tasks: frozenset[UUID]


async def facts_of_sites(
    actor: Actor, sites: Iterable[UUID], workers: Iterable[UUID]
) -> dict[UUID, SiteFacts]:
    """Facts by site, in one round trip; only the workers asked for are looked up."""
    rows = await fetch(
        """
        SELECT s.id, s.hours_per_day,
               ARRAY(SELECT r.worker FROM roster r WHERE r.organisation = s.organisation
                     AND r.site = s.id AND r.worker = ANY($3)) AS workers,
               ARRAY(SELECT c.id FROM crew c WHERE c.organisation = s.organisation
                     AND c.site = s.id) AS crews,
               ARRAY(SELECT c.id FROM crew c WHERE c.organisation = s.organisation
                     AND c.site = s.id AND c.foreman = $4) AS led,
               ARRAY(SELECT t.id FROM task t WHERE t.organisation = s.organisation
                     AND t.site = s.id) AS tasks
        FROM site s WHERE s.organisation = $1 AND s.id = ANY($2)
        """,
        actor.organisation,
        list(set(sites)),
        list(set(workers)),
        actor.member,
    )
    return {
        row["id"]: SiteFacts(
            row["hours_per_day"],
            frozenset(row["workers"]),
            frozenset(row["crews"]),
            frozenset(row["led"]),
            frozenset(row["tasks"]),
        )
        for row in rows
    }


async def known_workers(actor: Actor, workers: Iterable[UUID]) -> set[UUID]:
    """Which of these ids are workers of the company."""
    rows = await fetch(
        "SELECT id FROM worker WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(workers),
    )
    return {row["id"] for row in rows}


async def insert_workers(actor: Actor, batch: Sequence[Recorded[WorkerPayload]]) -> None:
    """New workers, each on the roster of the site; an unknown trade falls back to the crew's."""
    ids = [one.entity for one in batch]
    payloads = [one.payload for one in batch]
    await execute(
        """
        INSERT INTO worker (organisation, id, name, trade, phone, created_by)
        SELECT $1, u.id, u.name, coalesce(t.id, c.trade), u.phone, $2
        FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[])
             AS u (id, name, trade, phone, crew)
        LEFT JOIN trade t ON t.organisation = $1 AND t.id = u.trade
        LEFT JOIN crew c ON c.organisation = $1 AND c.id = u.crew
        """,
        actor.organisation,
        actor.member,
        ids,
        [worker.name.strip() for worker in payloads],
        [worker.trade for worker in payloads],
        [worker.phone for worker in payloads],
        [worker.crew for worker in payloads],
    )
    await execute(
        """
        INSERT INTO roster (organisation, site, worker, crew, joined_on)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::date[]) AS u
        """,
        actor.organisation,
        [worker.site for worker in payloads],
        ids,
        [worker.crew for worker in payloads],
        [worker.joined_on for worker in payloads],
    )


class _LineRow(msgspec.Struct, frozen=True):
    """One line on its way into the database. As JSON: encoding ten thousand values one by one
    into arrays takes longer than Postgres takes to read them from a text."""

    number: int
    """Of the sheet in its batch, from 1."""
    id: UUID
    worker: UUID
    task: UUID | None
    unit: str
    amount: Decimal
    man_days: Decimal
    overtime_hours: Decimal
    note: str


async def insert_sheets(
    actor: Actor, versions: Sequence[NewVersion], hours_per_day: dict[UUID, Decimal]
) -> None:
    """Write the lines of new versions; lines of the version before stay, no longer live."""
    lines: list[_LineRow] = []
    sums: list[tuple[UUID, str, Decimal, Decimal, int]] = []
    for number, version in enumerate(versions):
        sheet: SheetPayload = version.recorded.payload
        divisor = hours_per_day[version.recorded.site]
        total = overtime = Decimal(0)
        at_work = 0
        for line in sheet.lines:
            man_days = man_days_of(line.unit, line.amount, divisor)
            total += man_days
            overtime += line.overtime_hours
            at_work += man_days > 0 or line.overtime_hours > 0
            lines.append(
                _LineRow(
                    number + 1,
                    line.id,
                    line.worker,
                    line.task or sheet.task,
                    line.unit,
                    line.amount,
                    man_days,
                    line.overtime_hours,
                    line.note,
                )
            )
        sums.append((version.recorded.entity, sheet.note, total, overtime, at_work))

    corrected = [version.recorded.entity for version in versions if version.version > 1]
    if corrected:
        await execute(
            "UPDATE labour_line SET live = false"
            " WHERE organisation = $1 AND sheet = ANY($2) AND live",
            actor.organisation,
            corrected,
        )
    await execute(
        """
        INSERT INTO labour_sheet (organisation, entry, note, man_days, overtime_hours, workers)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::text[], $4::numeric[], $5::numeric[], $6::int[])
            AS u (entry, note, man_days, overtime_hours, workers)
        ON CONFLICT (organisation, entry) DO UPDATE SET note = excluded.note,
            man_days = excluded.man_days, overtime_hours = excluded.overtime_hours,
            workers = excluded.workers
        """,
        actor.organisation,
        *(list(column) for column in zip(*sums, strict=True)),
    )
    await execute(
        """
        INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, task,
                                 work_day, unit, amount, man_days, hours_per_day, overtime_hours,
                                 note)
        SELECT $1, l.id, s.sheet, s.version, s.site, s.crew, l.worker, l.task, s.work_day, l.unit,
               l.amount, l.man_days, s.hours_per_day, l.overtime_hours, l.note
        FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::date[], $7::numeric[])
             WITH ORDINALITY AS s (sheet, version, site, crew, work_day, hours_per_day, number)
        JOIN json_to_recordset($8::json)
             AS l (number int, id uuid, worker uuid, task uuid, unit text, amount numeric,
                   man_days numeric, overtime_hours numeric, note text) ON l.number = s.number
        """,
        actor.organisation,
        [version.recorded.entity for version in versions],
        [version.version for version in versions],
        [version.recorded.site for version in versions],
        [version.recorded.payload.crew for version in versions],
        [version.work_day for version in versions],
        [hours_per_day[version.recorded.site] for version in versions],
        msgspec.json.encode(lines).decode(),
    )


async def mark_lines(actor: Actor, sheets: Sequence[UUID], state: str) -> None:
    """Repeat the sheets' state on their live lines, where months are summed."""
    await execute(
        "UPDATE labour_line SET state = $3, rate = NULL, rate_unit = NULL, rate_amount = NULL,"
        " earned = NULL, overtime_earned = NULL, overtime_way = NULL, overtime_base = NULL,"
        " overtime_percent = NULL, overtime_divisor = NULL"
        " WHERE organisation = $1 AND sheet = ANY($2) AND live",
        actor.organisation,
        list(sheets),
        state,
    )


@dataclass(frozen=True, slots=True)
class LineToPrice:
    """A live line with what its pay depends on."""

    id: UUID
    sheet: UUID
    site: UUID
    crew: UUID
    worker: UUID
    entered_as: UUID
    """The record the line was written for; another than ``worker`` when it was merged into that."""
    trade: UUID | None
    task: UUID | None
    work_day: date
    man_days: Decimal
    hours_per_day: Decimal
    overtime_hours: Decimal
    overtime_hours_per_man_day: Decimal

    @property
    def nearest(self) -> tuple[UUID | None, ...]:
        """Whose rate counts, the nearest first."""
        return nearest_of(
            Nearest(self.task, self.worker, self.crew, self.trade, self.site), self.entered_as
        )


LINE_TO_PRICE = """
    l.id, l.sheet, l.site, l.crew, w.id AS worker, l.worker AS entered_as, w.trade, l.task,
    l.work_day, l.man_days, l.hours_per_day, l.overtime_hours, s.overtime_hours_per_man_day
"""
"""The columns of :class:`LineToPrice`, of a line ``l``, its site ``s`` and its worker ``w``: see
:data:`ITS_WORKER`."""

ITS_WORKER = f"""
    JOIN worker entered ON entered.organisation = l.organisation AND entered.id = l.worker
    JOIN worker w ON w.organisation = l.organisation
         AND w.id = {kept_record("entered")}
"""
"""The worker ``w`` of a line ``l``: who was entered twice and merged is the one who was kept."""


async def lines_to_price(actor: Actor, sheets: Sequence[UUID]) -> list[LineToPrice]:
    """The live lines of these sheets."""
    rows = await fetch(
        f"""
        SELECT {LINE_TO_PRICE}
        FROM labour_line l {ITS_WORKER}
        JOIN site s ON s.organisation = l.organisation AND s.id = l.site
        WHERE l.organisation = $1 AND l.sheet = ANY($2) AND l.live
        """,  # noqa: S608 - a piece of SQL of our own
        actor.organisation,
        list(sheets),
    )
    return [LineToPrice(**row) for row in rows]


async def rates_for(
    actor: Actor, nearest: Iterable[Iterable[UUID | None]]
) -> dict[UUID, list[Rate]]:
    """Every rate that may count for lines that stand so, by the id of whose it is."""
    rows = await fetch(
        "SELECT coalesce(worker, crew, trade, site, task) AS whose, id, unit, amount,"
        " overtime_hour, valid_from, valid_to FROM rate WHERE organisation = $1"
        " AND (worker = ANY($2) OR crew = ANY($2) OR trade = ANY($2) OR site = ANY($2)"
        " OR task = ANY($2))",
        actor.organisation,
        list({whose for one in nearest for whose in one if whose is not None}),
    )
    rates: dict[UUID, list[Rate]] = {}
    for row in rows:
        rates.setdefault(row["whose"], []).append(
            Rate(
                row["id"],
                RateUnit(row["unit"]),
                row["amount"],
                row["overtime_hour"],
                row["valid_from"],
                row["valid_to"],
            )
        )
    return rates


async def mark_priced(actor: Actor, priced: Sequence[tuple[LineToPrice, Pay]]) -> None:
    """Fix rate and pay on approved lines."""
    await execute(
        """
        UPDATE labour_line l SET rate = u.rate, rate_unit = u.rate_unit,
               rate_amount = u.rate_amount, earned = u.earned,
               overtime_earned = u.overtime_earned, overtime_way = u.overtime_way,
               overtime_base = u.overtime_base, overtime_percent = u.overtime_percent,
               overtime_divisor = u.overtime_divisor
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::numeric[], $7::numeric[],
                    $8::numeric[], $9::text[], $10::numeric[], $11::smallint[], $12::numeric[])
             AS u (sheet, id, rate, rate_unit, rate_amount, earned, overtime_earned,
                   overtime_way, overtime_base, overtime_percent, overtime_divisor)
        WHERE l.organisation = $1 AND l.sheet = u.sheet AND l.id = u.id AND l.live
        """,
        actor.organisation,
        [line.sheet for line, _ in priced],
        [line.id for line, _ in priced],
        [pay.rate for _, pay in priced],
        [pay.rate_unit for _, pay in priced],
        [pay.rate_amount for _, pay in priced],
        [pay.earned for _, pay in priced],
        [pay.overtime_earned for _, pay in priced],
        [pay.overtime and pay.overtime.how for _, pay in priced],
        [pay.overtime and pay.overtime.base for _, pay in priced],
        [pay.overtime and pay.overtime.percent for _, pay in priced],
        [pay.overtime and pay.overtime.divisor for _, pay in priced],
    )


async def pay_of(actor: Actor, sheets: Sequence[UUID]) -> dict[UUID, list[LinePay]]:
    """The pay that stands on the live lines of these sheets."""
    rows = await fetch(
        "SELECT sheet, id, rate, rate_unit, rate_amount, earned, overtime_earned FROM labour_line"
        " WHERE organisation = $1 AND sheet = ANY($2) AND live",
        actor.organisation,
        list(sheets),
    )
    found: dict[UUID, list[LinePay]] = {}
    for sheet, *pay in rows:
        found.setdefault(sheet, []).append(LinePay(*pay))
    return found
