"""What the rooms' own rows must say, given what the phone sent. Pure: rows in, words out.

The chain holds the payload of every version. Whatever a room worked out from it (lines, totals,
reports) is worked out again here and compared, so a changed 工 is found although no link names it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import msgspec

from daywork.chain.rules import instant
from daywork.ground.terms import LabourUnit
from daywork.labour.rules import man_days_of

Row = Mapping[str, Any]

ENTERED: Final = Decimal("0.001")
HOURS: Final = Decimal("0.01")


def as_number(said: object, step: Decimal) -> Decimal:
    """A payload's number as its column keeps it."""
    return Decimal(str(said)).quantize(step, rounding=ROUND_HALF_UP)


def line_faults(
    payload: Mapping[str, Any], hours_per_day: str, lines: Sequence[Row]
) -> Iterator[str]:
    """The lines of one version of a sheet against what was sent."""
    kept = {str(row["id"]): row for row in lines}
    divisor = Decimal(hours_per_day) if hours_per_day else None
    for said in payload["lines"]:
        row = kept.pop(said["id"].lower(), None)
        if row is None:
            yield f"the line of worker {said['worker']} was removed"
            continue
        who = f"the line of {row['name']}"
        entered = as_number(said["amount"], ENTERED)
        overtime = as_number(said.get("overtime_hours", 0), HOURS)
        if str(row["worker"]) != said["worker"].lower():
            yield f"{who} was another worker's: {said['worker']}"
        if row["unit"] != said["unit"] or row["amount"] != entered:
            yield f"{who} says {row['amount']} {row['unit']}, sent were {entered} {said['unit']}"
        if divisor is not None:
            if row["hours_per_day"] != divisor:
                yield f"{who} counts {row['hours_per_day']} hours a day, chained were {divisor}"
            man_days = man_days_of(LabourUnit(said["unit"]), Decimal(str(said["amount"])), divisor)
            if row["man_days"] != man_days:
                yield f"{who} says {row['man_days']} man-days, it came to {man_days}"
        if row["overtime_hours"] != overtime:
            yield f"{who} says {row['overtime_hours']} hours of overtime, sent were {overtime}"
        task = said.get("task") or payload.get("task")
        if _id(row["task"]) != _id(task):
            yield f"{who} was moved to another task"
        if row["note"] != said.get("note", ""):
            yield f"{who} has another note"
        if (
            str(row["crew"]) != payload["crew"].lower()
            or str(row["site"]) != payload["site"].lower()
        ):
            yield f"{who} was moved to another crew or site"
        if row["work_day"].isoformat() != payload["work_day"]:
            yield f"{who} was moved to {row['work_day']}, sent was {payload['work_day']}"
    for row in kept.values():
        yield f"the line of {row['name']} was slipped in"


def state_faults(entry: Row, live_version: int | None, lines: Sequence[Row]) -> Iterator[str]:
    """Which lines count, and in which state, against the sheet's."""
    for row in lines:
        if row["live"] != (row["version"] == live_version):
            word = "counts" if row["live"] else "does not count"
            yield f"the line of {row['name']} in version {row['version']} {word}, against its sheet"
        elif row["live"] and row["state"] != entry["state"]:
            yield f"the line of {row['name']} is {row['state']}, its sheet is {entry['state']}"


def sheet_faults(
    payload: Mapping[str, Any], sheet: Row | None, live: Sequence[Row]
) -> Iterator[str]:
    """A sheet's totals against its lines."""
    if sheet is None:
        yield "its totals were removed"
        return
    man_days = sum((row["man_days"] for row in live), Decimal(0))
    overtime = sum((row["overtime_hours"] for row in live), Decimal(0))
    if sheet["man_days"] != man_days:
        yield f"its total says {sheet['man_days']} man-days, the lines come to {man_days}"
    if sheet["overtime_hours"] != overtime:
        yield (
            f"its total says {sheet['overtime_hours']} hours of overtime,"
            f" the lines come to {overtime}"
        )
    if sheet["note"] != payload.get("note", ""):
        yield "its note was changed"


def report_faults(payload: Mapping[str, Any], percent: str, report: Row | None) -> Iterator[str]:
    """A progress report against what was sent, and the percent it came to."""
    if report is None:
        yield "the report was removed"
        return
    if percent and report["percent"] != Decimal(percent):
        yield f"the report says {report['percent']} %, it came to {percent} %"
    quantity = payload.get("quantity")
    if report["quantity_done"] != (None if quantity is None else as_number(quantity, ENTERED)):
        yield f"the report counts {report['quantity_done']}, sent were {quantity}"
    for name in ("status", "cause", "task", "site", "work_day"):
        if _id(report[name]) != _id(payload.get(name)):
            yield f"the report has another {name.replace('_', ' ')}: {report[name]}"
    if report["note"] != payload.get("note", ""):
        yield "the report's note was changed"


def advance_faults(payload: Mapping[str, Any], state: str, advance: Row | None) -> Iterator[str]:
    """An advance against what was sent."""
    if advance is None:
        yield "the advance was removed"
        return
    amount = as_number(payload["amount"], HOURS)
    if advance["amount"] != amount:
        yield f"the advance says {advance['amount']}, sent were {amount}"
    if advance["state"] != state:
        yield f"the advance is {advance['state']}, its entry is {state}"
    for name in ("worker", "site", "work_day"):
        if _id(advance[name]) != _id(payload.get(name)):
            yield f"the advance has another {name.replace('_', ' ')}: {advance[name]}"
    if advance["handed"] != payload.get("handed", "cash"):
        yield f"the advance says it was handed over by {advance['handed']}"
    if advance["note"] != payload.get("note", ""):
        yield "the advance's note was changed"


def delay_faults(payload: Mapping[str, Any], report: Row | None) -> Iterator[str]:
    """A delay report against what was sent."""
    if report is None:
        yield "the report was removed"
        return
    if report["days"] != Decimal(str(payload["days"])):
        yield f"the report says {report['days']} days, sent were {payload['days']}"
    for name in ("cause", "task", "site", "work_day"):
        if _id(report[name]) != _id(payload.get(name)):
            yield f"the report has another {name.replace('_', ' ')}: {report[name]}"
    if report["note"] != payload.get("note", ""):
        yield "the report's note was changed"


def photo_faults(payload: Mapping[str, Any], photo: Row | None) -> Iterator[str]:
    """A photo's row against the version that speaks of it last."""
    if photo is None:
        yield "the photo was removed"
        return
    for name, column in (("entry", "of_entry"), ("task", "task"), ("note", "note")):
        said = payload.get(name)
        if _id(photo[column]) != _id(said if said is not None or name != "note" else ""):
            yield f"the photo has another {'record' if name == 'entry' else name}"


def first_photo_faults(payload: Mapping[str, Any], photo: Row | None) -> Iterator[str]:
    """What a photo's first version fixes for good."""
    if photo is None:
        return
    if photo["sha256"].hex() != payload["sha256"]:
        yield "the photo's hash was changed"
    for name in ("bytes", "width", "height", "media_type", "latitude", "longitude", "accuracy_m"):
        if photo[name] != payload.get(name):
            yield f"the photo has another {name.replace('_m', '').replace('_', ' ')}: {photo[name]}"
    if photo["taken_at_source"] != payload.get("taken_at_source", "clock"):
        yield "where the photo's time comes from was changed"
    taken_at = msgspec.convert(payload.get("taken_at"), type=datetime | None)
    if instant(photo["taken_at"]) != instant(taken_at):
        yield f"the photo was taken at another time: {photo['taken_at']}"


def _id(value: object) -> str | None:
    return None if value is None else str(value).lower()
