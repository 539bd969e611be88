"""Push: each mutation takes effect once, together with its ledger row, and is answered by itself.

A batch is one transaction when all is well. When the database refuses something in it, the batch
is taken apart, so that one poison record delays no other. Receipts are given after the commit.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from daywork.approvals.telling import recount
from daywork.crosscheck.by_phone import record_cross_checks
from daywork.crosscheck.payload import CrossCheckPayload
from daywork.delays.rules import DelayPayload
from daywork.delays.service import record_delays, settle_delay_reports
from daywork.entries.queries import lock_sites
from daywork.entries.rules import Answer, Quarantined, Recorded, Refused, VoidPayload
from daywork.entries.service import StaleVersions, void_entries
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.ground.terms import EntryKind, EntryState, PushResult
from daywork.labour.rules import SheetPayload, WorkerPayload
from daywork.labour.service import record_sheets, record_workers, settle_sheets
from daywork.money.rules import AdvancePayload
from daywork.money.service import record_advances, settle_advances
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.photos.rules import PhotoPayload
from daywork.photos.service import record_photos
from daywork.progress.rules import ReportPayload
from daywork.progress.service import record_reports, settle_reports
from daywork.signatures.rules import SignaturePayload
from daywork.signatures.service import record_signatures
from daywork.sync import queries
from daywork.sync.arrivals import Arrival, first_wave, unpack
from daywork.sync.ledger import Receipt, ledger_row, receipt_of, stored_receipt
from daywork.sync.rules import (
    ACCESS_WITHDRAWN,
    NOT_YOUR_SITE,
    TYPE_UNKNOWN,
    UNREADABLE,
    Envelope,
)

log = logging.getLogger(__name__)

Record = Callable[[Actor, Sequence[Recorded[Any]]], Awaitable[dict[UUID, Answer]]]


async def record_voids(actor: Actor, batch: Sequence[Recorded[VoidPayload]]) -> dict[UUID, Answer]:
    """Void entries of any kind, and what hangs on each."""
    answers, voided = await void_entries(actor, batch)
    sheets = [entry.id for entry in voided if entry.kind is EntryKind.LABOUR_SHEET]
    reports = [entry.id for entry in voided if entry.kind is EntryKind.PROGRESS_REPORT]
    if sheets:
        await settle_sheets(actor, sheets, EntryState.VOID)
    if reports:
        await settle_reports(actor, reports, EntryState.VOID)
    delays = [entry.id for entry in voided if entry.kind is EntryKind.DELAY]
    if delays:
        await settle_delay_reports(actor, delays, EntryState.VOID)
    advances = [entry.id for entry in voided if entry.kind is EntryKind.ADVANCE]
    if advances:
        await settle_advances(actor, advances, EntryState.VOID)
    await recount(actor.organisation, {entry.site for entry in voided})
    return answers


TYPES: dict[str, tuple[type[Any], Record]] = {
    "sites.worker": (WorkerPayload, record_workers),
    "labour.sheet": (SheetPayload, record_sheets),
    "progress.report": (ReportPayload, record_reports),
    "delay.report": (DelayPayload, record_delays),
    "labour.advance": (AdvancePayload, record_advances),
    "photo.record": (PhotoPayload, record_photos),
    "entry.void": (VoidPayload, record_voids),
    "signature.record": (SignaturePayload, record_signatures),
    "labour.cross_check": (CrossCheckPayload, record_cross_checks),
}
"""Payload and use case of each type, in the order a batch is worked through: workers come first,
because the sheets beside them may name them."""

PAYLOADS = {name: payload for name, (payload, _record) in TYPES.items()}


async def push(actor: Actor, body: bytes, now: datetime | None = None) -> list[Receipt]:
    """Take an envelope; one receipt a mutation, in their order.

    Raises:
        Problem: ``envelope_unreadable`` or ``envelope_too_large``.
    """
    received_at = now or datetime.now(UTC)
    envelope, arrivals = unpack(body, received_at, PAYLOADS)
    receipts: dict[UUID, Receipt] = {}
    waiting = arrivals
    while waiting:
        wave, waiting = first_wave(waiting)
        receipts |= await _take(actor, envelope, wave)
    return [receipts[arrival.mutation.id] for arrival in arrivals]


class _LedgerRace(Exception):
    """Another connection wrote one of our mutations meanwhile: ours is undone and read again."""


async def _take(actor: Actor, envelope: Envelope, wave: list[Arrival]) -> dict[UUID, Receipt]:
    """Take a wave in one transaction; when that fails, one by one."""
    for _attempt in range(3):
        try:
            return await _take_together(actor, envelope, wave)
        except (_LedgerRace, StaleVersions, asyncpg.DeadlockDetectedError):
            continue
        except Exception as bad:
            if _is_of_the_database(bad):
                raise  # it says nothing of what was sent, and the phone will send it again
            if len(wave) == 1:
                return await _spoilt(actor, envelope, wave[0], bad)
            apart: dict[UUID, Receipt] = {}
            for arrival in wave:
                apart |= await _take(actor, envelope, [arrival])
            return apart
    return {arrival.mutation.id: Receipt(arrival.mutation.id, PushResult.RETRY) for arrival in wave}


_BY_CONTENT = ("22", "23", "54")
"""SQLSTATE classes that speak of what was written: bad data, broken constraint, too big a value."""


def _is_of_the_database(error: Exception) -> bool:
    """A lost connection, a restart, a full disk: the same words may well be taken in a minute."""
    if isinstance(error, asyncpg.PostgresError):
        return not str(error.sqlstate or "").startswith((*_BY_CONTENT, "42"))
    return isinstance(error, asyncpg.InterfaceError | OSError | TimeoutError)


async def _spoilt(
    actor: Actor, envelope: Envelope, arrival: Arrival, error: Exception
) -> dict[UUID, Receipt]:
    """Answer for the one mutation that cannot be written.

    What cannot be stored is refused and kept. What we did not foresee is our mistake: it waits on
    the phone until we have mended it, and delays no other.
    """
    name = arrival.mutation.id
    by_content = isinstance(error, asyncpg.PostgresError) and str(error.sqlstate)[:2] in _BY_CONTENT
    if by_content or isinstance(error, ValueError | ArithmeticError):
        log.warning("mutation %s cannot be stored: %s", name, error)
        return await _refuse(actor, envelope, arrival, UNREADABLE(why=type(error).__name__))
    log.error("mutation %s waits: we stumbled over it", name, exc_info=error)
    return {name: Receipt(name, PushResult.RETRY)}


async def _take_together(
    actor: Actor, envelope: Envelope, wave: list[Arrival]
) -> dict[UUID, Receipt]:
    receipts: dict[UUID, Receipt] = {}
    async with company_transaction(actor.organisation):
        await lock_sites(actor, {arrival.site for arrival in wave if arrival.site})
        asked = {arrival.mutation.id for arrival in wave}
        asked |= {arrival.mutation.prev_id for arrival in wave if arrival.mutation.prev_id}
        ledger = await queries.ledger_rows(actor, asked)
        fresh: list[Arrival] = []
        for arrival in wave:
            mutation = arrival.mutation
            stored = ledger.get(mutation.id)
            if stored is not None:
                receipts[mutation.id] = stored_receipt(stored, arrival)
            elif mutation.prev_id is not None and mutation.prev_id not in ledger:
                receipts[mutation.id] = Receipt(mutation.id, PushResult.DEFERRED)
            else:
                fresh.append(arrival)
        if fresh:
            answers = await _answer(actor, fresh)
            receipts |= await _write_ledger(actor, envelope, fresh, answers)
    return receipts


async def _answer(actor: Actor, fresh: Sequence[Arrival]) -> dict[UUID, Answer]:
    """Let each room judge and write its own; answers by mutation."""
    answers: dict[UUID, Answer] = {}
    sites = {arrival.site for arrival in fresh if arrival.site}
    known = await queries.sites_known(actor, sites)
    foreign = {site for site in sites if site not in known or not may(actor, Right.RECORD, site)}
    once = await queries.sites_once_worked(actor, foreign) if foreign else set()
    by_type: dict[str, list[Recorded[Any]]] = {}
    for arrival in fresh:
        mutation, recorded = arrival.mutation, arrival.recorded
        if recorded is None:
            answers[mutation.id] = Refused(arrival.problem or TYPE_UNKNOWN())
        elif recorded.site in once:
            answers[mutation.id] = Quarantined(ACCESS_WITHDRAWN())
        elif recorded.site in foreign:
            answers[mutation.id] = Refused(NOT_YOUR_SITE())
        else:
            by_type.setdefault(mutation.type, []).append(recorded)
    for name, (_payload, record) in TYPES.items():
        if name in by_type:
            answers |= await record(actor, by_type[name])
    return answers


async def _write_ledger(
    actor: Actor, envelope: Envelope, fresh: Sequence[Arrival], answers: dict[UUID, Answer]
) -> dict[UUID, Receipt]:
    sites = {arrival.site for arrival in fresh if arrival.site}
    aside = {
        arrival.site
        for arrival in fresh
        if arrival.site and isinstance(answers[arrival.mutation.id], Quarantined)
    }
    if aside:
        # Its receipt must not fit the history of a backup that does not hold it.
        await queries.turn_over(actor, aside)
    marks = await queries.marks_of(actor, sites)
    rows = [
        ledger_row(arrival, answers[arrival.mutation.id], marks.get(arrival.site or UUID(int=0)))
        for arrival in fresh
    ]
    written = await queries.insert_ledger(
        actor, rows, device=envelope.device_id, build=envelope.build
    )
    if written != len(rows):
        raise _LedgerRace
    applied = [row.entity for row in rows if row.result == PushResult.APPLIED]
    if applied:
        await queries.settle_earlier(actor, applied)
    return {row.id: receipt_of(row, answers[row.id]) for row in rows}


async def _refuse(
    actor: Actor, envelope: Envelope, arrival: Arrival, problem: Problem
) -> dict[UUID, Receipt]:
    """Keep a mutation that the database itself would not take, with its payload."""
    site_free = replace(arrival, recorded=None)
    async with company_transaction(actor.organisation):
        return await _write_ledger(
            actor, envelope, [site_free], {arrival.mutation.id: Refused(problem)}
        )
