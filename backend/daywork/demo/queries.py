"""SQL of founding the demo company: what stands before the first phone sends anything."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from daywork.demo.lost_days import links
from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.people import (
    COMPANY,
    CREWS,
    FOUNDED_ON,
    LEFT,
    LEFT_ON,
    LENT,
    MEMBERS,
    NEW_ON_SITE,
    RATES,
    SITES,
    TRADES,
    WORKERS,
    trade_id,
)
from daywork.demo.plan import TASKS, dates_of, weight_of
from daywork.ground.database import execute, fetch_one

STARTED, FINISHED = "demo.started", "demo.finished"


async def demo_standing() -> tuple[bool, date] | None:
    """Whether the demo company is complete, and the today it was made for; None: there is none."""
    row = await fetch_one(
        "SELECT a.detail->>'today' AS today, EXISTS (SELECT 1 FROM audit_event f"
        " WHERE f.organisation = $1 AND f.action = $3) AS complete"
        " FROM audit_event a WHERE a.organisation = $1 AND a.action = $2",
        ORGANISATION,
        STARTED,
        FINISHED,
    )
    return None if row is None else (row["complete"], date.fromisoformat(row["today"]))


async def insert_company(at: datetime, today: date) -> None:
    """The company, and the today it is made for; it is complete when the demo is finished."""
    await execute(
        "INSERT INTO organisation (id, name, language, is_demo, created_at)"
        " VALUES ($1, $2, 'zh-CN', true, $3)",
        ORGANISATION,
        COMPANY,
        at,
    )
    await _insert_audit(STARTED, {"today": today.isoformat()})


async def mark_complete() -> None:
    """Everything has been written."""
    await _insert_audit(FINISHED, {})


async def _insert_audit(action: str, detail: dict[str, str]) -> None:
    await execute(
        "INSERT INTO audit_event (organisation, id, action, detail)"
        " VALUES ($1, $2, $3, $4::jsonb) ON CONFLICT DO NOTHING",
        ORGANISATION,
        name_of(action),
        action,
        json.dumps(detail),
    )


async def insert_ground(at: datetime, today: date, password_hash: str) -> None:
    """Members, sites, crews, workers, rates and the plan, as of the company's founding."""
    members = list(MEMBERS.values())
    await insert_rows(
        "member",
        ("id", "name", "phone", "password_hash", "language", "is_owner", "created_at"),
        "uuid text text text text bool timestamptz",
        [(m.id, m.name, m.phone, password_hash, m.language, m.role is None, at) for m in members],
    )
    await insert_rows(
        "trade",
        ("id", "name", "name_en"),
        "uuid text text",
        [(trade_id(name), name, name_en) for name, name_en in TRADES.items()],
    )
    await insert_rows(
        "site",
        ("id", "name", "hours_per_day", "overtime_hours_per_man_day", "latitude", "longitude",
         "starts_on", "ends_on", "created_at"),
        "uuid text numeric numeric float8 float8 date date timestamptz",
        [
            (s.id, s.name, s.hours_per_day, s.overtime_hours_per_man_day, s.latitude,
             s.longitude, today + timedelta(s.starts_on), today + timedelta(s.ends_on), at)
            for s in SITES.values()
        ],
    )  # fmt: skip
    await execute("UPDATE site SET rest_weekdays = '{7}' WHERE organisation = $1", ORGANISATION)
    await insert_rows(
        "membership",
        ("site", "member", "role", "created_at"),
        "uuid uuid text timestamptz",
        [(SITES[site].id, m.id, m.role, at) for m in members for site in m.sites],
    )
    await insert_rows(
        "crew",
        ("id", "site", "name", "trade", "foreman", "own", "company", "created_at"),
        "uuid uuid text uuid uuid bool text timestamptz",
        [
            (c.id, SITES[c.site].id, c.name, trade_id(c.trade), MEMBERS[c.foreman].id,
             not c.company, c.company, at)
            for c in CREWS.values()
        ],
    )  # fmt: skip
    await _insert_workers(at, today)
    await _insert_rates(at, today)
    await _insert_plan(today)


