"""A site that was finished last year: all signed, paid and settled, and now locked for three years.

So that the pages of keeping records, of settlements and of the compliance pack have something to
show that is over. It stands apart from :data:`SITES`: the story of these six weeks does not touch
it. Every step can be repeated, as in the rest of the demo.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

import msgspec

from daywork.approvals.service import approve, approve_clean
from daywork.demo.days import Almanac
from daywork.demo.members import actor_of
from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.people import MEMBERS, trade_id
from daywork.demo.queries import insert_rows, mark_over
from daywork.demo.wages import scrawl
from daywork.ground.calendar import month_of
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.ground.problems import Problem
from daywork.ground.terms import Role
from daywork.money.paying import record_payments
from daywork.money.rules import Method, NewPayment
from daywork.people.actor import Actor
from daywork.retention.service import kept_of, note_days
from daywork.signatures.rules import Signing
from daywork.summary.owed import months_owed
from daywork.summary.rules import Month
from daywork.sync.rules import PROTOCOL
from daywork.sync.service import push
from daywork.wages import service, settlement_queries, settling, signing
from daywork.wages.rules import Why

SITE: Final = name_of("site school")
NAME: Final = "枫桥路小学综合楼"
CREW: Final = name_of("crew school")
FIRST, LAST = -368, -341
"""First and last day of work."""
COMPLETED, SETTLED = -330, -300
WORKERS: Final = (
    ("邵长根", "瓦工班长", 370),
    ("倪小军", "", 350),
    ("葛永福", "", 350),
    ("苗春生", "", 340),
    ("栾德顺", "", 330),
    ("宁大海", "", 240),
)
"""Name, note on the sheet, and what a 工 of his cost."""


def _worker(name: str) -> UUID:
    return name_of(f"worker {name}")


def _as(key: str, role: Role) -> Actor:
    """A member in the part he had on that site."""
    return replace(actor_of(key), roles={SITE: role})


async def insert_older(at: datetime, today: date) -> None:
    """The site with its crew, workers and rates, as they stood then."""
    begun = today + timedelta(FIRST - 30)
    await insert_rows(
        "site",
        ("id", "name", "hours_per_day", "overtime_hours_per_man_day", "latitude", "longitude",
         "starts_on", "ends_on", "created_at"),
        "uuid text numeric numeric float8 float8 date date timestamptz",
        [
            (SITE, NAME, Decimal(8), Decimal(6), 30.24571, 120.15522, begun,
             today + timedelta(LAST + 20), at)
        ],
    )  # fmt: skip
    await insert_rows(
        "membership",
        ("site", "member", "role", "created_at"),
        "uuid uuid text timestamptz",
        [
            (SITE, MEMBERS[key].id, role, at)
            for key, role in (("lin", "office"), ("zhao", "supervisor"), ("he", "foreman"))
        ],
    )
    await insert_rows(
        "crew",
        ("id", "site", "name", "trade", "foreman", "own", "company", "created_at"),
        "uuid uuid text uuid uuid bool text timestamptz",
        [(CREW, SITE, "砌筑班", trade_id("砌筑工"), MEMBERS["he"].id, True, "", at)],
    )
    await insert_rows(
        "worker",
        ("id", "name", "number", "trade", "phone", "created_by", "created_at"),
        "uuid text text uuid text uuid timestamptz",
        [
            (_worker(name), name, f"F{n:03d}", trade_id("砌筑工"), f"+8615100{n * 7919:06d}",
             MEMBERS["lin"].id, at)
            for n, (name, _note, _amount) in enumerate(WORKERS, 1)
        ],
    )  # fmt: skip
    await insert_rows(
        "roster",
        ("site", "worker", "crew", "joined_on"),
        "uuid uuid uuid date",
        [(SITE, _worker(name), CREW, begun) for name, _note, _amount in WORKERS],
    )
    await insert_rows(
        "rate",
        ("id", "worker", "unit", "amount", "valid_from", "valid_to", "created_by", "created_at"),
        "uuid uuid text numeric date date uuid timestamptz",
        [
            (name_of(f"rate {name} school"), _worker(name), "man_day", Decimal(amount), begun,
             today + timedelta(COMPLETED), MEMBERS["lin"].id, at)
            for name, _note, amount in WORKERS
        ],
    )  # fmt: skip


async def live_older(almanac: Almanac) -> None:
    """Record, approve, close, sign, pay, settle; then note that it is over."""
    office, now = _as("lin", Role.OFFICE), almanac.instant(0, 7)
    if (await kept_of(office, SITE, now)).standing.settled_on is not None:
        return
    days = [n for n in range(FIRST, LAST + 1) if almanac.is_worked("school", n)]
    await _record(almanac, days)
    for month in sorted({month_of(almanac.day(n)) for n in days}):
        await _wages(office, Month(*month), almanac)
    await _settle(office, almanac)
    await note_days(office, SITE, almanac.day(COMPLETED), almanac.day(SETTLED), now)
    async with company_transaction(ORGANISATION):
        await mark_over(SITE)


async def _record(almanac: Almanac, days: Sequence[int]) -> None:
    foreman, supervisor = _as("he", Role.FOREMAN), _as("zhao", Role.SUPERVISOR)
    entries = []
    for offset in days:
        at = almanac.instant(offset, 17, 40)
        entry = name_of(f"school sheet {almanac.day(offset)}", at)
        entries.append((entry, 1))
        await push(foreman, msgspec.json.encode(_envelope(almanac, offset, entry, at)), now=at)
    at = almanac.instant(LAST + 1, 9)
    outcome = await approve_clean(supervisor, entries, at=at)
    for left in outcome.left:
        try:
            await approve(supervisor, left, 1, at=at)
        except Problem:  # approved before, in a load that was cut short
            continue


def _envelope(almanac: Almanac, offset: int, entry: UUID, at: datetime) -> dict[str, Any]:
    chance = Random(f"daywork school {almanac.day(offset)}")  # noqa: S311 - a story
    lines = []
    for name, note, _amount in WORKERS:
        amount = chance.choice(("1", "1", "1", "1", "1", "0.5"))
        lines.append(
            {
                "id": name_of(f"line {entry} {name}", at),
                "worker": _worker(name),
                "unit": "man_days",
                "amount": amount,
                "overtime_hours": "1.5" if amount == "1" and chance.random() < 0.12 else "0",
                "note": note if offset == FIRST else "",
            }
        )
    return {
        "protocol": PROTOCOL,
        "build": "demo",
        "device_id": str(name_of("device he")),
        "sent_at": at.isoformat(),
        "mutations": [
            {
                "id": name_of(f"mutation {entry} 1", at),
                "type": "labour.sheet",
                "v": 1,
                "entity_id": entry,
                "base_version": 0,
                "prev_id": None,
                "client_time": at.isoformat(),
                "payload": {
                    "site": SITE,
                    "crew": CREW,
                    "work_day": almanac.day(offset),
                    "lines": lines,
                    "note": "",
                },
            }
        ],
    }


async def _wages(office: Actor, month: Month, almanac: Almanac) -> None:
    """Close the month's sheet of the crew, let everybody sign it, and pay what it says."""
    at = almanac.instant((month.last - almanac.today).days + 4, 15)
    pay_day = month.last + timedelta(15)
    async with company_transaction(ORGANISATION):
        if await service.sheets_begun(ORGANISATION, SITE, month):
            return
        draft = await service.begin(office, SITE, CREW, month, at)
        sheet = await service.draft_sheet(office, draft, at)
        closed = await service.close_sheet(
            office, draft, shown=sheet.fingerprint, seen=True, pay_day=pay_day, at=at
        )
    for number, line in enumerate(sheet.lines, 1):
        await _sign(office, ("sheet", closed), line.worker, line.person.name, at, number)
    owed: dict[UUID, Decimal] = {}
    async with company_transaction(ORGANISATION):
        for one in await months_owed(ORGANISATION, [SITE], until=month.last):
            owed[one.worker] = owed.get(one.worker, ZERO) + one.outstanding
        payments = [
            NewPayment(
                name_of(f"payment {worker} {month.text} school"),
                worker,
                pay_day,
                month.first,
                amount,
                Method.BANK,
                f"3{pay_day:%y%m%d}{place:03d}",
                wage_sheet=closed,
            )
            for place, (worker, amount) in enumerate(sorted(owed.items()), 1)
            if amount > 0
        ]
        if payments:
            await record_payments(office, SITE, payments, almanac.instant(0, 7))


async def _settle(office: Actor, almanac: Almanac) -> None:
    """Everybody leaves with a settlement that says: nothing is owed."""
    at = almanac.instant(COMPLETED + 2, 10)
    workers = [_worker(name) for name, _note, _amount in WORKERS]
    async with company_transaction(ORGANISATION):
        if await settlement_queries.settled(ORGANISATION, SITE, workers):
            return
        made = await settling.settle(
            office,
            SITE,
            workers,
            almanac.day(COMPLETED),
            Why.COMPLETED,
            leaving=True,
            at=at,
        )
        every = {one.id: one for one in await settlement_queries.settlements_of(ORGANISATION, SITE)}
    for number, settlement in enumerate(made, 1):
        one = every[settlement]
        await _sign(office, ("settlement", settlement), one.worker, one.person.name, at, number)


async def _sign(
    office: Actor, document: tuple[str, UUID], worker: UUID, name: str, at: datetime, number: int
) -> None:
    await signing.sign(
        office,
        document,
        worker,
        outcome=Signing.SIGNED,
        name=name,
        strokes=scrawl(name),
        at=at + timedelta(minutes=3 * number),
    )
