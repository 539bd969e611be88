"""Nobody comes to see pay, a number or a name of another site or company, at whichever address.

Every handler that there is is asked, with ids that exist, by everybody who may not: a new page is
in the list from its first day.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader

from daywork.app import room_handlers
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.ground.ids import new_id
from daywork.ground.settings import Settings
from daywork.ground.terms import Role
from daywork.money.paying import record_payments
from daywork.money.rules import Method, NewPayment
from daywork.people.actor import Actor
from daywork.register import keeping
from daywork.register.rules import Change
from daywork.register.sealing import Key, Keyring
from daywork.sites.queries import site_by_id
from daywork.wages import settling
from daywork.wages.rules import Why
from tests.register.conftest import number
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import REGISTER_KEY, query
from tests.support.months import advance_given, item_booked, march, set_rate, sheet_sent
from tests.support.phone_words import line
from tests.support.server import Server
from tests.wages.story import APRIL, MARCH, begun, closed

pytestmark = pytest.mark.timeout(400)
"""A thousand requests a test."""
KEYS = Keyring([Key.of(bytes(32))])
NUMBER = number(707)
ACCOUNT = "4111111111111111"
NAME = "Zhao Tiezhu"
PAY = ("313.37", "626.74", "12.43", "57.91", "613.37")
"""Amounts that can only be pay of this site."""
HIDDEN = (NAME, NUMBER, ACCOUNT, "41.17")
"""What the site's own people may know, and nobody else."""


SKIPPED = ("/api/live", "/m/{rest:path}", "/sign-out", "/api/sign-out", "/welcome")
"""What never ends, or ends the session that asks."""


@dataclass
class Books:
    """A site with everything that has to do with pay."""

    cast: Cast
    far_office: Actor
    stranger: Actor
    ids: dict[str, UUID] = field(default_factory=dict)

    def filled(self, path: str) -> str:
        """The address with the ids of what there is; what does not exist gets one that does not."""
        return re.sub(r"\{(\w+):\w+\}", lambda found: str(self.ids.get(found[1], new_id())), path)


@pytest.fixture
def app_settings(app_settings: Settings) -> Settings:
    """The same key in each test: the database they share knows its mark."""
    return replace(app_settings, register_key=REGISTER_KEY)


@pytest.fixture
async def books(database_url: str) -> Books:
    cast = found(database_url)
    stranger = found(database_url, "Another company").owner
    cast.members["far_office"] = new_id()
    query(
        cast.url,
        "INSERT INTO member (organisation, id, name, phone, language)"
        " VALUES ($1, $2, 'far_office', '+8613900139000', 'en')",
        cast.organisation,
        cast.members["far_office"],
    )
    query(
        cast.url,
        "INSERT INTO membership (organisation, site, member, role) VALUES ($1, $2, $3, 'office')",
        cast.organisation,
        cast.far_site,
        cast.members["far_office"],
    )
    far_office = cast.actor("far_office", (cast.far_site, Role.OFFICE))
    first, second = cast.workers[:2]
    query(cast.url, "UPDATE worker SET name = $2 WHERE id = $1", first, NAME)
    for worker, amount in ((first, "313.37"), (second, "300")):
        rate = {"of": "worker", "unit": "man_day", "amount": amount, "overtime_hour": None}
        set_rate(cast, rate | {"from": "2026-01-01", "to": None}, worker)
    await open_database(cast.url, pool_size=2)
    entry = await sheet_sent(cast, march(2), [line(first), line(second)])
    await sheet_sent(cast, march(3), [line(first)])
    advance_given(cast, first, march(9), "41.17")
    item = item_booked(cast, {"day": "2026-03-12", "amount": "12.43", "kind": "allowance"}, first)
    run = item_booked(cast, {"day": "2026-03-12", "amount": "12.43", "kind": "piecework"}, first)
    query(cast.url, "UPDATE pay_item SET basis = 1 WHERE id = $1", run)
    source = query(cast.url, "SELECT source FROM pay_item WHERE id = $1", run)[0]["source"]
    payment = NewPayment(
        new_id(), first, date(2026, 4, 1), MARCH.first, Decimal("57.91"), Method.CASH
    )
    async with company_transaction(cast.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        given = Change(kind="resident", number=NUMBER, bank_name="Farmers", bank=ACCOUNT)
        await keeping.record_identity(cast.office, site, KEYS, first, given, march(1))
        await record_payments(cast.office, cast.site, [payment], APRIL)
    sheet = await closed(cast, None)
    async with company_transaction(cast.organisation):
        (settlement,) = await settling.settle(
            cast.office, cast.site, [first], date(2026, 4, 1), Why.LEFT, at=APRIL
        )
    draft = await begun(cast, None)
    await close_database()
    return Books(
        cast,
        far_office,
        stranger,
        {
            "site": cast.site,
            "worker": first,
            "crew": cast.crew,
            "task": cast.task,
            "trade": cast.carpenter,
            "entry": entry,
            "item": item,
            "run": source,
            "payment": payment.id,
            "sheet": sheet,
            "draft": draft,
            "settlement": settlement,
            "member": cast.members["foreman"],
        },
    )


def addresses(books: Books, method: str) -> Iterator[str]:
    """Every address of this method, for the site and its month, in reach or not."""
    cast = books.cast
    asked = f"site={cast.site}&month=2026-03&worker={cast.workers[0]}&q={quote(NAME)}"
    asked += f"&one={cast.workers[0]}&other={cast.workers[1]}&first=2026-03&last=2026-03"
    for handler in room_handlers():
        if method in handler.http_methods:
            for path in sorted(handler.paths):
                if path not in SKIPPED:
                    yield f"{books.filled(path)}?{asked}"


def text_of(reply: httpx.Response) -> str:
    """Everything a reply says, also in a workbook."""
    if reply.content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(reply.content)) as packed:
            return " ".join(packed.read(one).decode(errors="replace") for one in packed.namelist())
    if reply.content[:4] == b"%PDF":
        return " ".join(one.extract_text() for one in PdfReader(io.BytesIO(reply.content)).pages)
    return reply.text


