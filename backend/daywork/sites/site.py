"""A site as everybody who asks about it gets it: read once, never changed in place."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Site:
    """One construction project with its own time zone, calendar and hours of a day."""

    organisation: UUID
    id: UUID
    name: str
    time_zone: str
    """IANA name; it decides what "today" is on the site."""
    hours_per_day: Decimal
    """Hours that make one 工."""
    overtime_hours_per_man_day: Decimal
    """Hours of overtime that are paid as one 工."""
    rest_weekdays: tuple[int, ...]
    """ISO weekdays, Monday 1 to Sunday 7."""
    latitude: float | None
    longitude: float | None
    radius_m: int
    photo_required: bool
    starts_on: date | None
    ends_on: date | None
    active: bool
    country: str = "CN"
    """ISO 3166-1 alpha-2, for the public holidays; empty: none are kept."""
    region: str = ""
    """The part of the country whose holidays are kept, where they differ."""
    delay_tolerance: int = 3
    """Calendar days a forecast may lie behind the plan before it counts as a delay."""
