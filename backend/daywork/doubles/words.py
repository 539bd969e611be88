"""How double bookings are told on their page."""

from typing import Final

from daywork.doubles.rules import Double
from daywork.web.language import gettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


STAND_REASONS: Final = (
    _("Worked a day shift and a night shift"),
    _("Half a day here, the rest there: both counted right"),
    _("Agreed with both foremen"),
)
COUNTS_REASONS: Final = (
    _("Was there the whole day"),
    _("The other sheet is by mistake"),
    _("Agreed with both foremen"),
)
"""What is picked with one tap; it is stored in the words picked."""


ENDED: Final = {
    "both_stand": _("All sheets stand"),
    "one_counts": _("One sheet counts, the others were corrected"),
}
SETTLED: Final = _("Settled: a sheet was corrected or returned")


def stand_reasons() -> list[str]:
    """Why all sheets stand, in the reader's language."""
    return [gettext(one) for one in STAND_REASONS]


def counts_reasons() -> list[str]:
    """Why only one sheet counts, in the reader's language."""
    return [gettext(one) for one in COUNTS_REASONS]


def how_it_ended(double: Double) -> str:
    """What became of a settled one."""
    return gettext(ENDED.get(double.outcome or "", SETTLED))