@contextmanager
def told_all() -> Iterator[list[str]]:
    """All leaks of a sweep at once."""
    leaks: list[str] = []
    yield leaks
    assert not leaks, "\n".join(leaks)


async def test_no_page_tells_pay_or_names_to_whom_they_do_not_concern(
    books: Books, app_server: Server
) -> None:
    cast = books.cast
    cast_of = {
        "foreman": (cast.foreman, (*PAY, NUMBER, ACCOUNT)),
        "supervisor": (cast.supervisor, (*PAY, NUMBER, ACCOUNT)),
        "office": (cast.office, (NUMBER, ACCOUNT)),
        "far_supervisor": (cast.far_supervisor, (*PAY, *HIDDEN)),
        "far_office": (books.far_office, (*PAY, *HIDDEN)),
        "stranger": (books.stranger, (*PAY, *HIDDEN)),
    }
    seen = 0
    with told_all() as leaks:
        for who, (actor, secrets) in cast_of.items():
            async with client_of(cast.url, app_server.url, actor) as client:
                for address in addresses(books, "GET"):
                    reply = await client.get(address)
                    told = text_of(reply).replace(",", "").replace(quote(NAME), "")
                    told = told.replace(f'value="{NAME}"', "")  # what was searched for
                    for secret in secrets:
                        if secret in told:
                            leaks.append(f"{who} {reply.status_code} {address} {secret}")
                    if reply.status_code >= 500:
                        leaks.append(f"{who} {reply.status_code} {address}")
                    seen += who == "office" and "313.37" in told
    assert seen > 8, "the office itself sees it"


BOOKS = (
    *("pay_item", "piecework_run", "payment", "bank_import", "advance", "advance_limit", "rate"),
    *("wage_draft", "wage_sheet", "wage_line", "settlement", "wage_paper", "wage_signature"),
    *("overtime_rule", "month_closing", "worker_identity", "worker_contract", "worker_import"),
    *("worker_merge", "worker_told_apart", "unmasking", "cross_check_rule", "compliance_pack"),
    *("retention_purge", "labour_line", "decision", "membership", "site_exception"),
    *("worker", "roster", "crew", "site", "task", "deputy", "approval_rule"),
)


def written(cast: Cast) -> dict[str, object]:
    """A fingerprint of everything that makes pay."""
    return {
        table: query(
            cast.url,
            f"SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {table} t"  # noqa: S608
            " WHERE organisation = $1",
            cast.organisation,
        )
        for table in BOOKS
    }


