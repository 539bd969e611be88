"""Each table that holds people's or wage data says what lock and purge do with it, and does it."""

from datetime import date

import asyncpg
import msgspec
import pytest
from obstore.store import ObjectStore

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people.rules import Right
from daywork.register.rules import Change
from daywork.retention import service
from daywork.retention.holdings import DELETABLE, HOLDINGS, REDONE, Fate
from daywork.sites.service import site_for
from daywork.sites.workforce import add_workers
from tests.ground.test_tables import columns_in
from tests.merging.test_merging import entered
from tests.register.conftest import number
from tests.retention.test_retention import NOW, OLD, done, pictured, purged
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.disputes import disputed
from tests.support.refusals import refused

RARE = "邹独一"
PHONE = "+8613977777771"


def test_no_table_is_forgotten(database_url: str) -> None:
    assert set(columns_in(database_url)) == set(HOLDINGS)


def test_the_app_deletes_rows_only_where_nothing_is_kept(database_url: str) -> None:
    rights = query(
        database_url,
        "SELECT table_name FROM information_schema.role_table_grants WHERE"
        " grantee = 'daywork_app' AND privilege_type IN ('DELETE', 'TRUNCATE')"
        " AND table_name NOT LIKE 'pgqueuer%'",
    )
    for row in rights:
        name = row["table_name"]
        assert HOLDINGS[name] in DELETABLE or name in REDONE, name


def rare_worker(cast: Cast) -> None:
    query(
        cast.url,
        "UPDATE worker SET name = $2, phone = $3 WHERE id = $1",
        cast.workers[0],
        RARE,
        PHONE,
    )


def bank_list(cast: Cast, *, booked: bool) -> None:
    """A list the bank gave back, with two rows of which one is the rare worker's."""
    line = {"row": 2, "name": RARE, "account_tail": "0123", "amount": "300.00", "reference": "R1"}
    query(
        cast.url,
        "INSERT INTO bank_import (organisation, id, site, name, sha256, headings, lines, made_by,"
        " booked_at, booked_by) VALUES ($1, $2, $3, 'back.csv', '\\x00', '{}', $4, $5,"
        " CASE WHEN $6 THEN now() END, CASE WHEN $6 THEN $5::uuid END)",
        cast.organisation,
        new_id(),
        cast.site,
        f"[{msgspec.json.encode(line).decode()}]",
        cast.members["office"],
        booked,
    )


def told(cast: Cast) -> None:
    """A message that names the worker, and a refused record that was put right."""
    query(
        cast.url,
        "INSERT INTO message (organisation, id, member, kind, notice, facts, subject, site, link)"
        " VALUES ($1, $2, $3, 'cross_check', 'cross_check_stands', $4, 'x', $5, '/x')",
        cast.organisation,
        new_id(),
        cast.members["foreman"],
        f'{{"worker": "{RARE}", "answer": "{RARE}", "site": "Block A", "names": "{RARE}"}}',
        cast.site,
    )
    query(
        cast.url,
        "INSERT INTO sync_mutation (organisation, id, sha256, member, site, type, entity_id,"
        " result, problem, mutation, settled_at) VALUES ($1, $2, '\\x00', $3, $4,"
        " 'signature.take', $2, 'refused', '{}', $5, now())",
        cast.organisation,
        new_id(),
        cast.members["foreman"],
        cast.site,
        f'{{"payload": {{"name": "{RARE}"}}}}',
    )


def named_in(cast: Cast, words: str) -> set[str]:
    """Tables in any column of which these words stand, whatever the column is."""
    found = set()
    for table in columns_in(cast.url):
        anywhere = f"SELECT count(*) FROM {table} t WHERE position($1 in t::text) > 0"  # noqa: S608
        if value(cast.url, anywhere, words):
            found.add(table)
    return found


