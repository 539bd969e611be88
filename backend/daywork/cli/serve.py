"""`daywork serve`: the web server, in as many processes as wished."""

from __future__ import annotations

import os
import sys

import click

from daywork.cli import ports, start
from daywork.cli.children import heed_leash


@click.command("serve")
@click.option("--host", help="Address to listen on.  [DAYWORK_HOST, default 0.0.0.0]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [DAYWORK_PORT, default 8000]")
@click.option(
    "--processes", type=click.IntRange(1, 64), help="How many.  [DAYWORK_PROCESSES, default 1]"
)
@click.option("--quiet", is_flag=True, help="Do not log each request.")
def command(host: str | None, port: int | None, processes: int | None, quiet: bool) -> None:
    """Run the web server alone, on a database that is already migrated.

    Behind a proxy set DAYWORK_BASE_URL to the https address that people use, and
    DAYWORK_TRUSTED_PROXIES to the proxy's address.
    """
    import uvicorn

    heed_leash()
    known = start.settings()
    host, port = host or known.host, port or known.port
    ports.must_be_free(host, port)
    with start.end_on_terminate(), start.with_database(known) as settled:
        # uvicorn's processes read the settings anew, so the embedded database has to be in them.
        os.environ["DAYWORK_DATABASE_URL"] = settled.database_url or ""
        uvicorn.run(
            "daywork.app:create_app",
            factory=True,
            host=host,
            port=port,
            workers=processes or known.processes,
            loop="auto" if sys.platform == "win32" else "uvloop",
            http="auto" if sys.platform == "win32" else "httptools",
            ws="none",
            lifespan="on",
            proxy_headers=True,
            forwarded_allow_ips=known.trusted_proxies,
            server_header=False,
            access_log=not quiet,
            log_level="warning" if quiet else "info",
            timeout_graceful_shutdown=10,
        )
