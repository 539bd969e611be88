"""What a foreman's phone holds of his workers' months, so that they can be shown without a network.

The same figures as behind a private link: days from ``queries.days_of``, money from
``summary.owed``. This month and the one before; days of the sheets that the phone has not sent yet
are laid over them there (``pwa/js/crosscheck/rules.js``).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from daywork.crosscheck import answer_queries, queries
from daywork.crosscheck.answer_queries import Answer, Dispute
from daywork.crosscheck.rules import Day, changed_days, plain, shown_of
from daywork.ground.money import ZERO
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.summary.owed import MonthOwed, months_owed
from daywork.summary.rules import Month, month_named


async def shows_pay(actor: Actor, site: UUID) -> bool:
    """Whether the actor's phone may hold what workers of the site are owed: only where the actor
    may see pay anyhow, and the site lets its workers see it."""
    return (
        may(actor, Right.SEE_PAY, site)
        and (await queries.rule_of(actor.organisation, site)).shows_pay
    )


async def months_for_phones(
    actor: Actor, site: UUID, workers: Collection[UUID], today: date
) -> dict[UUID, str]:
    """JSON by worker; who has nothing in these months is left out."""
    organisation, this = actor.organisation, month_named(None, today)
    pay = await shows_pay(actor, site)
    found: dict[UUID, dict[str, Any]] = {}
    for month in (this.previous, this):
        known = await _known(organisation, site, month, workers, pay=pay)
        for worker in workers:
            said = known.of(worker)
            if said is not None:
                found.setdefault(worker, {})[month.text] = said
    return {one: _text({"months": months}) for one, months in found.items()}


def _text(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Known:
    """A month of several workers."""

    month: Month
    days: Mapping[UUID, list[Day]]
    answers: Mapping[UUID, Answer]
    disputes: Mapping[UUID, list[Dispute]]
    owed: Mapping[UUID, list[MonthOwed]] | None
    """Up to this month; None when pay is not shown."""

    def of(self, worker: UUID) -> dict[str, Any] | None:
        """One worker's, or None when there is nothing to show."""
        days, disputes = self.days.get(worker, []), self.disputes.get(worker, [])
        answer = self.answers.get(worker)
        if not days and not disputes and answer is None:
            return None
        said: dict[str, Any] = {
            "days": {f"{one.day:%d}": _amounts(one) for one in days},
            "answer": _answer(answer, days) if answer else None,
            "disputes": [_dispute(one) for one in disputes],
        }
        if self.owed is not None:
            said["pay"] = _pay(self.owed.get(worker, []), self.month)
        return said


async def _known(
    organisation: UUID, site: UUID, month: Month, workers: Collection[UUID], *, pay: bool
) -> _Known:
    disputes: dict[UUID, list[Dispute]] = {}
    for one in await answer_queries.disputes_of(organisation, site, month, workers):
        disputes.setdefault(one.worker, []).append(one)
    owed: dict[UUID, list[MonthOwed]] | None = None
    if pay:
        owed = {}
        for due in await months_owed(organisation, [site], workers=list(workers), until=month.last):
            owed.setdefault(due.worker, []).append(due)
    return _Known(
        month,
        await queries.days_of(organisation, site, month, workers),
        await answer_queries.answers_of(organisation, site, month.first, workers),
        disputes,
        owed,
    )


def _amounts(day: Day) -> list[str]:
    """工 and overtime approved, then both that wait; noughts at the end are left out, because
    each sheet brings these months of a whole crew over a thin line."""
    amounts = [day.man_days, day.overtime_hours, day.pending_man_days, day.pending_overtime]
    while amounts and not amounts[-1]:
        amounts.pop()
    return [plain(one) for one in amounts]


def _answer(one: Answer, days: list[Day]) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "outcome": one.outcome,
        "name": one.name,
        "at": one.at.isoformat(),
        "changed": [day.isoformat() for day in changed_days(one.shown, shown_of(days))],
    }


def _dispute(one: Dispute) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "day": one.work_day.isoformat(),
        "whole_month": one.whole_month,
        "recorded": [plain(one.man_days), plain(one.overtime_hours)],
        "claimed": [plain(one.claimed_man_days), plain(one.claimed_overtime)],
        "reason": one.reason,
        "outcome": one.outcome,
        "answer": one.answer,
        "answered_by": one.answered_by_name,
    }


def _pay(owed: Collection[MonthOwed], month: Month) -> dict[str, Any]:
    this = next((one for one in owed if one.month == month.first), None)
    return {
        "earned": str(this.earned if this else ZERO),
        "advances": str(this.advances if this else ZERO),
        "paid": str(this.payments if this else ZERO),
        "outstanding": str(this.outstanding if this else ZERO),
        "left": str(sum((one.outstanding for one in owed), ZERO)),
        "unpriced": this.figures.unpriced if this else 0,
    }
