"""Push: each mutation takes effect once, together with its ledger row, and is answered by itself.

A batch is one transaction when all is well. When the database refuses something in it, the batch
is taken apart, so that one poison record delays no other. Receipts are given after the commit.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from daywork.entries.queries import lock_sites
from daywork.entries.rules import (
    Answer,
    Applied,
    Quarantined,
    Recorded,
    Refused,
    VoidPayload,
    clock_is_doubtful,
)
from daywork.entries.service import StaleVersions, void_entries
from daywork.ground.database import company_transaction
from daywork.ground.problems import CATALOGUE, Problem
from daywork.ground.terms import EntryKind, EntryState, PushResult
from daywork.labour.rules import SheetPayload, WorkerPayload
from daywork.labour.service import record_sheets, record_workers, settle_sheets
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.photos.rules import PhotoPayload
from daywork.photos.service import record_photos
from daywork.progress.rules import ReportPayload
from daywork.progress.service import record_reports, settle_reports
from daywork.sync import queries
from daywork.sync.queries import LedgerRow
from daywork.sync.rules import (
    ACCESS_WITHDRAWN,
    ENVELOPE_UNREADABLE,
    ID_REUSED,
    NOT_YOUR_SITE,
    PROTOCOL,
    TYPE_UNKNOWN,
    UNREADABLE,
    Envelope,
    Mutation,
    NamedOnly,
    canonical,
    fingerprint,
    instant_from,
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
    return answers


TYPES: dict[str, tuple[type[Any], Record]] = {
    "sites.worker": (WorkerPayload, record_workers),
    "labour.sheet": (SheetPayload, record_sheets),
    "progress.report": (ReportPayload, record_reports),
    "photo.record": (PhotoPayload, record_photos),
    "entry.void": (VoidPayload, record_voids),
}
"""Payload and use case of each type, in the order a batch is worked through: workers come first,
because the sheets beside them may name them."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer for one mutation."""

    id: UUID
    result: PushResult
    revision: int | None = None
    version: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mutation on its way in: readable, addressed, and not seen before."""

    mutation: Mutation
    recorded: Recorded[Any] | None
    problem: Problem | None
    """Why it could not even be read."""
    sha256: bytes
    skew_seconds: float | None

    @property
    def site(self) -> UUID | None:
        """Where it happened, when that can be read."""
        return self.recorded.site if self.recorded else None


async def push(actor: Actor, body: bytes, now: datetime | None = None) -> list[Receipt]:
    """Take an envelope; one receipt a mutation, in their order.

    Raises:
        Problem: ``envelope_unreadable``.
    """
    received_at = now or datetime.now(UTC)
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        if envelope.protocol != PROTOCOL:
            raise ENVELOPE_UNREADABLE(why=f"protocol {envelope.protocol}")
        named = [msgspec.json.decode(raw, type=NamedOnly).id for raw in envelope.mutations]
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise ENVELOPE_UNREADABLE(why=str(trouble)) from trouble

    receipts: dict[UUID, Receipt] = {}
    arrivals: list[Arrival] = []
    for raw, name in zip(envelope.mutations, named, strict=True):
        arrivals.append(_arrive(_readable(raw, name), envelope, received_at))

    waiting = arrivals
    while waiting:
        wave, waiting = _first_wave(waiting)
        receipts |= await _take(actor, envelope, wave)
    return [receipts[name] for name in named]


def _readable(raw: msgspec.Raw, name: UUID) -> Mutation:
    """The mutation, or one that stands for it: what cannot be read is kept and answered too."""
    try:
        return msgspec.json.decode(raw, type=Mutation)
    except msgspec.DecodeError as trouble:
        kept = {"why": str(trouble), "raw": bytes(raw).decode()}
        return Mutation(id=name, type=UNREADABLE.slug, v=0, entity_id=name, payload=kept)


def _arrive(mutation: Mutation, envelope: Envelope, received_at: datetime) -> Arrival:
    sent_at = instant_from(envelope.sent_at)
    client_time = instant_from(mutation.client_time)
    skew = (received_at - sent_at).total_seconds() if sent_at else None
    sha256 = fingerprint(mutation)
    if mutation.type == UNREADABLE.slug:
        problem = UNREADABLE(why=mutation.payload.get("why", ""))
        return Arrival(mutation, None, problem, sha256, skew)
    known = TYPES.get(mutation.type)
    if known is None or mutation.v != 1:
        return Arrival(mutation, None, TYPE_UNKNOWN(), sha256, skew)
    try:
        payload = msgspec.convert(mutation.payload, type=known[0], strict=False)
    except msgspec.ValidationError as trouble:
        return Arrival(mutation, None, UNREADABLE(why=str(trouble)), sha256, skew)
    recorded = Recorded(
        mutation=mutation.id,
        entity=mutation.entity_id,
        base_version=mutation.base_version,
        site=payload.site,
        payload=payload,
        json=canonical(mutation.payload),
        sha256=sha256,
        client_time=client_time,
        clock_doubtful=clock_is_doubtful(client_time, sent_at, received_at),
        received_at=received_at,
        device=envelope.device_id,
    )
    return Arrival(mutation, recorded, None, sha256, skew)


def _first_wave(arrivals: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Split off mutations of entities not yet touched, so that versions follow one another."""
    wave: list[Arrival] = []
    rest: list[Arrival] = []
    entities: set[UUID] = set()
    ids: set[UUID] = set()
    for arrival in arrivals:
        mutation = arrival.mutation
        if mutation.entity_id in entities or mutation.id in ids or mutation.prev_id in ids:
            rest.append(arrival)
        else:
            wave.append(arrival)
        entities.add(mutation.entity_id)
        ids.add(mutation.id)
    return wave, rest


