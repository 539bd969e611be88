"""The commands by which an operator backs up and restores, and the tools of Postgres."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from daywork.ground.postgres import running
from tests.cli.test_messages import daywork
from tests.support.database import value
from tests.support.processes import destroy

FOUND = ["company", "--name", "华建", "--owner", "王芳", "--login", "13800138000"]


@pytest.fixture
def homes() -> Iterator[tuple[Path, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="dw-"))
    folder.chmod(0o755)
    both = (folder / "old", folder / "new")
    yield both
    for home in both:
        destroy(home)
    shutil.rmtree(folder)


def test_a_backup_is_restored_into_an_empty_installation(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = (str(home) for home in homes)
    place = str(tmp_path / "backup")
    secret = {"SECRET": "a long and unusual password"}
    founded = daywork(*FOUND, "--password-env", "SECRET", DAYWORK_HOME=old, **secret)
    assert founded.returncode == 0, founded.stderr
    made = daywork("backup", place, DAYWORK_HOME=old)
    assert made.returncode == 0, made.stderr
    assert "0 photos" in made.stdout
    assert Path(place).stat().st_mode & 0o077 == 0, "nobody else reads wages in it"
    checked = daywork("backup", "--check", place, DAYWORK_HOME=str(tmp_path / "elsewhere"))
    assert "is whole" in checked.stdout, checked.stderr

    restored = daywork("restore", place, DAYWORK_HOME=new)
    assert restored.returncode == 0, restored.stderr
    assert daywork("migrate", "--check", DAYWORK_HOME=new).returncode == 0
    with running(homes[1]) as url:
        assert value(url, "SELECT name FROM organisation") == "华建"
        rights = "SELECT has_table_privilege('daywork_app', 'organisation', 'SELECT')"
        assert value(url, rights) is True
    again = daywork("restore", place, DAYWORK_HOME=new)
    assert again.returncode == 1
    assert "This installation is in use: 华建" in again.stderr
    assert "--replace" in again.stderr

    dump = next(Path(place).glob("*/database.dump"))
    dump.write_bytes(dump.read_bytes()[:-1])
    broken = daywork("backup", "--check", place, DAYWORK_HOME=old)
    assert broken.returncode == 1
    assert "database.dump" in broken.stdout


def test_psql_asks_the_database_of_this_installation(database_url: str) -> None:
    said = daywork("postgres", "psql", "-Atc", "SELECT 40 + 2", DAYWORK_DATABASE_URL=database_url)
    assert said.stdout.strip() == "42", said.stderr


def test_only_tools_of_postgres_are_run(tmp_path: Path) -> None:
    for name in ("ls", "../../bin/sh", sys.executable):
        said = daywork("postgres", name, DAYWORK_HOME=str(tmp_path))
        assert said.returncode == 1
        assert "no Postgres tool" in said.stderr
    assert not (tmp_path / "postgres").exists()
