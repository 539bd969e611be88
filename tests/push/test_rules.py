"""What may be posted to, when it may ring, and how long to wait: worked out by hand."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from daywork.ground.problems import Problem
from daywork.push.rules import (
    BUNDLE_GAP,
    LARGEST_PAYLOAD,
    SETTLE,
    MessageKind,
    Named,
    Notice,
    Said,
    address_allowed,
    bundle_due,
    check_endpoint,
    device_keys,
    from_base64url,
    kept_facts,
    pause_after,
    payload,
    quiet_until,
    to_base64url,
    told_to_wait,
    topic_of,
)
from daywork.push.words import fitted, said
from daywork.web.language import speaking

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QOx",
        "https://wns2-par02p.notify.windows.com/w/?token=BQ",
        "https://8.8.8.8/push",
        "https://[2606:4700::1111]/push",
        "https://push.example.com:443/x",
    ],
)
def test_push_services_are_posted_to(endpoint: str) -> None:
    check_endpoint(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://push.example.com:8443/x",
        "https://localhost/x",
        "https://evil.localhost/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0x7f.0.0.1/x",
        "https://0177.0.0.1/x",
        "https://10.1.2.3/x",
        "https://172.16.0.1/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://224.0.0.1/x",
        "https://[::1]/x",
        "https://[::]/x",
        "https://[fe80::1]/x",
        "https://[fc00::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[2002:7f00:1::]/x",
        "https://database/x",
        "ftp://push.example.com/x",
        "file:///etc/passwd",
        "https://user:word@push.example.com/x",
        "https://push.example.com/a b",
        "https://push.example.com/\r\nhost: x",
        "https://пуш.example/x",
        "https://push.example.com:99999/x",
        "https://" + "a" * 2000 + ".example/x",
        "",
        "/push",
    ],
)
def test_nothing_else_is_posted_to(endpoint: str) -> None:
    with pytest.raises(Problem) as refused:
        check_endpoint(endpoint)
    assert refused.value.kind.slug in ("endpoint_not_allowed", "subscription_unreadable")


def test_this_machine_is_posted_to_when_a_test_asks_and_no_other_private_one() -> None:
    check_endpoint("http://127.0.0.1:8123/push/x", local=True)
    for endpoint in ("http://10.0.0.1/x", "http://push.example.com/x", "https://192.168.1.1/x"):
        with pytest.raises(Problem):
            check_endpoint(endpoint, local=True)
    assert address_allowed("127.0.0.1", local=True)
    assert not address_allowed("10.0.0.1", local=True)


@pytest.mark.parametrize(
    ("local", "ends"),
    [
        ("2026-11-25 20:59", None),
        ("2026-11-25 21:00", "2026-11-26 06:00"),
        ("2026-11-25 23:59", "2026-11-26 06:00"),
        ("2026-11-26 00:00", "2026-11-26 06:00"),
        ("2026-11-26 05:59", "2026-11-26 06:00"),
        ("2026-11-26 06:00", None),
        ("2026-11-26 12:00", None),
    ],
)
@pytest.mark.parametrize(("zone", "hours"), [("Asia/Shanghai", 8), ("America/New_York", -5)])
def test_quiet_hours_over_midnight_are_on_the_sites_clock(
    local: str, ends: str | None, zone: str, hours: int
) -> None:
    shift = timedelta(hours=hours)
    now = datetime.fromisoformat(local).replace(tzinfo=UTC) - shift
    wanted = None if ends is None else datetime.fromisoformat(ends).replace(tzinfo=UTC) - shift
    assert quiet_until(now, zone, time(21), time(6)) == wanted


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 12:30 in Shanghai
    assert quiet_until(noon, "Asia/Shanghai", time(12), time(14)) == datetime(
        2026, 11, 25, 6, tzinfo=UTC
    )
    assert quiet_until(noon, "Asia/Shanghai", time(0), time(0)) is None


def test_quiet_hours_end_by_the_wall_clock_on_the_night_it_is_put_back() -> None:
    night = datetime(2026, 10, 24, 22, tzinfo=UTC)  # 00:00 in Berlin, summer time ends at 3
    assert quiet_until(night, "Europe/Berlin", time(21), time(6)) == datetime(
        2026, 10, 25, 5, tzinfo=UTC
    )


def test_a_bundle_waits_for_its_batch_and_for_the_gap() -> None:
    assert bundle_due(NOW, None) == NOW + SETTLE
    assert bundle_due(NOW, NOW - timedelta(seconds=30)) == NOW - timedelta(seconds=30) + BUNDLE_GAP
    assert bundle_due(NOW, NOW - timedelta(hours=1)) == NOW + SETTLE


def test_pauses_grow_and_have_an_end() -> None:
    pauses = [pause_after(n) for n in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("999999999", 6 * 3600),
        ("Wed, 25 Nov 2026 12:02:00 GMT", 120),
        ("Wed, 25 Nov 2020 12:02:00 GMT", 1),
        ("soon", 60),
        ("", 60),
        (None, 60),
        ("-5", 60),
    ],
)
def test_retry_after_is_followed_within_reason(header: str | None, seconds: int) -> None:
    assert told_to_wait(header, NOW) == timedelta(seconds=seconds)


def test_a_topic_is_short_and_says_nothing() -> None:
    one, other = topic_of("a", "returned:x"), topic_of("b", "returned:x")
    assert len(one) == 32
    assert one != other
    assert one == topic_of("a", "returned:x")


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("AAAA", "AAAAAAAAAAAAAAAAAAAAAA"),
        (to_base64url(b"\x04" + bytes(64)), to_base64url(bytes(16))),
        ("!!!", to_base64url(bytes(16))),
    ],
)
def test_keys_that_are_no_keys_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(Problem) as refused:
        device_keys(p256dh, auth)
    assert refused.value.kind.slug == "subscription_unreadable"


def test_base64url_is_read_with_and_without_padding() -> None:
    for data in (b"", b"a", b"ab", b"abc", bytes(range(256))):
        assert from_base64url(to_base64url(data)) == data
        assert from_base64url(to_base64url(data) + "=" * (-len(to_base64url(data)) % 4)) == data


TRIED = Notice(
    "tried_in_a_test",
    MessageKind.DELAY,
    ("%(task)s: %(n)s day", "%(task)s: %(n)s days"),
    "%(cause)s since %(day)s",
)


def test_facts_are_worded_when_they_are_read() -> None:
    facts = json.loads(
        json.dumps(
            kept_facts(
                {
                    "task": Named("模板", "Formwork"),
                    "n": 2,
                    "cause": Said("Approvals"),
                    "day": date(2026, 3, 5),
                }
            )
        )
    )
    with speaking("en"):
        assert said(TRIED.slug, facts) == ("Formwork: 2 days", "Approvals since Thu 5 Mar")
    with speaking("zh-CN"):
        title, body = said(TRIED.slug, facts)
        assert title.startswith("模板")
        assert body.startswith("待批")
        assert "3月5日 周四" in body


def test_a_notice_of_another_release_still_says_something() -> None:
    with speaking("en"):
        assert said("unheard_of", {"x": 1}) == ("Something new for you", "")


@pytest.mark.parametrize("words", ["a" * 9000, "混" * 9000, '"\\\n' * 3000])
def test_what_is_too_long_is_cut_and_stays_json(words: str) -> None:
    content = payload(
        title=words,
        body=words,
        link="/inbox",
        message="m",
        tag="t",
        language="en",
        waiting=1,
        base_url="https://daywork.example.com",
    )
    sent = fitted(content)
    assert len(sent) <= LARGEST_PAYLOAD
    assert json.loads(sent)["notification"]["body"].endswith("…")
