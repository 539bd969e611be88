"""Bringing a list of workers in: look at every row first, then all of it or nothing.

Between the preview and the yes the rows lie sealed in the database; a day later they are gone. The
yes judges every row again under a lock: what was right an hour ago may not be so any more. The
same list brought again changes nothing.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND, ProblemKind
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.register import import_queries, judging, queries
from daywork.register.import_queries import Brought, NewWorker
from daywork.register.judging import Fault, Judged, Outcome, Person, Plan, judge, read_row
from daywork.register.keeping import changed, nothing_kept
from daywork.register.lists import Column, WorkerList, read_list
from daywork.register.numbers import Paper
from daywork.register.rules import NO_KEY, Field
from daywork.register.sealing import CannotOpenError, Keyring, place_of
from daywork.sites.queries import crews_of, trades_of
from daywork.sites.site import Site


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LIST_HAS_FAULTS = ProblemKind(
    "list_has_faults",
    409,
    _("Nothing was brought in: %(count)s rows have faults"),
    _("Correct the file and bring it again, or correct what stands in the register."),
)
LIST_GONE = ProblemKind(
    "list_gone",
    409,
    _("What was kept of this list is gone"),
    _("Choose the file again: nothing that is in already is doubled."),
)

KEPT_FOR: Final = timedelta(days=1)
"""How long a list lies between the preview and the yes."""


class Kept(msgspec.Struct):
    """What is sealed of a list."""

    found: WorkerList
    crew: UUID | None
    joined_on: date


@dataclass(frozen=True, slots=True)
class Preview:
    """A list as it would go in now."""

    brought: Brought
    found: WorkerList
    rows: list[Judged]
    crews: dict[UUID, str]

    def count(self, outcome: Outcome) -> int:
        """How many rows come to this."""
        return sum(row.outcome is outcome for row in self.rows)


async def bring(
    actor: Actor,
    site: Site,
    keys: Keyring | None,
    name: str,
    data: bytes,
    *,
    crew: UUID | None,
    joined_on: date,
) -> UUID:
    """Read a file and keep it for the preview; returns its id. On the open transaction.

    Raises:
        Problem: ``list_…``; ``register_key_missing``.
    """
    if keys is None:
        raise NO_KEY()
    found = await asyncio.to_thread(read_list, name, data)
    brought = new_id()
    kept = msgspec.json.encode(Kept(found, crew, joined_on)).decode()
    await import_queries.insert_list(
        actor.organisation,
        brought,
        site.id,
        actor.member,
        file_name=name[:120],
        sha256=hashlib.sha256(data).digest(),
        rows=len(found.rows),
        sealed=keys.seal(kept, place_of(actor.organisation, brought, "list")),
    )
    return brought


async def look_at(
    actor: Actor,
    site: Site,
    keys: Keyring | None,
    brought: UUID,
    papers: dict[str, Paper],
    today: date,
    *,
    hold: bool = False,
) -> Preview:
    """What the list comes to now. On the open transaction.

    ``papers`` are kinds of identity papers by every name a list may call them.

    Raises:
        Problem: ``not_found``; ``list_gone``; ``register_key_missing``.
    """
    known = await import_queries.list_by_id(actor.organisation, site.id, brought, hold=hold)
    if known is None:
        raise NOT_FOUND()
    if known.sealed is None:
        raise LIST_GONE()
    if keys is None:
        raise NO_KEY()
    try:
        text = keys.open(known.sealed, place_of(actor.organisation, brought, "list"))
    except CannotOpenError as error:
        raise NO_KEY() from error
    kept = msgspec.json.decode(text, type=Kept)
    crews = {one.id: one.name for one in await crews_of(actor.organisation, site.id)}
    trades = await trades_of(actor.organisation)
    against = judging.Site(
        crews={name: crew for crew, name in crews.items()},
        trades={name: one.id for one in trades for name in (one.name_en, one.name) if name},
        papers=papers,
        crew=kept.crew if kept.crew in crews else None,
        joined_on=kept.joined_on,
        today=today,
    )
    plans = await asyncio.to_thread(_with_tokens, actor.organisation, keys, kept.found, against)
    people = await _people(actor.organisation, site.id, keys, [plan for _l, plan, *_r in plans])
    return Preview(known, kept.found, judge(plans, people, against), crews)


def _with_tokens(
    organisation: UUID, keys: Keyring, found: WorkerList, site: judging.Site
) -> list[tuple[int, Plan, Sequence[Fault], Sequence[str]]]:
    plans: list[tuple[int, Plan, Sequence[Fault], Sequence[str]]] = []
    for row in found.rows:
        plan, faults, doubts = read_row(row, site)
        number, bank = plan.change.number, plan.change.bank
        token = keys.mark(number, organisation, Field.NUMBER).hex() if number else ""
        bank_token = keys.mark(bank, organisation, Field.BANK).hex() if bank else ""
        plans.append((row.line, replace(plan, token=token, bank_token=bank_token), faults, doubts))
    return plans


async def _people(
    organisation: UUID, site: UUID, keys: Keyring, plans: Sequence[Plan]
) -> list[Person]:
    """Those who could be meant, with marks by the present key."""
    present: dict[bytes, str] = {}
    for plan in plans:
        for value, token, what in (
            (plan.change.number, plan.token, Field.NUMBER),
            (plan.change.bank, plan.bank_token, Field.BANK),
        ):
            if value:  # a row may still carry the mark of an older key
                present |= dict.fromkeys(keys.marks(value, organisation, what), token)
    rows = await import_queries.people_meant(
        organisation,
        site,
        present.keys(),
        {plan.name for plan in plans if plan.phone},
        {plan.phone for plan in plans if plan.phone},
    )

    def token_of(mark: bytes | None) -> str:
        return "" if mark is None else present.get(mark, mark.hex())

    def address_of(row: Any) -> str:
        if row["address_sealed"] is None:
            return ""
        try:
            place = place_of(organisation, row["worker"], Field.ADDRESS)
            return keys.open(row["address_sealed"], place)
        except CannotOpenError:
            return ""  # sealed with a lost key: whatever the list says is new

    return [
        Person(
            row["worker"],
            row["name"],
            row["phone"],
            row["number"],
            row["trade"],
            row["crew"],
            row["joined_on"],
            row["left_on"],
            token_of(row["number_mark"]),
            token_of(row["bank_mark"]),
            row["bank_name"],
            row["kind"] or "",
            address_of(row),
            row["signed_on"],
            row["ends_on"],
        )
        for row in rows
    ]


async def bring_in(
    actor: Actor,
    site: Site,
    keys: Keyring | None,
    brought: UUID,
    papers: dict[str, Paper],
    today: date,
) -> tuple[int, int]:
    """Write the whole list; how many workers are new and how many changed.

    On the open transaction. A list that is in already comes to the same figures again.

    Raises:
        Problem: ``list_has_faults``: then nothing is written; ``list_gone``; ``not_found``.
    """
    await import_queries.lock_lists(actor.organisation)
    before = await import_queries.list_by_id(actor.organisation, site.id, brought, hold=True)
    if before is not None and before.imported_at is not None:
        return before.added, before.changed
    seen = await look_at(actor, site, keys, brought, papers, today)
    if faults := seen.count(Outcome.FAULT):
        raise LIST_HAS_FAULTS(count=faults)
    if keys is None:
        raise NO_KEY()
    fresh = [replace(row, worker=new_id()) for row in seen.rows if row.outcome is Outcome.NEW]
    known = [row for row in seen.rows if row.outcome is Outcome.CHANGED]
    await _write_people(actor, site, fresh, known)
    written = [(row, row.worker) for row in (*fresh, *known) if row.worker is not None]
    kept = await queries.kept_identities(actor.organisation, [worker for _row, worker in written])
    after = []
    for row, worker in written:
        then = kept.get(worker, nothing_kept(worker))
        now, fields = changed(actor.organisation, keys, then, row.plan.change)
        if fields:
            after.append(now)
    await queries.save_identities(actor.organisation, actor.member, after)
    contracts = [
        (new_id(), worker, row.plan.signed_on, row.plan.ends_on)
        for row, worker in written
        if row.plan.signed_on and (row.outcome is Outcome.NEW or Column.SIGNED in row.changes)
    ]
    await import_queries.insert_contracts(actor.organisation, site.id, actor.member, contracts)
    await import_queries.mark_imported(actor.organisation, brought, len(fresh), len(known))
    await record_audit(
        actor.organisation,
        actor.member,
        "workers.imported",
        site.id,
        detail={
            "list": brought,
            "file": seen.brought.file_name,
            "added": len(fresh),
            "changed": len(known),
            "workers": [worker for _row, worker in written],
        },
    )
    return len(fresh), len(known)


async def _write_people(
    actor: Actor, site: Site, fresh: Sequence[Judged], known: Sequence[Judged]
) -> None:
    """New workers, and what the list says otherwise of known ones; an empty cell says nothing."""
    rows = await import_queries.workers_by_id(
        actor.organisation, site.id, [row.worker for row in known if row.worker]
    )

    def placed(row: Judged) -> NewWorker:
        then = rows.get(row.worker)
        plan = row.plan
        crew = plan.crew if plan.crew_named or then is None or then.crew is None else then.crew
        joined = plan.joined_on or (then.joined_on if then else None)
        if row.worker is None or crew is None or joined is None:
            raise AssertionError("a row without a fault names worker, crew and first day")
        return NewWorker(
            row.worker,
            plan.name,
            plan.number or (then.number if then else ""),
            plan.phone or (then.phone if then else None),
            plan.trade or (then.trade if then else None),
            crew,
            joined,
            plan.left_on or (then.left_on if then else None),
        )

    await import_queries.insert_new(
        actor.organisation, site.id, actor.member, [placed(row) for row in fresh]
    )
    moved = [placed(row) for row in known]
    await import_queries.mark_workers(actor.organisation, moved)
    await import_queries.save_places(actor.organisation, site.id, moved)


async def sweep_lists(organisation: UUID, now: datetime | None = None) -> int:
    """Forget what is kept of lists nobody said yes to within a day; in its own transaction."""
    async with company_transaction(organisation):
        return await import_queries.forget_old_lists(
            organisation, (now or datetime.now(UTC)) - KEPT_FOR
        )
