"""SQL of the chain. Links are added and read; the app's role may do nothing else with them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from daywork.chain.rules import Head, Link, hashes_with
from daywork.ground.database import execute, fetch, fetch_one

_LINK = (
    "SELECT organisation, site, number, kind, subject, version, content, detail, previous, hash, at"
    " FROM chain_link"
)


async def head_of(organisation: UUID, site: UUID) -> tuple[Head, datetime]:
    """The last link, and this transaction's instant."""
    row = await fetch_one(
        "SELECT now() AS at, l.number, l.hash FROM (VALUES (1)) AS once LEFT JOIN LATERAL ("
        " SELECT number, hash FROM chain_link WHERE organisation = $1 AND site = $2"
        " ORDER BY number DESC LIMIT 1) AS l ON true",
        organisation,
        site,
    )
    assert row is not None  # noqa: S101 - the left side always has a row
    return (Head() if row["number"] is None else Head(row["number"], row["hash"])), row["at"]


async def insert_links(links: Sequence[Link]) -> None:
    """Write links of one site."""
    await execute(
        """
        INSERT INTO chain_link (organisation, site, number, kind, subject, version, content,
                                detail, previous, hash, at)
        SELECT $1, $2, u.number, u.kind, u.subject, u.version, u.content, u.detail, u.previous,
               u.hash, $3
        FROM unnest($4::bigint[], $5::text[], $6::uuid[], $7::int[], $8::bytea[], $9::text[],
                    $10::bytea[], $11::bytea[])
             AS u (number, kind, subject, version, content, detail, previous, hash)
        """,
        links[0].organisation,
        links[0].site,
        links[0].at,
        [link.number for link in links],
        [link.kind for link in links],
        [link.subject for link in links],
        [link.version for link in links],
        [link.content for link in links],
        [link.detail for link in links],
        [link.previous for link in links],
        [link.hash for link in links],
    )


async def links_about(organisation: UUID, kind: str, subjects: Iterable[UUID]) -> list[Link]:
    """The links of one kind about these subjects, oldest first."""
    rows = await fetch(
        _LINK + " WHERE organisation = $1 AND subject = ANY($2) AND kind = $3 ORDER BY number",
        organisation,
        list(subjects),
        kind,
    )
    return [Link(**row) for row in rows]


async def neighbours_of(link: Link) -> list[Link]:
    """The link before and the link after, as far as there are any."""
    rows = await fetch(
        _LINK + " WHERE organisation = $1 AND site = $2 AND number IN ($3, $4) ORDER BY number",
        link.organisation,
        link.site,
        link.number - 1,
        link.number + 1,
    )
    return [Link(**row) for row in rows]


async def company_of_code(code: str) -> tuple[UUID, UUID, int] | None:
    """Company, site and number of the link with this code; before the company is known."""
    row = await fetch_one(
        "SELECT organisation, site, number FROM link_with_code($1, $2)", *hashes_with(code)
    )
    return None if row is None else (row["organisation"], row["site"], row["number"])


async def link_by_number(organisation: UUID, site: UUID, number: int) -> Link | None:
    """One link, or None."""
    row = await fetch_one(
        _LINK + " WHERE organisation = $1 AND site = $2 AND number = $3",
        organisation,
        site,
        number,
    )
    return None if row is None else Link(**row)
