"""Why a record deserves a second look: pure facts in, reasons out."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from daywork.approvals.doubts import (
    Booking,
    Doubt,
    DoubtKind,
    LineFacts,
    ReportFacts,
    SheetFacts,
    doubts,
    same_days_running,
)
from daywork.approvals.rules import LineSeen, changed_fields, changed_lines
from daywork.approvals.words import doubt_words, line_doubts
from daywork.ground.ids import new_id
from daywork.ground.terms import StopCause, TaskStatus
from daywork.web.language import speaking

DAY = date(2026, 3, 5)


def worked(man_days: str = "1", overtime: str = "0", name: str = "Li", **known: Any) -> LineFacts:
    return LineFacts(new_id(), name, Decimal(man_days), Decimal(overtime), **known)


def elsewhere(man_days: str = "1") -> tuple[Booking, ...]:
    return (Booking(new_id(), "Rebar", "Bridge", Decimal(man_days)),)


def sheet(*lines: LineFacts, **other: Any) -> SheetFacts:
    facts: dict[str, Any] = {"work_day": DAY, "arrived_on": DAY, "lines": lines or (worked(),)}
    return SheetFacts(**facts | other)


def report(percent: str = "50", **other: Any) -> ReportFacts:
    facts: dict[str, Any] = {
        "work_day": DAY,
        "arrived_on": DAY,
        "percent": Decimal(percent),
        "status": TaskStatus.GOING,
        "before": Decimal(40),
        "before_day": DAY - timedelta(days=1),
    }
    return ReportFacts(**facts | other)


def kinds(facts: SheetFacts | ReportFacts) -> list[DoubtKind]:
    return [doubt.kind for doubt in doubts(facts)]


def test_an_ordinary_sheet_is_clean() -> None:
    assert kinds(sheet(worked("1", "3"), worked("0.5"), days_before=("a", "b", "a"))) == []


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (sheet(worked(elsewhere=elsewhere())), DoubtKind.DOUBLE_BOOKING),
        (sheet(worked("1.5")), DoubtKind.OVER_A_DAY),
        (sheet(worked("1", "3.5")), DoubtKind.OVERTIME),
        (sheet(worked("1", "2", month_overtime=Decimal("36.5"))), DoubtKind.OVERTIME_MONTH),
        (sheet(worked(rate_changed=True)), DoubtKind.RATE_CHANGED),
        (sheet(off_site_m=900), DoubtKind.OFF_SITE),
        (report(off_site_m=900), DoubtKind.OFF_SITE),
        (sheet(worked(left_on=DAY - timedelta(days=1))), DoubtKind.WORKER_LEFT),
        (sheet(worked(has_rate=False)), DoubtKind.NO_RATE),
        (sheet(days_before=("a", "a", "a", "b")), DoubtKind.SAME_DAYS),
        (sheet(arrived_on=DAY + timedelta(days=3)), DoubtKind.LATE),
        (sheet(clock_doubtful=True), DoubtKind.CLOCK),
        (sheet(photo_required=True), DoubtKind.NO_PHOTO),
        (report("30"), DoubtKind.GOING_DOWN),
        (report("81"), DoubtKind.JUMP),
        (report("41", before=Decimal(0), before_day=None), DoubtKind.JUMP),
        (report(status=TaskStatus.STOPPED, cause=StopCause.RAIN), DoubtKind.STOPPED),
    ],
)
def test_each_oddity_is_doubted_alone(facts: SheetFacts | ReportFacts, kind: DoubtKind) -> None:
    assert kinds(facts) == [kind]
    for language in ("zh-CN", "en"):
        with speaking(language):
            assert "%(" not in doubt_words(doubts(facts)[0])


@pytest.mark.parametrize(
    "facts",
    [
        sheet(worked("0.5", elsewhere=elsewhere("0.5"))),
        sheet(worked(left_on=DAY)),
        sheet(worked("0", has_rate=False, left_on=date(2026, 1, 1), elsewhere=elsewhere("2"))),
        sheet(arrived_on=DAY + timedelta(days=2)),
        sheet(photo_required=True, photos=1),
        sheet(days_before=("a", "a", "b", "a")),
        sheet(days_before=("", "", "")),
        sheet(worked("1", "2", month_overtime=Decimal(36))),
        sheet(worked("1", "0", month_overtime=Decimal(40))),
        report("80"),
        report("90", before=Decimal(0), before_day=DAY - timedelta(days=3)),
        report("40"),
    ],
    ids=[
        "two halves make a day",
        "the last day itself",
        "an absent worker claims nothing",
        "two days late is in time",
        "a photo is there",
        "the row was broken",
        "nobody worked",
        "the month's limit itself",
        "a day without overtime does not add to it",
        "forty points in a day",
        "ninety points in three days",
        "no progress is no doubt",
    ],
)
def test_what_is_unusual_but_right_is_clean(facts: SheetFacts | ReportFacts) -> None:
    assert kinds(facts) == []


def test_the_worst_doubt_comes_first() -> None:
    facts = sheet(worked("1.5", "4", elsewhere=elsewhere(), has_rate=False), clock_doubtful=True)
    assert kinds(facts) == [
        DoubtKind.DOUBLE_BOOKING,
        DoubtKind.OVER_A_DAY,
        DoubtKind.OVERTIME,
        DoubtKind.NO_RATE,
        DoubtKind.CLOCK,
    ]
    assert [doubt.serious for doubt in doubts(facts)] == [True, True, False, False, False]


def test_a_double_booking_adds_up_every_sheet() -> None:
    (doubt,) = doubts(sheet(worked("0.5", elsewhere=elsewhere("0.5") + elsewhere("0.5"))))
    assert doubt.about[0].figure == Decimal("1.5")
    with speaking("en"):
        assert doubt_words(doubt) == "Booked twice: Li 1.5 in all, also with Rebar · Bridge"


def test_only_the_double_booking_is_said_of_the_other_sheet() -> None:
    found = doubts(sheet(worked("1", elsewhere=elsewhere("1"), rate_changed=True)))
    with speaking("en"):
        assert [doubt_words(one) for one in found] == [
            "Booked twice: Li 2.0 in all, also with Rebar · Bridge",
            "Rate changed since the last approved day: Li",
        ]


def test_many_names_are_counted_after_the_third() -> None:
    names = [worked("2", name=name) for name in ("An", "Bo", "Cai", "Ding", "En")]
    (doubt,) = doubts(sheet(*names))
    with speaking("en"):
        said = doubt_words(doubt)
    assert said == "More than one man-day: An 2.0, Bo 2.0, Cai 2.0 and 2 more"


def test_a_line_says_its_own_doubts() -> None:
    line = worked("1", "4", has_rate=False)
    with speaking("en"):
        said = line_doubts(doubts(sheet(line, worked())))
    assert said == {line.worker: [("Overtime over 3 hours", False), ("No rate yet", False)]}


def test_identical_days_are_counted_until_one_differs() -> None:
    assert same_days_running(("a", "a", "a", "b", "a")) == 3
    assert same_days_running(()) == 0


def test_every_doubt_can_be_said() -> None:
    for kind in DoubtKind:
        assert doubt_words(Doubt(kind, figures={"cause": "rain"}))


# What changed


def seen(name: str, man_days: str = "1", overtime: str = "0", **other: Any) -> LineSeen:
    facts: dict[str, Any] = {"worker": new_id(), "task": "1.1"}
    return LineSeen(
        name=name, man_days=Decimal(man_days), overtime_hours=Decimal(overtime), **facts | other
    )


def test_only_changed_lines_are_told_added_first_removed_last() -> None:
    same, gone, new = seen("An"), seen("Bo"), seen("Cai")
    before = seen("Ding")
    after = seen("Ding", "0.5", "2", worker=before.worker, task="1.2")
    changes = changed_lines([same, gone, before], [new, same, after])
    assert [(change.name, change.before, change.after) for change in changes] == [
        ("Cai", None, new),
        ("Ding", before, after),
        ("Bo", gone, None),
    ]


def test_the_same_amount_written_otherwise_is_no_change() -> None:
    line = seen("An", "1.000")
    assert changed_lines([line], [seen("An", "1", worker=line.worker)]) == []


def test_fields_that_differ_are_told_by_name() -> None:
    before = {"percent": "40", "note": "", "status": "going"}
    after = {"percent": "45", "note": None, "status": "going", "cause": "rain"}
    changes = changed_fields(before, after, ("percent", "status", "cause", "note"))
    assert [(one.name, one.before, one.after) for one in changes] == [
        ("percent", "40", "45"),
        ("cause", None, "rain"),
    ]
