"""The office's side as it fails in life: a server and a Postgres of their own, both killed with
``kill -9``, and backups that take the database's place."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from daywork.ground.ids import new_id
from daywork.ground.migrations import migrate
from daywork.ground.postgres import EmbeddedPostgres
from daywork.people.passwords import hash_of
from daywork.sign_in.service import cookie_value
from tests.support.cast import Cast, found
from tests.support.database import apart, copied, on_server, put_back, query, value

SERVE = Path(__file__).with_name("serve.py")


class Office:
    """A server on one port for the life of a test, over one company after another."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = EmbeddedPostgres(home / "postgres", durable=True)
        maintenance = on_server(self.postgres.start(), "postgres")
        self.template = on_server(maintenance, "promise_template")
        self.url = on_server(maintenance, "promise")
        query(maintenance, "CREATE DATABASE promise_template")
        apart(migrate(self.template))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.process: subprocess.Popen[bytes] | None = None
        self.backups: list[str] = []
        self.restores = 0
        self.cast: Cast
        self.secrets: dict[str, str] = {}

    def begin(self) -> None:
        """A new company, and the server on it."""
        for backup in self.backups:
            query(on_server(self.url, "postgres"), f'DROP DATABASE "{backup}" WITH (FORCE)')
        self.backups = []
        self.secrets = {}
        if self.process is None:
            put_back(self.url, "promise_template")
        else:
            self._alone(lambda: put_back(self.url, "promise_template"))
        self.cast = found(self.url)
        self.start_server()

    def start_server(self) -> None:
        if self.process is not None:
            return
        environ = os.environ | {
            "DAYWORK_HOME": str(self.home / "app"),
            "DAYWORK_DATABASE_URL": self.url,
            "DAYWORK_POOL_SIZE": "4",
            "DAYWORK_TEST_SOCKET": str(self.listener.fileno()),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(SERVE)],
            env=environ,
            pass_fds=[self.listener.fileno()],
            start_new_session=True,
            stderr=(self.home / "server.log").open("ab"),
        )
        self.wait_until_well()

    def wait_until_well(self) -> None:
        """Until the server answers and reaches its database."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address}/healthz", trust_env=False, timeout=10).is_success:
                    return
            time.sleep(0.05)
        raise RuntimeError((self.home / "server.log").read_text()[-3000:])

    def kill_server(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def kill_postgres(self) -> None:
        """``kill -9`` of the postmaster, and up again: Postgres recovers by itself."""
        assert self.postgres.pid is not None
        os.kill(self.postgres.pid, signal.SIGKILL)
        while self.postgres.alive():
            time.sleep(0.01)
        self.postgres.revive()
        self.wait_until_well()

    def _alone(self, work: Any) -> None:
        """Do something with the database that nobody may be connected to; the server stays up."""
        maintenance = on_server(self.url, "postgres")
        query(maintenance, "ALTER DATABASE promise ALLOW_CONNECTIONS false")
        query(
            maintenance,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = 'promise'",
        )
        try:
            work()
        finally:
            query(maintenance, "ALTER DATABASE promise ALLOW_CONNECTIONS true")
        self.wait_until_well()

    def back_up(self) -> None:
        self._alone(
            lambda: self.backups.append(
                copied(self.url, f"backup_{uuid.uuid4().hex}", lasting=True)
            )
        )

    def restore(self, backup: str) -> None:
        """The database of then takes the place of that of now."""
        self._alone(lambda: put_back(self.url, backup))
        self.restores += 1
        for name in self.secrets:
            self.sign_in(name)

    def sign_in(self, name: str) -> None:
        """A session in the database; whoever was signed out by a restore signs in again."""
        secret = self.secrets.setdefault(name, secrets.token_urlsafe(32))
        self.sign_out(name)
        query(
            self.url,
            "INSERT INTO session (organisation, token_hash, id, member, long_lived, expires_at)"
            " VALUES ($1, $2, $3, $4, true, now() + interval '1 day')",
            self.cast.organisation,
            hash_of(secret),
            new_id(),
            self.cast.members[name],
        )

    def sign_out(self, name: str) -> None:
        query(self.url, "DELETE FROM session WHERE token_hash = $1", hash_of(self.secrets[name]))

    def client(self, name: str) -> httpx.Client:
        """The network of a phone of this member."""
        self.sign_in(name)
        session = cookie_value(self.cast.organisation, self.secrets[name])
        return httpx.Client(
            base_url=self.address,
            cookies={"dw_session": session, "dw_csrf": "t" * 32},
            headers={"accept-language": "en"},
            timeout=30,
            trust_env=False,
        )

    def role(self, name: str, site: Any, *, withdrawn: bool) -> None:
        query(
            self.url,
            "INSERT INTO membership AS m (organisation, site, member, role)"
            " VALUES ($1, $2, $3, 'foreman') ON CONFLICT (organisation, site, member)"
            " DO UPDATE SET withdrawn_at = CASE WHEN $4 THEN now() END",
            self.cast.organisation,
            site,
            self.cast.members[name],
            withdrawn,
        )

    def verdicts(self) -> dict[str, str]:
        """By mutation: ``applied``, ``refused`` or ``quarantined``."""
        rows = query(self.url, "SELECT id, result FROM sync_mutation")
        return {str(row["id"]): row["result"] for row in rows}

    def effects(self) -> Counter[str]:
        """How often each mutation took effect, whatever the ledger says."""
        rows = query(
            self.url,
            "SELECT mutation, count(*) FROM (SELECT mutation FROM entry_version"
            " UNION ALL SELECT mutation FROM cross_check) AS made GROUP BY mutation",
        )
        return Counter({str(row["mutation"]): row["count"] for row in rows})

    def lines_astray(self) -> int:
        """Live lines beyond what the last version of their sheet says, or missing from it."""
        return int(
            value(
                self.url,
                "SELECT count(*) FROM entry e JOIN entry_version v ON v.organisation ="
                " e.organisation AND v.entry = e.id AND v.version = e.version"
                " WHERE e.kind = 'labour.sheet' AND e.state <> 'void'"
                " AND jsonb_array_length(v.payload -> 'lines') <> (SELECT count(*)"
                " FROM labour_line l WHERE l.organisation = e.organisation AND l.sheet = e.id"
                " AND l.live)",
            )
        )

    def close(self) -> None:
        self.kill_server()
        self.listener.close()
        self.postgres.stop()
