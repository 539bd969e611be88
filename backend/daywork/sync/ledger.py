"""What is answered: a receipt for the phone, a row for the ledger, and problems between both."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from daywork.entries.rules import Answer, Applied, Quarantined, Refused
from daywork.ground.problems import CATALOGUE, Problem
from daywork.ground.terms import PushResult
from daywork.sync.arrivals import Arrival
from daywork.sync.queries import LedgerRow
from daywork.sync.rules import ID_REUSED, UNREADABLE, Mark, Mutation, instant_from

_RESULT: dict[type[Answer], PushResult] = {
    Applied: PushResult.APPLIED,
    Refused: PushResult.REFUSED,
    Quarantined: PushResult.QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer for one mutation."""

    id: UUID
    result: PushResult
    revision: int | None = None
    version: int | None = None
    problem: Problem | None = None
    mark: str | None = None
    """The revision and its nonce: by it the phone notices a server that was put back."""


def stored_receipt(stored: LedgerRow, arrival: Arrival) -> Receipt:
    """The answer once given, again; ``id_reused`` when this is not what it was given for."""
    if stored.sha256 != arrival.sha256:
        return Receipt(stored.id, PushResult.REFUSED, problem=ID_REUSED())
    result = PushResult(stored.result)
    return Receipt(
        stored.id,
        PushResult.ALREADY_APPLIED if result is PushResult.APPLIED else result,
        stored.revision,
        stored.version,
        problem_from(stored.problem),
        _mark(stored),
    )


def _mark(row: LedgerRow) -> str | None:
    if row.revision is None or row.nonce is None:
        return None
    return Mark(row.revision, row.nonce).encode()


def ledger_row(arrival: Arrival, answer: Answer, mark: Mark | None) -> LedgerRow:
    """What the ledger keeps: the answer, and the whole mutation when it was not applied."""
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
        revision=mark.revision if mark else None,
        version=answer.version if isinstance(answer, Applied) else None,
        problem=None if problem is None else problem_text(problem),
        mutation=None if applied else _kept(arrival.mutation),
        nonce=mark.nonce if mark else None,
    )


def _kept(mutation: Mutation) -> str:
    """A mutation as JSON that Postgres can store: it has no place for the character NUL."""
    return msgspec.json.encode(mutation).decode().replace("\\u0000", "\\ufffd")


def receipt_of(row: LedgerRow, answer: Answer) -> Receipt:
    """The receipt of a row just written."""
    problem = None if isinstance(answer, Applied) else answer.problem
    return Receipt(row.id, PushResult(row.result), row.revision, row.version, problem, _mark(row))


def problem_text(problem: Problem) -> str:
    """A problem as stored: its slug and facts, worded in the reader's language later."""
    return msgspec.json.encode({"slug": problem.kind.slug, "extra": problem.extra}).decode()


def problem_from(text: str | None) -> Problem | None:
    """The stored problem again; an unknown slug (an older release's) becomes ``unreadable``."""
    if text is None:
        return None
    stored = msgspec.json.decode(text)
    return Problem(CATALOGUE.get(stored["slug"], UNREADABLE), stored["extra"])
