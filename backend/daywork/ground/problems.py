"""Refusals people can act on (RFC 9457): each says what is wrong and what would fix it.

A problem is declared beside its rule as a :class:`ProblemKind`; ``web.problems`` is the one place
that turns a raised :class:`Problem` into JSON, a page or a fragment in the person's language.
"""

from dataclasses import dataclass, field
from typing import Any

CATALOGUE: dict[str, "ProblemKind"] = {}
"""Every kind by its slug: answers are stored by slug and worded in the reader's language later."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One line of the catalogue of refusals. Texts are gettext msgids with ``%(name)s`` fields."""

    slug: str
    status: int
    title: str
    fix: str = ""

    def __post_init__(self) -> None:
        known = CATALOGUE.setdefault(self.slug, self)
        if known != self:
            raise ValueError(f"two problems are called {self.slug!r}")

    def __call__(self, **extra: Any) -> "Problem":
        """The problem itself, with the facts its texts name."""
        return Problem(self, extra)


@dataclass
class Problem(Exception):
    """A refusal with its facts; ``extra`` is shown to clients, so nothing secret goes in it."""

    kind: ProblemKind
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind.slug} {self.extra}" if self.extra else self.kind.slug


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NOT_FOUND = ProblemKind(
    "not_found", 404, _("This is not here"), _("It may have been moved, or it is not yours to see.")
)
NOT_ALLOWED = ProblemKind(
    "not_allowed", 403, _("You may not do this"), _("Ask the owner of your company for the right.")
)
SIGNED_OUT = ProblemKind(
    "signed_out", 401, _("Please sign in"), _("What you recorded is kept on this phone.")
)
