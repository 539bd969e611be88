"""Queue a job in the running transaction: it is there exactly when what it belongs to is.

pgqueuer keeps its queue in the same database. Workers are woken by a word after the commit; its own
trigger, which says it inside the transaction, is switched off (see ADR 0022), and a worker that
missed the word looks every five seconds. A job says only where to look: what is to be done stands
in the tables, so that one that is run twice, late or not at all does no harm (each minute somebody
looks anyway).
"""

import json
from collections.abc import Mapping
from datetime import timedelta

from pgqueuer.queries import Queries

from daywork.ground.database import connection, fetch_value, say_after_commit
from daywork.ground.saying import job_queued

CLOCKS_APART = timedelta(seconds=1)
"""What is due is judged by a worker's clock, and the queue goes by the database's."""


async def enqueue(job: str, payload: Mapping[str, str], *, after: timedelta = timedelta(0)) -> None:
    """Put a job into the queue, to be run after the commit and no sooner than ``after``."""
    queue = Queries.from_asyncpg_connection(connection())
    if after:
        # The queue counts from the transaction's beginning, which may be seconds ago, and looks on
        # the spot; what comes too early finds nothing due and is not run again.
        after += await fetch_value("SELECT clock_timestamp() - now()") + CLOCKS_APART
    await queue.enqueue(job, json.dumps(dict(payload)).encode(), execute_after=after)
    if not after:  # who must wait is found when the worker looks
        say_after_commit([job_queued()])


async def enqueue_once(job: str, payload: Mapping[str, str]) -> None:
    """Like :func:`enqueue`, unless the same job waits already.

    The waiting one is held until our commit, so that no worker begins it before it can see what
    we wrote; one that is held by somebody else does not count.
    """
    waiting = await fetch_value(
        "SELECT id FROM pgqueuer WHERE entrypoint = $1 AND status = 'queued' AND payload = $2"
        " LIMIT 1 FOR UPDATE SKIP LOCKED",
        job,
        json.dumps(dict(payload)).encode(),
    )
    if waiting is None:
        await enqueue(job, payload)