async def test_after_a_purge_only_what_was_signed_names_the_worker(
    cast: Cast, store: ObjectStore
) -> None:
    rare_worker(cast)
    await pictured(cast, store)
    await entered(cast, cast.workers[0], Change(kind="resident", number=number(402)))
    bank_list(cast, booked=True)
    told(cast)
    query(
        cast.url,
        "INSERT INTO cross_check (organisation, id, site, worker, month, outcome, name, shown,"
        " shown_sha256, taken_by, at) VALUES ($1, $2, $3, $4, '2020-05-01', 'confirmed', $5, '{}',"
        " sha256('x'), $6, '2020-06-01')",
        cast.organisation,
        new_id(),
        cast.site,
        cast.workers[0],
        RARE,
        cast.members["foreman"],
    )
    emptied = {name for name, fate in HOLDINGS.items() if fate is Fate.EMPTIED}
    before = named_in(cast, RARE) | named_in(cast, PHONE)
    assert {"worker", "bank_import", "message", "sync_mutation", "cross_check"} <= before
    done(cast, OLD, OLD)
    await purged(cast, store)
    after = named_in(cast, RARE) | named_in(cast, PHONE)
    assert {HOLDINGS[name] for name in after} == {Fate.SIGNED}
    assert not after & emptied
    lines = value(cast.url, "SELECT lines FROM bank_import WHERE site = $1", cast.site)
    assert msgspec.json.decode(lines) == [
        {
            "row": 2,
            "name": "",
            "account_tail": "",
            "note": "",
            "amount": "300.00",
            "reference": "R1",
        }
    ]


async def test_a_worker_who_is_added_is_named_in_no_protocol(cast: Cast) -> None:
    async with company_transaction(cast.organisation):
        site = await site_for(cast.office, cast.site, Right.MANAGE_SITE)
        await add_workers(
            cast.office, site, cast.crew, ["邹独二"], trade=None, joined_on=date(2020, 1, 1)
        )
    assert named_in(cast, "邹独二") == {"worker"}


async def test_a_booked_bank_list_is_kept_by_the_database_itself(cast: Cast) -> None:
    bank_list(cast, booked=True)
    for change in ("UPDATE bank_import SET lines = '[]'", "DELETE FROM bank_import"):
        with pytest.raises(asyncpg.CheckViolationError, match="is kept with the records"):
            query(cast.url, change + " WHERE site = $1", cast.site)
    done(cast, OLD, OLD)
    query(cast.url, "UPDATE bank_import SET lines = '[]' WHERE site = $1", cast.site)
    with pytest.raises(asyncpg.CheckViolationError, match="is kept with the records"):
        query(cast.url, "DELETE FROM bank_import WHERE site = $1", cast.site)


async def test_pay_that_was_booked_later_counts_for_the_last_pay(cast: Cast) -> None:
    done(cast, OLD, OLD)
    query(
        cast.url,
        "INSERT INTO pay_item (organisation, id, site, worker, work_day, kind, amount, crew, batch,"
        " made_by) VALUES ($1, $2, $3, $4, '2024-05-31', 'correction', 1, $5, $2, $6)",
        cast.organisation,
        new_id(),
        cast.site,
        cast.workers[0],
        cast.crew,
        cast.members["office"],
    )
    kept = await service.kept_of(cast.office, cast.site, NOW)
    assert kept.standing.kept_until == date(2027, 5, 31)


async def test_a_disputed_day_holds_the_site(cast: Cast, store: ObjectStore) -> None:
    dispute = disputed(cast, date(2020, 5, 4))
    noting = service.note_days(cast.office, cast.site, OLD, OLD, NOW)
    assert await refused(noting) == "site_still_disputed"
    done(cast, OLD, OLD)
    assert await refused(purged(cast, store)) == "site_still_disputed"
    with pytest.raises(asyncpg.CheckViolationError, match="still keeps its records"):
        query(cast.url, "UPDATE worker SET anonymised_at = now() WHERE id = $1", cast.workers[0])
    query(
        cast.url,
        "UPDATE cross_check_dispute SET outcome = 'declined', answer = 'no', answered_at = now(),"
        " answered_by = $2 WHERE id = $1",
        dispute,
        cast.members["office"],
    )
    assert await purged(cast, store)