async def _insert_workers(at: datetime, today: date) -> None:
    known = [worker for worker in WORKERS.values() if worker.name != NEW_ON_SITE]
    await insert_rows(
        "worker",
        ("id", "name", "number", "trade", "phone", "created_by", "created_at"),
        "uuid text text uuid text uuid timestamptz",
        [
            (w.id, w.name, w.number, trade_id(w.trade), w.phone, MEMBERS["lin"].id, at)
            for w in known
        ],
    )
    roster = [
        (
            SITES[CREWS[worker.crew].site].id,
            worker.id,
            CREWS[worker.crew].id,
            today + timedelta(worker.joined),
            today + timedelta(LEFT_ON) if worker.name == LEFT else None,
        )
        for worker in known
    ]
    lent_to = CREWS["services"]
    lent = (SITES[lent_to.site].id, WORKERS[LENT].id, lent_to.id, today + timedelta(-30), None)
    await insert_rows(
        "roster",
        ("site", "worker", "crew", "joined_on", "left_on"),
        "uuid uuid uuid date date",
        [*roster, lent],
    )


async def _insert_rates(at: datetime, today: date) -> None:
    await insert_rows(
        "rate",
        ("id", "worker", "trade", "unit", "amount", "overtime_hour", "valid_from", "valid_to",
         "created_by", "created_at"),
        "uuid uuid uuid text numeric numeric date date uuid timestamptz",
        [
            (
                rate.id,
                None if rate.whose in TRADES else WORKERS[rate.whose].id,
                trade_id(rate.whose) if rate.whose in TRADES else None,
                rate.unit,
                rate.amount,
                rate.overtime_hour,
                today + timedelta(rate.since),
                None if rate.until is None else today + timedelta(rate.until),
                MEMBERS["lin"].id,
                at + timedelta(rate.since - FOUNDED_ON),
            )
            for rate in RATES
        ],
    )  # fmt: skip


async def _insert_plan(today: date) -> None:
    rows: list[tuple[Any, ...]] = []
    for position, task in enumerate(TASKS.values()):
        first, last = dates_of(task)
        rows.append(
            (
                task.id,
                SITES[task.site].id,
                TASKS[task.site, task.parent].id if task.parent else None,
                position,
                task.code,
                task.name,
                task.name_en,
                task.is_summary,
                task.unit,
                task.quantity,
                weight_of(task),
                task.budget,
                task.man_days,
                task.labour_budget,
                task.cost_code,
                today + timedelta(first),
                today + timedelta(last),
                CREWS[task.crew].id if task.crew else None,
            )
        )
    await insert_rows(
        "task",
        ("id", "site", "parent", "position", "code", "name", "name_en", "is_summary", "unit",
         "quantity", "weight", "budget", "budget_man_days", "labour_budget",
         "cost_code", "planned_start", "planned_finish", "crew"),
        "uuid uuid uuid int text text text bool text numeric numeric numeric numeric numeric text"
        " date date uuid",
        rows,
    )  # fmt: skip
    await insert_rows(
        "task_link",
        ("site", "predecessor", "successor", "kind", "lag"),
        "uuid uuid uuid text int2",
        list(links()),
    )


async def insert_rows(
    table: str, columns: Sequence[str], types: str, rows: Sequence[Sequence[Any]]
) -> None:
    """Write rows of the demo company in one statement; ``types`` are the columns' in order."""
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types.split(), start=2))
    await execute(
        f"INSERT INTO {table} (organisation, {', '.join(columns)})"  # noqa: S608 - our own words
        f" SELECT $1, u.* FROM unnest({arrays}) AS u",
        ORGANISATION,
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def mark_over(site: UUID) -> None:
    """Nobody records on this site any more."""
    await execute(
        "UPDATE site SET active = false WHERE organisation = $1 AND id = $2", ORGANISATION, site
    )


async def mark_numbers() -> None:
    """Give those who were added on a phone their works number."""
    await execute(
        "UPDATE worker SET number = $3 WHERE organisation = $1 AND id = $2 AND number = ''",
        ORGANISATION,
        WORKERS[NEW_ON_SITE].id,
        WORKERS[NEW_ON_SITE].number,
    )
