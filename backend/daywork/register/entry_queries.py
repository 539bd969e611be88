"""SQL of a site's register: one row a worker, and each worker's contracts and papers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.register.rules import Entry
from daywork.sites.tables import kept_record

_SAME_AS_W = """SELECT w.id UNION ALL SELECT o.id FROM worker o
            WHERE o.organisation = w.organisation AND o.merged_into = w.id"""
# The worker and who was merged into him: papers of both are his.

_ENTRY = f"""
    SELECT w.id AS worker, w.name, w.number, w.phone, coalesce(t.name, '') AS trade,
           coalesce(nullif(t.name_en, ''), t.name, '') AS trade_en, r.crew, c.name AS crew_name,
           CASE WHEN c.own THEN '' ELSE c.company END AS company, r.joined_on, r.left_on,
           coalesce(i.kind, '') AS kind, coalesce(i.number_mask, '') AS identity,
           coalesce(i.bank_name, '') AS bank_name, coalesce(i.bank_mask, '') AS bank,
           i.address_sealed IS NOT NULL AS has_address,
           contract.signed_on, contract.ends_on,
           coalesce(paper.papers, 0) AS papers, paper.paper_until,
           i.number_mark IS NOT NULL AND EXISTS (
               SELECT FROM worker_identity o
               JOIN worker ow ON ow.organisation = o.organisation AND ow.id = o.worker
               WHERE o.organisation = i.organisation AND o.number_mark = i.number_mark
                 AND o.worker <> i.worker AND ow.merged_into IS NULL) AS same_number,
           i.bank_mark IS NOT NULL AND EXISTS (
               SELECT FROM worker_identity o
               JOIN worker ow ON ow.organisation = o.organisation AND ow.id = o.worker
               WHERE o.organisation = i.organisation AND o.bank_mark = i.bank_mark
                 AND o.worker <> i.worker AND ow.merged_into IS NULL) AS same_account
    FROM roster r
    JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
        AND w.merged_into IS NULL
    JOIN crew c ON c.organisation = r.organisation AND c.site = r.site AND c.id = r.crew
    LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
    LEFT JOIN worker_identity i ON i.organisation = w.organisation AND i.worker = w.id
    LEFT JOIN LATERAL (
        SELECT k.signed_on, k.ends_on FROM worker_contract k
        WHERE k.organisation = r.organisation AND k.site = r.site AND k.worker IN ({_SAME_AS_W})
          AND k.voided_at IS NULL ORDER BY k.signed_on DESC, k.id DESC LIMIT 1) AS contract ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS papers, min(p.valid_until) AS paper_until FROM worker_certificate p
        WHERE p.organisation = r.organisation AND p.worker IN ({_SAME_AS_W})
          AND p.voided_at IS NULL
        ) AS paper ON true
    WHERE r.organisation = $1 AND r.site = $2
"""  # noqa: S608 - a piece of SQL from above


async def entries_of(organisation: UUID, site: UUID, crew: UUID | None = None) -> list[Entry]:
    """The register of a site by crew and name; workers merged into others are left out."""
    rows = await fetch(
        f"{_ENTRY} AND ($3::uuid IS NULL OR r.crew = $3)"
        f" ORDER BY r.left_on IS NOT NULL, {by_name('c.name')}, w.number,"
        f" {by_name('w.name')}, w.id",
        organisation,
        site,
        crew,
    )
    return [Entry(**row) for row in rows]


async def entry_of(organisation: UUID, site: UUID, worker: UUID) -> Entry | None:
    """One worker in the register of a site."""
    row = await fetch_one(f"{_ENTRY} AND w.id = $3", organisation, site, worker)
    return None if row is None else Entry(**row)


async def lock_worker(organisation: UUID, worker: UUID) -> None:
    """One change of a worker's register at a time."""
    await execute(
        "SELECT FROM worker WHERE organisation = $1 AND id = $2 FOR NO KEY UPDATE",
        organisation,
        worker,
    )


# Contracts


@dataclass(frozen=True, slots=True)
class Contract:
    """A labour contract of a worker on a site."""

    id: UUID
    signed_on: date
    ends_on: date | None
    note: str
    made_by: str
    made_at: datetime


async def contracts_of(organisation: UUID, site: UUID, worker: UUID) -> list[Contract]:
    """Those that stand, the latest first."""
    rows = await fetch(
        "SELECT k.id, k.signed_on, k.ends_on, k.note, m.name AS made_by, k.made_at"
        " FROM worker_contract k"
        " JOIN member m ON m.organisation = k.organisation AND m.id = k.made_by"
        " JOIN worker w ON w.organisation = k.organisation AND w.id = k.worker"
        " WHERE k.organisation = $1 AND k.site = $2 AND k.voided_at IS NULL"
        " AND (w.id = $3 OR w.merged_into = $3)"
        " ORDER BY k.signed_on DESC, k.id DESC",
        organisation,
        site,
        worker,
    )
    return [Contract(**row) for row in rows]


async def insert_contract(
    organisation: UUID,
    contract: UUID,
    *,
    site: UUID,
    worker: UUID,
    signed_on: date,
    ends_on: date | None,
    note: str,
    made_by: UUID,
) -> None:
    """A new contract."""
    await execute(
        "INSERT INTO worker_contract (organisation, id, site, worker, signed_on, ends_on, note,"
        " made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation,
        contract,
        site,
        worker,
        signed_on,
        ends_on,
        note,
        made_by,
    )


