"""Prices lines by the rates, the ways of overtime and the calendars that hold on their days.

One place: approving a sheet, telling what it would come to, and pricing what waited for its rate
all ask here, so that they cannot differ.
"""

from collections.abc import Iterable
from uuid import UUID

from daywork.ground.terms import DayKind
from daywork.ground.workdays import WorkCalendar, kind_of_day
from daywork.labour.prices import OvertimeRule, OvertimeWay, Pay, price_line, rate_on, way_on
from daywork.labour.queries import LineToPrice, rates_for
from daywork.people.actor import Actor
from daywork.sites.calendar import calendars_of
from daywork.sites.overtime_queries import overtime_rules_of
from daywork.sites.queries import sites_of


async def priced(
    actor: Actor, lines: Iterable[LineToPrice]
) -> list[tuple[LineToPrice, Pay | None]]:
    """Each line with the pay it has by what holds now; None where no rate holds on its day."""
    lines = list(lines)
    if not lines:
        return []
    rates = await rates_for(actor, (line.nearest for line in lines))
    ways = await _ways(actor, {line.site for line in lines})
    statute = [site for site, rules in ways.items() if _has_statute(rules)]
    calendars: dict[UUID, WorkCalendar] = {}
    if statute:
        sites = await sites_of(actor.organisation, statute)
        calendars = await calendars_of(actor.organisation, sites)

    def kind(line: LineToPrice) -> DayKind | None:
        if way_on(line.work_day, ways[line.site]) is OvertimeWay.AGREEMENT:
            return None
        return kind_of_day(calendars[line.site], line.work_day)

    def pay(line: LineToPrice) -> Pay | None:
        rate = rate_on(line.work_day, line.nearest, rates)
        if rate is None:
            return None
        return price_line(
            rate,
            line.man_days,
            line.overtime_hours,
            hours_per_day=line.hours_per_day,
            overtime_hours_per_man_day=line.overtime_hours_per_man_day,
            by_statute=kind(line),
        )

    return [(line, pay(line)) for line in lines]


async def _ways(actor: Actor, sites: set[UUID]) -> dict[UUID, list[OvertimeRule]]:
    ways: dict[UUID, list[OvertimeRule]] = {site: [] for site in sites}
    for rule in await overtime_rules_of(actor.organisation, sites):
        ways[rule.site].append(OvertimeRule(OvertimeWay(rule.way), rule.valid_from, rule.made_at))
    return ways


def _has_statute(rules: Iterable[OvertimeRule]) -> bool:
    return any(rule.way is OvertimeWay.STATUTE for rule in rules)
