"""SQL of levels."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from daywork.chain.contents import ClosingSaid
from daywork.ground.database import execute, fetch, fetch_value
from daywork.ground.ids import new_id
from daywork.ground.names import by_name
from daywork.levels.rules import ApprovalRule, Closing, Deputy
from daywork.people.actor import Actor

_RULE = "steps, automatic, automatic_man_days, automatic_amount, sign_days, set_by"


async def rules_of(organisation: UUID, sites: Iterable[UUID]) -> dict[UUID, ApprovalRule]:
    """What these sites have agreed; a site that has agreed nothing has the ordinary rule."""
    wanted = list(sites)
    rows = await fetch(
        f"SELECT site, {_RULE} FROM approval_rule"  # noqa: S608 - column names from above
        " WHERE organisation = $1 AND site = ANY($2)",
        organisation,
        wanted,
    )
    found = {row["site"]: _rule(row) for row in rows}
    return {site: found.get(site, ApprovalRule()) for site in wanted}


def _rule(row: Any) -> ApprovalRule:
    values = dict(row)
    values.pop("site")
    return ApprovalRule(**values)


async def sites_with_automatic(organisation: UUID) -> list[UUID]:
    """Running sites where something is approved by itself."""
    rows = await fetch(
        "SELECT r.site FROM approval_rule r JOIN site s ON s.organisation = r.organisation"
        " AND s.id = r.site WHERE r.organisation = $1 AND r.automatic AND s.active"
        " ORDER BY r.site",
        organisation,
    )
    return [row["site"] for row in rows]


async def save_rule(actor: Actor, site: UUID, rule: ApprovalRule, at: datetime) -> None:
    """Keep what the site has agreed."""
    await execute(
        """
        INSERT INTO approval_rule (organisation, site, steps, automatic, automatic_man_days,
                                   automatic_amount, sign_days, set_by, set_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (organisation, site) DO UPDATE SET steps = excluded.steps,
            automatic = excluded.automatic, automatic_man_days = excluded.automatic_man_days,
            automatic_amount = excluded.automatic_amount, sign_days = excluded.sign_days,
            set_by = excluded.set_by, set_at = excluded.set_at
        """,
        actor.organisation,
        site,
        rule.steps,
        rule.automatic,
        rule.automatic_man_days,
        rule.automatic_amount,
        rule.sign_days,
        actor.member,
        at,
    )


# Deputies


async def deputies_of(organisation: UUID, site: UUID, today: date) -> list[Deputy]:
    """Who stands in for whom on the site, now or later."""
    rows = await fetch(
        """
        SELECT d.id, d.absent, a.name AS absent_name, d.deputy, m.name AS deputy_name,
               d.first_day, d.last_day
        FROM deputy d
        JOIN member a ON a.organisation = d.organisation AND a.id = d.absent
        JOIN member m ON m.organisation = d.organisation AND m.id = d.deputy
        WHERE d.organisation = $1 AND d.site = $2 AND d.ended_at IS NULL AND d.last_day >= $3
        ORDER BY d.first_day, d.id
        """,
        organisation,
        site,
        today,
    )
    return [Deputy(**row) for row in rows]


async def deciders_on(organisation: UUID, site: UUID) -> list[tuple[UUID, str]]:
    """Members who decide on the site by their own role, by name."""
    rows = await fetch(
        "SELECT m.id, m.name FROM membership ms JOIN member m ON m.organisation = ms.organisation"  # noqa: S608
        " AND m.id = ms.member WHERE ms.organisation = $1 AND ms.site = $2 AND m.active"
        f" AND ms.withdrawn_at IS NULL AND ms.role IN ('supervisor', 'office')"
        f" ORDER BY {by_name('m.name')}",
        organisation,
        site,
    )
    return [(row["id"], row["name"]) for row in rows]


async def members_of(organisation: UUID) -> list[tuple[UUID, str]]:
    """Everybody who can sign in, by name."""
    rows = await fetch(
        "SELECT id, name FROM member WHERE organisation = $1 AND active"  # noqa: S608
        f" ORDER BY {by_name('name')}, id",
        organisation,
    )
    return [(row["id"], row["name"]) for row in rows]


async def insert_deputy(
    actor: Actor, site: UUID, absent: UUID, deputy: UUID, first: date, last: date
) -> UUID:
    """Let somebody stand in; returns its id."""
    made = new_id()
    await execute(
        "INSERT INTO deputy (organisation, id, site, absent, deputy, first_day, last_day,"
        " created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        actor.organisation,
        made,
        site,
        absent,
        deputy,
        first,
        last,
        actor.member,
    )
    return made


async def end_deputy(actor: Actor, site: UUID, deputy: UUID, at: datetime) -> bool:
    """End it before its last day; whether there was one."""
    return bool(
        await execute(
            "UPDATE deputy SET ended_at = $4 WHERE organisation = $1 AND site = $2 AND id = $3"
            " AND ended_at IS NULL",
            actor.organisation,
            site,
            deputy,
            at,
        )
    )


# Months


async def closings_of(organisation: UUID, site: UUID) -> list[Closing]:
    """Every closing and reopening, the latest first."""
    rows = await fetch(
        "SELECT c.month, c.what, c.reason, m.name AS by, c.at FROM month_closing c"
        " JOIN member m ON m.organisation = c.organisation AND m.id = c.member"
        " WHERE c.organisation = $1 AND c.site = $2 ORDER BY c.at DESC",
        organisation,
        site,
    )
    return [Closing(**row) for row in rows]


async def insert_closing(organisation: UUID, said: ClosingSaid) -> None:
    """Close or reopen a month."""
    await execute(
        "INSERT INTO month_closing (organisation, id, site, month, what, reason, member, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation,
        said.id,
        said.site,
        said.month,
        said.what,
        said.reason,
        said.member,
        said.at,
    )


async def waiting_in(organisation: UUID, site: UUID, first: date, last: date) -> int:
    """How many labour sheets of these days still wait for a decision, or are returned."""
    found: int = await fetch_value(
        "SELECT count(*) FROM entry WHERE organisation = $1 AND site = $2"
        " AND work_day BETWEEN $3 AND $4 AND state IN ('submitted', 'returned')"
        " AND kind = 'labour.sheet'",
        organisation,
        site,
        first,
        last,
    )
    return found


async def months_worked(organisation: UUID, site: UUID) -> list[date]:
    """The first days of the months that have records, the latest first."""
    rows = await fetch(
        "SELECT DISTINCT date_trunc('month', work_day)::date AS month FROM entry"
        " WHERE organisation = $1 AND site = $2 AND kind = 'labour.sheet' AND state <> 'void'"
        " ORDER BY month DESC LIMIT 24",
        organisation,
        site,
    )
    return [row["month"] for row in rows]
