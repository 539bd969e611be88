"""SQL of the check and of the verify page: everything as the tables have it now."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from daywork.chain.rules import Link
from daywork.ground import database

PAGE: Final = 2000
"""Rows of a page: memory stays small however much a site holds."""

Row = dict[str, Any]
"""A row by its columns' names."""


async def fetch(sql: str, *args: object) -> list[Row]:
    """Rows that can be handed to pure rules."""
    return [dict(row) for row in await database.fetch(sql, *args)]


async def sites_of(company: UUID | None) -> list[Row]:
    """Every site of one company, or of all: organisation, company, id, name."""
    return await fetch(
        "SELECT s.organisation, o.name AS company, s.id, s.name FROM site s"
        " JOIN organisation o ON o.id = s.organisation WHERE $1::uuid IS NULL OR o.id = $1"
        " ORDER BY o.created_at, o.id, s.created_at, s.id",
        company,
    )


async def companies_called(name: str) -> list[UUID]:
    """Companies by id or name."""
    rows = await fetch("SELECT id FROM organisation WHERE id::text = $1 OR name = $1", name)
    return [row["id"] for row in rows]


async def chains_without_site(company: UUID | None) -> list[Row]:
    """Chains whose site is gone: organisation, site, links."""
    return await fetch(
        "SELECT l.organisation, l.site, count(*) AS links FROM chain_link l"
        " WHERE ($1::uuid IS NULL OR l.organisation = $1) AND NOT EXISTS ("
        " SELECT FROM site s WHERE s.organisation = l.organisation AND s.id = l.site)"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        company,
    )


async def links_of(organisation: UUID, site: UUID) -> AsyncIterator[Link]:
    """A site's chain from its first link."""
    after = 0
    while True:
        rows = await fetch(
            "SELECT organisation, site, number, kind, subject, version, content, detail, previous,"
            " hash, at FROM chain_link WHERE organisation = $1 AND site = $2 AND number > $3"
            " ORDER BY number LIMIT $4",
            organisation,
            site,
            after,
            PAGE,
        )
        for row in rows:
            yield Link(**row)
        if len(rows) < PAGE:
            return
        after = rows[-1]["number"]


async def entries_of(organisation: UUID, site: UUID) -> AsyncIterator[list[Row]]:
    """The site's entries, a page at a time."""
    after = UUID(int=0)
    while rows := await fetch(
        "SELECT * FROM entry WHERE organisation = $1 AND site = $2 AND id > $3"
        " ORDER BY id LIMIT $4",
        organisation,
        site,
        after,
        PAGE // 10,
    ):
        yield rows
        after = rows[-1]["id"]


async def versions_of(organisation: UUID, entries: Sequence[UUID]) -> list[Row]:
    """All versions of these entries."""
    return await fetch(
        "SELECT entry, version, mutation, author, device, client_time, received_at, reason,"
        " payload::text AS payload, sha256(convert_to(payload::text, 'UTF8')) AS payload_sha256,"
        " sha256 FROM entry_version WHERE organisation = $1 AND entry = ANY($2)"
        " ORDER BY entry, version",
        organisation,
        list(entries),
    )


async def decisions_of(organisation: UUID, site: UUID) -> list[Row]:
    """All decisions on one site."""
    return await fetch(
        "SELECT id, site, entry, version, outcome, reason, member, at FROM decision"
        " WHERE organisation = $1 AND site = $2 ORDER BY at, id",
        organisation,
        site,
    )


async def entries_named(organisation: UUID, entries: Sequence[UUID]) -> list[Row]:
    """These entries, as :func:`entries_of` gives them."""
    return await fetch(
        "SELECT * FROM entry WHERE organisation = $1 AND id = ANY($2) ORDER BY id",
        organisation,
        list(entries),
    )


async def decisions_on(organisation: UUID, entries: Sequence[UUID]) -> list[Row]:
    """The decisions on these entries."""
    return await fetch(
        "SELECT id, site, entry, version, outcome, reason, member, at FROM decision"
        " WHERE organisation = $1 AND entry = ANY($2) ORDER BY at, id",
        organisation,
        list(entries),
    )


_QUESTION = (
    "SELECT d.site, q.decision, q.sheet, q.version, q.worker, q.question FROM line_question q"
    " JOIN decision d ON d.organisation = q.organisation AND d.id = q.decision"
    " WHERE q.organisation = $1"
)


async def questions_at(organisation: UUID, site: UUID) -> list[Row]:
    """What was asked about lines of all sheets of one site."""
    return await fetch(_QUESTION + " AND d.site = $2 ORDER BY q.decision", organisation, site)


