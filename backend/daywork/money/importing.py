"""A bank file into the books, on the service floor: read, looked at, booked as a whole; or undone.

Nothing of it counts before somebody has seen the preview and said yes, and then all of it does.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import asyncpg

from daywork.entries.queries import lock_sites
from daywork.ground.calendar import day_at
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND, ProblemKind
from daywork.money import import_queries, payment_queries
from daywork.money.bank_file import BankFile, BankLine, read_bank_file
from daywork.money.import_queries import BankImport
from daywork.money.matching import SOON, BookedBefore, Payable, Verdict, judge
from daywork.money.paying import record_payments, void_payments
from daywork.money.payment_queries import Booked
from daywork.money.rules import Method, NewPayment
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.register.service import masked_of
from daywork.sites.service import site_for
from daywork.sites.site import Site


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


FILE_BOOKED = ProblemKind(
    "bank_file_booked",
    409,
    _("This file is booked already"),
    _("It was booked as “%(name)s”. Undo that first if it was wrong."),
)
FILE_FAULTY = ProblemKind(
    "bank_file_faulty",
    422,
    _("Nothing was booked: rows of this file have faults"),
    _("Put them right in the file, or on the roster, and bring the file again."),
)
FILE_REPEATS = ProblemKind(
    "bank_file_repeats",
    422,
    _("Nothing was booked: some of it looks booked already"),
    _("Look at the marked rows, then tick that they are further payments."),
)
IMPORT_UNDONE = ProblemKind(
    "bank_import_undone",
    409,
    _("This import was undone"),
    _("Bring the file again if it is to be booked after all."),
)


@dataclass(frozen=True, slots=True)
class Preview:
    """A file before it is booked: every row with its verdict."""

    site: Site
    bank_import: BankImport
    verdict: Verdict
    booked_as: BankImport | None
    """The same bytes, booked before."""


async def bring(actor: Actor, site_id: UUID, name: str, data: bytes) -> UUID:
    """Read a file and keep what was read; nothing is booked. Returns the import's id.

    Raises:
        Problem: ``not_found``, ``not_allowed``, or why the file cannot be read.
    """
    await site_for(actor, site_id, Right.CLOSE_MONTH)
    read: BankFile = await asyncio.to_thread(read_bank_file, name, data)
    await import_queries.forget_looked_at(actor.organisation)
    bank_import = new_id()
    await import_queries.insert_import(
        actor, site_id, bank_import, name[-120:], hashlib.sha256(data).digest(), read
    )
    return bank_import


async def import_for(actor: Actor, bank_import: UUID, right: Right = Right.SEE_PAY) -> BankImport:
    """An import on a site where the actor has the right.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    known = await import_queries.import_by_id(actor.organisation, bank_import)
    if known is None:
        raise NOT_FOUND()
    await site_for(actor, known.site, right)
    return known


async def preview(
    actor: Actor, bank_import: UUID, paid_on: date | None, now: datetime | None = None
) -> Preview:
    """Judge a file against the roster and the books of now.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    known = await import_for(actor, bank_import, Right.CLOSE_MONTH)
    site = await site_for(actor, known.site, Right.CLOSE_MONTH)
    today = day_at(now or datetime.now(UTC), site.time_zone)
    verdict = await _judged(actor.organisation, known.site, known.lines, paid_on, today)
    booked = await import_queries.import_that_stands(actor.organisation, known.sha256)
    return Preview(site, known, verdict, booked if booked and booked.id != known.id else None)


async def _judged(
    organisation: UUID, site: UUID, lines: Sequence[BankLine], paid_on: date | None, today: date
) -> Verdict:
    payees = await payment_queries.payees_of(organisation, site)
    masks = await masked_of(organisation, [one.id for one in payees])
    people = [Payable(one.id, one.number, one.name, _tail(masks[one.id].bank)) for one in payees]
    references = {line.reference for line in lines if line.reference}
    days = [day for line in lines if (day := line.paid_on or paid_on) is not None]
    near = (min(days) - SOON, max(days) + SOON) if days else (today, today)
    return judge(
        lines,
        people,
        paid_on=paid_on,
        today=today,
        with_reference=_before(await payment_queries.booked_with(organisation, references)),
        near=_before(
            await payment_queries.booked_to(organisation, site, [one.id for one in people], *near)
        ),
    )


def _tail(mask: str) -> str:
    """The last four digits of a masked account, where the mask shows as many."""
    return mask[-4:] if len(mask) >= 12 and mask[-4:].isdecimal() else ""


def _before(booked: Sequence[Booked]) -> list[BookedBefore]:
    return [
        BookedBefore(one.worker, one.worker_name, one.paid_on, one.amount, one.reference)
        for one in booked
    ]


async def book(
    actor: Actor,
    bank_import: UUID,
    *,
    for_month: date,
    paid_on: date | None,
    sure: bool = False,
    now: datetime | None = None,
) -> int:
    """Book everything in the file that the bank paid; how many payments. A second click is none.

    ``sure``: rows that look booked already are further payments.

    Raises:
        Problem: ``bank_file_booked``, ``bank_file_faulty``, ``bank_file_repeats``,
            ``bank_import_undone`` and what :func:`record_payments` raises.
    """
    at = now or datetime.now(UTC)
    known = await import_for(actor, bank_import, Right.CLOSE_MONTH)
    await lock_sites(actor, [known.site])
    seen = await preview(actor, bank_import, paid_on, at)
    known = seen.bank_import
    if known.undone_at is not None:
        raise IMPORT_UNDONE()
    if known.booked_at is not None:
        return 0
    if seen.booked_as is not None:
        raise FILE_BOOKED(name=seen.booked_as.name)
    if seen.verdict.faulty or not seen.verdict.payable:
        raise FILE_FAULTY()
    if seen.verdict.repeated and not sure:
        raise FILE_REPEATS()
    payments = [
        NewPayment(
            uuid5(bank_import, str(one.line.row)),
            one.worker.id,
            one.paid_on,
            for_month.replace(day=1),
            one.line.amount,
            Method.BANK,
            one.line.reference,
            one.line.note,
            bank_import=bank_import,
        )
        for one in seen.verdict.payable
        if one.worker is not None and one.paid_on is not None and one.line.amount is not None
    ]
    await record_payments(actor, known.site, payments, at)
    try:
        await import_queries.mark_booked(actor, bank_import, at)
    except asyncpg.UniqueViolationError as error:  # the same file on another site, just now
        raise FILE_BOOKED(name=known.name) from error
    await record_audit(
        actor.organisation,
        actor.member,
        "payments.imported",
        site=known.site,
        detail={"import": str(bank_import), "file": known.name, "payments": len(payments)},
    )
    return len(payments)


async def undo_import(
    actor: Actor, bank_import: UUID, reason: str, now: datetime | None = None
) -> None:
    """Void every payment of a file that stands; its bytes may be booked anew.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``bank_import_undone``, ``void_reason_missing`` or
            ``month_closed``.
    """
    at = now or datetime.now(UTC)
    known = await import_for(actor, bank_import, Right.CLOSE_MONTH)
    await lock_sites(actor, [known.site])
    known = await import_for(actor, bank_import, Right.CLOSE_MONTH)
    if not known.stands:
        raise IMPORT_UNDONE() if known.undone_at else NOT_FOUND()
    payments = await payment_queries.payments_of_import(actor.organisation, bank_import)
    live = [one for one in payments if not one.void]
    await void_payments(actor, known.site, live, reason, at)
    await import_queries.mark_undone(actor, bank_import, " ".join(reason.split()), at)
