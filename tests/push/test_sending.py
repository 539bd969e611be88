"""What is told reaches the phone once, whatever the push service answers: one on loopback does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daywork.push.keys import ServerKey
from daywork.push.rules import LARGEST_PAYLOAD, MOST_ATTEMPTS
from daywork.push.sending import Sender
from daywork.push.wire import Postman
from tests.push.devices import deliveries, subscribe, subscribed, tell
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.push_service import Answer, PushService

MINUTE = timedelta(minutes=1)


async def test_a_message_reaches_the_phone_sealed_and_declarative(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    assert await sender.send_due(awake.organisation) == 1
    (one,) = push_service.received
    assert one.status == 201
    said = one.said
    assert said["web_push"] == 8030
    assert said["app_badge"] == 1
    assert said["notification"] | {"data": None, "tag": None} == {
        "title": "Returned: 木工一班, 5 Mar",
        "body": "who? – mend the sheet and send it again.",
        "lang": "en",
        "dir": "ltr",
        "navigate": f"https://daywork.example.com/m/?day=2026-03-05&crew={awake.crew}",
        "silent": False,
        "app_badge": "1",
        "data": None,
        "tag": None,
    }
    assert one.headers["urgency"] == "high"
    assert int(one.headers["ttl"]) == 3 * 24 * 3600
    assert len(one.headers["topic"]) == 32
    assert b"mend" not in one.body
    assert deliveries(awake) == [("sent", None, 1)]
    assert await sender.send_due(awake.organisation) == 0


async def test_each_device_of_the_reader_is_told_and_nobody_elses(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    mine = {
        (await subscribed(awake, awake.foreman, push_service, key, name)).token
        for name in ("phone", "tablet")
    }
    for other in (awake.supervisor, awake.other_foreman, awake.owner):
        await subscribed(awake, other, push_service, key)
    await tell(awake, awake.foreman)
    await sender.send_due(awake.organisation)
    assert sorted(one.browser.token for one in push_service.received) == sorted(mine)


async def test_the_phone_is_told_in_its_owners_language(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    query(awake.url, "UPDATE member SET language = 'zh-CN'")
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    await sender.send_due(awake.organisation)
    notification = push_service.received[0].notification
    assert notification["title"] == "已退回：木工一班，5 Mar"
    assert notification["lang"] == "zh-CN"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_not_posted_to_again(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender, status: int
) -> None:
    browser = await subscribed(awake, awake.foreman, push_service, key)
    push_service.answers[browser.token] = [Answer(status)]
    await tell(awake, awake.foreman)
    await sender.send_due(awake.organisation)
    assert deliveries(awake) == [("dropped", str(status), 1)]
    assert value(awake.url, "SELECT gone_why FROM push_subscription") == str(status)
    await tell(awake, awake.foreman, "another")
    await sender.send_due(awake.organisation)
    assert len(push_service.received) == 1
    await subscribe(awake, awake.foreman, browser, key)
    await tell(awake, awake.foreman, "a third")
    await sender.send_due(awake.organisation)
    assert len(push_service.taken()) == 1


async def test_429_is_waited_out_by_all_that_go_to_that_service(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    browsers = [await subscribed(awake, awake.foreman, push_service, key, str(n)) for n in range(3)]
    for browser in browsers:
        push_service.answers[browser.token] = [Answer(429, {"Retry-After": "90"})]
    await tell(awake, awake.foreman)
    now = datetime.now(UTC)
    assert await sender.send_due(awake.organisation, now=now) == 0
    assert {state for state, _why, _n in deliveries(awake)} == {"waiting"}
    asked = len(push_service.received)
    await tell(awake, awake.foreman, "another")
    assert await sender.send_due(awake.organisation, now=now + 0.5 * MINUTE) == 0
    assert len(push_service.received) == asked, "the service asked for peace"
    for browser in browsers:
        push_service.answers[browser.token] = []
    assert await sender.send_due(awake.organisation, now=now + 2 * MINUTE) == 6
    assert {(state, n) for state, _why, n in deliveries(awake)} <= {("sent", 1), ("sent", 2)}


async def test_5xx_and_silence_are_tried_again_later_and_not_for_ever(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    browser = await subscribed(awake, awake.foreman, push_service, key)
    push_service.answers[browser.token] = [Answer(503), Answer(500), Answer(201, silent=2.0)]
    await tell(awake, awake.foreman)
    now = datetime.now(UTC)
    for round_ in range(3):
        assert await sender.send_due(awake.organisation, now=now) == 0
        assert await sender.send_due(awake.organisation, now=now) == 0, "not at once"
        assert deliveries(awake)[0][2] == round_ + 1
        now += 10 * MINUTE
    push_service.usual = Answer(502)
    for _ in range(MOST_ATTEMPTS + 2):
        now += 60 * MINUTE
        await sender.send_due(awake.organisation, now=now)
    assert deliveries(awake) == [("dropped", "tried too often, last 502", MOST_ATTEMPTS)]


async def test_one_slow_phone_does_not_hold_up_the_others(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    slow = await subscribed(awake, awake.foreman, push_service, key)
    push_service.answers[slow.token] = [Answer(201, silent=3.0)]
    await subscribed(awake, awake.other_foreman, push_service, key)
    await tell(awake, awake.foreman)
    await tell(awake, awake.other_foreman)
    assert await sender.send_due(awake.organisation) == 1
    assert sorted(state for state, _why, _n in deliveries(awake)) == ["sent", "waiting"]


async def test_a_redirect_is_not_followed(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    browser = await subscribed(awake, awake.foreman, push_service, key)
    secret = push_service.browser()
    push_service.answers[browser.token] = [Answer(307, {"Location": secret.endpoint})]
    await tell(awake, awake.foreman)
    await sender.send_due(awake.organisation)
    assert [one.browser.token for one in push_service.received] == [browser.token]
    assert deliveries(awake) == [("dropped", "307", 1)]


async def test_without_the_tests_permission_loopback_is_never_posted_to(
    awake: Cast, push_service: PushService, key: ServerKey
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    async with Postman(key) as strict:
        await Sender(strict, "").send_due(awake.organisation)
    assert push_service.received == []
    assert deliveries(awake) == [("dropped", "address not allowed", 1)]
    assert value(awake.url, "SELECT gone_why FROM push_subscription") == "address not allowed"


async def test_a_public_name_that_leads_home_is_never_posted_to(
    awake: Cast, push_service: PushService, key: ServerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    asked: list[str] = []

    def lookup(host: str, port: int, **_other: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", port)),
        ]

    await subscribed(awake, awake.foreman, push_service, key)
    query(awake.url, "UPDATE push_subscription SET endpoint = 'https://push.rebind.example/x'")
    await tell(awake, awake.foreman)
    monkeypatch.setattr("aiohttp.resolver.socket.getaddrinfo", lookup, raising=False)
    loop = asyncio.get_running_loop()

    async def looked_up(host: str, port: int, **other: Any) -> list[Any]:
        return lookup(host, port, **other)

    monkeypatch.setattr(loop, "getaddrinfo", looked_up, raising=False)
    async with Postman(key) as strict:
        await Sender(strict, "").send_due(awake.organisation)
    assert asked[0] == "push.rebind.example"
    assert deliveries(awake) == [("dropped", "address not allowed", 1)]


async def test_the_longest_words_still_fit(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman, reason="混凝土" * 3000)
    assert await sender.send_due(awake.organisation) == 1
    (one,) = push_service.received
    assert len(one.body) <= 4096
    assert one.notification["body"].endswith("…")
    assert len(one.notification["body"].encode()) > LARGEST_PAYLOAD * 0.8
