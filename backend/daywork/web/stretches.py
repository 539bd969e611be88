"""Long lists a hundred at a time: whoever has thousands of workers finds one by name or number.

What a list shows stays the same size however large the company is. Most lists are cut here, after
they were read; those that may be tens of thousands long are cut by the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

AT_ONCE: Final = 100
MOST_SKIPPED: Final = 10_000_000
"""More rows than any company has; what an address asks for goes to the database."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a list an address asks for."""

    find: str = ""
    """What name or number hold, in any case."""
    skip: int = 0

    @classmethod
    def read(cls, find: str, skip: int) -> "Wanted":
        """As it stands in the address."""
        return cls(find.strip()[:80], min(max(skip, 0), MOST_SKIPPED))

    @property
    def pattern(self) -> str | None:
        """For ILIKE; None when nothing is looked for."""
        if not self.find:
            return None
        plain = self.find.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{plain}%"


FIRST: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Row]):
    """A hundred rows of a list, and where the others are."""

    rows: Sequence[Row]
    in_all: int
    wanted: Wanted = FIRST
    path: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What else the address says."""

    def at(self, path: str, **asked: Any) -> "Stretch[Row]":
        """The same rows on a page with this address."""
        said = {name: str(value) for name, value in asked.items() if value}
        return Stretch(self.rows, self.in_all, self.wanted, path, said)

    @property
    def is_all(self) -> bool:
        """There is nothing to be looked for and nothing beyond."""
        return not (self.wanted.find or self.wanted.skip) and self.in_all <= len(self.rows)

    @property
    def last(self) -> int:
        """Number of the last row here."""
        return self.wanted.skip + len(self.rows)

    @property
    def before(self) -> str | None:
        """Address of the rows before these."""
        if not self.wanted.skip:
            return None
        return self._address(max(self.wanted.skip - AT_ONCE, 0))

    @property
    def after(self) -> str | None:
        """Address of the rows after these."""
        return self._address(self.last) if self.rows and self.last < self.in_all else None

    @property
    def whole(self) -> str:
        """Address of the list from its beginning, without a search."""
        return f"{self.path}?{urlencode(self.asked)}"

    def _address(self, skip: int) -> str:
        said = dict(self.asked)
        if self.wanted.find:
            said["find"] = self.wanted.find
        if skip:
            said["skip"] = str(skip)
        return f"{self.path}?{urlencode(said)}"


def stretch_of(
    rows: Sequence[Row], wanted: Wanted, said: Callable[[Row], str] | None = None
) -> Stretch[Row]:
    """A stretch of a list that was read as a whole; ``said`` is what is searched."""
    if wanted.find and said is not None:
        sought = wanted.find.casefold()
        rows = [row for row in rows if sought in said(row).casefold()]
    return Stretch(rows[wanted.skip : wanted.skip + AT_ONCE], len(rows), wanted)
