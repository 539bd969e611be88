"""Letters in the reader's language: what each is, line by line, and how it was settled."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from daywork.approvals.words import cause_words, handed_words, status_words
from daywork.delays.telling import CAUSES as DELAY_CAUSES
from daywork.ground.terms import DelayCause, LabourUnit, PushResult, StopCause, TaskStatus
from daywork.letters.queries import Letter
from daywork.letters.rules import How
from daywork.money.rules import Handed
from daywork.signatures.rules import Party, Signing
from daywork.signatures.words import outcome_words, party_words
from daywork.web import figures
from daywork.web.language import gettext, ngettext
from daywork.web.problems import told


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


Names = Mapping[UUID, str]

_KINDS: Final = {
    "labour.sheet": _("Labour sheet"),
    "progress.report": _("Progress"),
    "delay.report": _("Delay"),
    "labour.advance": _("Advance"),
    "photo.record": _("Photo"),
    "sites.worker": _("New worker"),
    "entry.void": _("Voiding of a record"),
    "signature.record": _("Signature"),
    "labour.cross_check": _("Cross-check"),
}
_FIELDS: Final = (
    ("work_day", _("Day")),
    ("month", _("Month")),
    ("crew", _("Crew")),
    ("task", _("Task")),
    ("party", _("Who signs")),
    ("outcome", _("What came of it")),
    ("name", _("Name")),
    ("company", _("Company")),
    ("witness", _("Witness")),
    ("trade", _("Trade")),
    ("joined_on", _("First day on the site")),
    ("phone", _("Phone")),
    ("status", _("How it goes")),
    ("percent", _("Percent")),
    ("quantity", _("Quantity")),
    ("cause", _("Cause")),
    ("days", _("Days lost")),
    ("worker", _("Worker")),
    ("claims", _("Disputed")),
    ("amount", _("Amount")),
    ("handed", _("Handed over")),
    ("taken_at", _("Taken")),
    ("note", _("Note")),
    ("reason", _("Reason of the change")),
)
"""What is shown of a payload, in this order; the whole of it stands below, as it came."""


def ids_in(letters: Iterable[Letter]) -> set[UUID]:
    """Every id these letters' payloads speak of by a name."""
    return {found for letter in letters for found in _ids(letter.payload)}


def _ids(payload: Mapping[str, Any]) -> Iterator[UUID]:
    for name in ("crew", "task", "trade", "worker"):
        found = as_id(payload.get(name))
        if found is not None:
            yield found
    for line in lines_of(payload):
        yield from _ids(line)


def lines_of(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a sheet; whatever else stands there is left out."""
    found = payload.get("lines")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def as_id(value: Any) -> UUID | None:
    """A payload's id; None when it is none."""
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        return None


def name_of(value: Any, names: Names) -> str:
    """A name, or that this site does not know it."""
    return names.get(as_id(value) or UUID(int=0)) or gettext("not on this site")


def day_of(payload: Mapping[str, Any], name: str = "work_day") -> date | None:
    """A payload's day; None when it is none."""
    try:
        return date.fromisoformat(str(payload.get(name)))
    except ValueError:
        return None


def kind_named(mutation_type: str) -> str:
    """What kind of record a mutation of this type is."""
    return gettext(_KINDS.get(mutation_type, _("Unreadable record")))


def title_of(letter: Letter, names: Names) -> str:
    """``Labour sheet · Thu 5 Mar · Carpenters · 12 workers``."""
    payload = letter.payload
    parts = [kind_named(letter.type)]
    if day := day_of(payload):
        parts.append(figures.day(day))
    if letter.type == "labour.sheet":
        parts += [name_of(payload.get("crew"), names)]
        parts += [ngettext("%(n)s worker", "%(n)s workers", len(lines_of(payload)))]
    elif letter.type == "signature.record":
        parts += [name_of(payload.get("crew"), names), str(payload.get("name") or "–")]
    elif letter.type == "labour.cross_check":
        parts += [str(payload.get("month") or "–"), name_of(payload.get("worker"), names)]
    elif letter.type in ("progress.report", "delay.report"):
        parts.append(name_of(payload.get("task"), names))
    elif letter.type == "labour.advance":
        parts += [name_of(payload.get("worker"), names), str(payload.get("amount") or "–")]
    elif letter.type == "sites.worker":
        parts.append(str(payload.get("name") or "–"))
    return " · ".join(parts)


def facts_of(letter: Letter, names: Names) -> list[tuple[str, str]]:
    """What the record says, field by field, in words."""
    found = []
    for name, label in _FIELDS:
        value = letter.payload.get(name)
        if value not in (None, "", {}):
            found.append((gettext(label), _said(name, value, letter, names)))
    return found


def _said(name: str, value: Any, letter: Letter, names: Names) -> str:
    if name in ("crew", "task", "trade", "worker"):
        return name_of(value, names)
    if name in ("work_day", "joined_on") and (day := day_of(letter.payload, name)):
        return figures.day(day, year=True)
    if name == "taken_at":
        try:
            return figures.moment(datetime.fromisoformat(str(value)), letter.time_zone)
        except ValueError:
            return str(value)
    if name == "claims":
        return claims_words(value)
    if name == "outcome" and value in set(Signing):
        return outcome_words(Signing(value))
    if name == "party" and value in set(Party):
        return party_words(Party(value))
    if name == "status" and value in set(TaskStatus):
        return status_words(TaskStatus(value))
    if name == "cause" and value in set(StopCause):
        return cause_words(StopCause(value))
    if name == "cause" and value in set(DelayCause):
        return gettext(DELAY_CAUSES[DelayCause(value)])
    if name == "handed" and value in set(Handed):
        return handed_words(Handed(value))
    return str(value)


def claims_words(claims: Any) -> str:
    """What a worker remembers otherwise, day by day."""
    if not isinstance(claims, dict):
        return str(claims)
    return "; ".join(
        f"{_when(day)}: {amount_of({'amount': said.get('man_days', '–'), **said})}"
        f" ({said.get('reason', '')})"
        for day, said in claims.items()
        if isinstance(said, dict)
    )


def _when(day: str) -> str:
    try:
        return figures.day(date.fromisoformat(day))
    except ValueError:
        return gettext("the month in all")


def amount_of(line: Mapping[str, Any]) -> str:
    """``1 工``, or ``9 h +2 h``."""
    unit = gettext("h") if line.get("unit") == LabourUnit.HOURS else gettext("工")
    overtime = str(line.get("overtime_hours") or "0")
    more = f" +{overtime} {gettext('h')}" if overtime.strip("0.") else ""
    return f"{line.get('amount', '–')} {unit}{more}"


def why(letter: Letter) -> dict[str, Any]:
    """The problem in the reader's words; ``title`` and ``fix``."""
    if letter.problem is None:
        return {"title": gettext("The office would not take it"), "fix": ""}
    return told(letter.problem)


def standing_of(letter: Letter) -> tuple[str, str]:
    """A word for where it stands, and how it looks."""
    if letter.open:
        if letter.result is PushResult.QUARANTINED:
            return gettext("The office decides"), "warn"
        return gettext("Refused"), "bad"
    if letter.how is How.PUT_ASIDE:
        return gettext("Put aside"), "plain"
    if letter.how is How.ACCEPTED:
        return gettext("Booked"), "ok"
    if letter.how is How.MENDED:
        return gettext("Booked with a change"), "ok"
    if letter.dismissed_at is not None:
        return gettext("Discarded by its author"), "plain"
    return gettext("Mended by its author"), "ok"
