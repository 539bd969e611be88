"""SQL of the private addresses by which workers open their month."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from daywork.crosscheck.rules import LinkFacts
from daywork.ground.database import execute, fetch, fetch_one


@dataclass(frozen=True, slots=True)
class Link:
    """A private address, without its token."""

    organisation: UUID
    id: UUID
    site: UUID
    worker: UUID
    month: date
    shows_pay: bool
    made_by: UUID
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    wrong_digits: int
    opened_at: datetime | None
    pass_hash: bytes | None
    pass_until: datetime | None

    @property
    def facts(self) -> LinkFacts:
        return LinkFacts(self.expires_at, self.revoked_at, self.wrong_digits)


_LINK = (
    "organisation, id, site, worker, month, shows_pay, made_by, made_at, expires_at, revoked_at,"
    " wrong_digits, opened_at, pass_hash, pass_until"
)


async def company_of_token(token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Company and link of a token; asked before any company is known."""
    row = await fetch_one("SELECT * FROM organisation_of_cross_check($1)", token_hash)
    return (row["organisation"], row["link"]) if row else None


async def link_by_id(organisation: UUID, link: UUID, *, lock: bool = False) -> Link | None:
    """One link, locked until commit when asked."""
    row = await fetch_one(
        f"SELECT {_LINK} FROM cross_check_link WHERE organisation = $1 AND id = $2"  # noqa: S608
        + (" FOR UPDATE" if lock else ""),
        organisation,
        link,
    )
    return Link(**row) if row else None


async def links_of(organisation: UUID, site: UUID, month: date) -> dict[UUID, Link]:
    """The latest link of each worker that nobody has taken back."""
    rows = await fetch(
        f"SELECT DISTINCT ON (worker) {_LINK} FROM cross_check_link"  # noqa: S608 - own columns
        " WHERE organisation = $1 AND site = $2 AND month = $3 AND revoked_at IS NULL"
        " ORDER BY worker, made_at DESC, id DESC",
        organisation,
        site,
        month,
    )
    return {row["worker"]: Link(**row) for row in rows}


async def insert_links(links: Sequence[tuple[Link, bytes]]) -> None:
    """Keep new links with the hashes of their tokens."""
    await execute(
        "INSERT INTO cross_check_link (organisation, id, site, worker, month, shows_pay,"
        " token_hash, made_by, made_at, expires_at) SELECT * FROM unnest($1::uuid[], $2::uuid[],"
        " $3::uuid[], $4::uuid[], $5::date[], $6::bool[], $7::bytea[], $8::uuid[],"
        " $9::timestamptz[], $10::timestamptz[])",
        [link.organisation for link, _ in links],
        [link.id for link, _ in links],
        [link.site for link, _ in links],
        [link.worker for link, _ in links],
        [link.month for link, _ in links],
        [link.shows_pay for link, _ in links],
        [token_hash for _, token_hash in links],
        [link.made_by for link, _ in links],
        [link.made_at for link, _ in links],
        [link.expires_at for link, _ in links],
    )


async def mark_revoked(
    organisation: UUID, site: UUID, month: date, workers: Collection[UUID], by: UUID, at: datetime
) -> int:
    """Take back every link of these workers and this month; how many there were."""
    return await execute(
        "UPDATE cross_check_link SET revoked_at = $6, revoked_by = $5, pass_hash = NULL,"
        " pass_until = NULL WHERE organisation = $1 AND site = $2 AND month = $3"
        " AND worker = ANY($4) AND revoked_at IS NULL",
        organisation,
        site,
        month,
        list(workers),
        by,
        at,
    )


async def mark_wrong_digits(organisation: UUID, link: UUID) -> None:
    """One more wrong try, and whoever was inside stays inside."""
    await execute(
        "UPDATE cross_check_link SET wrong_digits = wrong_digits + 1"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        link,
    )


async def mark_opened(
    organisation: UUID, link: UUID, pass_hash: bytes, until: datetime, at: datetime
) -> None:
    """The right digits: this browser may look for a while."""
    await execute(
        "UPDATE cross_check_link SET wrong_digits = 0, opened_at = $5, pass_hash = $3,"
        " pass_until = $4 WHERE organisation = $1 AND id = $2",
        organisation,
        link,
        pass_hash,
        until,
        at,
    )


async def mark_left(organisation: UUID, link: UUID) -> None:
    """The pass opens nothing any more; the digits give a new one."""
    await execute(
        "UPDATE cross_check_link SET pass_hash = NULL, pass_until = NULL"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        link,
    )
