"""The second wall: even a query that forgot its WHERE shows one company only."""

import asyncpg
import pytest

from daywork.ground.database import company_transaction, execute, fetch_value, ground_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import Role
from daywork.people.rules import Right
from daywork.people.service import create_company, record_audit
from daywork.sites.service import site_for, sites_for
from tests.support.company import PASSWORD, Company
from tests.support.database import query

TABLES = [
    "organisation", "member", "session", "invitation", "sign_in_code", "audit_event", "site",
    "membership", "trade", "crew", "worker", "roster", "task", "rate", "entry",
]  # fmt: skip


def furnish(url: str, name: str, phone: str) -> Company:
    company = Company(url, name)
    site = company.site()
    member = company.member("王芳", phone, {site: "foreman"}, owner=True)
    crew = company.crew(site, foreman=member)
    worker, trade, invitation = new_id(), new_id(), new_id()
    o = company.id
    for sql, *args in (
        ("INSERT INTO trade VALUES ($1, $2, '木工')", o, trade),
        ("INSERT INTO worker (organisation, id, name) VALUES ($1, $2, '张伟')", o, worker),
        ("INSERT INTO roster VALUES ($1, $2, $3, $4, '2026-03-01')", o, site, worker, crew),
        (
            "INSERT INTO rate (organisation, id, trade, unit, amount, valid_from)"
            " VALUES ($1, $2, $3, 'hour', 40, '2026-03-01')",
            o, new_id(), trade,
        ),
        (
            "INSERT INTO task (organisation, id, site, code, name)"
            " VALUES ($1, $2, $3, '1', '主体')",
            o, new_id(), site,
        ),
        (
            "INSERT INTO session (organisation, token_hash, id, member, expires_at)"
            " VALUES ($1, $2, $3, $4, now() + interval '1 day')",
            o, phone.encode(), new_id(), member,
        ),
        (
            "INSERT INTO invitation (organisation, id, token_hash, name, phone, created_by,"
            " expires_at) VALUES ($1, $2, $3, 'x', '1', $4, now() + interval '1 day')",
            o, invitation, phone.encode(), member,
        ),
        (
            "INSERT INTO sign_in_code (organisation, id, code_hash, member, expires_at)"
            " VALUES ($1, $2, $3, $4, now() + interval '1 day')",
            o, new_id(), phone.encode(), member,
        ),
        (
            "INSERT INTO audit_event (organisation, id, action) VALUES ($1, $2, 'x')",
            o, new_id(),
        ),
        (
            "INSERT INTO entry (organisation, id, site, kind, work_day, author)"
            " VALUES ($1, $2, $3, 'labour.sheet', '2026-03-05', $4)",
            o, new_id(), site, member,
        ),
    ):  # fmt: skip
        query(url, sql, *args)
    return company


async def test_a_query_without_a_where_shows_one_company_only(database: str) -> None:
    ours = furnish(database, "宏远建设", "+8613800138000")
    furnish(database, "远东劳务", "+8613900139000")
    for table in TABLES:
        everything = f"SELECT count(*) FROM {table}"  # noqa: S608 - a name from above
        assert query(database, everything)[0][0] == 2, table
        async with company_transaction(ours.id):
            assert await fetch_value(everything) == 1, table
        async with ground_transaction():
            assert await fetch_value(everything) == 0, table


async def test_nothing_is_written_into_another_company(database: str) -> None:
    ours, theirs = Company(database), Company(database, "远东劳务")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with company_transaction(ours.id):
            await execute(
                "INSERT INTO trade (organisation, id, name) VALUES ($1, $2, 'x')",
                theirs.id,
                new_id(),
            )
    async with company_transaction(ours.id):
        assert await execute("UPDATE organisation SET name = 'x'") == 1
    names = query(database, "SELECT name FROM organisation ORDER BY name")
    assert [row["name"] for row in names] == ["x", "远东劳务"]


async def test_the_audit_trail_cannot_be_changed(database: str) -> None:
    ours = Company(database)
    async with company_transaction(ours.id):
        await record_audit(ours.id, None, "site.founded", detail={"name": "滨江一号"})
    for sql in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with company_transaction(ours.id):
                await execute(sql)


async def test_another_companys_site_is_not_found_rather_than_forbidden(database: str) -> None:
    ours, theirs = Company(database), Company(database, "远东劳务")
    here, foreign = ours.site(), theirs.site()
    owner = ours.actor(new_id(), owner=True)
    foreman = ours.actor(new_id(), {here: "foreman"})
    async with company_transaction(ours.id):
        assert (await site_for(owner, here, Right.DECIDE)).id == here
        assert [site.id for site in await sites_for(owner, Right.SEE_PAY)] == [here]
        assert await sites_for(foreman, Right.SEE_PAY) == []
        for actor, site, slug in (
            (owner, foreign, "not_found"),
            (ours.actor(new_id()), here, "not_found"),
            (foreman, here, "not_allowed"),
        ):
            with pytest.raises(Problem) as refused:
                await site_for(actor, site, Right.DECIDE)
            assert refused.value.kind.slug == slug
    assert foreman.roles == {here: Role.FOREMAN}


async def test_two_who_found_the_first_company_at_once_found_one(database: str) -> None:
    import asyncio

    results = await asyncio.gather(
        *(
            create_company(f"Company {n}", "王芳", f"1380013800{n}", PASSWORD, only_first=True)
            for n in range(3)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, tuple) for result in results) == 1
    refused = [result for result in results if isinstance(result, Problem)]
    assert {problem.kind.slug for problem in refused} == {"company_exists"}
    assert query(database, "SELECT count(*) FROM organisation")[0][0] == 1
