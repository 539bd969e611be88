"""SQL about the tasks of a site's work breakdown."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import execute, fetch


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the plan; what was reported on it is not changed here."""

    id: UUID
    code: str
    name: str
    name_en: str
    parent: UUID | None
    is_summary: bool
    position: int
    unit: str
    quantity: Decimal | None
    weight: Decimal
    budget: Decimal
    budget_man_days: Decimal
    labour_budget: Decimal
    """What its labour was planned to cost: a part of ``budget``, which holds all kinds of cost."""
    cost_code: str
    """Where its cost is booked; empty: nowhere yet."""
    planned_start: date | None
    planned_finish: date | None
    crew: UUID | None
    active: bool


_COLUMNS = """id, code, name, name_en, parent, is_summary, position, unit, quantity, weight,
    budget, budget_man_days, labour_budget, cost_code, planned_start, planned_finish, crew,
    active"""


async def tasks_of(organisation: UUID, site: UUID) -> list[Task]:
    """The plan in its order; tasks taken out of it last."""
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM task WHERE organisation = $1 AND site = $2"  # noqa: S608
        " ORDER BY active DESC, position, code, id",
        organisation,
        site,
    )
    return [Task(**row) for row in rows]


async def save_task(organisation: UUID, site: UUID, task: Task) -> None:
    """Insert the task, or put these values in place of the old ones."""
    await execute(
        f"INSERT INTO task (organisation, site, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6,"  # noqa: S608
        " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"
        " ON CONFLICT (organisation, id) DO UPDATE SET code = excluded.code,"
        " name = excluded.name, name_en = excluded.name_en, parent = excluded.parent,"
        " is_summary = excluded.is_summary, position = excluded.position, unit = excluded.unit,"
        " quantity = excluded.quantity, weight = excluded.weight, budget = excluded.budget,"
        " budget_man_days = excluded.budget_man_days,"
        " labour_budget = excluded.labour_budget, cost_code = excluded.cost_code,"
        " planned_start = excluded.planned_start,"
        " planned_finish = excluded.planned_finish, crew = excluded.crew,"
        " active = excluded.active",
        organisation,
        site,
        task.id,
        task.code,
        task.name,
        task.name_en,
        task.parent,
        task.is_summary,
        task.position,
        task.unit,
        task.quantity,
        task.weight,
        task.budget,
        task.budget_man_days,
        task.labour_budget,
        task.cost_code,
        task.planned_start,
        task.planned_finish,
        task.crew,
        task.active,
    )


async def mark_summary(organisation: UUID, site: UUID, task: UUID) -> None:
    """Other tasks stand under this one."""
    await execute(
        "UPDATE task SET is_summary = true"
        " WHERE organisation = $1 AND site = $2 AND id = $3 AND NOT is_summary",
        organisation,
        site,
        task,
    )