class _LedgerRace(Exception):
    """Another connection wrote one of our mutations meanwhile: ours is undone and read again."""


async def _take(actor: Actor, envelope: Envelope, wave: list[Arrival]) -> dict[UUID, Receipt]:
    """Take a wave in one transaction; when that fails, one by one."""
    for _attempt in range(3):
        try:
            return await _take_together(actor, envelope, wave)
        except (_LedgerRace, StaleVersions, asyncpg.DeadlockDetectedError):
            continue
        except asyncpg.PostgresConnectionError:
            raise
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, OverflowError) as bad:
            if len(wave) == 1:
                log.warning("mutation %s was refused by the database: %s", wave[0].mutation.id, bad)
                return await _refuse(actor, envelope, wave[0], UNREADABLE(why=type(bad).__name__))
            apart: dict[UUID, Receipt] = {}
            for arrival in wave:
                apart |= await _take(actor, envelope, [arrival])
            return apart
    return {arrival.mutation.id: Receipt(arrival.mutation.id, PushResult.RETRY) for arrival in wave}


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
                receipts[mutation.id] = _stored_receipt(stored, arrival)
            elif mutation.prev_id is not None and mutation.prev_id not in ledger:
                receipts[mutation.id] = Receipt(mutation.id, PushResult.DEFERRED)
            else:
                fresh.append(arrival)
        if fresh:
            answers = await _answer(actor, fresh)
            receipts |= await _write_ledger(actor, envelope, fresh, answers)
    return receipts


def _stored_receipt(stored: LedgerRow, arrival: Arrival) -> Receipt:
    if stored.sha256 != arrival.sha256:
        return Receipt(stored.id, PushResult.REFUSED, problem=ID_REUSED())
    result = PushResult(stored.result)
    return Receipt(
        stored.id,
        PushResult.ALREADY_APPLIED if result is PushResult.APPLIED else result,
        stored.revision,
        stored.version,
        problem_from(stored.problem),
    )


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
    revisions = await queries.revisions_of(actor, sites)
    rows = [
        _ledger_row(
            arrival, answers[arrival.mutation.id], revisions.get(arrival.site or UUID(int=0))
        )
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
    return {row.id: _receipt(row, answers[row.id]) for row in rows}


def _ledger_row(arrival: Arrival, answer: Answer, revision: int | None) -> LedgerRow:
    applied = isinstance(answer, Applied)
    problem = None if isinstance(answer, Applied) else answer.problem
    return LedgerRow(
        id=arrival.mutation.id,
        sha256=arrival.sha256,
        site=arrival.site,
        type=arrival.mutation.type,
        entity=arrival.mutation.entity_id,
        client_time=instant_from(arrival.mutation.client_time),
        received_at=arrival.recorded.received_at if arrival.recorded else datetime.now(UTC),
        skew_seconds=arrival.skew_seconds,
        result=_RESULT[type(answer)],
        revision=revision,
        version=answer.version if isinstance(answer, Applied) else None,
        problem=None if problem is None else problem_text(problem),
        mutation=None if applied else _kept(arrival.mutation),
    )


def _kept(mutation: Mutation) -> str:
    """A mutation as JSON that Postgres can store: it has no place for the character NUL."""
    return msgspec.json.encode(mutation).decode().replace("\\u0000", "\\ufffd")


_RESULT: dict[type[Answer], PushResult] = {
    Applied: PushResult.APPLIED,
    Refused: PushResult.REFUSED,
    Quarantined: PushResult.QUARANTINED,
}


def _receipt(row: LedgerRow, answer: Answer) -> Receipt:
    problem = None if isinstance(answer, Applied) else answer.problem
    return Receipt(row.id, PushResult(row.result), row.revision, row.version, problem)


async def _refuse(
    actor: Actor, envelope: Envelope, arrival: Arrival, problem: Problem
) -> dict[UUID, Receipt]:
    """Keep a mutation that the database itself would not take, with its payload."""
    site_free = replace(arrival, recorded=None)
    async with company_transaction(actor.organisation):
        return await _write_ledger(
            actor, envelope, [site_free], {arrival.mutation.id: Refused(problem)}
        )


def problem_text(problem: Problem) -> str:
    """A problem as stored: its slug and facts, worded in the reader's language later."""
    return msgspec.json.encode({"slug": problem.kind.slug, "extra": problem.extra}).decode()


def problem_from(text: str | None) -> Problem | None:
    """The stored problem again; an unknown slug (an older release's) becomes ``unreadable``."""
    if text is None:
        return None
    stored = msgspec.json.decode(text)
    return Problem(CATALOGUE.get(stored["slug"], UNREADABLE), stored["extra"])
