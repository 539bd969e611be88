"""What the office agreed and entered: a floor's formwork by the square metre, one site's overtime
by statute, meals, an allowance, a deduction. Entered through the real services."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.people import CREWS, FOUNDED_ON, MEMBERS, SITES, WORKERS
from daywork.demo.plan import TASKS
from daywork.demo.queries import insert_rows
from daywork.ground.calendar import month_of
from daywork.ground.database import company_transaction
from daywork.ground.terms import RateUnit
from daywork.pay.piecework import share_out
from daywork.pay.piecework_queries import piece_tasks
from daywork.pay.rules import Basis, Entered, ItemKind, Piece, ShareBy
from daywork.pay.service import book
from daywork.people.actor import Actor

PIECE = TASKS["lake", "2.4.1"]
"""Formwork of level 8, paid by the square metre."""
UNIT_PRICE = Decimal("27.50")
STATUTE = SITES["park"]


async def insert_agreements(at: datetime, today: date) -> None:
    """A unit price and a way of paying overtime, as of the company's founding."""
    since = today + timedelta(FOUNDED_ON)
    lin = MEMBERS["lin"].id
    await insert_rows(
        "rate",
        ("id", "task", "unit", "amount", "valid_from", "note", "created_by", "created_at"),
        "uuid uuid text numeric date text uuid timestamptz",
        [
            (
                name_of("rate piece"),
                PIECE.id,
                RateUnit.QUANTITY,
                UNIT_PRICE,
                since,
                "班组承包八层模板",
                lin,
                at,
            )
        ],
    )
    await insert_rows(
        "overtime_rule",
        ("id", "site", "way", "valid_from", "note", "made_by", "made_at"),
        "uuid uuid text date text uuid timestamptz",
        [(name_of("overtime park"), STATUTE.id, "statute", since, "按劳动合同约定", lin, at)],
    )


async def enter_pay(office: Actor, today: date) -> None:
    """What was entered up to today; repeated, it changes nothing."""
    await _share_out(office, today)
    lake = SITES["lake"].id
    form, pour = CREWS["form"].id, CREWS["pour"].id
    first = month_of(today - timedelta(1))[0]
    last = today - timedelta(1)
    someone = next(worker for worker in WORKERS.values() if worker.crew == "form")
    entries = [
        ("meals", _of_crews(ItemKind.MEAL, Basis.DAY, "15", first, last, "餐补", form, pour)),
        ("night", _of_crews(ItemKind.ALLOWANCE, Basis.FIXED, "100", first, last, "夜班补贴", pour)),
        (
            "tools",
            Entered(
                ItemKind.DEDUCTION,
                Basis.FIXED,
                Decimal("80"),
                first,
                last,
                frozenset({someone.id}),
                "丢失电钻一把",
            ),
        ),
    ]
    for name, entered in entries:
        await book(office, lake, name_of(f"pay {name}"), entered)


def _of_crews(
    kind: ItemKind, basis: Basis, amount: str, first: date, last: date, note: str, *crews: UUID
) -> Entered:
    """The same for whole crews."""
    return Entered(
        kind, basis, Decimal(amount), first, last, frozenset(), note, crews=frozenset(crews)
    )


async def _share_out(office: Actor, today: date) -> None:
    lake = SITES["lake"].id
    last = today - timedelta(14)
    async with company_transaction(ORGANISATION):
        tasks = await piece_tasks(ORGANISATION, lake, last, PIECE.id)
    if tasks and tasks[0].left:
        piece = Piece(
            PIECE.id,
            CREWS["form"].id,
            today - timedelta(28),
            last,
            tasks[0].left,
            ShareBy.MAN_DAYS,
            {},
            "八层模板验收合格",
        )
        await share_out(office, lake, name_of("run level 8"), piece)
