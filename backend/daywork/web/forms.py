"""Reading what people typed into a form: every fault is told beside its field, all at once.

Full-width digits and signs are what Chinese keyboards write; they are read like the others.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from daywork.ground.money import plain_number
from daywork.web.language import _


class Answers:
    """One submitted form. Each reader returns a value or None and notes the field's fault."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._form = form
        self.faults: dict[str, str] = {}
        """Field → what is wrong with it, in the reader's language."""

    @property
    def typed(self) -> Mapping[str, Any]:
        """The form as it came, to show it again."""
        return self._form

    def fault(self, field: str, words: str) -> None:
        """Note a fault found elsewhere; the first one of a field stands."""
        self.faults.setdefault(field, words)

    def raw(self, field: str) -> str:
        """What was typed, unchanged (passwords), but for the sign no database takes."""
        value = self._form.get(field)
        return value.replace("\x00", "") if isinstance(value, str) else ""

    def text(self, field: str, *, needed: bool = False, longest: int = 200) -> str:
        """One line of text, trimmed."""
        value = " ".join(self.raw(field).split())
        if needed and not value:
            self.fault(field, _("Please fill this in"))
        if len(value) > longest:
            self.fault(field, _("At most %(count)s characters", count=longest))
        return value

    def lines(self, field: str, *, longest: int = 50) -> list[str]:
        """The lines that are not empty, in their order."""
        lines = [" ".join(line.split()) for line in self.raw(field).splitlines()]
        for line in lines:
            if len(line) > longest:
                self.fault(field, _("At most %(count)s characters", count=longest))
        return [line for line in lines if line]

    def number(
        self,
        field: str,
        *,
        needed: bool = False,
        low: str = "0",
        high: str = "99999999",
        places: int = 2,
    ) -> Decimal | None:
        """A decimal number within its bounds."""
        text = plain_number(self.raw(field))
        if not text:
            if needed:
                self.fault(field, _("Please fill this in"))
            return None
        try:
            value = Decimal(text)
            fits = value.is_finite() and Decimal(low) <= value <= Decimal(high)
            exact = fits and value == round(value, places)
        except InvalidOperation:
            fits = exact = False
        if not fits:
            self.fault(field, _("A number from %(low)s to %(high)s", low=low, high=high))
            return None
        if not exact:
            self.fault(field, _("At most %(count)s decimal places", count=places))
            return None
        return value

    def day(self, field: str, *, needed: bool = False) -> date | None:
        """A date as the browser's date field writes it."""
        text = self.raw(field).strip()
        if not text:
            if needed:
                self.fault(field, _("Please choose a day"))
            return None
        try:
            value = date.fromisoformat(text)
        except ValueError:
            value = date.min
        if not date(1990, 1, 1) <= value <= date(2200, 1, 1):
            self.fault(field, _("This is not a day"))
            return None
        return value

    def one_of(self, field: str, choices: Iterable[str], *, needed: bool = False) -> str:
        """One of the given words, or ``""``."""
        value = self.raw(field)
        if value in set(choices):
            return value
        if value or needed:
            self.fault(field, _("Please choose one"))
        return ""

    def named(self, field: str, choices: Iterable[UUID], *, needed: bool = False) -> UUID | None:
        """The id of one of the given things."""
        chosen = self.one_of(field, (str(choice) for choice in choices), needed=needed)
        return UUID(chosen) if chosen else None

    def id(self, field: str) -> UUID | None:
        """An id the page itself put into the form, or None."""
        try:
            return UUID(self.raw(field))
        except ValueError:
            return None

    def several(self, field: str) -> list[str]:
        """All values of a field that may repeat (check boxes)."""
        getall = getattr(self._form, "getall", None)
        values = getall(field, []) if getall else self._form.get(field, [])
        return [values] if isinstance(values, str) else list(values)

    def ticked(self, field: str) -> bool:
        """Whether a check box was on."""
        return bool(self.raw(field))


def shown_again(answers: Answers | None) -> Callable[[str, Any], Any]:
    """``was(field, kept)`` for a template: what was typed when the form comes back with faults,
    else what is kept; nothing for None."""

    def was(field: str, kept: Any) -> Any:
        value = kept if answers is None else answers.typed.get(field)
        return "" if value is None else value

    return was
