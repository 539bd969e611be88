"""Delays in words: why each is one, with the figures it was judged by."""

from datetime import date
from decimal import Decimal

from daywork.delays.list_queries import DelaySeen
from daywork.delays.rules import ClosedWhy
from daywork.delays.telling import CAUSES
from daywork.ground.terms import DelayCause
from daywork.web import figures
from daywork.web.language import gettext as _
from daywork.web.language import ngettext


def cause(of: DelayCause) -> str:
    """The cause in the reader's language."""
    return _(CAUSES[of])


def days(amount: Decimal) -> str:
    """``6 days``; a half one is more than one day."""
    whole = int(amount) if amount == int(amount) else 2
    return ngettext("%(days)s day", "%(days)s days", whole, days=figures.number(amount))


def why(delay: DelaySeen) -> str:
    """Why the server thinks that a detected one is a delay."""
    facts = delay.facts
    planned = _day(facts.get("planned"))
    match delay.cause:
        case DelayCause.LATE_START:
            return _(
                "Planned start %(planned)s, and nothing is reported as begun.", planned=planned
            )
        case DelayCause.LATE_FINISH:
            return _(
                "Planned finish %(planned)s, and it is not finished: %(days)s.",
                planned=planned,
                days=days(delay.days),
            )
        case DelayCause.FORECAST:
            return _(
                "Planned finish %(planned)s; at %(rate)s a day it will be %(forecast)s:"
                " %(days)s, tolerance %(tolerance)s. Still to do: %(remaining)s.",
                planned=planned,
                rate=_amount(facts, "rate"),
                forecast=_day(facts.get("forecast")),
                days=days(delay.days),
                tolerance=facts.get("tolerance", "–"),
                remaining=_amount(facts, "remaining"),
            )
        case _other:
            return _(
                "It is on the critical path and has no float left: the tasks before it push it"
                " %(days)s past the plan, counted in workdays. Planned finish %(planned)s.",
                planned=planned,
                days=days(delay.days),
            )


def _day(text: object) -> str:
    return figures.day(date.fromisoformat(str(text))) if text else figures.NOTHING


def _amount(facts: dict[str, object], name: str) -> str:
    unit = facts.get("unit") or _("percentage points")
    return f"{facts.get(name, figures.NOTHING)} {unit}"


def ended(delay: DelaySeen) -> str:
    """How a closed one ended."""
    return {
        ClosedWhy.RECOVERED: _("The task has recovered"),
        ClosedWhy.SUPERSEDED: _("The task is late in another way now"),
        ClosedWhy.WITHDRAWN: _("The reports were taken back"),
        ClosedWhy.PLAN_CHANGED: _("The plan was changed"),
    }[ClosedWhy(delay.closed_why or "recovered")]
