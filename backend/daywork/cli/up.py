"""`daywork up`: everything on one machine, in one window, ended by Ctrl-C.

The launcher owns the embedded database and tends two children, web server and worker. They are
ended in the opposite order of their start, so that no request loses its database.
"""

from __future__ import annotations

import dataclasses
import io
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import click

from daywork.cli import ports, start
from daywork.cli.children import Child
from daywork.ground.postgres import EmbeddedPostgres
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble

ANSWERS_WITHIN = 60.0
"""Seconds until the web server must answer."""


@click.command("up")
@click.option("--demo", is_flag=True, help="Load the demo company if there is no company yet.")
@click.option("--host", help="Address to listen on.  [DAYWORK_HOST, default 0.0.0.0]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [DAYWORK_PORT, default 8000]")
@click.option(
    "--processes", type=click.IntRange(1, 64), help="Web processes.  [DAYWORK_PROCESSES, default 1]"
)
@click.option("--no-qr", is_flag=True, help="Do not draw the QR code.")
@click.option("--log-requests", is_flag=True, help="Log each request.")
def command(
    demo: bool,
    host: str | None,
    port: int | None,
    processes: int | None,
    no_qr: bool,
    log_requests: bool,
) -> None:
    """Start everything: database, web server, worker. Ctrl-C stops it.

    Without DAYWORK_DATABASE_URL Daywork runs a Postgres of its own, in DAYWORK_HOME, reachable by
    this user alone.
    """
    known = start.settings()
    known = dataclasses.replace(
        known,
        host=host or known.host,
        port=port or known.port,
        processes=processes or known.processes,
    )
    ports.must_be_free(known.host, known.port)
    _must_be_writable(known)
    with _interruptible(), _database(known) as (settled, server):
        company, is_demo = start.run(_prepare(settled, demo))
        children = _start_children(settled, log_requests)
        try:
            _wait_for_answer(settled, children)
            click.echo(_greeting(settled, company=company, is_demo=is_demo, qr=not no_qr))
            _tend(children, server)
        except KeyboardInterrupt:
            click.echo("\nStopping …")
        finally:
            for child in children:
                child.end()
    click.echo("Stopped.")


def _must_be_writable(known: Settings) -> None:
    try:
        known.home.mkdir(parents=True, exist_ok=True)
        trial = known.home / ".may-write"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise Trouble(
            f"Cannot write to {known.home}: {error.strerror}.",
            "Set DAYWORK_HOME to a folder that this user may write to.",
        ) from error


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM (systemd, docker stop) and a closed terminal end us just as Ctrl-C does.

    Once is enough: a second Ctrl-C must not tear apart the stopping, which has its own limits.
    """
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

    def end(_number: int, _frame: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(130) from None
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _database(known: Settings) -> Iterator[tuple[Settings, EmbeddedPostgres | None]]:
    if known.database_url is not None:
        yield known, None
        return
    server = EmbeddedPostgres(known.home)
    try:
        url = server.start()
        yield dataclasses.replace(known, database_url=url), server
    finally:
        server.stop()


async def _prepare(known: Settings, demo: bool) -> tuple[bool, bool]:
    """Migrate, load the demo when asked to; returns whether there is a company, and a demo."""
    from daywork.cli.demo import load
    from daywork.ground.migrations import connect

    await start.bring_up_to_date(known.database_url or "")

    async def look() -> tuple[bool, bool]:
        connection = await connect(known.database_url or "")
        try:
            found = await connection.fetch("SELECT is_demo FROM organisation")
        finally:
            await connection.close()
        return bool(found), any(row["is_demo"] for row in found)

    there, is_demo = await look()
    if demo and not there:
        click.echo("Loading the demo company; this takes a few seconds, once …")
    if demo and (is_demo or not there):
        await load(known)
        return True, True
    return there, is_demo


def _start_children(known: Settings, log_requests: bool) -> list[Child]:
    environment = {
        **os.environ,
        "DAYWORK_DATABASE_URL": known.database_url or "",
        "DAYWORK_HOME": str(known.home),
        "DAYWORK_HOST": known.host,
        "DAYWORK_PORT": str(known.port),
        "DAYWORK_PROCESSES": str(known.processes),
    }
    serve = ["serve"] if log_requests else ["serve", "--quiet"]
    return [Child("web server", serve, environment), Child("worker", ["worker"], environment)]


def _wait_for_answer(known: Settings, children: list[Child]) -> None:
    address = "127.0.0.1" if known.host in ("0.0.0.0", "::") else known.host  # noqa: S104
    url = f"http://{f'[{address}]' if ':' in address else address}:{known.port}/healthz"
    until = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.03)
        if children[0].process.poll() is not None:
            break
    raise Trouble(
        "The web server did not start.", "What it said is above; `daywork doctor` looks further."
    )


def _tend(children: list[Child], server: EmbeddedPostgres | None) -> None:
    """Until Ctrl-C: whatever dies is started again."""
    while True:
        time.sleep(0.25)
        if server is not None and not server.alive():
            click.echo("The database ended; starting it again.", err=True)
            server.revive()
        for child in children:
            if not child.tend():
                raise Trouble(
                    f"The {child.name} ends again and again.",
                    "What it said is above; `daywork doctor` looks further.",
                )


def _greeting(known: Settings, *, company: bool, is_demo: bool, qr: bool) -> str:
    """Where it runs, how to sign in, and the QR code for a phone."""
    here = known.base_url or f"http://localhost:{known.port}"
    everywhere = known.host in ("0.0.0.0", "::")  # noqa: S104
    lan = ports.lan_address() if everywhere and known.base_url is None else None
    phone = known.base_url or (f"http://{lan}:{known.port}" if lan else None)
    lines = ["", click.style("Daywork · 点工本", bold=True) + f"  →  {here}"]
    if not company:
        from daywork.sign_in.service import setup_token

        lines += [
            "",
            f"  No company yet. Found yours: {here}/welcome?token={setup_token(known.home)}",
        ]
    elif is_demo:
        from daywork.cli.demo import sign_ins

        lines += ["", "  Sign in as", sign_ins(), ""]
    if phone is not None:
        if qr:
            lines += ["", _qr(phone)]
        lines += [f"  On a phone in the same network: {phone}"]
        if not phone.startswith("https://"):
            lines += ["  (working offline on a phone needs https: README, “Running it for real”)"]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])


def _qr(url: str) -> str:
    import segno

    drawing = io.StringIO()
    segno.make(url, error="l").terminal(drawing, compact=True, border=2)
    return drawing.getvalue().rstrip("\n")
