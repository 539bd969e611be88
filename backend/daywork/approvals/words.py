"""Doubts, decisions and changes in the reader's language: one place for how this room speaks."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.approvals.doubts import About, Doubt, DoubtKind
from daywork.approvals.queries import Record
from daywork.approvals.rules import Changes, FactChange, LineChange, LineSeen
from daywork.delays import telling as delays_told
from daywork.delays import words as delay_words
from daywork.ground.terms import DelayCause, EntryState, Outcome, StopCause, TaskStatus
from daywork.money.rules import Handed
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
    DoubtKind.OVERTIME_MONTH: _("Overtime over 36 hours this month: %(names)s"),
    DoubtKind.OVER_LIMIT: _("%(total)s this month, over the site’s limit of %(limit)s"),
    DoubtKind.MORE_THAN_EARNED: _("More than is earned and not yet given"),
    DoubtKind.OVER_SHARE: _("More than %(share)s of what is earned and not yet given"),
    DoubtKind.LENT_TWICE: _("%(n)s advances on this day"),
    DoubtKind.REPORTED_TWICE: _("%(who)s reported %(lost)s days lost on this task and day, too"),
    DoubtKind.JUMP: _("Jumps from %(before)s to %(percent)s"),
    DoubtKind.STOPPED: _("Stopped: %(cause)s"),
    DoubtKind.SAME_DAYS: _("Same workers, same man-days %(days)s days running"),
    DoubtKind.NO_RATE: _("No rate yet: %(names)s"),
    DoubtKind.RATE_CHANGED: _("Rate changed since the last approved day: %(names)s"),
    DoubtKind.OFF_SITE: _("A photo was taken %(metres)s m away from the site"),
    DoubtKind.NO_PHOTO: _("No photo; this site asks for one"),
    DoubtKind.LATE: _("Arrived %(days)s days after the work"),
    DoubtKind.CLOCK: _("The phone’s clock was wrong"),
}

_CAUSES: Final[Mapping[str, str]] = {
    **{cause.value: said for cause, said in delays_told.CAUSES.items()},
    StopCause.RAIN: _("Rain"),
    StopCause.MATERIAL: _("Material"),
    StopCause.DRAWING: _("Drawings"),
    StopCause.LABOUR: _("Short of workers"),
    StopCause.PLANT: _("Plant"),
    StopCause.PERMIT: _("Permit"),
    StopCause.OTHER: _("Other"),
}
"""Why a task stands still, and what cost it days."""

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
    "days": _("Days lost"),
    "worker": _("Worker"),
    "amount": _("Amount"),
    "handed": _("Handed over"),
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
DELAY_REASONS: Final = (
    _("Check the days lost"),
    _("Check the cause"),
    _("Wrong task"),
    _("A photo is missing"),
    _("Say more in the note"),
)
ADVANCE_REASONS: Final = (
    _("Check the amount"),
    _("Wrong worker"),
    _("Not agreed with me"),
    _("A photo of the receipt is missing"),
    _("Recorded twice"),
)
REOPEN_REASONS: Final = (
    _("Approved by mistake"),
    _("The foreman asked for a correction"),
    _("New facts"),
)
"""What is picked with one tap; it is stored, and shown to the foreman, in the words picked."""


SEE_LINES = _("See what is asked about the lines")
"""The reason of a return that only asks about lines."""

LINE_QUESTIONS = (
    _("Was he there at all?"),
    _("So many man-days?"),
    _("So much overtime?"),
    _("Wrong task"),
    _("Wrong worker"),
)


def reasons(of: Sequence[str]) -> list[str]:
    """Reasons to pick from, in the reader's language."""
    return [gettext(reason) for reason in of]


def return_reasons(record: Record) -> list[str]:
    """Why a record of this kind is sent back, to pick from."""
    if record.is_sheet:
        return reasons(SHEET_REASONS)
    if record.is_advance:
        return reasons(ADVANCE_REASONS)
    return reasons(DELAY_REASONS if record.is_delay else REPORT_REASONS)


def doubt_words(doubt: Doubt) -> str:
    """One doubt in one short line."""
    values: dict[str, str | int] = {"names": _names(doubt.about)}
    for name, figure in doubt.figures.items():
        values[name] = _figure(name, figure, str(doubt.figures.get("currency", "")))
    return gettext(_DOUBTS[doubt.kind], **values)


def _figure(name: str, figure: Decimal | int | str | date, currency: str) -> str:
    if currency and isinstance(figure, Decimal):
        return figures.money(figure, currency)
    if name == "cause":
        return gettext(_CAUSES[str(figure)])
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
    DoubtKind.OVERTIME_MONTH: _("%(figure)s hours of overtime this month, over 36"),
    DoubtKind.NO_RATE: _("No rate yet"),
    DoubtKind.RATE_CHANGED: _("Rate changed since the last approved day"),
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
    if record.is_delay:
        return gettext(_("Delay: %(task)s"), task=task_of(record))
    if record.is_advance:
        return gettext(_("Advance: %(name)s"), name=record.worker_name)
    return record.crew_name if record.is_sheet else task_of(record)


