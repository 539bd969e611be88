"""What goes wrong at the start is told with what would fix it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from daywork.cli import COMMANDS
from tests.support.cast import found
from tests.support.database import query, value


def daywork(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("DAYWORK_")}
    return subprocess.run(
        [sys.executable, "-m", "daywork", *words],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=240,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    said = daywork(command, "--help")
    assert said.returncode == 0
    assert said.stdout.startswith("Usage: daywork " + command)
    assert len(said.stdout.splitlines()) > 4


def test_an_unknown_command_is_refused() -> None:
    said = daywork("dig")
    assert said.returncode == 2
    assert "No such command" in said.stderr


def test_a_taken_port_names_who_has_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = daywork(
            "up", "--host", "127.0.0.1", "--port", port, DAYWORK_HOME=str(tmp_path / "h")
        )
    assert said.returncode == 1
    assert f"Port {port} is taken" in said.stderr
    if sys.platform == "linux":
        assert f"(process {os.getpid()})" in said.stderr
    assert "--port" in said.stderr
    assert not (tmp_path / "h").exists()


def test_a_home_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = daywork("up", "--port", "8199", DAYWORK_HOME=str(tmp_path / "file" / "home"))
    assert said.returncode == 1
    assert "Cannot write" in said.stderr
    assert "DAYWORK_HOME" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root can write")
def test_a_home_without_permission_says_so() -> None:
    said = daywork("migrate", DAYWORK_HOME="/proc/1/home")
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert "DAYWORK_HOME" in said.stderr


@pytest.mark.parametrize("command", ["up", "migrate", "doctor"])
def test_an_unreachable_database_says_what_to_check(command: str, tmp_path: Path) -> None:
    said = daywork(
        command,
        DAYWORK_DATABASE_URL="postgresql://somebody@127.0.0.1:1/nowhere",
        DAYWORK_HOME=str(tmp_path),
        DAYWORK_PORT="8198",
    )
    assert said.returncode == 1
    assert "cannot be reached" in said.stderr + said.stdout
    assert "Traceback" not in said.stderr


def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    said = daywork("doctor", DAYWORK_PORT="many", DAYWORK_HOME=str(tmp_path))
    assert said.returncode == 1
    assert "DAYWORK_PORT" in said.stderr


def test_migrate_brings_a_blank_database_up_and_then_has_nothing_to_do(
    blank_database_url: str,
) -> None:
    waiting = daywork("migrate", "--check", DAYWORK_DATABASE_URL=blank_database_url)
    assert waiting.returncode == 1
    first = daywork("migrate", DAYWORK_DATABASE_URL=blank_database_url)
    assert first.returncode == 0, first.stderr
    assert "ran:" in first.stdout
    second = daywork("migrate", DAYWORK_DATABASE_URL=blank_database_url)
    assert second.stdout == "The database is up to date.\n"
    assert daywork("migrate", "--check", DAYWORK_DATABASE_URL=blank_database_url).returncode == 0


def test_a_newer_database_is_not_touched(database_url: str) -> None:
    query(
        database_url,
        "INSERT INTO migration (name, app_name) VALUES ('2999-01-01T00:00:00:000000', 'daywork')",
    )
    said = daywork("migrate", DAYWORK_DATABASE_URL=database_url)
    assert said.returncode == 1
    assert "newer than this Daywork" in said.stderr


def test_a_company_can_be_founded_without_a_browser(database_url: str, tmp_path: Path) -> None:
    words = ["company", "--name", "华建", "--owner", "王芳", "--login", "13800138000"]
    said = daywork(
        *words,
        "--password-env",
        "SECRET",
        DAYWORK_DATABASE_URL=database_url,
        DAYWORK_HOME=str(tmp_path),
        SECRET="a long and unusual password",
    )
    assert said.returncode == 0, said.stderr
    assert value(database_url, "SELECT name FROM organisation") == "华建"
    assert value(database_url, "SELECT is_owner FROM member") is True


def test_a_weak_password_is_refused_in_words(database_url: str, tmp_path: Path) -> None:
    words = ["company", "--name", "华建", "--owner", "王芳", "--login", "13800138000"]
    said = daywork(
        *words,
        "--password-env",
        "SECRET",
        DAYWORK_DATABASE_URL=database_url,
        DAYWORK_HOME=str(tmp_path),
        SECRET="123",
    )
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert value(database_url, "SELECT count(*) FROM organisation") == 0


def test_the_doctor_looks_at_everything(database_url: str, tmp_path: Path) -> None:
    said = daywork("doctor", DAYWORK_DATABASE_URL=database_url, DAYWORK_HOME=str(tmp_path))
    for word in ("Python", "Home", "Postgres", "Migrations: ", "Photos", "browser", "Port"):
        assert word in said.stdout


def test_the_doctor_says_how_messages_reach_phones(database_url: str, tmp_path: Path) -> None:
    here = {"DAYWORK_DATABASE_URL": database_url, "DAYWORK_HOME": str(tmp_path)}
    assert "Push is off" in daywork("doctor", **here).stdout
    said = daywork("doctor", **here, DAYWORK_PUSH_CONTACT="mailto:it@example.com").stdout
    assert "Push to 0 phones (0 gone), 0 messages overdue" in said
    found(database_url)
    query(
        database_url,
        """
        WITH one AS (
            INSERT INTO session (organisation, token_hash, id, member, expires_at)
            SELECT organisation, 'phone', gen_random_uuid(), id, now() FROM member LIMIT 1
            RETURNING organisation, member
        ), phone AS (
            INSERT INTO push_subscription (organisation, id, member, session, endpoint, p256dh,
                                           auth, server_key)
            SELECT organisation, gen_random_uuid(), member, 'phone', 'https://push.example/1',
                   decode(repeat('00', 65), 'hex'), decode(repeat('00', 16), 'hex'), '' FROM one
            RETURNING organisation, id, member
        ), said AS (
            INSERT INTO message (organisation, id, member, kind, notice, subject, link)
            SELECT organisation, gen_random_uuid(), member, 'returned', 'n', 's', '/m/'
            FROM phone RETURNING organisation, id
        )
        INSERT INTO push_delivery (organisation, message, revision, subscription, not_before)
        SELECT phone.organisation, said.id, 1, phone.id, now() - interval '1 hour'
        FROM phone, said
        """,
    )
    late = daywork("doctor", **here, DAYWORK_PUSH_CONTACT="mailto:it@example.com")
    assert late.returncode == 1
    assert "Push to 1 phones (0 gone), 1 messages overdue" in late.stdout
    assert "daywork worker" in late.stdout


def test_the_doctor_misses_the_registers_key(database_url: str, tmp_path: Path) -> None:
    here = {"DAYWORK_DATABASE_URL": database_url, "DAYWORK_HOME": str(tmp_path)}
    assert "has no key yet" in daywork("doctor", **here).stdout
    query(
        database_url, "INSERT INTO installation_secret (name, value) VALUES ('register_key', 'x')"
    )
    said = daywork("doctor", **here)
    assert said.returncode == 1
    assert "The real-name register's key is not in" in said.stdout
    assert "a back-up does not hold it" in said.stdout


def test_the_doctor_never_shows_a_password(tmp_path: Path) -> None:
    said = daywork(
        "doctor",
        DAYWORK_DATABASE_URL="postgresql://user:hush-hush@127.0.0.1:1/x",
        DAYWORK_HOME=str(tmp_path),
    )
    assert "hush-hush" not in said.stdout + said.stderr
