"""How guessing is slowed down, where one goes after signing in, what a device is called."""

from datetime import UTC, datetime, timedelta

import pytest

from daywork.sign_in import rules

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_five_failures_make_the_sixth_try_wait_until_the_first_is_old() -> None:
    failures = [NOON - timedelta(minutes=minutes) for minutes in (1, 2, 3, 4, 10)]
    assert rules.wait_before_next(failures, rules.LIMIT_HERE, NOON) == timedelta(minutes=5)
    assert not rules.wait_before_next(failures[:4], rules.LIMIT_HERE, NOON)
    assert not rules.wait_before_next(failures, rules.LIMIT_HERE, NOON + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/labour?month=2026-03", "/labour?month=2026-03"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\t/evil.example", "/"),
        (None, "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(asked: str | None, given: str) -> None:
    assert rules.safe_next(asked) == given


def test_devices_are_told_apart_by_browser_and_system() -> None:
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
    )
    assert rules.device_name(iphone) == "Safari · iPhone"
    assert rules.is_phone(iphone)
    assert rules.device_name("curl/8") == ""
