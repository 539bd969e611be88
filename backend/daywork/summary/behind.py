"""Behind a figure of the month: the figure itself, and its sheets a page at a time.

A month of a large company is a million lines on fifty thousand sheets. So the figure is taken from
the kept totals where they have it, and a page's sheets are looked for from the last day back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.summary import origins, queries
from daywork.summary.origins import Narrowing, SheetOfFigure
from daywork.summary.rules import NONE, Figures, Month


async def figure_of(
    organisation: UUID, sites: Sequence[UUID], month: Month, to: Narrowing
) -> Figures:
    """What the lines in question come to."""
    where = (organisation, sites, month)
    stateless = replace(to, state=None)
    if to.state not in (None, "approved", "submitted", "returned"):
        return await origins.narrowed_total(*where, to)
    if stateless == Narrowing():
        return _in_state(await queries.month_total(*where), to.state)
    if stateless == Narrowing(trade=to.trade, without_trade=to.without_trade):
        rows = await queries.by_trade(*where, english=False)
        key = str(to.trade or NONE)
    elif stateless == Narrowing(cost_code=to.cost_code):
        rows = await queries.by_cost_code(*where)
        key = to.cost_code or NONE
    else:
        return await origins.narrowed_total(*where, to)
    return _in_state(next((row.figures for row in rows if row.key == key), Figures()), to.state)


def _in_state(figures: Figures, state: str | None) -> Figures:
    """Of lines in this state alone; pay and doubts are of approved ones."""
    none = Figures()
    if state == "submitted":
        return replace(
            none,
            pending_man_days=figures.pending_man_days,
            pending_overtime=figures.pending_overtime,
        )
    if state == "returned":
        return replace(
            none,
            returned_man_days=figures.returned_man_days,
            returned_overtime=figures.returned_overtime,
        )
    if state == "approved":
        return replace(
            figures,
            pending_man_days=ZERO,
            pending_overtime=ZERO,
            returned_man_days=ZERO,
            returned_overtime=ZERO,
        )
    return figures


async def page_of_sheets(
    organisation: UUID,
    sites: Sequence[UUID],
    month: Month,
    to: Narrowing,
    *,
    limit: int,
    offset: int,
) -> list[SheetOfFigure]:
    """The sheets a figure was made of, latest day first."""
    where = (organisation, sites)
    seldom = to.day or to.without_task or to.unpriced or to.state not in (None, "approved")
    if seldom and not to.worker:
        return await origins.sheets_of(*where, month, to, limit=limit, offset=offset)
    found: list[UUID] = []
    until, days = month.last, 31 if to.worker else 1
    while until >= month.first and len(found) < offset + limit:
        since = max(until - timedelta(days=days - 1), month.first)
        found += await origins.sheet_ids(*where, Month(since, until), to)
        until, days = since - timedelta(days=1), days * 2
    wanted = found[offset : offset + limit]
    return await origins.sheets_of(*where, month, to, wanted)
