"""Taking a signature: bound to a version, chained, audited; reminding before the deadline."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from daywork.chain.contents import SignatureSaid
from daywork.chain.service import append
from daywork.entries.queries import entries_by_id, lock_site
from daywork.entries.rules import (
    CLOCK_TOLERANCE,
    DECISION_STALE,
    ENTRY_UNKNOWN,
    Answer,
    Applied,
    EntryFacts,
    Recorded,
    Refused,
)
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND, Problem
from daywork.ground.terms import EntryKind, EntryState, How
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.push.queries import deciders_of
from daywork.push.rules import MessageKind, Notice
from daywork.push.service import settle, tell
from daywork.signatures import queries
from daywork.signatures.rules import (
    NOT_A_SHEET,
    SIGNATURE_KNOWN,
    Party,
    Signature,
    SignaturePayload,
    Signing,
    check_signature,
    to_remind,
    version_signed,
)
from daywork.sites.queries import site_by_id


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


TO_SIGN = Notice(
    "signatures_due",
    MessageKind.SIGNATURE,
    ngettext("%(site)s: %(n)s sheet to be signed", "%(site)s: %(n)s sheets to be signed"),
    _("The first must be signed by %(day)s."),
)

LOOK_BACK: Final = timedelta(days=120)
"""Older sheets nobody signs any more."""

REMIND_AT: Final = 8
"""O'clock on the site."""


async def sign(
    actor: Actor,
    entry: UUID,
    version: int,
    *,
    party: Party,
    outcome: Signing,
    name: str,
    company: str = "",
    witness: str = "",
    note: str = "",
    strokes: str = "",
    at: datetime | None = None,
    named: UUID | None = None,
) -> Signature:
    """Keep that somebody signed this version, or would not, or was not there.

    ``named``: the id the page gave it, so that a form whose answer was lost counts once.

    Raises:
        Problem: ``not_found``, ``not_a_sheet``, ``decision_stale`` or what
            :func:`rules.check_signature` raises.
    """
    name, company, witness, note = (
        " ".join(text.split()) for text in (name, company, witness, note)
    )
    async with company_transaction(actor.organisation):
        known = (await entries_by_id(actor, [entry])).get(entry)
        if known is None or not may(actor, Right.RECORD, known.site):
            raise NOT_FOUND()
        if known.author != actor.member and not may(actor, Right.SEE_LABOUR, known.site):
            raise NOT_FOUND()
        await lock_site(actor.organisation, known.site)
        known = (await entries_by_id(actor, [entry]))[entry]
        if named is not None:
            there = (await queries.signatures_by_id(actor.organisation, [named])).get(named)
            if there is not None:
                _check_same(there, actor, entry)
                return there
        if known.kind is not EntryKind.LABOUR_SHEET or known.state is EntryState.VOID:
            raise NOT_A_SHEET()
        if known.version != version:
            raise DECISION_STALE(current=known.version, state=known.state)
        check_signature(outcome, name, witness, strokes)
        made = Signature(
            named or new_id(),
            known.site,
            entry,
            version,
            party,
            outcome,
            name,
            company,
            witness,
            note,
            strokes,
            actor.member,
            at or datetime.now(UTC),
        )
        await _keep(actor, made)
    return made


def _check_same(there: Signature, actor: Actor, entry: UUID) -> None:
    if (there.entry, there.taken_by) != (entry, actor.member):
        raise SIGNATURE_KNOWN()


async def _keep(actor: Actor, made: Signature) -> None:
    await queries.insert_signature(actor.organisation, made)
    await append(actor.organisation, [said_of(made).happening()])
    detail: dict[str, object] = {
        "version": made.version,
        "party": made.party.value,
        "outcome": made.outcome.value,
    }
    if made.mutation is not None:
        detail |= {"how": How.OFFLINE.value, "signed_at": made.signed_at}
    await record_audit(
        actor.organisation,
        actor.member,
        "entry.signed",
        site=made.site,
        entry=made.entry,
        detail=detail,
    )


# Taken on a phone without a network


