"""What cannot be taken for granted about a photo is said, whatever is said of it is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daywork.photos.doubts import Doubted, Fence, metres_between, photo_doubts

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
FENCE = Fence(31.2304, 121.4737, 300)


def doubts(**other: Any) -> list[Doubted]:
    facts: dict[str, Any] = {
        "latitude": 31.2304,
        "longitude": 121.4737,
        "accuracy_m": 8.0,
        "fence": FENCE,
        "taken_at": NOON,
        "client_time": NOON + timedelta(seconds=20),
        "received_at": NOON + timedelta(hours=9),
        "clock_doubtful": False,
    }
    return [doubt.what for doubt in photo_doubts(**(facts | other))]


def test_an_ordinary_photo_has_none() -> None:
    assert doubts() == []


@pytest.mark.parametrize("missing", ["latitude", "longitude"])
def test_half_a_position_is_none(missing: str) -> None:
    assert doubts(**{missing: None}) == [Doubted.NO_POSITION]


def test_the_equator_is_a_position() -> None:
    assert doubts(latitude=0.0, longitude=0.0) == [Doubted.OFF_SITE]


@pytest.mark.parametrize("accuracy", [None, 101.0, 5000.0])
def test_a_rough_position_says_so(accuracy: float | None) -> None:
    assert doubts(accuracy_m=accuracy) == [Doubted.ROUGH_POSITION]


def test_off_the_site_is_only_what_is_so_by_its_own_accuracy() -> None:
    # 0.0036° of latitude are 400 m
    assert doubts(latitude=31.2340) == [Doubted.OFF_SITE]
    assert doubts(latitude=31.2338, accuracy_m=95.0) == []
    assert doubts(latitude=31.2325) == []


def test_a_site_without_a_fence_has_no_outside() -> None:
    assert doubts(latitude=0.0, fence=None) == []


def test_a_picture_taken_after_it_arrived_is_doubtful_however_the_clock_was() -> None:
    late = NOON + timedelta(hours=10)
    assert doubts(taken_at=late, client_time=late) == [Doubted.AFTER_ARRIVAL]


@pytest.mark.parametrize("apart", [timedelta(minutes=16), timedelta(days=-400)])
def test_a_picture_with_another_time_than_the_phone_is_doubtful(apart: timedelta) -> None:
    assert doubts(taken_at=NOON, client_time=NOON + apart) == [Doubted.NOT_THEN]


def test_a_doubtful_clock_is_said() -> None:
    assert doubts(clock_doubtful=True, client_time=None) == [Doubted.CLOCK]


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert metres_between(31, 121, 32, 121) == pytest.approx(111_195, rel=0.001)
    assert metres_between(0, 179.5, 0, -179.5) == pytest.approx(111_195, rel=0.001)
