"""SQL of payments: booking them, finding what is booked already, and listing them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.money.rules import Method, NewPayment
from daywork.people.actor import Actor
from daywork.summary.rules import Month


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as its page and the lists show it."""

    id: UUID
    site: UUID
    site_name: str
    worker: UUID
    worker_name: str
    worker_number: str
    paid_on: date
    for_month: date
    amount: Decimal
    method: Method
    reference: str
    note: str
    wage_sheet: UUID | None
    settlement: UUID | None
    bank_import: UUID | None
    made_by: str
    made_at: datetime
    voided_at: datetime | None
    voided_by: str
    void_reason: str

    @property
    def void(self) -> bool:
        """It counts nowhere."""
        return self.voided_at is not None


_PAYMENT = """
    SELECT p.id, p.site, s.name AS site_name, p.worker, w.name AS worker_name,
           w.number AS worker_number, p.paid_on, p.for_month, p.amount, p.method, p.reference,
           p.note, p.wage_sheet, p.settlement, p.bank_import, m.name AS made_by, p.made_at,
           p.voided_at, coalesce(v.name, '') AS voided_by,
           coalesce(p.void_reason, '') AS void_reason
    FROM payment p
    JOIN site s ON s.organisation = p.organisation AND s.id = p.site
    JOIN worker w ON w.organisation = p.organisation AND w.id = p.worker
    JOIN member m ON m.organisation = p.organisation AND m.id = p.made_by
    LEFT JOIN member v ON v.organisation = p.organisation AND v.id = p.voided_by
    WHERE p.organisation = $1
"""


def _payment(row: object) -> Payment:
    values = dict(row)  # type: ignore[call-overload]
    values["method"] = Method(values["method"])
    return Payment(**values)


async def payment_by_id(organisation: UUID, payment: UUID) -> Payment | None:
    """One payment, void or not."""
    row = await fetch_one(f"{_PAYMENT} AND p.id = $2", organisation, payment)
    return None if row is None else _payment(row)


async def payments_by_id(organisation: UUID, payments: Collection[UUID]) -> dict[UUID, Payment]:
    """These payments; unknown ones are left out."""
    rows = await fetch(f"{_PAYMENT} AND p.id = ANY($2)", organisation, list(payments))
    return {row["id"]: _payment(row) for row in rows}


async def payments_made(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Payment]:
    """What was paid in the month, or for its wages; latest first, void ones too."""
    rows = await fetch(
        f"{_PAYMENT} AND p.site = ANY($2)"
        " AND (p.paid_on BETWEEN $3 AND $4 OR p.for_month = $3)"
        f" ORDER BY p.paid_on DESC, w.number, {by_name('w.name')}, p.id LIMIT 5000",
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [_payment(row) for row in rows]


async def payments_of_workers(
    organisation: UUID, sites: Sequence[UUID], workers: Sequence[UUID]
) -> list[Payment]:
    """Everything these workers were paid on these sites, void ones too, oldest first."""
    rows = await fetch(
        f"{_PAYMENT} AND p.site = ANY($2) AND p.worker = ANY($3) ORDER BY p.paid_on, p.id",
        organisation,
        list(sites),
        list(workers),
    )
    return [_payment(row) for row in rows]


async def payments_of_import(organisation: UUID, bank_import: UUID) -> list[Payment]:
    """What a bank file came to, void ones too."""
    rows = await fetch(
        f"{_PAYMENT} AND p.bank_import = $2 ORDER BY w.number, {by_name('w.name')}, p.id",
        organisation,
        bank_import,
    )
    return [_payment(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Booked:
    """A live payment, as far as it takes to know it again."""

    worker: UUID
    worker_name: str
    paid_on: date
    amount: Decimal
    reference: str


async def booked_with(organisation: UUID, references: Collection[str]) -> list[Booked]:
    """Live payments of the company, on any site, that bear one of these references."""
    rows = await fetch(
        "SELECT p.worker, w.name AS worker_name, p.paid_on, p.amount, p.reference FROM payment p"
        " JOIN worker w ON w.organisation = p.organisation AND w.id = p.worker"
        " WHERE p.organisation = $1 AND p.reference = ANY($2) AND p.reference <> ''"
        " AND p.voided_at IS NULL ORDER BY p.paid_on, p.id",
        organisation,
        list(references),
    )
    return [Booked(**row) for row in rows]


async def booked_to(
    organisation: UUID, site: UUID, workers: Collection[UUID], first: date, last: date
) -> list[Booked]:
    """Live payments of the site to these workers between two days, also under another record that
    was merged into theirs."""
    rows = await fetch(
        "SELECT coalesce(w.merged_into, w.id) AS worker, w.name AS worker_name, p.paid_on,"
        " p.amount, p.reference FROM payment p"
        " JOIN worker w ON w.organisation = p.organisation AND w.id = p.worker"
        " WHERE p.organisation = $1 AND p.site = $2 AND coalesce(w.merged_into, w.id) = ANY($3)"
        " AND p.paid_on BETWEEN $4 AND $5 AND p.voided_at IS NULL",
        organisation,
        site,
        list(workers),
        first,
        last,
    )
    return [Booked(**row) for row in rows]


async def insert_payments(actor: Actor, site: UUID, payments: Sequence[NewPayment]) -> None:
    """Book them."""
    await execute(
        """
        INSERT INTO payment (organisation, site, made_by, id, worker, paid_on, for_month, amount,
                             method, reference, note, wage_sheet, settlement, bank_import)
        SELECT $1, $2, $3, u.* FROM unnest($4::uuid[], $5::uuid[], $6::date[], $7::date[],
            $8::numeric[], $9::text[], $10::text[], $11::text[], $12::uuid[], $13::uuid[],
            $14::uuid[]) AS u
        """,
        actor.organisation,
        site,
        actor.member,
        [one.id for one in payments],
        [one.worker for one in payments],
        [one.paid_on for one in payments],
        [one.for_month for one in payments],
        [one.amount for one in payments],
        [one.method.value for one in payments],
        [one.reference for one in payments],
        [one.note for one in payments],
        [one.wage_sheet for one in payments],
        [one.settlement for one in payments],
        [one.bank_import for one in payments],
    )


async def mark_void(
    actor: Actor, payments: Collection[UUID], reason: str, at: datetime
) -> list[tuple[UUID, Decimal]]:
    """Void those that are not void yet; id and amount of each."""
    rows = await fetch(
        "UPDATE payment SET voided_at = $3, voided_by = $4, void_reason = $5"
        " WHERE organisation = $1 AND id = ANY($2) AND voided_at IS NULL RETURNING id, amount",
        actor.organisation,
        list(payments),
        at,
        actor.member,
        reason,
    )
    return [(row["id"], row["amount"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Payee:
    """A worker of a site's roster, as a payment finds its way to."""

    id: UUID
    number: str
    name: str
    crew: str
    left_on: date | None


async def payees_of(organisation: UUID, site: UUID) -> list[Payee]:
    """Everybody who is or was on the site, by crew, number and name; who left comes last.

    Who was entered twice and merged is paid as the one who was kept.
    """
    rows = await fetch(
        f"""
        SELECT w.id, w.number, w.name, coalesce(c.name, '') AS crew, r.left_on
        FROM roster r
        JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
        LEFT JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
        WHERE r.organisation = $1 AND r.site = $2 AND w.merged_into IS NULL
        ORDER BY r.left_on IS NOT NULL, {by_name("c.name")}, w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        organisation,
        site,
    )
    return [Payee(**row) for row in rows]
