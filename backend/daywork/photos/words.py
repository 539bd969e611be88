"""A photo's doubts, in the reader's language."""

from datetime import timedelta

from daywork.photos.doubts import Doubted, PhotoDoubt
from daywork.web.language import gettext as _


def doubt_words(doubt: PhotoDoubt) -> str:
    """A doubt in the reader's language."""
    if doubt.what is Doubted.NO_POSITION:
        return _("The phone gave no position")
    if doubt.what is Doubted.ROUGH_POSITION:
        if doubt.metres is None:
            return _("The phone did not say how accurate the position is")
        return _("The position is rough: ± %(metres)s m", metres=round(doubt.metres))
    if doubt.what is Doubted.OFF_SITE:
        return _("Taken off the site: %(away)s from its middle", away=_far(doubt.metres or 0))
    if doubt.what is Doubted.CLOCK:
        return _("The phone’s clock could not be right")
    if doubt.what is Doubted.AFTER_ARRIVAL:
        return _("Taken, it says, after the office had it already")
    return _(
        "The picture’s own time and the phone’s clock are %(apart)s apart",
        apart=_long(abs(doubt.apart or timedelta())),
    )


def _far(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"


def _long(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours < 1:
        return _("%(n)s min", n=round(hours * 60))
    if hours < 48:
        return _("%(n)s h", n=round(hours))
    return _("%(n)s days", n=round(hours / 24))
