"""The story is told the same way every time, and it is one a site would believe."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daywork.demo.days import FIRST, Almanac, sheets_until_yesterday
from daywork.demo.people import CREWS, MEMBERS, PASSWORD, RATES, SITES, TRADES, WORKERS
from daywork.demo.pictures import draw
from daywork.demo.plan import TASKS, leaves_below, weight_of
from daywork.demo.story import Sent, story_until
from daywork.people.passwords import check_password
from daywork.people.rules import login_from

TODAY = date(2026, 11, 24)


def test_the_same_day_tells_the_same_story() -> None:
    assert story_until(TODAY) == story_until(TODAY)


def test_two_sites_five_crews_sixty_two_workers_and_some_forty_tasks() -> None:
    assert len(SITES) == 2
    assert len(CREWS) == 5
    assert len(WORKERS) == 62
    assert 40 <= len(TASKS) <= 46
    assert len({site.hours_per_day for site in SITES.values()}) == 2
    assert {bool(crew.company) for crew in CREWS.values()} == {True, False}


def test_only_the_crane_signallers_have_no_rate() -> None:
    priced = {rate.whose for rate in RATES}
    without = {worker.name for worker in WORKERS.values()} - priced
    without = {name for name in without if WORKERS[name].trade not in priced}
    assert {WORKERS[name].trade for name in without} == {"信号工"}
    assert priced <= set(TRADES) | set(WORKERS)


def test_everybody_can_sign_in_with_a_password_that_is_allowed() -> None:
    for member in MEMBERS.values():
        assert login_from(member.phone).value == member.phone
        check_password(PASSWORD, member.phone, member.name)


def test_a_summary_weighs_what_its_tasks_weigh() -> None:
    for task in TASKS.values():
        if task.is_summary:
            assert weight_of(task) == sum((leaf.weight for leaf in leaves_below(task)), Decimal(0))
            assert leaves_below(task)


@given(st.dates(date(2026, 1, 1), date(2032, 12, 31)))
@example(date(2026, 2, 28))  # the task's stop falls back onto the last day before the festival
@settings(max_examples=40, deadline=None)
def test_a_story_can_be_told_for_any_day(today: date) -> None:
    events = story_until(today)
    assert events == sorted(events, key=lambda event: event.at)
    sent = [mutation for event in events if isinstance(event, Sent) for mutation in event.mutations]
    times = Counter(mutation["id"] for mutation in sent)
    assert max(times.values()) == 1
    assert all(event.at.date() <= today for event in events)
    sheets = [one["payload"] for one in sent if one["type"] == "labour.sheet"]
    assert max(sheet["work_day"] for sheet in sheets) < today
    assert min(sheet["work_day"] for sheet in sheets) >= today + timedelta(FIRST)


def test_nobody_is_on_a_sheet_before_joining_or_twice() -> None:
    for sheet in sheets_until_yesterday(Almanac(TODAY)).values():
        names = [line.worker for line in sheet.lines]
        assert len(names) == len(set(names))
        assert all(WORKERS[name].joined <= sheet.offset for name in names)


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    shots = [
        shot for event in story_until(TODAY) if isinstance(event, Sent) for shot in event.snapshots
    ]
    return [draw(shot).data for shot in shots]


def test_photos_are_small_and_no_two_are_alike(pictures: list[bytes]) -> None:
    assert 20 <= len(pictures) <= 30
    assert sum(map(len, pictures)) / len(pictures) <= 120_000
    assert len(set(pictures)) == len(pictures)


def test_a_photo_is_drawn_the_same_way_again(pictures: list[bytes]) -> None:
    shots = [
        shot for event in story_until(TODAY) if isinstance(event, Sent) for shot in event.snapshots
    ]
    assert draw(shots[0]).data == pictures[0]
