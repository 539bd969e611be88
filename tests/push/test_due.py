"""What is due goes once, to who still may read it and still wants it: claims, leases and wishes."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from daywork.approvals.telling import SHEET_RETURNED
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from daywork.push import service
from daywork.push.keys import ServerKey
from daywork.push.queries import Preference
from daywork.push.rules import MOST_ATTEMPTS, MessageKind
from daywork.push.sending import Sender
from daywork.push.wire import Postman
from tests.push.devices import deliveries, subscribe, subscribed, tell
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.push_service import PushService

MINUTE = timedelta(minutes=1)


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
    await tell(awake, awake.foreman, "before")
    await subscribe(awake, awake.supervisor, browser, key)
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
