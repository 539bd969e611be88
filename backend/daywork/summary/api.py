"""The month for other programs: the figures of the page, as JSON.

Amounts are strings, so that no reader rounds them; what the person may not see is null.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from litestar.params import FromQuery

from daywork.summary import service
from daywork.summary.rules import Figures, Plan, Row, Stretch, grouping_named
from daywork.web.language import language
from daywork.web.request import Request, named
from daywork.web.stretches import MOST_SKIPPED


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _figures(of: Figures) -> dict[str, Any]:
    return {
        "man_days": _amount(of.man_days),
        "overtime_hours": _amount(of.overtime_hours),
        "earned": _amount(of.earned),
        "pending_man_days": _amount(of.pending_man_days),
        "pending_overtime": _amount(of.pending_overtime),
        "returned_man_days": _amount(of.returned_man_days),
        "returned_overtime": _amount(of.returned_overtime),
        "lines_without_rate": of.unpriced,
        "lines_held": of.held,
    }


def _plan(of: Plan) -> dict[str, Any]:
    return {
        "man_days": _amount(of.man_days),
        "amount": _amount(of.amount),
        "used_man_days": _amount(of.used_man_days),
        "used_amount": _amount(of.used_amount),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": row.name,
        "number": row.number,
        "site": row.site,
        "figures": _figures(row.figures),
        "before": None if row.before is None else _figures(row.before),
        "plan": None if row.plan is None else _plan(row.plan),
        "advances": _amount(row.advances),
        "payments": _amount(row.payments),
        "outstanding": _amount(row.outstanding),
    }


ROWS_A_REPLY = 1000


@get("/api/labour/summary")
async def summary_of_month(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    by: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[bytes]:
    """A month by worker, crew, trade, task, cost_code, site or day.

    ``find``: only rows whose name or number holds it. ``rows_in_all`` says how many there are;
    ``skip`` asks for those after so many of them. The totals are of the month, whatever is shown.
    """
    found = await service.month_summary(
        request.user,
        named(site),
        month,
        grouping_named(by),
        datetime.now(UTC),
        english=language() == "en",
        stretch=Stretch(find.strip(), min(max(skip, 0), MOST_SKIPPED), ROWS_A_REPLY),
    )
    view = found.view
    said = {
        "month": view.month.text,
        "by": found.by.value,
        "sites": [{"id": one.id, "name": one.name} for one in view.sites],
        "currency": view.currency if view.pay else None,
        "rows_in_all": found.in_all,
        "rows": [_row(row) for row in found.rows],
        "total": _figures(found.total),
        "before": _figures(found.before),
        "plan": _plan(found.plan),
        "advances": _amount(found.advances),
        "payments": _amount(found.payments),
        "outstanding": _amount(found.outstanding),
    }
    return Response(
        msgspec.json.encode(said),
        media_type=MediaType.JSON,
        headers={"cache-control": "private, no-store"},
    )


handlers = [summary_of_month]
