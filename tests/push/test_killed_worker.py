"""Workers die in the middle of it, by SIGKILL: nothing is lost, and nothing is shown twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daywork.approvals.telling import SHEET_RETURNED
from daywork.ground.database import company_transaction
from daywork.ground.settings import load_settings
from daywork.push import service
from daywork.push.keys import server_key
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.processes import within
from tests.support.push_service import Answer, PushService

pytestmark = pytest.mark.timeout(300)

PHONES = 160
ENVIRONMENT = {"DAYWORK_PUSH_CONTACT": "mailto:it@example.com", "DAYWORK_PUSH_LOCAL": "1"}


@contextmanager
def worker(cast: Cast, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`daywork worker` in a process of its own."""
    clean = {key: text for key, text in os.environ.items() if "DAYWORK" not in key}
    process = subprocess.Popen(
        [sys.executable, "-m", "daywork", "worker"],
        env=clean | ENVIRONMENT | {"DAYWORK_HOME": str(home), "DAYWORK_DATABASE_URL": cast.url},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def subscribe_phones(cast: Cast, push: PushService, count: int = PHONES) -> None:
    """As many devices of the foreman, written at once."""
    key = await server_key(load_settings(ENVIRONMENT | {"DAYWORK_DATABASE_URL": cast.url}))
    assert key is not None
    phones = [push.browser() for _ in range(count)]
    foreman = cast.members["foreman"]
    query(
        cast.url,
        "INSERT INTO session (organisation, token_hash, id, member, expires_at)"
        " VALUES ($1, 'phone', gen_random_uuid(), $2, now() + interval '1 day')",
        cast.organisation,
        foreman,
    )
    query(
        cast.url,
        "INSERT INTO push_subscription (organisation, id, member, session, endpoint, p256dh, auth,"
        " server_key) SELECT $1, gen_random_uuid(), $2, 'phone', u.endpoint, u.p256dh, u.auth, $6"
        " FROM unnest($3::text[], $4::bytea[], $5::bytea[]) AS u (endpoint, p256dh, auth)",
        cast.organisation,
        foreman,
        [phone.endpoint for phone in phones],
        [phone.p256dh for phone in phones],
        [phone.auth for phone in phones],
        key.public,
    )


async def test_workers_killed_in_mid_batch_lose_nothing_and_double_nothing_on_a_phone(
    cast: Cast, push_service: PushService, tmp_path: Path
) -> None:
    query(
        cast.url,
        "INSERT INTO push_preference (organisation, member, quiet) VALUES ($1, $2, false)",
        cast.organisation,
        cast.members["foreman"],
    )
    await subscribe_phones(cast, push_service)
    push_service.usual = Answer(silent=0.3)
    async with company_transaction(cast.organisation):
        await service.tell(
            cast.organisation,
            [cast.members["foreman"]],
            SHEET_RETURNED,
            subject="s",
            link="/m/",
            facts={"crew": "c", "day": "d", "reason": "r"},
        )
    at_risk = 0
    for wanted in (20, 60):
        with worker(cast, tmp_path) as process:
            push_service.wait_for(wanted, 120)
            process.send_signal(signal.SIGKILL)
            process.wait()
        under_way = "SELECT count(*) FROM push_delivery WHERE state = 'sending'"
        assert within(10, lambda: value(cast.url, "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name <> ''") < 50)  # fmt: skip
        at_risk += value(cast.url, under_way)
        assert at_risk > 0, "it was killed in the middle"
        # Time goes by: the leases are over.
        query(cast.url, "UPDATE push_delivery SET claimed_at = claimed_at - interval '1 hour'")
    push_service.usual = Answer()
    done = "SELECT count(*) FROM push_delivery WHERE state = 'sent'"
    with worker(cast, tmp_path):
        assert within(150, lambda: value(cast.url, done) == PHONES)
    times = Counter(one.browser.token for one in push_service.taken())
    assert len(times) == PHONES, "every phone was told"
    assert sum(times.values()) - PHONES <= at_risk, "only what was under way may come again"
    for again in (token for token, count in times.items() if count > 1):
        posts = [one for one in push_service.taken() if one.browser.token == again]
        assert len({one.headers["topic"] for one in posts}) == 1
        assert len({one.notification["tag"] for one in posts}) == 1
