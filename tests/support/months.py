"""The hand-worked months of `tests/cases/labour.json`, and a way to let them really happen.

``cases`` are read twice, each of them: by the rules alone in `summary/test_rules.py`, and through
the database (recorded, decided, added up by every grouping) in `summary/test_summary.py`.
``shares`` are read by `pay/test_rules.py`. `pay/test_months.py` sees to it that none is missing of
what wages go wrong by.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from daywork.approvals.service import approve, send_back
from daywork.ground.ids import new_id
from daywork.summary.rules import Figures, Parts
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.phone_words import line, said, send, sheet

_FILE = json.loads(
    (Path(__file__).parents[1] / "cases" / "labour.json").read_text(encoding="utf-8")
)
CASES: list[dict[str, Any]] = _FILE["cases"]
SHARES: list[dict[str, Any]] = _FILE["shares"]


@dataclass(frozen=True)
class Facts:
    """Figures as the file words them, for comparing."""

    case: dict[str, Any]

    def at(self, where: str = "all") -> Figures:
        told = dict(self.case["expect"][where])
        parts = {name: Decimal(value) for name, value in told.pop("parts").items()}
        return Figures(
            **{
                name: value if isinstance(value, int) else Decimal(value)
                for name, value in told.items()
            },
            parts=Parts(**parts),
        )


def march(day: int) -> date:
    """A day of the month that most stories tell."""
    return date(2026, 3, day)


async def happen(cast: Cast, case: dict[str, Any]) -> None:
    """Set up sites and rates as the case says, send its sheets, and decide on them."""
    places = {"a": (cast.site, cast.crew), "b": (cast.far_site, cast.far_crew)}
    for key, site in case["sites"].items():
        query(
            cast.url,
            "UPDATE site SET hours_per_day = $3, overtime_hours_per_man_day = $4"
            " WHERE organisation = $1 AND id = $2",
            cast.organisation,
            places[key][0],
            Decimal(site["hours_per_day"]),
            Decimal(site["overtime_hours_per_man_day"]),
        )
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    query(cast.url, "DELETE FROM rate WHERE organisation = $1", cast.organisation)
    for rate in case["rates"]:
        set_rate(cast, rate)
    for rule in case.get("overtime", ()):
        query(
            cast.url,
            "INSERT INTO overtime_rule (organisation, id, site, way, valid_from, made_by)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            cast.organisation,
            new_id(),
            places[rule["site"]][0],
            rule["way"],
            date.fromisoformat(rule["from"]),
            cast.members["office"],
        )
    for item in case.get("items", ()):
        item_booked(cast, item)
    for one in case["lines"]:
        site, crew = places[one["site"]]
        await sheet_sent(
            cast,
            date.fromisoformat(one["day"]),
            [
                line(
                    cast.workers[0],
                    one["amount"],
                    unit=one["unit"],
                    overtime_hours=one["overtime_hours"],
                )
            ],
            site=site,
            crew=crew,
            state=one["state"],
            task=cast.task if one.get("task") else None,
        )


def set_rate(cast: Cast, rate: dict[str, Any], worker: UUID | None = None) -> None:
    """A price of work, as the case file words it."""
    whose = {
        "worker": worker or cast.workers[0],
        "crew": cast.crew,
        "trade": cast.carpenter,
        "site": cast.site,
        "task": cast.task,
    }
    query(
        cast.url,
        f"INSERT INTO rate (organisation, id, {rate['of']}, unit, amount, overtime_hour,"  # noqa: S608
        " valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        cast.organisation,
        new_id(),
        whose[rate["of"]],
        rate["unit"],
        Decimal(rate["amount"]),
        Decimal(rate["overtime_hour"]) if rate["overtime_hour"] else None,
        date.fromisoformat(rate["from"]),
        date.fromisoformat(rate["to"]) if rate["to"] else None,
    )


def item_booked(cast: Cast, item: dict[str, Any], worker: UUID | None = None) -> UUID:
    """A pay item as the case file words it, put straight into the books; returns its id."""
    booked, day, amount = new_id(), date.fromisoformat(item["day"]), Decimal(item["amount"])
    office = cast.members["office"]
    source = None
    if item["kind"] == "piecework":
        source = new_id()
        query(
            cast.url,
            "INSERT INTO piecework_run (organisation, id, site, task, crew, first_day, last_day,"
            " quantity, unit_price, total, share_by, made_by)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6, 1, $7, $7, 'given', $8)",
            cast.organisation,
            source,
            cast.site,
            cast.task,
            cast.crew,
            day,
            amount,
            office,
        )
    query(
        cast.url,
        "INSERT INTO pay_item (organisation, id, site, worker, work_day, kind, amount, crew,"
        " source, batch, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        cast.organisation,
        booked,
        cast.site,
        worker or cast.workers[0],
        day,
        item["kind"],
        amount,
        cast.crew,
        source,
        source or new_id(),
        office,
    )
    if item.get("voided"):
        query(
            cast.url,
            "UPDATE pay_item SET voided_at = now(), voided_by = $2, void_reason = 'twice'"
            " WHERE id = $1",
            booked,
            office,
        )
    return booked


def work_on(cast: Cast, site: UUID, crew: UUID, workers: Iterable[UUID]) -> None:
    """Put workers on the roster of another site as well."""
    for worker in workers:
        query(
            cast.url,
            "INSERT INTO roster (organisation, site, worker, crew, joined_on)"
            " VALUES ($1, $2, $3, $4, '2020-01-01') ON CONFLICT DO NOTHING",
            cast.organisation,
            site,
            worker,
            crew,
        )


async def sheet_sent(
    cast: Cast,
    day: date,
    lines: list[dict[str, Any]],
    *,
    site: UUID | None = None,
    crew: UUID | None = None,
    state: str = "approved",
    task: UUID | None = None,
) -> UUID:
    """A sheet that was pushed, and approved or returned when the state says so."""
    one = sheet(cast, *lines, day=day, site=site or cast.site, crew=crew or cast.crew)
    one["payload"]["task"] = task
    assert said(await send(cast.owner, one)) == ["applied"]
    entry: UUID = one["entity_id"]
    if state == "approved":
        await approve(cast.owner, entry, 1)
    elif state == "returned":
        await send_back(cast.owner, entry, 1, "count again")
    return entry


def advance_given(
    cast: Cast, worker: UUID, day: date, amount: str, state: str = "approved"
) -> None:
    """An advance, put straight into the books."""
    entry = new_id()
    query(
        cast.url,
        "INSERT INTO entry (organisation, id, site, kind, work_day, author, state)"
        " VALUES ($1, $2, $3, 'labour.advance', $4, $5, $6)",
        cast.organisation,
        entry,
        cast.site,
        day,
        cast.members["foreman"],
        state,
    )
    query(
        cast.url,
        "INSERT INTO advance (organisation, entry, site, worker, work_day, state, amount)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        cast.organisation,
        entry,
        cast.site,
        worker,
        day,
        state,
        Decimal(amount),
    )
