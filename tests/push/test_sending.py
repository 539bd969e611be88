"""What is told reaches the phone once, whatever the push service answers: one on loopback does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from daywork.approvals.telling import SHEET_RETURNED
from daywork.ground.database import company_transaction
from daywork.ground.settings import load_settings
from daywork.people.actor import Actor
from daywork.people.passwords import hash_of
from daywork.push import service
from daywork.push.keys import ServerKey, server_key
from daywork.push.queries import Preference
from daywork.push.rules import LARGEST_PAYLOAD, MOST_ATTEMPTS, MessageKind
from daywork.push.sending import Sender
from daywork.push.wire import Postman
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.push_service import Answer, Browser, PushService

CONTACT = "mailto:it@example.com"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def key(cast: Cast) -> ServerKey:
    settings = load_settings({"DAYWORK_DATABASE_URL": cast.url, "DAYWORK_PUSH_CONTACT": CONTACT})
    found = await server_key(settings)
    assert found is not None
    return found


@pytest.fixture
async def sender(key: ServerKey) -> AsyncIterator[Sender]:
    async with Postman(key, local=True, patience=1.0) as postman:
        yield Sender(postman, "https://daywork.example.com")


@pytest.fixture
def awake(cast: Cast) -> Cast:
    """Nobody has quiet hours, whenever the test runs."""
    query(
        cast.url,
        "INSERT INTO push_preference (organisation, member, quiet)"
        " SELECT organisation, id, false FROM member",
    )
    return cast


def signed_in(cast: Cast, actor: Actor, device: str = "phone") -> Actor:
    """The actor on a device of his own."""
    token = hash_of(f"{device} {actor.member}")
    query(
        cast.url,
        "INSERT INTO session (organisation, token_hash, id, member, device, expires_at)"
        " VALUES ($1, $2, gen_random_uuid(), $3, 'Android', now() + interval '1 day')"
        " ON CONFLICT DO NOTHING",
        actor.organisation,
        token,
        actor.member,
    )
    return Actor(
        actor.organisation,
        actor.member,
        actor.name,
        actor.language,
        actor.is_owner,
        actor.roles,
        session=token,
    )


async def subscribed(
    cast: Cast, actor: Actor, push: PushService, key: ServerKey, device: str = "phone"
) -> Browser:
    browser = push.browser()
    said = browser.subscription(key.public)
    await service.subscribe(
        signed_in(cast, actor, device),
        browser.endpoint,
        said["keys"]["p256dh"],
        said["keys"]["auth"],
        server_key=key.public,
        local=True,
    )
    return browser


async def tell(cast: Cast, actor: Actor, subject: object = "s", **facts: Any) -> None:
    """Something about a returned sheet."""
    async with company_transaction(cast.organisation):
        await service.tell(
            cast.organisation,
            [actor.member],
            SHEET_RETURNED,
            subject=subject,
            site=cast.site,
            link=f"/m/?day=2026-03-05&crew={cast.crew}",
            facts={"crew": "木工一班", "day": "5 Mar", "reason": "who?"} | facts,
        )


def deliveries(cast: Cast) -> list[tuple[str, str | None, int]]:
    rows = query(cast.url, "SELECT state, why, attempts FROM push_delivery ORDER BY state, why")
    return [tuple(row) for row in rows]


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
    await subscribed_again(awake, browser, key)
    await tell(awake, awake.foreman, "a third")
    await sender.send_due(awake.organisation)
    assert len(push_service.taken()) == 1


async def subscribed_again(cast: Cast, browser: Browser, key: ServerKey) -> None:
    said = browser.subscription(key.public)["keys"]
    await service.subscribe(
        signed_in(cast, cast.foreman),
        browser.endpoint,
        said["p256dh"],
        said["auth"],
        server_key=key.public,
        local=True,
    )


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


async def test_what_is_read_before_it_leaves_is_not_pushed(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    (message,) = (await service.inbox(awake.foreman))[0]
    await service.open_message(awake.foreman, message.id)
    assert await sender.send_due(awake.organisation) == 0
    assert push_service.received == []


async def test_a_newer_revision_is_pushed_in_place_of_the_older(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman, reason="first")
    await tell(awake, awake.foreman, reason="second")
    await sender.send_due(awake.organisation)
    assert [one.notification["body"][:6] for one in push_service.received] == ["second"]
    await tell(awake, awake.foreman, reason="third")
    await sender.send_due(awake.organisation)
    first, second = push_service.received
    assert first.headers["topic"] == second.headers["topic"]
    assert first.notification["tag"] == second.notification["tag"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        "UPDATE member SET active = false WHERE id = $1",
        "UPDATE session SET revoked_at = now() WHERE member = $1",
        "UPDATE session SET expires_at = now() WHERE member = $1",
    ],
)
async def test_who_left_or_signed_out_before_it_is_sent_gets_nothing(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender, change: str
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    query(awake.url, change, awake.foreman.member)
    await sender.send_due(awake.organisation)
    assert push_service.received == []
    assert deliveries(awake) == [("dropped", "not wanted any more", 1)]


async def test_a_browser_that_changes_hands_tells_its_new_holder_alone(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    browser = await subscribed(awake, awake.foreman, push_service, key)
    said = browser.subscription(key.public)["keys"]
    await tell(awake, awake.foreman, "before")
    await service.subscribe(
        signed_in(awake, awake.supervisor),
        browser.endpoint,
        said["p256dh"],
        said["auth"],
        server_key=key.public,
        local=True,
    )
    await tell(awake, awake.foreman, "after")
    await sender.send_due(awake.organisation)
    assert push_service.received == []


async def test_what_is_muted_lies_in_the_inbox_alone(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await service.wish(
        awake.foreman, Preference(muted=frozenset({MessageKind.RETURNED}), quiet=False)
    )
    await tell(awake, awake.foreman)
    assert await sender.send_due(awake.organisation) == 0
    assert (await service.counts(awake.foreman)).unread == 1


async def test_quiet_hours_hold_it_back_until_they_end(
    cast: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(cast, cast.foreman, push_service, key)
    await service.wish(cast.foreman, Preference(quiet=True, quiet_from=time(21), quiet_to=time(6)))
    night = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    async with company_transaction(cast.organisation):
        await service.tell(
            cast.organisation,
            [cast.foreman.member],
            SHEET_RETURNED,
            subject="s",
            site=cast.site,
            link="/m/",
            at=night,
        )
    assert await sender.send_due(cast.organisation, now=night + 60 * MINUTE) == 0
    morning = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
    assert await sender.send_due(cast.organisation, now=morning - MINUTE) == 0
    assert await sender.send_due(cast.organisation, now=morning) == 1


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


async def test_several_workers_send_each_once(
    awake: Cast, push_service: PushService, key: ServerKey
) -> None:
    for n in range(40):
        await subscribed(awake, awake.foreman, push_service, key, str(n))
    await tell(awake, awake.foreman)

    async def worker() -> int:
        async with Postman(key, local=True) as postman:
            return await Sender(postman, "").send_due(awake.organisation)

    assert sum(await asyncio.gather(*(worker() for _ in range(4)))) == 40
    assert len(push_service.received) == 40
    assert len({one.browser.token for one in push_service.received}) == 40


async def test_what_a_killed_worker_claimed_is_sent_after_the_lease(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    now = datetime.now(UTC)
    query(
        awake.url,
        "UPDATE push_delivery SET state = 'sending', attempts = 1, claimed_at = $1",
        now,
    )
    assert await sender.send_due(awake.organisation, now=now + MINUTE) == 0
    assert await sender.send_due(awake.organisation, now=now + 3 * MINUTE) == 1


async def test_what_kills_its_worker_is_given_up_in_the_end(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman)
    query(
        awake.url,
        "UPDATE push_delivery SET state = 'sending', attempts = $1,"
        " claimed_at = now() - interval '1 hour'",
        MOST_ATTEMPTS,
    )
    assert await sender.send_due(awake.organisation) == 0
    assert deliveries(awake) == [("dropped", "tried too often", MOST_ATTEMPTS + 1)]


async def test_a_browser_of_an_older_key_is_left_alone(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender
) -> None:
    await subscribed(awake, awake.foreman, push_service, key)
    query(awake.url, "UPDATE push_subscription SET server_key = 'older'")
    await tell(awake, awake.foreman)
    await sender.send_due(awake.organisation)
    assert push_service.received == []
    assert deliveries(awake) == [("dropped", "made for another key", 1)]


async def test_a_job_is_queued_by_the_transaction_that_tells(
    awake: Cast, push_service: PushService, key: ServerKey
) -> None:
    jobs = "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'daywork_push'"
    await tell(awake, awake.foreman)
    assert value(awake.url, jobs) == 0, "nobody to send to"
    await subscribed(awake, awake.foreman, push_service, key)
    await tell(awake, awake.foreman, "another")
    assert value(awake.url, jobs) == 1


async def test_another_companys_devices_and_messages_are_out_of_reach(
    awake: Cast, push_service: PushService, key: ServerKey, sender: Sender, stranger: Actor
) -> None:
    await subscribed(awake, stranger, push_service, key)
    await tell(awake, awake.foreman)
    for organisation in (awake.organisation, stranger.organisation):
        assert await sender.send_due(organisation) == 0
    async with company_transaction(awake.organisation):
        told = await service.tell(
            awake.organisation, [stranger.member], SHEET_RETURNED, subject="x", link="/m/"
        )
    assert told == []
    assert push_service.received == []
