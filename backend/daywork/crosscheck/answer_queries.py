"""SQL of what workers answer: a month confirmed or disputed, and each disputed day."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.chain.wage_contents import COLUMNS, DISPUTE_ANSWER
from daywork.crosscheck.rules import Claim, Day
from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.sites.tables import kept_record, named_like
from daywork.summary.rules import Month

# Answers


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker said of a month."""

    id: UUID
    site: UUID
    worker: UUID
    month: date
    outcome: str
    name: str
    strokes: str
    shown: Mapping[str, Sequence[str]]
    shown_sha256: bytes
    claims: Mapping[str, Sequence[str]]
    link: UUID | None
    taken_by: UUID | None
    at: datetime
    mutation: UUID | None = None
    device: str = ""
    signed_at: datetime | None = None
    clock_doubtful: bool = False
    taken_by_name: str = ""
    """Not stored here."""


_ANSWER = (
    "id, site, worker, month, outcome, name, strokes, shown, shown_sha256, claims, link, taken_by,"
    " at, mutation, device, signed_at, clock_doubtful"
)
_WHOSE = "coalesce(w.merged_into, a.worker)"
"""Of two records of a worker that became one, the one kept."""
_ANSWER_NOW = (
    ", ".join(
        f"{_WHOSE} AS worker" if name == "worker" else f"a.{name}" for name in _ANSWER.split(", ")
    )
    + ", coalesce(m.name, '') AS taken_by_name"
)


def _answer(row: Any) -> Answer:
    values = dict(row)
    values["shown"] = json.loads(values["shown"])
    values["claims"] = json.loads(values["claims"])
    return Answer(**values)


async def answers_of(
    organisation: UUID, site: UUID, month: date, workers: Collection[UUID] | None = None
) -> dict[UUID, Answer]:
    """The latest answer of each worker, of some or of all."""
    rows = await fetch(
        f"SELECT DISTINCT ON ({_WHOSE}) {_ANSWER_NOW} FROM cross_check a"  # noqa: S608 - own columns
        " JOIN worker w ON w.organisation = a.organisation AND w.id = a.worker"
        " LEFT JOIN member m ON m.organisation = a.organisation AND m.id = a.taken_by"
        " WHERE a.organisation = $1 AND a.site = $2 AND a.month = $3"
        f" AND ($4::uuid[] IS NULL OR {_WHOSE} = ANY($4))"
        f" ORDER BY {_WHOSE}, a.at DESC, a.id DESC",
        organisation,
        site,
        month,
        None if workers is None else list(workers),
    )
    return {row["worker"]: _answer(row) for row in rows}


async def answer_by_id(organisation: UUID, answer: UUID) -> Answer | None:
    """One answer."""
    row = await fetch_one(
        f"SELECT {_ANSWER} FROM cross_check WHERE organisation = $1 AND id = $2",  # noqa: S608
        organisation,
        answer,
    )
    return _answer(row) if row else None


async def insert_answer(organisation: UUID, one: Answer) -> Mapping[str, Any]:
    """Keep it; returns the row as it is chained."""
    [row] = await fetch(
        f"INSERT INTO cross_check (organisation, {_ANSWER}) VALUES ($1, $2, $3, $4, $5, $6, $7,"  # noqa: S608
        " $8, $9::jsonb, $10, $11::jsonb, $12, $13, $14, $15, $16, $17, $18)"
        f" RETURNING {_ANSWER}",
        organisation,
        one.id,
        one.site,
        one.worker,
        one.month,
        one.outcome,
        one.name,
        one.strokes,
        json.dumps(one.shown, ensure_ascii=False),
        one.shown_sha256,
        json.dumps(one.claims, ensure_ascii=False),
        one.link,
        one.taken_by,
        one.at,
        one.mutation,
        one.device,
        one.signed_at,
        one.clock_doubtful,
    )
    return dict(row)


# Disputes


@dataclass(frozen=True, slots=True)
class Dispute:
    """A day that a worker remembers otherwise, or a month whose sum he does."""

    id: UUID
    site: UUID
    worker: UUID
    worker_name: str
    work_day: date
    """Of a whole month: its first."""
    whole_month: bool
    man_days: Decimal
    """As it was shown."""
    overtime_hours: Decimal
    claimed_man_days: Decimal
    claimed_overtime: Decimal
    reason: str
    at: datetime
    outcome: str | None
    """``agreed``, ``declined``, or None: nobody has answered."""
    answer: str | None
    answered_by_name: str | None
    answered_at: datetime | None


_DISPUTE = """
    SELECT d.id, d.site, coalesce(k.id, d.worker) AS worker,
           coalesce(k.name, w.name) AS worker_name, d.work_day, d.whole_month, d.man_days,
           d.overtime_hours, d.claimed_man_days, d.claimed_overtime, d.reason, d.at, d.outcome,
           d.answer, m.name AS answered_by_name, d.answered_at
    FROM cross_check_dispute d
    JOIN worker w ON w.organisation = d.organisation AND w.id = d.worker
    LEFT JOIN worker k ON k.organisation = w.organisation AND k.id = w.merged_into
    LEFT JOIN member m ON m.organisation = d.organisation AND m.id = d.answered_by
    WHERE d.organisation = $1
"""


