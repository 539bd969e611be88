"""Doubts, decisions and changes in the reader's language: one place for how this room speaks."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.approvals.queries import Record
from daywork.approvals.rules import About, Doubt, DoubtKind, FactChange
from daywork.ground.terms import Outcome, StopCause, TaskStatus
from daywork.web import figures
from daywork.web.language import gettext, language


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NAMES_SHOWN: Final = 3

_DOUBTS: Final = {
    DoubtKind.DOUBLE_BOOKING: _("Booked twice: %(names)s"),
    DoubtKind.OVER_A_DAY: _("More than one man-day: %(names)s"),
    DoubtKind.WORKER_LEFT: _("Had left the site: %(names)s"),
    DoubtKind.GOING_DOWN: _("Goes down, from %(before)s to %(percent)s"),
    DoubtKind.OVERTIME: _("Overtime over 3 hours: %(names)s"),
    DoubtKind.JUMP: _("Jumps from %(before)s to %(percent)s"),
    DoubtKind.STOPPED: _("Stopped: %(cause)s"),
    DoubtKind.SAME_DAYS: _("Same workers, same man-days %(days)s days running"),
    DoubtKind.NO_RATE: _("No rate yet: %(names)s"),
    DoubtKind.NO_PHOTO: _("No photo; this site asks for one"),
    DoubtKind.LATE: _("Arrived %(days)s days after the work"),
    DoubtKind.CLOCK: _("The phone’s clock was wrong"),
}

_CAUSES: Final = {
    StopCause.RAIN: _("Rain"),
    StopCause.MATERIAL: _("Material"),
    StopCause.DRAWING: _("Drawings"),
    StopCause.LABOUR: _("Short of workers"),
    StopCause.PLANT: _("Plant"),
    StopCause.PERMIT: _("Permit"),
    StopCause.OTHER: _("Other"),
}

_STATUSES: Final = {
    TaskStatus.NOT_BEGUN: _("Not begun"),
    TaskStatus.GOING: _("Going"),
    TaskStatus.STOPPED: _("Stopped"),
    TaskStatus.DONE: _("Done"),
}

_FIELDS: Final = {
    "percent": _("Percent"),
    "quantity": _("Quantity"),
    "status": _("How it goes"),
    "cause": _("Cause"),
    "note": _("Note"),
}

SHEET_REASONS: Final = (
    _("Check the workers"),
    _("Check the man-days"),
    _("Check the overtime"),
    _("Task is missing or wrong"),
    _("A photo is missing"),
    _("Recorded twice"),
)
REPORT_REASONS: Final = (
    _("Check the quantity"),
    _("Wrong task"),
    _("A photo is missing"),
    _("Say more in the note"),
)
REOPEN_REASONS: Final = (
    _("Approved by mistake"),
    _("The foreman asked for a correction"),
    _("New facts"),
)
"""What is picked with one tap; it is stored, and shown to the foreman, in the words picked."""


def reasons(of: Sequence[str]) -> list[str]:
    """Reasons to pick from, in the reader's language."""
    return [gettext(reason) for reason in of]


def doubt_words(doubt: Doubt) -> str:
    """One doubt in one short line."""
    values: dict[str, str | int] = {"names": _names(doubt.about)}
    for name, figure in doubt.figures.items():
        values[name] = _figure(name, figure)
    return gettext(_DOUBTS[doubt.kind], **values)


def _figure(name: str, figure: Decimal | int | str | date) -> str:
    if name == "cause":
        return gettext(_CAUSES[StopCause(str(figure))])
    return figures.percent(figure) if isinstance(figure, Decimal) else str(figure)


def _names(about: Sequence[About]) -> str:
    shown = [_named(one, alone=len(about) == 1) for one in about[:NAMES_SHOWN]]
    joined = ("、" if language() != "en" else ", ").join(shown)
    if len(about) > NAMES_SHOWN:
        more = len(about) - NAMES_SHOWN
        return gettext(_("%(names)s and %(n)s more"), names=joined, n=more)
    return joined


def _named(about: About, *, alone: bool) -> str:
    if isinstance(about.figure, date):
        return gettext(
            _("%(name)s (since %(day)s)"), name=about.name, day=figures.day(about.figure)
        )
    text = about.name
    if about.figure is not None:
        text = f"{about.name} {figures.man_days(about.figure)}"
    if about.elsewhere and alone:
        return gettext(_("%(worker)s in all, also with %(where)s"), worker=text, where=where(about))
    return text


def where(about: About) -> str:
    """The other sheets of a double booking: crews with their sites."""
    return ("、" if language() != "en" else ", ").join(
        dict.fromkeys(f"{one.crew} · {one.site}" for one in about.elsewhere)
    )


_LINE_DOUBTS: Final = {
    DoubtKind.DOUBLE_BOOKING: _("Booked twice, %(figure)s in all: also with %(where)s"),
    DoubtKind.OVER_A_DAY: _("More than one man-day"),
    DoubtKind.WORKER_LEFT: _("Had left the site on %(figure)s"),
    DoubtKind.OVERTIME: _("Overtime over 3 hours"),
    DoubtKind.NO_RATE: _("No rate yet"),
}


def line_doubts(doubts: Sequence[Doubt]) -> dict[UUID, list[tuple[str, bool]]]:
    """By worker: what is doubtful about the line, in words, and whether it is serious."""
    found: dict[UUID, list[tuple[str, bool]]] = {}
    for doubt in doubts:
        for about in doubt.about:
            figure = about.figure
            said = figures.day(figure) if isinstance(figure, date) else figures.man_days(figure)
            words = gettext(_LINE_DOUBTS[doubt.kind], figure=said, where=where(about))
            found.setdefault(about.worker, []).append((words, doubt.serious))
    return found


def task_name(code: str, name: str, name_en: str) -> str:
    """``A-3F Rebar``: code and name in the reader's language; empty without a task."""
    said = name_en if language() == "en" and name_en else name
    return f"{code} {said}".strip()


def task_of(record: Record) -> str:
    """The record's task in the reader's language."""
    return task_name(record.task_code, record.task_name, record.task_name_en)


def title_of(record: Record) -> str:
    """What a record is called: the crew of a sheet, the task of a report."""
    return record.crew_name if record.is_sheet else task_of(record)


def status_words(status: TaskStatus | None) -> str:
    """How the task goes."""
    return gettext(_STATUSES[status]) if status else ""


def cause_words(cause: StopCause | None) -> str:
    """Why it stands still."""
    return gettext(_CAUSES[cause]) if cause else ""


def change_words(change: FactChange) -> tuple[str, str, str]:
    """A changed field: its label, what it said before, what it says now."""
    return (
        gettext(_FIELDS.get(change.name, change.name)),
        _said(change.name, change.before),
        _said(change.name, change.after),
    )


def _said(field: str, value: str | None) -> str:
    if value is None:
        return figures.NOTHING
    if field == "status":
        return gettext(_STATUSES[TaskStatus(value)])
    if field == "cause":
        return gettext(_CAUSES[StopCause(value)])
    if field == "percent":
        return figures.percent(Decimal(value), 0 if Decimal(value) % 1 == 0 else 1)
    return value


_TOLD: Final = {
    Outcome.APPROVED: _("Approved: %(what)s, %(day)s"),
    Outcome.RETURNED: _("Returned: %(what)s, %(day)s"),
    Outcome.REOPENED: _("Reopened: %(what)s, %(day)s"),
}


def told(outcome: Outcome, record: Record) -> str:
    """What has just been decided, for the eye and for a screen reader."""
    return gettext(_TOLD[outcome], what=title_of(record), day=figures.day(record.work_day))