async def mark_contract_void(
    organisation: UUID, site: UUID, worker: UUID, contract: UUID, member: UUID
) -> int:
    """It was entered by mistake; returns 0 when it does not stand."""
    return await execute(
        "UPDATE worker_contract SET voided_at = now(), voided_by = $5 WHERE organisation = $1"
        " AND site = $2 AND worker IN (SELECT id FROM worker WHERE organisation = $1"
        " AND (id = $3 OR merged_into = $3)) AND id = $4 AND voided_at IS NULL",
        organisation,
        site,
        worker,
        contract,
        member,
    )


# Certificates


@dataclass(frozen=True, slots=True)
class Certificate:
    """A paper that lets its holder do special work."""

    id: UUID
    kind: str
    name: str
    number: str
    """Masked: it often is the identity number."""
    valid_until: date | None


async def certificates_of(organisation: UUID, worker: UUID) -> list[Certificate]:
    """Those that stand, the first to run out first."""
    rows = await fetch(
        "SELECT p.id, p.kind, p.name, p.number_mask AS number, p.valid_until"
        " FROM worker_certificate p"
        " JOIN worker w ON w.organisation = p.organisation AND w.id = p.worker"
        " WHERE p.organisation = $1 AND (w.id = $2 OR w.merged_into = $2) AND p.voided_at IS NULL"
        " ORDER BY p.valid_until NULLS LAST, p.id",
        organisation,
        worker,
    )
    return [Certificate(**row) for row in rows]


async def insert_certificate(
    organisation: UUID,
    certificate: UUID,
    *,
    worker: UUID,
    kind: str,
    name: str,
    number_sealed: bytes | None,
    number_mask: str,
    valid_until: date | None,
    made_by: UUID,
) -> None:
    """A new paper."""
    await execute(
        "INSERT INTO worker_certificate (organisation, id, worker, kind, name, number_sealed,"
        " number_mask, valid_until, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation,
        certificate,
        worker,
        kind,
        name,
        number_sealed,
        number_mask,
        valid_until,
        made_by,
    )


async def mark_certificate_void(
    organisation: UUID, worker: UUID, certificate: UUID, member: UUID
) -> int:
    """It does not count any more; returns 0 when it did not stand."""
    return await execute(
        "UPDATE worker_certificate SET voided_at = now(), voided_by = $4 WHERE organisation = $1"
        " AND worker IN (SELECT id FROM worker WHERE organisation = $1"
        " AND (id = $2 OR merged_into = $2)) AND id = $3 AND voided_at IS NULL",
        organisation,
        worker,
        certificate,
        member,
    )


# Reminders


@dataclass(frozen=True, slots=True)
class Ending:
    """A paper that runs out soon, on one of the sites its holder works on."""

    certificate: UUID
    site: UUID
    worker_name: str
    valid_until: date


async def papers_ending(
    organisation: UUID, sites: Collection[UUID], today: date, until: date, *, week: bool
) -> list[Ending]:
    """Papers of those at work on these sites that run out by ``until`` and were not told of yet.

    ``week`` asks for the second reminder. They are held until commit.
    """
    rows = await fetch(
        f"""
        SELECT p.id AS certificate, r.site, w.name AS worker_name, p.valid_until
        FROM worker_certificate p
        JOIN worker holder ON holder.organisation = p.organisation AND holder.id = p.worker
        JOIN worker w ON w.organisation = p.organisation
            AND w.id = {kept_record("holder")}
        JOIN roster r ON r.organisation = p.organisation AND r.worker = w.id
            AND r.site = ANY($2)
        WHERE p.organisation = $1 AND p.voided_at IS NULL
          AND p.valid_until BETWEEN $3 AND $4
          AND (r.left_on IS NULL OR r.left_on >= $3)
          AND CASE WHEN $5 THEN p.told_week ELSE p.told_month END IS DISTINCT FROM p.valid_until
        ORDER BY p.valid_until, {by_name("w.name")}, p.id FOR UPDATE OF p
        """,  # noqa: S608
        organisation,
        list(sites),
        today,
        until,
        week,
    )
    return [Ending(**row) for row in rows]


async def mark_told(organisation: UUID, certificates: Collection[UUID], *, week: bool) -> None:
    """They were told of, for the day they now run out. The week's word says the month's, too."""
    await execute(
        "UPDATE worker_certificate SET told_month = valid_until,"
        " told_week = CASE WHEN $3 THEN valid_until ELSE told_week END"
        " WHERE organisation = $1 AND id = ANY($2)",
        organisation,
        list(certificates),
        week,
    )


async def office_of(organisation: UUID, site: UUID) -> list[UUID]:
    """Who keeps the site's books; the owners where nobody does."""
    rows = await fetch(
        """
        WITH office AS (
            SELECT s.member FROM membership s
            JOIN member m ON m.organisation = s.organisation AND m.id = s.member
            WHERE s.organisation = $1 AND s.site = $2 AND s.role = 'office'
              AND s.withdrawn_at IS NULL AND m.active)
        SELECT member FROM office
        UNION
        SELECT id FROM member WHERE organisation = $1 AND is_owner AND active
          AND NOT EXISTS (SELECT FROM office)
        """,
        organisation,
        site,
    )
    return [row["member"] for row in rows]
