"""The rows of a grouping, or a stretch of them, beside the month before and the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from daywork.summary import queries
from daywork.summary.plan_queries import Planned, plans_by
from daywork.summary.ranked_queries import RANKED, ranked
from daywork.summary.rules import (
    COMPARED,
    NONE,
    PLANNED,
    Figures,
    Grouping,
    Month,
    Plan,
    Row,
    Stretch,
    compared,
    in_reading_order,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rows, of which month, with names in which language."""

    organisation: UUID
    sites: Sequence[UUID]
    month: Month
    english: bool


async def rows_in(asked: Asked, by: Grouping, stretch: Stretch) -> tuple[list[Row], int]:
    """The rows of a stretch in their order, and how many there are without its bounds."""
    if by in RANKED and stretch.limit is not None:
        keys, in_all = await ranked(by, asked.organisation, asked.sites, asked.month, stretch)
        rows = await rows_among(asked, by, keys)
        if in_all <= stretch.limit:
            rows = in_reading_order(rows, by)
        return rows, in_all
    rows = in_reading_order(await _rows(asked, by), by)
    found = [row for row in rows if stretch.holds(row)] if stretch.find else rows
    last = None if stretch.limit is None else stretch.skip + stretch.limit
    return found[stretch.skip : last], len(found)


async def rows_among(asked: Asked, by: Grouping, keys: Sequence[str]) -> list[Row]:
    """The rows of these keys, in their order."""
    rows = {row.key: row for row in await _rows(asked, by, keys)}
    return [rows[key] for key in keys if key in rows]


async def _rows(asked: Asked, by: Grouping, keys: Sequence[str] | None = None) -> list[Row]:
    among = None if keys is None else [None if key == NONE else UUID(key) for key in keys]
    rows = await _of_month(asked, asked.month, by, among)
    if by in COMPARED:
        rows = compared(rows, await _of_month(asked, asked.month.previous, by, among))
    if by in PLANNED:
        plans = await plans_by(
            by, asked.organisation, asked.sites, asked.month, among, english=asked.english
        )
        rows = _beside_plans(rows, plans, whole=by is not Grouping.TASK)
    return rows


async def _of_month(
    asked: Asked, month: Month, by: Grouping, among: Sequence[UUID | None] | None
) -> list[Row]:
    where = (asked.organisation, asked.sites, month)
    those = None if among is None else [one for one in among if one]
    if by is Grouping.WORKER:
        return await queries.by_worker(*where, those)
    if by is Grouping.CREW:
        return await queries.by_crew(*where, those)
    if by is Grouping.TRADE:
        return await queries.by_trade(*where, english=asked.english)
    if by is Grouping.TASK:
        return await queries.by_task(*where, among, english=asked.english)
    if by is Grouping.COST_CODE:
        return await queries.by_cost_code(*where)
    if by is Grouping.SITE:
        return await queries.by_site(*where)
    return await queries.by_day(*where)


def _beside_plans(rows: Iterable[Row], plans: Iterable[Planned], *, whole: bool) -> list[Row]:
    """Rows beside their plans. ``whole``: a plan without work in either month gets a row too, so
    that the plans add up to the plan of all; a plan of hundreds of tasks would hide the month."""
    by_key = {one.key: one for one in plans}
    found = [
        replace(row, plan=by_key.pop(row.key).plan if row.key in by_key else Plan()) for row in rows
    ]
    return found + [
        Row(one.key, one.name, Figures(), number=one.number, before=Figures(), plan=one.plan)
        for one in by_key.values()
        if whole and (one.plan.man_days or one.plan.amount)
    ]
