"""A database comes to the right shape once, however many processes start together."""

import subprocess
import sys

import pytest

from daywork.ground import migrations
from daywork.ground.trouble import Trouble
from tests.support.database import query, value

ONE = """
import asyncio, sys
from daywork.ground.migrations import migrate
print(len(asyncio.run(migrate(sys.argv[1]))))
"""


def test_four_processes_at_once_run_each_migration_once(blank_database_url: str) -> None:
    command = [sys.executable, "-c", ONE, blank_database_url]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], said
    ran = value(blank_database_url, "SELECT count(*) FROM migration WHERE app_name = 'daywork'")
    distinct = value(blank_database_url, "SELECT count(DISTINCT name) FROM migration")
    assert ran == distinct == sum(int(out) for out, _ in said) > 0


async def test_a_second_run_has_nothing_to_do(blank_database_url: str) -> None:
    first = await migrations.migrate(blank_database_url)
    assert first == sorted(first)
    assert await migrations.migrate(blank_database_url) == []
    state = await migrations.standing(blank_database_url)
    assert (state.ran, state.waiting, state.unknown) == (first, [], [])


async def test_looking_at_a_blank_database_changes_nothing(blank_database_url: str) -> None:
    state = await migrations.standing(blank_database_url)
    assert state.ran == []
    assert state.waiting
    assert (
        value(blank_database_url, "SELECT count(*) FROM pg_class WHERE relname = 'migration'") == 0
    )


async def test_a_database_of_a_newer_daywork_is_left_alone(database_url: str) -> None:
    query(
        database_url,
        "INSERT INTO migration (name, app_name) VALUES ('2999-01-01T00:00:00:000000', 'daywork')",
    )
    with pytest.raises(Trouble, match="newer than this Daywork") as refused:
        await migrations.migrate(database_url)
    assert "backup" in refused.value.fix


async def test_an_unreachable_database_says_what_to_check() -> None:
    with pytest.raises(Trouble, match="cannot be reached") as refused:
        await migrations.migrate("postgresql://nobody@127.0.0.1:1/nothing")
    assert "DAYWORK_DATABASE_URL" in refused.value.fix


async def test_a_url_that_is_none_says_how_to_write_it() -> None:
    with pytest.raises(Trouble) as refused:
        await migrations.migrate("postgresql://user@host:port/name")
    assert "postgresql://" in refused.value.fix


def test_the_app_may_queue_jobs_but_not_own_their_tables(database_url: str) -> None:
    rights = "has_table_privilege('daywork_app', 'pgqueuer', $1)"
    assert value(database_url, f"SELECT {rights}", "INSERT") is True
    assert value(database_url, f"SELECT {rights}", "TRUNCATE") is False