async def record_signatures(
    actor: Actor, batch: Sequence[Recorded[SignaturePayload]]
) -> dict[UUID, Answer]:
    """Keep signatures that phones took; answers by mutation. The sites are locked.

    Unlike at an open page, a sheet that has changed meanwhile is no reason to refuse: somebody did
    sign, and the signature stays with the version that was on the screen.
    """
    entries = {one.payload.entry for one in batch}
    known = await entries_by_id(actor, entries)
    contents = await queries.contents_of(actor.organisation, entries)
    there = await queries.signatures_by_id(actor.organisation, (one.entity for one in batch))
    answers: dict[UUID, Answer] = {}
    for one in batch:
        said = one.payload
        try:
            _check_sheet(actor, one, known.get(said.entry))
            version = version_signed(said, contents.get(said.entry, {}))
            if one.entity in there:
                _check_same(there[one.entity], actor, said.entry)
            else:
                await _keep(actor, _from_phone(actor, one, version))
            answers[one.mutation] = Applied(version)
        except Problem as problem:
            answers[one.mutation] = Refused(problem)
    return answers


def _check_sheet(actor: Actor, one: Recorded[SignaturePayload], known: EntryFacts | None) -> None:
    """Refuse what is no sheet of this site that the actor may see."""
    if known is None or known.site != one.site:
        raise ENTRY_UNKNOWN()
    if known.author != actor.member and not may(actor, Right.SEE_LABOUR, known.site):
        raise ENTRY_UNKNOWN()
    if known.kind is not EntryKind.LABOUR_SHEET:
        raise NOT_A_SHEET()


def _from_phone(actor: Actor, one: Recorded[SignaturePayload], version: int) -> Signature:
    said = one.payload
    name, company, witness, note = (
        " ".join(text.split()) for text in (said.name, said.company, said.witness, said.note)
    )
    check_signature(said.outcome, name, witness, said.strokes)
    signed_at = said.signed_at if said.signed_at and said.signed_at.tzinfo else None
    ahead = signed_at is None or signed_at > one.received_at + CLOCK_TOLERANCE
    return Signature(
        one.entity,
        one.site,
        said.entry,
        version,
        said.party,
        said.outcome,
        name,
        company,
        witness,
        note,
        said.strokes,
        actor.member,
        one.received_at,
        mutation=one.mutation,
        device=one.device,
        signed_at=signed_at,
        clock_doubtful=one.clock_doubtful or ahead,
    )


async def note_print(actor: Actor, site: UUID, entry: UUID, version: int) -> None:
    """Leave in the audit trail that the sheet was taken away on paper."""
    async with company_transaction(actor.organisation):
        await record_audit(
            actor.organisation,
            actor.member,
            "entry.printed",
            site=site,
            entry=entry,
            detail={"version": version},
        )


def said_of(one: Signature) -> SignatureSaid:
    """What the chain keeps of it."""
    return SignatureSaid(
        one.id,
        one.site,
        one.entry,
        one.version,
        one.party.value,
        one.outcome.value,
        one.name,
        one.company,
        one.witness,
        one.note,
        one.strokes,
        one.taken_by,
        one.at,
        one.mutation,
        one.device,
        one.signed_at,
        one.clock_doubtful,
    )


async def remind(organisation: UUID, now: datetime | None = None) -> int:
    """Tell of near and past deadlines, on each site at eight in the morning; how many sites."""
    at = now or datetime.now(UTC)
    told = 0
    async with company_transaction(organisation):
        for site_id, days in await queries.sites_with_deadline(organisation):
            site = await site_by_id(organisation, site_id)
            if site is None or at.astimezone(ZoneInfo(site.time_zone)).hour != REMIND_AT:
                continue
            today = day_at(at, site.time_zone)
            waiting = await queries.unsigned_on(organisation, site_id, today - LOOK_BACK)
            near = to_remind([one.work_day for one in waiting], days, today)
            if not near:
                await settle(organisation, MessageKind.SIGNATURE, site_id)
                continue
            await tell(
                organisation,
                await deciders_of(organisation, site_id),
                TO_SIGN,
                subject=site_id,
                site=site_id,
                link=f"/approvals/to-sign?site={site_id}",
                facts={"site": site.name, "n": len(near), "day": near[0]},
                at=at,
            )
            told += 1
    return told
