"""What the tests of pay tell again and again: a rate, meals, a piece, what a month earns."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.approvals.service import approve
from daywork.ground.ids import new_id
from daywork.ground.terms import RateUnit
from daywork.pay import piecework, rates
from daywork.pay.rules import Basis, Entered, ItemKind, Piece, ShareBy
from daywork.people.actor import Actor
from daywork.sites.rules import RateScope, Whose
from daywork.summary.rules import Grouping
from daywork.summary.service import month_summary
from tests.support.cast import Cast
from tests.support.months import march
from tests.support.phone_words import report, said, send

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
MARCH = "2026-03"


async def agreed(
    cast: Cast,
    scope: str,
    whose: UUID,
    amount: str,
    since: date,
    actor: Actor | None = None,
    **o: Any,
) -> None:
    await rates.agree(
        actor or cast.office,
        cast.site,
        Whose(RateScope(scope), whose),
        **{"unit": "man_day", "overtime_hour": None, "note": ""} | o,
        amount=Decimal(amount),
        valid_from=since,
    )


async def earned(cast: Cast) -> Decimal | None:
    found = await month_summary(cast.office, cast.site, MARCH, Grouping.WORKER, NOW, english=True)
    return found.total.earned


def meals(cast: Cast, **other: Any) -> Entered:
    fields = {
        "kind": ItemKind.MEAL,
        "basis": Basis.DAY,
        "amount": Decimal(15),
        "first": march(1),
        "last": march(20),
        "workers": frozenset[UUID](),
        "note": "canteen",
        "crews": frozenset({cast.crew}),
    }
    return Entered(**fields | other)  # type: ignore[arg-type]


def piece(cast: Cast, quantity: str = "10", **other: Any) -> Piece:
    fields = {
        "task": cast.task,
        "crew": cast.crew,
        "first": march(1),
        "last": march(20),
        "quantity": Decimal(quantity),
        "share_by": ShareBy.GIVEN,
        "given": {cast.workers[0]: Decimal(1), cast.workers[1]: Decimal(2)},
        "note": "",
    }
    return Piece(**fields | other)  # type: ignore[arg-type]


async def a_price(cast: Cast, percent: str = "50") -> None:
    """46.50 a square metre, of which half of 120 are approved."""
    await agreed(cast, "task", cast.task, "46.50", march(1), unit=RateUnit.QUANTITY)
    one = report(cast, percent, march(19), quantity_done=None)
    assert said(await send(cast.owner, one)) == ["applied"]
    await approve(cast.owner, one["entity_id"], 1)


async def a_run(cast: Cast) -> UUID:
    """10 m² shared one to two."""
    await a_price(cast)
    run = new_id()
    await piecework.share_out(cast.office, cast.site, run, piece(cast))
    return run
