"""A clerk's journeys through piecework, and what a task is called."""

import re

import httpx

from daywork.ground.ids import new_id
from tests.pay.clerk import asked, held, typed
from tests.support.cast import Cast
from tests.support.database import query


async def test_a_piece_is_priced_previewed_shared_and_taken_back(
    books: Cast, office: httpx.AsyncClient
) -> None:
    task = f"/labour/piecework/{books.task}"
    price = {"unit_price": "46.505", "valid_from": "2026-03-01"}
    reply = await office.post(f"{task}/price", params=asked(books), data=price)
    assert reply.status_code == 422
    price["unit_price"] = "46.50"
    reply = await office.post(f"{task}/price", params=asked(books), data=price)
    assert reply.status_code == 303
    form = {
        "crew": str(books.crew),
        "first": "2026-03-01",
        "last": "2026-03-31",
        "quantity": "99",
        "share_by": "given",
        "run": str(new_id()),
        "note": "level 8",
    }
    ask = (await office.post(f"{task}/share", params=asked(books), data=form)).text
    shares = {f"share-{books.workers[0]}": "1", f"share-{books.workers[1]}": "2"}
    assert typed(ask, f"share-{books.workers[0]}") == "2"
    reply = await office.post(f"{task}/share", params=asked(books), data=form | shares)
    assert reply.status_code == 409
    assert "Only 60 m² are approved" in reply.text
    assert typed(reply.text, f"share-{books.workers[1]}") == "2"
    form["quantity"] = "10"
    wrong = await office.post(
        f"{task}/share", params=asked(books), data=form | shares | {"first": "2026-04-02"}
    )
    assert wrong.status_code == 422
    assert typed(wrong.text, f"share-{books.workers[1]}") == "2"
    page = (await office.post(f"{task}/share", params=asked(books), data=form | shares)).text
    assert "Shares: €465.00" in page
    assert "These 工 have earned €750.00 by the day already" in page
    kept = held(page)
    change = await office.post(f"{task}/share", params=asked(books), data=kept | {"act": "change"})
    assert typed(change.text, f"share-{books.workers[1]}") == "2"
    for _click in range(2):
        reply = await office.post(f"{task}/share", params=asked(books), data=kept | {"act": "book"})
        assert reply.status_code == 303, reply.text
    page = (await office.get("/labour/piecework", params=asked(books))).text
    run = re.search(r'href="(/labour/piecework/runs/[0-9a-f-]{36})"', page)
    assert run is not None
    one = (await office.get(run[1])).text
    for told in ("€155.00", "€310.00", "€465.00", "10 m² × €46.50"):
        assert told in one, told
    assert (await office.post(f"{run[1]}/void", data={"reason": " "})).status_code == 422
    reply = await office.post(f"{run[1]}/void", data={"reason": "measured anew"})
    assert reply.status_code == 303
    one = (await office.get(run[1])).text
    assert "measured anew" in one
    assert "¥" not in one
    assert f"{run[1]}/void" not in one


async def test_a_task_is_named_in_the_reader_s_language(
    books: Cast, office: httpx.AsyncClient
) -> None:
    named = "UPDATE task SET name = '二层模板', name_en = 'Level 2 formwork' WHERE id = $1"
    query(books.url, named, books.task)
    page = f"/labour/workers/{books.workers[0]}/pay?site={books.site}&month=2026-03"
    for language, told, other in (
        ("en", "1.1 Level 2 formwork", "二层模板"),
        ("zh-CN", "1.1 二层模板", "Level 2 formwork"),
    ):
        await office.post("/language", data={"language": language, "next": "/"})
        html = (await office.get(page)).text
        assert told in html
        assert other not in html
