"""A worker's private link over HTTP: who opens it, what it shows, what he can say."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

from daywork.ground.ids import new_id
from daywork.people.passwords import hash_of
from tests.crosscheck.story import (
    MARCH,
    PHONE,
    Client,
    Phones,
    hidden,
    link_of,
    money_in,
    opened,
)
from tests.support.cast import Cast, found
from tests.support.database import query, value


async def test_the_right_digits_show_the_worker_his_days_and_his_money(
    books: Cast, client: Client, phone: Phones
) -> None:
    path = await link_of(client(books.office), books)
    closed = await phone(path).look()
    assert "worker 1" not in closed.text
    _worker, html = await opened(phone, path)
    assert "worker 1" in html
    assert "worker 2" not in html
    assert "1.5" in html
    assert "not approved yet" in html
    ledger = await client(books.office).get(f"/labour/workers/{books.workers[0]}/ledger")
    theirs, his = money_in(ledger.text), money_in(html)
    assert len(his) == 5
    assert his[1] == "¥200.00"
    assert {his[0], his[4]} <= set(theirs)


async def test_a_private_page_is_kept_by_nobody(books: Cast, client: Client, phone: Phones) -> None:
    worker, _html = await opened(phone, await link_of(client(books.office), books))
    headers = (await worker.look()).headers
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["referrer-policy"] == "same-origin"


async def test_only_the_hash_of_a_token_is_kept(books: Cast, client: Client) -> None:
    token = (await link_of(client(books.office), books)).removeprefix("/w/")
    kept = query(books.url, "SELECT * FROM cross_check_link")[-1]
    assert kept["token_hash"] == hash_of(token)
    assert token not in str(dict(kept))


async def test_a_link_the_foreman_made_shows_days_and_no_money(
    books: Cast, client: Client, phone: Phones
) -> None:
    _worker, html = await opened(phone, await link_of(client(books.foreman), books))
    assert "1.5" in html
    assert "¥" not in html


async def test_a_site_can_show_days_alone(books: Cast, client: Client, phone: Phones) -> None:
    office = client(books.office)
    await office.post(
        f"/labour/crosscheck/{books.site}/rule", data={"link_days": "3", "month": MARCH}
    )
    reply = await office.post(
        f"/labour/crosscheck/{books.site}/rule", data={"link_days": "91", "month": MARCH}
    )
    assert reply.status_code == 422
    assert "A number from 1 to 90" in reply.text, "and the three days still hold"
    path = await link_of(office, books)
    assert "¥" not in (await opened(phone, path))[1]
    life = value(
        books.url,
        "SELECT expires_at - made_at FROM cross_check_link WHERE organisation = $1",
        books.organisation,
    )
    assert life.days == 3


async def test_unknown_run_out_and_taken_back_links_look_the_same(
    books: Cast, client: Client, phone: Phones
) -> None:
    office = client(books.office)
    gone, old = await link_of(office, books), await link_of(office, books, books.workers[1])
    await office.post(
        f"/labour/crosscheck/{books.site}/{books.workers[0]}/take-back", data={"month": MARCH}
    )
    query(
        books.url,
        "UPDATE cross_check_link SET expires_at = now() WHERE token_hash = $1",
        hash_of(old.removeprefix("/w/")),
    )
    unknown = "/w/" + "x" * 43

    async def seen(path: str) -> list[tuple[int, str]]:
        worker = phone(path)
        replies = [await worker.look(), await worker.prove(), await worker.say("confirm")]
        plain = re.compile(r"[0-9a-f]{8}|data-made=\"[^\"]*\"|" + re.escape(path[3:]))
        return [(reply.status_code, plain.sub("", reply.text)) for reply in replies]

    first = await seen(unknown)
    assert [status for status, _text in first] == [404, 404, 404]
    assert await seen(gone) == first
    assert await seen(old) == first


async def test_a_new_link_takes_the_place_of_the_old_one(
    books: Cast, client: Client, phone: Phones
) -> None:
    office = client(books.office)
    before = await link_of(office, books)
    worker, _html = await opened(phone, before)
    after = await link_of(office, books)
    assert (await worker.look()).status_code == 404
    assert (await phone(after).look()).status_code == 200


async def test_another_workers_digits_and_pass_open_nothing(
    books: Cast, client: Client, phone: Phones
) -> None:
    office = client(books.office)
    mine, theirs = await link_of(office, books), await link_of(office, books, books.workers[1])
    assert (await phone(theirs).prove(PHONE[1])).status_code == 422
    worker, _html = await opened(phone, mine)
    stolen = worker.http.cookies.get("dw_check") or ""
    curious = phone(theirs)
    curious.http.cookies.set("dw_check", stolen)
    assert "worker 2" not in (await curious.look()).text


async def test_five_wrong_tries_make_everybody_wait_and_ten_end_the_link(
    books: Cast, client: Client, phone: Phones
) -> None:
    path = await link_of(client(books.office), books)
    for _try in range(5):
        assert (await phone(path).prove("0000")).status_code == 422
    waits = await phone(path).prove()
    assert waits.status_code == 429
    assert int(waits.headers["retry-after"]) > 0
    query(books.url, "DELETE FROM sign_in_attempt")
    for _try in range(5):
        assert (await phone(path).prove("0000")).status_code == 422
    query(books.url, "DELETE FROM sign_in_attempt")
    assert (await phone(path).prove()).status_code == 404
    assert (await phone(path).look()).status_code == 404


async def test_a_signature_is_bound_to_the_days_and_counts_once(
    books: Cast, client: Client, phone: Phones
) -> None:
    worker, html = await opened(phone, await link_of(client(books.office), books))
    form = {"answer": hidden(html, "answer"), "content": hidden(html, "content"), "name": "w 1"}
    stale = await worker.say("confirm", **{**form, "content": "0" * 64})
    assert stale.status_code == 409
    assert "changed" in stale.text
    for _twice in range(2):
        assert (await worker.say("confirm", **form)).status_code == 303
    rows = query(
        books.url,
        "SELECT c.*, l.kind FROM cross_check c LEFT JOIN chain_link l ON l.subject = c.id"
        " WHERE c.organisation = $1",
        books.organisation,
    )
    [row] = rows
    assert (row["outcome"], row["name"], row["kind"]) == ("confirmed", "w 1", "crosscheck.answer")
    assert row["shown"] == '{"2026-03-02": ["1", "2"], "2026-03-03": ["0.5", "0"]}'
    assert "You confirmed these days" in (await worker.look()).text


async def test_a_day_that_changed_after_signing_is_shown_to_worker_and_office(
    books: Cast, client: Client, phone: Phones
) -> None:
    office = client(books.office)
    worker, html = await opened(phone, await link_of(office, books))
    form = {"answer": hidden(html, "answer"), "content": hidden(html, "content"), "name": "w 1"}
    await worker.say("confirm", **form)
    query(
        books.url,
        "UPDATE labour_line SET man_days = 0.25 WHERE worker = $1 AND work_day = '2026-03-03'",
        books.workers[0],
    )
    assert "have changed" in (await worker.look()).text
    board = (await office.get(f"/labour/crosscheck?site={books.site}&month={MARCH}")).text
    assert "Changed since confirmed" in board
    assert "1 day changed since" in board


async def test_a_disputed_day_is_kept_once_told_and_blocks_signing(
    books: Cast, client: Client, phone: Phones
) -> None:
    worker, html = await opened(phone, await link_of(client(books.office), books))
    claim = {
        "answer": str(new_id()),
        "day": "2026-03-03",
        "man_days": "1",
        "overtime": "",
        "reason": "I stayed all day",
    }
    for _twice in range(2):
        assert (await worker.say("dispute", **claim)).status_code == 303
    again = await worker.say("dispute", **{**claim, "answer": str(new_id())})
    assert again.status_code == 409
    assert "already in dispute" in again.text
    [row] = query(
        books.url, "SELECT * FROM cross_check_dispute WHERE organisation = $1", books.organisation
    )
    assert (row["man_days"], row["claimed_man_days"]) == (Decimal("0.5"), 1)
    signed = await worker.say(
        "confirm", answer=str(new_id()), content=hidden(html, "content"), name="w 1"
    )
    assert signed.status_code == 409
    assert "still in dispute" in signed.text
    told = query(
        books.url,
        "SELECT member, link FROM message WHERE organisation = $1 AND notice = $2",
        books.organisation,
        "cross_check_disputed",
    )
    assert {books.members["supervisor"], books.members["foreman"]} == {
        one["member"] for one in told
    }


async def test_a_missing_day_can_be_claimed_and_nonsense_comes_back_with_its_faults(
    books: Cast, client: Client, phone: Phones
) -> None:
    worker, _html = await opened(phone, await link_of(client(books.office), books))
    claim = {"answer": str(new_id()), "day": "2026-03-04", "man_days": "1", "reason": "I was there"}
    empty = await worker.say("dispute", **{**claim, "reason": "", "man_days": "many"})
    assert empty.status_code == 422
    assert "I was there" not in empty.text
    assert (await worker.say("dispute", **{**claim, "day": "2026-04-04"})).status_code == 422
    assert (await worker.say("dispute", **claim)).status_code == 303
    assert "you say: 1 工" in (await worker.look()).text


async def test_the_sum_of_the_month_can_be_disputed_without_knowing_the_day(
    books: Cast, client: Client, phone: Phones
) -> None:
    worker, html = await opened(phone, await link_of(client(books.office), books))
    assert "/dispute?day=month" in html
    form = unescape((await worker.http.get(f"{worker.path}/dispute?day=month")).text)
    assert "The sum is not right" in form
    assert "1.5" in form
    claim = {"shown": "month", "overtime": "2", "reason": "There were more"}
    for wrong, status in (("1.5", 422), ("94", 422), ("26", 303)):
        said = await worker.say("dispute", answer=str(new_id()), man_days=wrong, **claim)
        assert said.status_code == status
    again = await worker.say("dispute", answer=str(new_id()), man_days="27", **claim)
    assert again.status_code == 409
    [row] = query(
        books.url, "SELECT * FROM cross_check_dispute WHERE organisation = $1", books.organisation
    )
    assert (row["work_day"], row["whole_month"]) == (date(2026, 3, 1), True)
    assert (row["man_days"], row["claimed_man_days"]) == (Decimal("1.5"), 26)
    html = unescape((await worker.look()).text)
    assert "March 2026 in all" in html
    assert "/dispute?day=month" not in html


async def test_a_foreman_asks_his_own_crew_and_nobody_elses(books: Cast, client: Client) -> None:
    board = f"/labour/crosscheck?site={books.site}&month={MARCH}"
    form = {"site": str(books.site), "month": MARCH, "worker": str(books.workers[0])}
    mine = client(books.foreman)
    assert "worker 1" in (await mine.get(board)).text
    other = client(books.other_foreman)
    assert "worker 1" not in (await other.get(board)).text
    assert (await other.post("/labour/crosscheck/links", data=form)).status_code == 409
    taken = f"/labour/crosscheck/{books.site}/{books.workers[0]}/take-back"
    assert (await other.post(taken, data={"month": MARCH})).status_code == 404


async def test_a_supervisor_sees_who_answered_and_makes_no_links(
    books: Cast, client: Client
) -> None:
    supervisor = client(books.supervisor)
    board = (await supervisor.get(f"/labour/crosscheck?site={books.site}&month={MARCH}")).text
    assert "worker 1" in board
    assert "¥" not in board
    form = {"site": str(books.site), "month": MARCH}
    assert (await supervisor.post("/labour/crosscheck/links", data=form)).status_code == 403


async def test_another_site_and_another_company_see_nothing(books: Cast, client: Client) -> None:
    stranger = found(books.url, "Another company").owner
    form = {"site": str(books.site), "month": MARCH}
    for nobody in (books.far_supervisor, stranger):
        browser = client(nobody)
        assert (await browser.get(f"/labour/crosscheck?site={books.site}")).status_code == 404
        assert (await browser.post("/labour/crosscheck/links", data=form)).status_code == 404


async def test_a_crews_sheet_has_a_code_a_worker_and_names_who_has_no_number(
    books: Cast, client: Client
) -> None:
    query(books.url, "UPDATE worker SET phone = NULL WHERE id = $1", books.workers[1])
    form = {"site": str(books.site), "month": MARCH, "crew": str(books.crew)}
    reply = await client(books.office).post("/labour/crosscheck/links", data=form)
    assert len(set(re.findall(r"/w/[\w-]{43}", reply.text))) == 1
    assert "data:image/svg+xml" in reply.text
    assert "without a code: worker 2" in reply.text
    assert reply.headers["cache-control"] == "no-store"


async def test_who_closes_his_page_on_a_borrowed_phone_leaves_nothing_open(
    books: Cast, client: Client, phone: Phones
) -> None:
    worker, html = await opened(phone, await link_of(client(books.foreman), books))
    assert (await worker.say("leave")).status_code == 303
    assert "worker 1" not in (await worker.look()).text
    late = {"answer": hidden(html, "answer"), "content": hidden(html, "content"), "name": "w 1"}
    assert (await worker.say("confirm", **late)).headers["location"] == worker.path
    kept = "SELECT count(*) FROM cross_check WHERE organisation = $1"
    assert value(books.url, kept, books.organisation) == 0