def form(books: Books) -> dict[str, str]:
    """What most forms ask for, filled in as somebody would who may."""
    cast = books.cast
    return {
        **{name: str(one) for name, one in books.ids.items()},
        **dict.fromkeys(("workers", "kept", "one"), str(cast.workers[0])),
        **dict.fromkeys(("other", "merged"), str(cast.workers[1])),
        **dict.fromkeys(("payment", "batch", "run", "answer", "order", "id"), str(new_id())),
        **dict.fromkeys(("paid_on", "until", "valid_from", "from", "last_day"), "2026-04-01"),
        **dict.fromkeys(("first_day", "day", "joined_on"), "2026-03-05"),
        **dict.fromkeys(("amount", "quantity", "hours", "price", "man_days"), "1"),
        **dict.fromkeys(("reason", "note", "name", "why_not", "comment"), "because"),
        **dict.fromkeys(("seen", "sure", "shows_pay", "confirm", "leaving"), "on"),
        "month": "2026-03",
        "for_month": "2026-03-01",
        "first": "2026-03",
        "last": "2026-03",
        "method": "cash",
        "kind": "allowance",
        "basis": "fixed",
        "unit": "man_day",
        "whose": f"worker:{cast.workers[0]}",
        "why": "left",
        "what": "closed",
        "way": "statute",
        "link_days": "5",
        "role": "office",
        "purpose": "wages",
    }


async def test_nothing_is_written_by_whom_it_does_not_concern(
    books: Books, app_server: Server
) -> None:
    cast = books.cast
    before = written(cast)
    with told_all() as leaks:
        for who, actor in (
            ("foreman", cast.foreman),
            ("far_supervisor", cast.far_supervisor),
            ("far_office", books.far_office),
            ("stranger", books.stranger),
            ("nobody", None),
        ):
            secrets = PAY if who == "foreman" else (*PAY, *HIDDEN)
            async with client_of(cast.url, app_server.url, actor or cast.foreman) as client:
                if actor is None:
                    client.cookies.delete("dw_session")
                for address in addresses(books, "POST"):
                    path = address.partition("?")[0]
                    for sent in ({"data": form(books)}, {"files": {"file": ("a.csv", b"x")}}):
                        reply = await client.post(path, **sent)
                        told = text_of(reply).replace(",", "")
                        if reply.status_code >= 500 or any(one in told for one in secrets):
                            leaks.append(f"{who} {reply.status_code} {path}")
            changed = [table for table, rows in written(cast).items() if rows != before[table]]
            leaks += [f"{who} wrote {table}" for table in changed]


ASKED_FOR = ("/full", "/pay-out", "/unmask", "/register.xlsx")
"""Where numbers are told in full, to who says what for."""


async def test_whatever_the_office_does_no_full_number_is_kept_or_told_unasked(
    books: Books, app_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Every form there is, sent by the office; then every row of every table is looked through."""
    cast = books.cast
    own = f"/labour/register/{cast.site}/{cast.workers[0]}"
    typed = {"kind": "resident", "identity": NUMBER, "bank_name": "Farmers", "bank": ACCOUNT}
    with told_all() as leaks:
        async with client_of(cast.url, app_server.url, cast.office) as office:
            assert (await office.post(own, data=typed)).status_code == 303
            replies = [await office.get(address) for address in addresses(books, "GET")]
            for address in addresses(books, "POST"):
                path = address.partition("?")[0]
                if not path.startswith(("/members", "/me/")) and not path.endswith(ASKED_FOR):
                    replies.append(await office.post(path, data=form(books)))
            for reply in replies:
                told = text_of(reply)
                if reply.status_code >= 500 or NUMBER in told or ACCOUNT in told:
                    leaks.append(f"{reply.status_code} {reply.url.path}")
        for text in (NUMBER, ACCOUNT):
            if text in caplog.text:
                leaks.append("in the log")
            leaks += [f"in the table {table}" for table in tables_with(cast, text)]


def tables_with(cast: Cast, text: str) -> list[str]:
    """Tables in which it stands in the open, as text or as bytes."""
    tables = query(cast.url, "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p')"
                   " AND relnamespace = 'public'::regnamespace")  # fmt: skip
    return [
        one["name"]
        for one in tables
        if query(
            cast.url,
            f'SELECT 1 FROM "{one["name"]}" t WHERE t::text LIKE ANY($1) LIMIT 1',  # noqa: S608
            [f"%{text}%", f"%{text.encode().hex()}%"],
        )
    ]
