"""A job that fails is over, and one that comes back again and again is let go: neither loops."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from pgqueuer import PgQueuer
from pgqueuer.types import QueueExecutionMode

from daywork import jobs
from daywork.ground.database import company_transaction, fetch_value
from daywork.ground.ids import new_id
from daywork.ground.queue import enqueue
from daywork.photos.storage import open_storage
from daywork.sites.calendar import CHECK_JOB
from tests.support.cast import Cast
from tests.support.database import query, value


async def work(cast: Cast, folder: Path) -> None:
    """Run what the worker runs, until nothing is due."""
    connection = await asyncpg.connect(cast.url)
    try:
        queue = PgQueuer.from_asyncpg_connection(connection)
        jobs.register(queue, jobs.Tools(cast.url, open_storage(f"file://{folder}"), None, None))
        await queue.qm.run(mode=QueueExecutionMode.drain, dequeue_timeout=timedelta(seconds=1))
    finally:
        await connection.close()


async def ask(cast: Cast, site: UUID) -> None:
    """A job that looks at this site, queued as rooms do."""
    async with company_transaction(cast.organisation):
        await enqueue(CHECK_JOB, {"organisation": str(cast.organisation), "site": str(site)})


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Sites that were looked at; a site nobody knows makes the job fail."""
    seen: list[UUID] = []

    async def check(organisation: UUID, site: UUID) -> None:
        seen.append(site)
        known = "SELECT count(*) FROM site WHERE organisation = $1 AND id = $2"
        async with company_transaction(organisation):
            if not await fetch_value(known, organisation, site):
                raise LookupError(str(site))

    monkeypatch.setattr(jobs, "check_site", check)
    return seen


async def test_a_job_that_fails_is_tried_once_and_holds_nobody_up(
    cast: Cast, looked: list[UUID], tmp_path: Path
) -> None:
    unknown = new_id()
    await ask(cast, unknown)
    await ask(cast, cast.site)
    for _time in range(2):
        await work(cast, tmp_path)
    assert sorted(looked) == sorted([unknown, cast.site])
    assert value(cast.url, "SELECT count(*) FROM pgqueuer WHERE status <> 'failed'") == 0
    said = query(cast.url, "SELECT status FROM pgqueuer_log WHERE status = 'exception'")
    assert len(said) == 1


async def test_a_job_that_has_come_back_for_an_hour_does_nothing_any_more(
    cast: Cast, looked: list[UUID], tmp_path: Path
) -> None:
    await ask(cast, cast.site)
    query(cast.url, "UPDATE pgqueuer SET execute_after = now() - $1::interval", jobs.OLDEST_JOB)
    await work(cast, tmp_path)
    assert looked == []
    assert value(cast.url, "SELECT count(*) FROM pgqueuer") == 0


async def test_a_job_of_a_worker_that_was_killed_is_run_by_another(
    cast: Cast, looked: list[UUID], tmp_path: Path
) -> None:
    await ask(cast, cast.site)
    query(
        cast.url,
        "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),"
        " heartbeat = now() - interval '10 minutes', updated = now() - interval '10 minutes'",
    )
    await work(cast, tmp_path)
    assert looked == [cast.site]
    payload = json.dumps({"organisation": str(cast.organisation), "site": str(cast.site)})
    assert (
        value(cast.url, "SELECT count(*) FROM pgqueuer WHERE payload = $1", payload.encode()) == 0
    )


async def test_a_job_that_waits_is_not_run_before_what_it_looks_for_is_due(cast: Cast) -> None:
    """It would find nothing, and the phone would ring a minute later."""
    wait = timedelta(seconds=10)
    async with company_transaction(cast.organisation):
        await fetch_value("SELECT pg_sleep(0.2)")  # as a push of many sheets takes its time
        due = datetime.now(UTC) + wait
        await enqueue(CHECK_JOB, {"organisation": str(cast.organisation)}, after=wait)
    assert value(cast.url, "SELECT execute_after FROM pgqueuer") > due