async def questions_on(organisation: UUID, entries: Sequence[UUID]) -> list[Row]:
    """What was asked about lines of these sheets."""
    return await fetch(
        _QUESTION + " AND q.sheet = ANY($2) ORDER BY q.decision", organisation, list(entries)
    )


async def closings_of(organisation: UUID, site: UUID) -> list[Row]:
    """The site's months that were closed and reopened."""
    return await fetch(
        "SELECT id, site, month, what, reason, member, at FROM month_closing"
        " WHERE organisation = $1 AND site = $2 ORDER BY at, id",
        organisation,
        site,
    )


_SIGNATURE = (
    "SELECT id, site, entry, version, party, outcome, name, company, witness, note, strokes,"
    " taken_by, at, mutation, device, signed_at, clock_doubtful"
    " FROM signature WHERE organisation = $1"
)


async def signatures_at(organisation: UUID, site: UUID) -> list[Row]:
    """All signatures of one site."""
    return await fetch(_SIGNATURE + " AND site = $2 ORDER BY at, id", organisation, site)


async def signatures_on(organisation: UUID, entries: Sequence[UUID]) -> list[Row]:
    """The signatures on these entries."""
    return await fetch(
        _SIGNATURE + " AND entry = ANY($2) ORDER BY at, id", organisation, list(entries)
    )


async def entry_of_signature(organisation: UUID, signature: UUID) -> UUID | None:
    """The sheet a signature is on."""
    rows = await fetch(
        "SELECT entry FROM signature WHERE organisation = $1 AND id = $2", organisation, signature
    )
    return rows[0]["entry"] if rows else None


async def links_naming(organisation: UUID, subjects: Sequence[UUID]) -> list[Link]:
    """Every link about these, oldest first."""
    rows = await fetch(
        "SELECT organisation, site, number, kind, subject, version, content, detail, previous,"
        " hash, at FROM chain_link WHERE organisation = $1 AND subject = ANY($2) ORDER BY number",
        organisation,
        list(subjects),
    )
    return [Link(**row) for row in rows]


async def lines_of(organisation: UUID, sheets: Sequence[UUID]) -> list[Row]:
    """The lines of every version of these sheets, with the worker's name."""
    return await fetch(
        "SELECT l.*, w.name FROM labour_line l JOIN worker w ON w.organisation = l.organisation"
        " AND w.id = l.worker WHERE l.organisation = $1 AND l.sheet = ANY($2)"
        " ORDER BY l.sheet, l.version, l.id",
        organisation,
        list(sheets),
    )


async def stray_lines(organisation: UUID, site: UUID) -> list[Row]:
    """Lines that say they are of this site, and whose version or sheet is not."""
    return await fetch(
        "SELECT l.id, l.sheet, l.version, w.name FROM labour_line l"
        " JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker"
        " LEFT JOIN entry e ON e.organisation = l.organisation AND e.id = l.sheet"
        " AND e.site = l.site AND e.kind = 'labour.sheet'"
        " LEFT JOIN entry_version v ON v.organisation = l.organisation AND v.entry = e.id"
        " AND v.version = l.version"
        " WHERE l.organisation = $1 AND l.site = $2 AND v.entry IS NULL ORDER BY l.sheet, l.id",
        organisation,
        site,
    )


_OF_ENTRY: Final = {
    name: f"SELECT * FROM {name} WHERE organisation = $1 AND {key} = ANY($2)"  # noqa: S608 - our own words
    for name, key in (
        ("labour_sheet", "entry"),
        ("progress_report", "entry"),
        ("advance", "entry"),
        ("delay_report", "entry"),
        ("photo", "id"),
    )
}


async def particulars_of(
    table: str, organisation: UUID, entries: Sequence[UUID]
) -> dict[UUID, Row]:
    """The rows of one room by entry."""
    rows = await fetch(_OF_ENTRY[table], organisation, list(entries))
    key = "id" if table == "photo" else "entry"
    return {row[key]: row for row in rows}


async def complete_photos(organisation: UUID, site: UUID) -> list[Row]:
    """Id and hash of each photo whose bytes the server holds; those of a purge it need not."""
    return await fetch(
        "SELECT id, sha256 FROM photo WHERE organisation = $1 AND site = $2 AND state = 'complete'"
        " AND purge IS NULL ORDER BY id",
        organisation,
        site,
    )


