"""The cross-check in the reader's language."""

from typing import Final

from daywork.crosscheck.answer_queries import Dispute
from daywork.crosscheck.rules import Standing
from daywork.web import figures
from daywork.web.language import gettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


STANDINGS: Final = {
    Standing.NOT_ASKED: (_("Not asked yet"), "plain", None),
    Standing.WAITING: (_("Not answered yet"), "warn", "clock"),
    Standing.CONFIRMED: (_("Confirmed"), "ok", "check"),
    Standing.CHANGED: (_("Changed since confirmed"), "warn", "alert"),
    Standing.DISPUTED: (_("Disputed"), "bad", "alert"),
    Standing.ANSWERED: (_("Answered, to be confirmed"), "warn", "clock"),
}
"""Word, colour and icon of a badge."""


def standing_words(one: Standing) -> str:
    """How far a month is."""
    return gettext(STANDINGS[one][0])


def standing_kind(one: Standing) -> str:
    """The colour of its badge."""
    return STANDINGS[one][1]


def standing_icon(one: Standing) -> str | None:
    """The icon of its badge."""
    return STANDINGS[one][2]


def when_words(dispute: Dispute) -> str:
    """The day it is about, or the month."""
    if dispute.whole_month:
        return gettext(_("%(month)s in all"), month=figures.month(dispute.work_day))
    return figures.day(dispute.work_day)


def recorded_words(dispute: Dispute) -> str:
    """What is on record of the day."""
    return _amounts(dispute.man_days, dispute.overtime_hours)


def claimed_words(dispute: Dispute) -> str:
    """What the worker says should be."""
    return _amounts(dispute.claimed_man_days, dispute.claimed_overtime)


def _amounts(man_days: object, overtime: object) -> str:
    told = gettext(_("%(n)s 工"), n=figures.number(man_days))  # type: ignore[arg-type]
    if not overtime:
        return told
    hours = figures.number(overtime)  # type: ignore[arg-type]
    return f"{told} · " + gettext(_("overtime %(n)s h"), n=hours)