_STATES: Final = {
    EntryState.SUBMITTED: _("Waiting"),
    EntryState.APPROVED: _("Approved"),
    EntryState.RETURNED: _("Returned"),
    EntryState.VOID: _("Void"),
}


def state_words(state: EntryState) -> str:
    """Where the record stands."""
    return gettext(_STATES[state])


def status_words(status: TaskStatus | None) -> str:
    """How the task goes."""
    return gettext(_STATUSES[status]) if status else ""


def cause_words(cause: StopCause | DelayCause | None) -> str:
    """Why it stands still, or what cost the days."""
    return gettext(_CAUSES[cause]) if cause else ""


def days_words(days: Decimal) -> str:
    """``1.5 days``."""
    return delay_words.days(days)


_HANDED: Final = {Handed.CASH: _("Cash"), Handed.TRANSFER: _("Transfer")}


def handed_words(handed: Handed | None) -> str:
    """How an advance was handed over."""
    return gettext(_HANDED[handed]) if handed else ""


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
        return gettext(_CAUSES[value])
    if field == "handed":
        return handed_words(Handed(value))
    if field == "amount":
        return f"{Decimal(value):,.2f}"
    if field == "days":
        return delay_words.days(Decimal(value))
    if field == "percent":
        return figures.percent(Decimal(value), 0 if Decimal(value) % 1 == 0 else 1)
    return value


def said_of(changes: Changes) -> list[str]:
    """What one version says otherwise than another: a sentence a line, a sentence a field."""
    said = [_line_changed(change) for change in changes.lines]
    for change in changes.fields:
        label, before, after = change_words(change)
        said.append(
            gettext(_("%(what)s: %(before)s → %(after)s"), what=label, before=before, after=after)
        )
    return said or [gettext(_("Sent again without a change."))]


def _line_changed(change: LineChange) -> str:
    if change.before is None or change.after is None:
        line = change.after or change.before
        text = _("%(name)s added: %(work)s") if change.after else _("%(name)s taken off: %(work)s")
        return gettext(text, name=change.name, work=_work(line) if line else "")
    old, new = change.before, change.after
    parts = []
    if (old.man_days, old.overtime_hours) != (new.man_days, new.overtime_hours):
        parts.append(f"{_work(old)} → {_work(new)}")
    if old.task != new.task:
        parts.append(
            f"{gettext(_('Task'))} {old.task or figures.NOTHING} → {new.task or figures.NOTHING}"
        )
    if old.note != new.note:
        parts.append(
            f"{gettext(_('Note'))} {old.note or figures.NOTHING} → {new.note or figures.NOTHING}"
        )
    joined = ("；" if language() != "en" else "; ").join(parts)
    return gettext(_("%(what)s: %(change)s"), what=change.name, change=joined)


def _work(line: LineSeen) -> str:
    text = gettext(_("%(n)s man-days"), n=figures.man_days(line.man_days))
    if line.overtime_hours:
        more = gettext(_("+%(n)s h overtime"), n=figures.number(line.overtime_hours))
        return f"{text} {more}"
    return text


_TOLD: Final = {
    Outcome.APPROVED: _("Approved: %(what)s, %(day)s"),
    Outcome.RETURNED: _("Returned: %(what)s, %(day)s"),
    Outcome.REOPENED: _("Reopened: %(what)s, %(day)s"),
    Outcome.PASSED: _("Passed on: %(what)s, %(day)s"),
}


_HAPPENED: Final = {
    "entry.signed": _("%(name)s took a signature"),
    "entry.printed": _("%(name)s took the daywork sheet away as a PDF"),
    "labour.exported": _("%(name)s took the month away as Excel"),
}


def happened_words(action: str, name: str) -> str:
    """What was done with the record without changing it; empty for what is told otherwise."""
    text = _HAPPENED.get(action)
    return gettext(text, name=name) if text else ""


def outcome_of(record: Record) -> Outcome:
    """The decision a record shows: passed on, when it waits for the second step."""
    return {
        EntryState.APPROVED: Outcome.APPROVED,
        EntryState.RETURNED: Outcome.RETURNED,
    }.get(record.state, Outcome.PASSED if record.steps_passed else Outcome.REOPENED)


def told(outcome: Outcome, record: Record) -> str:
    """What has just been decided, for the eye and for a screen reader."""
    return gettext(_TOLD[outcome], what=title_of(record), day=figures.day(record.work_day))
