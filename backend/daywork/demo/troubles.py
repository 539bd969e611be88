"""What does not go smoothly: the doubtful sheets that approval is there to find.

Each is placed on a day worked near the end of the six weeks, so that it waits for a decision.
"""

from decimal import Decimal

from daywork.demo.days import WHOLE, Almanac, Line, Sheets
from daywork.demo.people import LEFT, LENT

IDENTICAL_DAYS = 5

SETTLED_FROM = -6
"""Double bookings of this day and before have been settled by the office."""


def make_trouble(almanac: Almanac, sheets: Sheets) -> None:
    """Put the troubles into the sheets."""
    _identical_days(almanac, sheets)
    _double_bookings(almanac, sheets)
    _left_but_booked(almanac, sheets)
    _long_overtime(almanac, sheets)


def _double_bookings(almanac: Almanac, sheets: Sheets) -> None:
    """The scaffolder stands on both sites' sheets with a whole day, before with half a one."""
    whole = Line(LENT, Decimal(9), in_hours=True, note="Scaffold for the ducts")
    half = Line(LENT, Decimal("4.5"), in_hours=True, note="Scaffold, evening shift")
    _lent(sheets, double_offset(almanac, -1), whole)
    _lent(sheets, double_offset(almanac, SETTLED_FROM), half)


def double_offset(almanac: Almanac, latest: int) -> int:
    """The last day until then on which both crews worked that the scaffolder is lent between."""
    offset = latest
    while not (almanac.is_worked("lake", offset) and almanac.is_worked("park", offset)):
        offset -= 1
    return offset


def _lent(sheets: Sheets, offset: int, there: Line) -> None:
    here = sheets["form", offset]
    here.lines = [line for line in here.lines if line.worker != LENT]
    here.lines.append(Line(LENT, WHOLE, task="2.7"))
    sheets["services", offset].lines.append(there)


def _left_but_booked(almanac: Almanac, sheets: Sheets) -> None:
    sheet = sheets["rebar", almanac.worked_by("lake", -2)]
    sheet.lines.append(Line(LEFT, WHOLE))


def _long_overtime(almanac: Almanac, sheets: Sheets) -> None:
    sheet = sheets["form", almanac.worked_by("lake", -1)]
    for line in [line for line in sheet.lines if line.amount == WHOLE][1:4]:
        line.overtime, line.note = Decimal("4.5"), "夜里加固模板"


def _identical_days(almanac: Almanac, sheets: Sheets) -> None:
    """Somebody may have copied yesterday without looking."""
    offset = almanac.worked_by("park", -1)
    pattern = sheets["brick", offset]
    for line in pattern.lines:
        line.amount, line.overtime, line.note = WHOLE, Decimal(0), ""
    for _ in range(IDENTICAL_DAYS - 1):
        offset = almanac.worked_by("park", offset - 1)
        copied = sheets["brick", offset]
        copied.lines = [Line(line.worker, line.amount, task=line.task) for line in pattern.lines]
