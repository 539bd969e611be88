"""A backup made as the operator's page says comes back whole, into an empty installation."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from daywork.ground.postgres import running
from tests.cli.test_messages import daywork
from tests.ground.test_postgres_supervisor import _destroy
from tests.support.database import value

FOUND = ["company", "--name", "华建", "--owner", "王芳", "--login", "13800138000"]


@pytest.fixture
def homes() -> Iterator[tuple[Path, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="dw-"))
    folder.chmod(0o755)
    both = (folder / "old", folder / "new")
    yield both
    for home in both:
        _destroy(home)
    shutil.rmtree(folder)


def test_a_dump_is_restored_into_an_empty_installation(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = (str(home) for home in homes)
    secret = {"SECRET": "a long and unusual password"}
    founded = daywork(*FOUND, "--password-env", "SECRET", DAYWORK_HOME=old, **secret)
    assert founded.returncode == 0, founded.stderr
    dump = str(tmp_path / "daywork.dump")
    dumped = daywork("postgres", "pg_dump", "-Fc", "-f", dump, DAYWORK_HOME=old)
    assert dumped.returncode == 0, dumped.stderr

    assert daywork("migrate", DAYWORK_HOME=new).returncode == 0
    words = ["pg_restore", "--clean", "--if-exists", "--exit-on-error", "-d", "daywork", dump]
    restored = daywork("postgres", *words, DAYWORK_HOME=new)
    assert restored.returncode == 0, restored.stderr
    assert daywork("migrate", "--check", DAYWORK_HOME=new).returncode == 0
    with running(homes[1]) as url:
        assert value(url, "SELECT name FROM organisation") == "华建"
        rights = "SELECT has_table_privilege('daywork_app', 'organisation', 'SELECT')"
        assert value(url, rights) is True


def test_psql_asks_the_database_of_this_installation(database_url: str) -> None:
    said = daywork("postgres", "psql", "-Atc", "SELECT 40 + 2", DAYWORK_DATABASE_URL=database_url)
    assert said.stdout.strip() == "42", said.stderr


def test_only_tools_of_postgres_are_run(tmp_path: Path) -> None:
    for name in ("ls", "../../bin/sh", sys.executable):
        said = daywork("postgres", name, DAYWORK_HOME=str(tmp_path))
        assert said.returncode == 1
        assert "no Postgres tool" in said.stderr
    assert not (tmp_path / "postgres").exists()