async def anybody_spoke(organisation: UUID, site: UUID, month: date) -> bool:
    """Whether a worker was asked for this month, or has answered."""
    spoke: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM cross_check_link WHERE organisation = $1 AND site = $2"
        " AND month = $3) OR EXISTS (SELECT FROM cross_check WHERE organisation = $1"
        " AND site = $2 AND month = $3)",
        organisation,
        site,
        month,
    )
    return spoke


async def disputes_of(
    organisation: UUID, site: UUID, month: Month, workers: Collection[UUID] | None = None
) -> list[Dispute]:
    """The month's disputes by day, the latest last; of some workers or of all."""
    rows = await fetch(
        f"{_DISPUTE} AND d.site = $2 AND d.work_day BETWEEN $3 AND $4"
        " AND ($5::uuid[] IS NULL OR coalesce(k.id, d.worker) = ANY($5))"
        " ORDER BY d.work_day, d.at, d.id",
        organisation,
        site,
        month.first,
        month.last,
        None if workers is None else list(workers),
    )
    return [Dispute(**row) for row in rows]


async def open_disputes(
    organisation: UUID,
    sites: Collection[UUID],
    find: str | None = None,
    skip: int = 0,
    most: int = 100,
) -> tuple[list[Dispute], int]:
    """What waits for an answer, the oldest first, and how many do; of workers whose name is like
    ``find`` or of all."""
    like = (
        f"({_DISPUTE} AND d.site = ANY($2) AND d.outcome IS NULL"
        f" AND {named_like('coalesce(k.name, w.name)', 'coalesce(k.number, w.number)')}) d"
    )
    sought = (organisation, list(sites), find)
    rows = await fetch(
        f"SELECT d.* FROM {like} ORDER BY d.at, d.id OFFSET $4 LIMIT $5",  # noqa: S608
        *sought,
        skip,
        most,
    )
    in_all: int = await fetch_value(f"SELECT count(*) FROM {like}", *sought)  # noqa: S608
    return [Dispute(**row) for row in rows], in_all


async def open_disputes_count(organisation: UUID, site: UUID) -> int:
    """How many wait for an answer on one site."""
    return int(
        await fetch_value(
            "SELECT count(*) FROM cross_check_dispute"
            " WHERE organisation = $1 AND site = $2 AND outcome IS NULL",
            organisation,
            site,
        )
    )


async def sheets_of_disputes(
    organisation: UUID, disputes: Collection[UUID]
) -> dict[UUID, list[UUID]]:
    """By dispute of a day: the live sheets its worker stands on, under any of his records;
    without any it is left out."""
    rows = await fetch(
        "SELECT DISTINCT d.id, l.sheet FROM cross_check_dispute d"  # noqa: S608
        " JOIN worker w ON w.organisation = d.organisation AND w.id = d.worker"
        " JOIN worker o ON o.organisation = w.organisation"
        f" AND (o.id = {kept_record('w')} OR o.merged_into = {kept_record('w')})"
        " JOIN labour_line l"
        " ON l.organisation = d.organisation AND l.site = d.site AND l.worker = o.id"
        " AND l.work_day = d.work_day AND l.live AND l.state <> 'void'"
        " WHERE d.organisation = $1 AND d.id = ANY($2) AND NOT d.whole_month ORDER BY l.sheet",
        organisation,
        list(disputes),
    )
    found: dict[UUID, list[UUID]] = {}
    for dispute, sheet in rows:
        found.setdefault(dispute, []).append(sheet)
    return found


async def dispute_by_id(organisation: UUID, dispute: UUID) -> Dispute | None:
    """One dispute."""
    row = await fetch_one(f"{_DISPUTE} AND d.id = $2", organisation, dispute)
    return Dispute(**row) if row else None


async def insert_dispute(
    organisation: UUID, dispute: UUID, of: Answer, recorded: Day, claim: Claim
) -> None:
    """Keep a disputed day or sum."""
    await execute(
        "INSERT INTO cross_check_dispute (organisation, id, cross_check, site, worker, work_day,"
        " man_days, overtime_hours, claimed_man_days, claimed_overtime, reason, at, whole_month)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        organisation,
        dispute,
        of.id,
        of.site,
        of.worker,
        claim.day,
        recorded.recorded,
        recorded.overtime,
        claim.man_days,
        claim.overtime_hours,
        claim.reason,
        of.at,
        claim.whole_month,
    )


async def mark_answered(
    organisation: UUID, dispute: UUID, outcome: str, answer: str, by: UUID, at: datetime
) -> Mapping[str, Any] | None:
    """Answer it once: the row as it is chained, or None when it was not open any more."""
    row = await fetch_one(
        "UPDATE cross_check_dispute SET outcome = $3, answer = $4, answered_by = $5,"  # noqa: S608
        " answered_at = $6 WHERE organisation = $1 AND id = $2 AND outcome IS NULL"
        f" RETURNING {', '.join(COLUMNS[DISPUTE_ANSWER])}",
        organisation,
        dispute,
        outcome,
        answer,
        by,
        at,
    )
    return dict(row) if row else None
