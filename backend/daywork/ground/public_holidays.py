"""Public holidays of a country, a year at a time.

China's stand in ``holidays_cn.toml`` as its State Council published them, because weekends are
swapped there by a yearly notice and the law pays its own holidays otherwise than the swapped days.
Other countries, and years the file does not have, come from the ``holidays`` library.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from daywork.ground.calendar import days_from

CHINA: Final = "CN"
_FILE: Final = Path(__file__).with_name("holidays_cn.toml")
_SWAPPED: Final = "休息日"
"""How the library's Chinese names of days begin that are only swapped."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """What a day is called."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """The public holidays of one year. A day in none of the three is as the site's week says."""

    statutory: Mapping[date, Holiday] = field(default_factory=dict)
    off: Mapping[date, Holiday] = field(default_factory=dict)
    """Rest days that go with a holiday, swapped ones among them."""
    worked: Mapping[date, Holiday] = field(default_factory=dict)
    """Days of a week-end that are worked in exchange."""
    provisional: bool = False
    """Not published yet: only what the law fixes by itself."""
    source: str = ""


@cache
def holidays_of(country: str, region: str, year: int) -> HolidayYear:
    """The year's holidays; none for the country ``""``, or one that is not known.

    ``country`` is ISO 3166-1 alpha-2, ``region`` as the library names the country's parts.
    """
    if not country:
        return HolidayYear()
    if country == CHINA and (published := _chinese_years().get(str(year))):
        return _published(published)
    return _by_library(country, region, year)


@cache
def _chinese_years() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _published(year: dict[str, Any]) -> HolidayYear:
    statutory: dict[date, Holiday] = {}
    off: dict[date, Holiday] = {}
    worked: dict[date, Holiday] = {}
    for one in year["holiday"]:
        called = Holiday(one["name"], one["name_en"])
        statutory |= dict.fromkeys(one["statutory"], called)
        off |= {day: called for day in days_from(*one["off"]) if day not in one["statutory"]}
        worked |= dict.fromkeys(one.get("worked", ()), called)
    return HolidayYear(statutory, off, worked, year["provisional"], year["source"])


def _by_library(country: str, region: str, year: int) -> HolidayYear:
    from holidays import country_holidays  # large: only when it is needed

    chinese = country == CHINA
    try:
        known = country_holidays(
            country, subdiv=region or None, years=year, expand=False, observed=not chinese
        )
        spoken = {
            language: country_holidays(
                country,
                subdiv=region or None,
                years=year,
                expand=False,
                observed=not chinese,
                language=language,
            )
            for language in ("zh_CN", "en_US")
            if language in known.supported_languages
        }
    except (NotImplementedError, KeyError):
        return HolidayYear()

    def called(day: date) -> Holiday:
        own = str(known.get(day))
        english = str(spoken["en_US"].get(day)) if "en_US" in spoken else own
        return Holiday(str(spoken["zh_CN"].get(day)) if "zh_CN" in spoken else english, english)

    days = {day: called(day) for day in sorted(known)}
    return HolidayYear(
        {day: name for day, name in days.items() if not name.name.startswith(_SWAPPED)},
        provisional=chinese,
    )


@cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """Known countries (two letters) and their parts."""
    from holidays import list_supported_countries

    known = list_supported_countries()
    return {code: tuple(parts) for code, parts in sorted(known.items()) if len(code) == 2}