async def purges_of(organisation: UUID, site: UUID) -> list[Row]:
    """What was purged of the site after its time, with the photos and workers that say so."""
    return await fetch(
        "SELECT g.id, g.site, g.kept_until, g.reason, g.made_by, g.at,"
        " ARRAY(SELECT p.id FROM photo p WHERE p.organisation = g.organisation"
        " AND p.purge = g.id) AS photos,"
        " ARRAY(SELECT w.id FROM worker w WHERE w.organisation = g.organisation"
        " AND w.purge = g.id) AS workers"
        " FROM retention_purge g WHERE g.organisation = $1 AND g.site = $2 ORDER BY g.at",
        organisation,
        site,
    )


# What the verify page tells


@dataclass(frozen=True, slots=True)
class RecordSaid:
    """A sheet, report or advance, as far as its paper tells."""

    id: UUID
    kind: str
    author: UUID
    author_name: str
    work_day: date
    crew_name: str
    task: str
    state: str
    version: int
    first_received_at: datetime
    received_at: datetime
    clock_doubtful: bool
    man_days: Decimal | None
    overtime_hours: Decimal | None
    workers: int | None
    percent: Decimal | None
    photos: int


async def record_said(organisation: UUID, entry: UUID) -> RecordSaid | None:
    """One record, or None."""
    rows = await fetch(
        """
        SELECT e.id, e.kind, e.author, m.name AS author_name, e.work_day,
               coalesce(c.name, '') AS crew_name,
               coalesce(t.code || ' ' || t.name, '') AS task, e.state, e.version,
               v.received_at AS first_received_at, e.received_at, e.clock_doubtful,
               s.man_days, s.overtime_hours, s.workers, p.percent,
               (SELECT count(*) FROM photo f JOIN entry fe ON fe.organisation = f.organisation
                AND fe.id = f.id WHERE f.organisation = e.organisation AND f.of_entry = e.id
                AND fe.state <> 'void') AS photos
        FROM entry e
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        JOIN entry_version v ON v.organisation = e.organisation AND v.entry = e.id
             AND v.version = 1
        LEFT JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
        LEFT JOIN task t ON t.organisation = e.organisation AND t.id = e.task
        LEFT JOIN labour_sheet s ON s.organisation = e.organisation AND s.entry = e.id
        LEFT JOIN progress_report p ON p.organisation = e.organisation AND p.entry = e.id
        WHERE e.organisation = $1 AND e.id = $2
        """,
        organisation,
        entry,
    )
    return RecordSaid(**rows[0]) if rows else None


async def place_of(organisation: UUID, site: UUID) -> Row:
    """Company with its currency, name and time_zone of a site."""
    rows = await fetch(
        "SELECT o.name AS company, o.currency, s.name, s.time_zone FROM site s"
        " JOIN organisation o ON o.id = s.organisation WHERE s.organisation = $1 AND s.id = $2",
        organisation,
        site,
    )
    return rows[0]


async def decisions_said(organisation: UUID, entry: UUID, version: int) -> list[Row]:
    """Outcome, by (name) and at of the decisions on one version, oldest first."""
    return await fetch(
        "SELECT d.outcome, m.name AS by, d.at FROM decision d"
        " JOIN member m ON m.organisation = d.organisation AND m.id = d.member"
        " WHERE d.organisation = $1 AND d.entry = $2 AND d.version = $3 ORDER BY d.at, d.id",
        organisation,
        entry,
        version,
    )


async def pay_said(organisation: UUID, sheet: UUID, version: int) -> Decimal | None:
    """What was fixed on the lines that count, when they are of this version; else None."""
    rows = await fetch(
        "SELECT sum(earned + overtime_earned) AS pay FROM labour_line"
        " WHERE organisation = $1 AND sheet = $2 AND version = $3 AND live AND state = 'approved'",
        organisation,
        sheet,
        version,
    )
    pay: Decimal | None = rows[0]["pay"]
    return pay


async def kind_of(organisation: UUID, entry: UUID) -> tuple[str | None, UUID | None]:
    """The kind of an entry, and of a photo the record it belongs to; None for what is gone."""
    rows = await fetch(
        "SELECT e.kind, o.id AS of_entry FROM entry e"
        " LEFT JOIN photo p ON p.organisation = e.organisation AND p.id = e.id"
        " LEFT JOIN entry o ON o.organisation = e.organisation AND o.id = p.of_entry"
        " WHERE e.organisation = $1 AND e.id = $2",
        organisation,
        entry,
    )
    return (rows[0]["kind"], rows[0]["of_entry"]) if rows else (None, None)


async def entry_of_decision(organisation: UUID, decision: UUID) -> UUID | None:
    """What a decision was on."""
    rows = await fetch(
        "SELECT entry FROM decision WHERE organisation = $1 AND id = $2", organisation, decision
    )
    return rows[0]["entry"] if rows else None
