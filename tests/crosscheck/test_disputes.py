"""The queue of disputed days: who answers, once, and who hears of it."""

import httpx
import pytest

from daywork.ground.ids import new_id
from tests.crosscheck.story import Client, Phones, Worker, link_of, opened
from tests.support.cast import Cast, found
from tests.support.database import query, value

LIST = "/approvals/disputes"


@pytest.fixture
async def disputed(books: Cast, client: Client, phone: Phones) -> tuple[Worker, str]:
    """A day in dispute: the worker's phone, and the path to answer it."""
    worker, _html = await opened(phone, await link_of(client(books.office), books))
    claim = {"day": "2026-03-03", "man_days": "1", "reason": "I stayed all day"}
    assert (await worker.say("dispute", answer=str(new_id()), **claim)).status_code == 303
    dispute = value(
        books.url,
        "SELECT id FROM cross_check_dispute WHERE organisation = $1",
        books.organisation,
    )
    return worker, f"{LIST}/{dispute}"


async def say(browser: httpx.AsyncClient, path: str, outcome: str, words: str) -> int:
    reply = await browser.post(path, data={"outcome": outcome, "answer": words})
    return reply.status_code


async def test_the_supervisor_finds_the_day_in_the_queue_with_its_sheet(
    books: Cast, client: Client, disputed: tuple[Worker, str]
) -> None:
    supervisor = client(books.supervisor)
    assert "1 day disputed by its worker" in (await supervisor.get("/approvals")).text
    html = (await supervisor.get(LIST)).text
    assert "worker 1" in html
    assert "I stayed all day" in html
    sheet = value(
        books.url,
        "SELECT sheet FROM labour_line WHERE worker = $1 AND work_day = '2026-03-03'",
        books.workers[0],
    )
    assert f'href="/approvals/{sheet}"' in html


async def test_an_answer_counts_once_and_reaches_the_worker_and_the_foreman(
    books: Cast, client: Client, disputed: tuple[Worker, str]
) -> None:
    worker, path = disputed
    supervisor = client(books.supervisor)
    assert await say(supervisor, path, "agreed", "  ") == 422
    assert await say(supervisor, path, "agreed", "The guard saw him") == 303
    assert await say(supervisor, path, "declined", "No") == 409
    html = (await worker.look()).text
    assert "The office agrees" in html
    assert "The guard saw him" in html
    told = query(
        books.url,
        "SELECT member, link FROM message WHERE organisation = $1"
        " AND notice = 'cross_check_to_correct'",
        books.organisation,
    )
    assert [(one["member"], one["link"]) for one in told] == [
        (
            books.members["foreman"],
            f"/m/?day=2026-03-03&crew={books.crew}&site={books.site}",
        )
    ]
    unread = (
        "SELECT count(*) FROM message WHERE organisation = $1 AND read_at IS NULL AND notice = $2"
    )
    assert value(books.url, unread, books.organisation, "cross_check_disputed") == 0
    assert "No day is in dispute" in (await supervisor.get(LIST)).text


async def test_after_a_declined_dispute_the_worker_can_sign(
    books: Cast, client: Client, disputed: tuple[Worker, str]
) -> None:
    worker, path = disputed
    assert await say(client(books.supervisor), path, "declined", "You left at noon") == 303
    html = (await worker.look()).text
    assert "The office leaves it as it is" in html
    assert "Yes, the days are right" in html


async def test_only_who_decides_on_the_site_answers(
    books: Cast, client: Client, disputed: tuple[Worker, str]
) -> None:
    _worker, path = disputed
    stranger = found(books.url, "Another company").owner
    for nobody, status in (
        (books.office, 403),
        (books.foreman, 403),
        (books.far_supervisor, 404),
        (stranger, 404),
    ):
        assert await say(client(nobody), path, "agreed", "yes") == status
    for nobody in (books.far_supervisor, stranger):
        assert "worker 1" not in (await client(nobody).get(LIST)).text
