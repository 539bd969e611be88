"""A process is killed between its commit and the word that it has committed: nobody misses it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daywork.ground.database import company_transaction, execute, say_after_commit
from daywork.ground.saying import Speaker, Word, inbox_changed, site_changed
from tests.push.test_killed_worker import subscribe_phones, worker
from tests.push.test_live import page
from tests.support.cast import Cast, found
from tests.support.database import query, value
from tests.support.push_service import PushService
from tests.support.server import Server

pytestmark = pytest.mark.timeout(120)

TELLS_AND_DIES = """
import asyncio, os, signal, sys
from uuid import UUID
from daywork.approvals.telling import SHEET_RETURNED
from daywork.ground.database import DB, company_transaction, open_database
from daywork.push.service import tell

async def main(url, organisation, member):
    await open_database(url, 1)
    DB.speaker.say = lambda words: os.kill(os.getpid(), signal.SIGKILL)
    async with company_transaction(organisation):
        facts = {"crew": "c", "day": "d", "reason": "r"}
        await tell(organisation, [member], SHEET_RETURNED, subject="s", link="/m/", facts=facts)

asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3])))
"""


async def test_a_process_killed_before_its_word_is_said_loses_no_count_and_no_job(
    app_server: Server, push_service: PushService, tmp_path: Path
) -> None:
    cast = found(app_server.database_url)
    query(
        cast.url,
        "INSERT INTO push_preference (organisation, member, quiet) VALUES ($1, $2, false)",
        cast.organisation,
        cast.members["foreman"],
    )
    await subscribe_phones(cast, push_service, 1)
    names = (cast.url, str(cast.organisation), str(cast.members["foreman"]))
    with worker(cast, tmp_path):
        async with page(app_server, cast.url, cast.foreman) as line:
            await line.until(0, 0)
            died = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-c", TELLS_AND_DIES, *names], check=False
            )
            assert died.returncode == -signal.SIGKILL
            await line.until(0, 1)
        push_service.wait_for(1, 60)


def test_pgqueuers_own_trigger_says_nothing_inside_a_transaction(database_url: str) -> None:
    enabled = "SELECT count(*) FROM pg_trigger WHERE tgname = $1 AND tgenabled <> 'D'"
    assert value(database_url, enabled, "tg_pgqueuer_changed") == 0
    assert value(database_url, enabled.replace("AND tgenabled <> 'D'", ""), "tg_pgqueuer_changed")


async def test_a_transaction_that_is_undone_says_nothing_and_one_that_stands_says_each_word_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[Word] = []
    monkeypatch.setattr(Speaker, "say", lambda _self, words: spoken.extend(words))
    words = [
        site_changed(cast.organisation, cast.site),
        inbox_changed(cast.organisation, cast.members["foreman"]),
    ]

    async def write(*, fail: bool) -> None:
        async with company_transaction(cast.organisation):
            say_after_commit([*words, *words])
            await execute("UPDATE site SET name = 'x' WHERE id = $1", cast.site)
            assert spoken == []
            if fail:
                raise LookupError

    with pytest.raises(LookupError):
        await write(fail=True)
    assert spoken == []
    await write(fail=False)
    assert spoken == words
