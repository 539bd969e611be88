"""What about a photo cannot be taken for granted: its position and its time. Pure.

A doubt is shown beside the photo and on its card. Nothing is corrected and nothing refused: what
the phone said is kept as it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final

from daywork.entries.rules import CLOCK_TOLERANCE

ROUGH: Final = 100.0
"""Metres of accuracy above which a position says little about a site."""
AGREE: Final = timedelta(minutes=15)
"""Between the picture's own time and the phone's clock when it was recorded."""
_EARTH: Final = 6_371_000.0


class Doubted(StrEnum):
    """Why somebody should look twice."""

    NO_POSITION = "no_position"
    ROUGH_POSITION = "rough_position"
    OFF_SITE = "off_site"
    CLOCK = "clock"
    """The phone's clock was off when it sent, or ran ahead."""
    AFTER_ARRIVAL = "after_arrival"
    """Taken, it says, after the office had it."""
    NOT_THEN = "not_then"
    """Taken at another time than it was recorded: from the album, or a camera with another time."""


@dataclass(frozen=True, slots=True)
class PhotoDoubt:
    """One doubt; ``metres`` or ``apart`` say how much."""

    what: Doubted
    metres: float | None = None
    apart: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """Where a site is: its middle, and how far from there still belongs to it."""

    latitude: float
    longitude: float
    radius_m: int


def photo_doubts(
    *,
    latitude: float | None,
    longitude: float | None,
    accuracy_m: float | None,
    fence: Fence | None,
    taken_at: datetime | None,
    client_time: datetime | None,
    received_at: datetime,
    clock_doubtful: bool,
) -> list[PhotoDoubt]:
    """Doubts about position first, then about time. A position is off the site only when it is so
    even by its own accuracy."""
    doubts = []
    if latitude is None or longitude is None:
        doubts.append(PhotoDoubt(Doubted.NO_POSITION))
    else:
        if accuracy_m is None or accuracy_m > ROUGH:
            doubts.append(PhotoDoubt(Doubted.ROUGH_POSITION, accuracy_m))
        if fence is not None:
            away = metres_between(latitude, longitude, fence.latitude, fence.longitude)
            if away - (accuracy_m or 0) > fence.radius_m:
                doubts.append(PhotoDoubt(Doubted.OFF_SITE, away))
    if clock_doubtful:
        doubts.append(PhotoDoubt(Doubted.CLOCK))
    if taken_at is not None:
        if taken_at > received_at + CLOCK_TOLERANCE:
            doubts.append(PhotoDoubt(Doubted.AFTER_ARRIVAL, apart=taken_at - received_at))
        elif client_time is not None and abs(client_time - taken_at) > AGREE:
            doubts.append(PhotoDoubt(Doubted.NOT_THEN, apart=client_time - taken_at))
    return doubts


def metres_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Distance on the globe (haversine), degrees in, metres out."""
    north, other_north = radians(latitude), radians(other_latitude)
    half = sin((other_north - north) / 2) ** 2
    east = radians(other_longitude - longitude)
    half += cos(north) * cos(other_north) * sin(east / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))
