"""What makes a signature: pure."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from daywork.ground.problems import Problem
from daywork.signatures.rules import (
    Signing,
    check_signature,
    content_of,
    due_on,
    lines_of,
    to_remind,
)

CONTENTS = json.loads((Path(__file__).parents[1] / "cases/contents.json").read_text("utf-8"))[
    "cases"
]
DRAWN = "M10 20 L30 40 L50 20 M100 100"


@pytest.mark.parametrize(
    ("outcome", "name", "witness", "strokes", "slug"),
    [
        (Signing.SIGNED, "", "", DRAWN, "signer_missing"),
        (Signing.REFUSED, "Li", "", "", "witness_missing"),
        (Signing.ABSENT, "Li", "", "", "witness_missing"),
        (Signing.REFUSED, "Li", "Wang", DRAWN, "strokes_unreadable"),
        (Signing.SIGNED, "Li", "", 'M1 2"/><script>', "strokes_unreadable"),
        (Signing.SIGNED, "Li", "", "M1 2 L3 4 " * 5000, "strokes_unreadable"),
        (Signing.SIGNED, "Li", "", "L3 4", "strokes_unreadable"),
    ],
)
def test_what_proves_nothing_is_refused(
    outcome: Signing, name: str, witness: str, strokes: str, slug: str
) -> None:
    with pytest.raises(Problem) as caught:
        check_signature(outcome, name, witness, strokes)
    assert caught.value.kind.slug == slug


@pytest.mark.parametrize("outcome", [Signing.SIGNED, Signing.FOR_RECORD])
@pytest.mark.parametrize("strokes", ["", DRAWN])
def test_a_name_is_enough_drawn_or_typed(outcome: Signing, strokes: str) -> None:
    check_signature(outcome, "Li", "", strokes)


def test_strokes_are_read_stroke_by_stroke() -> None:
    assert lines_of(DRAWN) == [[(10, 20), (30, 40), (50, 20)], [(100, 100)]]


def test_reminders_begin_two_days_before_and_do_not_end_by_themselves() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 5)]
    assert due_on(days[0], 7) == date(2026, 3, 8)
    assert to_remind(days, 7, date(2026, 3, 5)) == []
    assert to_remind(days, 7, date(2026, 3, 6)) == [date(2026, 3, 8)]
    assert to_remind(days, 7, date(2026, 3, 20)) == [date(2026, 3, 8), date(2026, 3, 12)]


@pytest.mark.parametrize("case", CONTENTS, ids=lambda case: str(case["name"]))
def test_a_content_is_spelt_as_phones_spell_it(case: dict[str, Any]) -> None:
    stored = json.loads(json.dumps(case["payload"]), parse_int=float)  # as if written 8.0
    assert content_of(case["payload"]) == content_of(stored) == case["sha256"]
