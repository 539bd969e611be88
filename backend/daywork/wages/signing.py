"""Signing for wages: on the phone with a finger or by name, or on paper that is photographed."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from obstore.store import ObjectStore

from daywork.chain.service import append
from daywork.chain.wage_contents import WAGE_PAPER, WAGE_SIGNATURE, wage_happening
from daywork.entries.queries import lock_site
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND, ProblemKind
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.photos import storage
from daywork.photos.rules import sniffed
from daywork.signatures.rules import Signing, check_signature
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.wages import queries, settlement_queries, signing_queries
from daywork.wages.rules import VERSION_REPLACED, paper_key
from daywork.wages.signing_queries import Document, Paper, WageSignature


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LARGEST_PAPER: Final = 20 * 1024 * 1024
PAPER_TYPES: Final = ("application/pdf", "image/jpeg", "image/png")

PAPER_UNREADABLE = ProblemKind(
    "wages_paper_unreadable",
    422,
    _("This file is neither a PDF nor a picture"),
    _("Take a photo of the signed sheet, or scan it as PDF, JPEG or PNG."),
)
PAPER_TOO_LARGE = ProblemKind(
    "wages_paper_too_large",
    413,
    _("This file is larger than 20 MB"),
    _("Send the pages one by one, or scan them at 200 dpi."),
)
NOBODY_ON_PAPER = ProblemKind(
    "wages_nobody_on_paper",
    422,
    _("Who has signed on this paper?"),
    _("Tick the workers whose signatures can be seen on it."),
)


@dataclass(frozen=True, slots=True)
class Signable:
    """A document that workers sign: a version of a wage sheet, or a settlement."""

    document: Document
    site: Site
    workers: Mapping[UUID, str]
    """Who is to sign, by name."""
    latest: bool

    @property
    def columns(self) -> dict[str, UUID | None]:
        """As the tables refer to it."""
        kind, id_ = self.document
        return {
            "sheet": id_ if kind == "sheet" else None,
            "settlement": id_ if kind == "settlement" else None,
        }


async def signable(actor: Actor, document: Document, right: Right) -> Signable:
    """What is to be signed.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    kind, id_ = document
    if kind == "sheet":
        version = await queries.version_by_id(actor.organisation, id_)
        if version is None:
            raise NOT_FOUND()
        site = await site_for(actor, version.site, right)
        lines = await queries.lines_of(actor.organisation, id_)
        names = {line.worker: line.person.name for line in lines}
        return Signable(document, site, names, version.latest)
    settled = await settlement_queries.settlement_by_id(actor.organisation, id_)
    if settled is None:
        raise NOT_FOUND()
    site = await site_for(actor, settled.site, right)
    return Signable(document, site, {settled.worker: settled.person.name}, settled.latest)


async def sign(
    actor: Actor,
    document: Document,
    worker: UUID,
    *,
    outcome: Signing,
    name: str,
    witness: str = "",
    note: str = "",
    strokes: str = "",
    at: datetime,
) -> WageSignature:
    """Keep that a worker signed, or would not, or was not there.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``wages_version_replaced``, or what
            ``signatures.rules.check_signature`` raises.
    """
    name, witness, note = (" ".join(text.split()) for text in (name, witness, note))
    async with company_transaction(actor.organisation):
        signed = await _locked(actor, document)
        if worker not in signed.workers:
            raise NOT_FOUND()
        check_signature(outcome, name, witness, strokes)
        made = WageSignature(
            new_id(),
            signed.site.id,
            **signed.columns,
            worker=worker,
            outcome=outcome,
            name=name,
            witness=witness,
            note=note,
            strokes=strokes,
            paper=None,
            taken_by=actor.member,
            at=at,
        )
        await _keep(actor, signed, [made])
    return made


async def _locked(actor: Actor, document: Document) -> Signable:
    found = await signable(actor, document, Right.SEE_PAY)
    await lock_site(actor.organisation, found.site.id)
    found = await signable(actor, document, Right.SEE_PAY)
    if not found.latest:
        raise VERSION_REPLACED()
    return found


async def _keep(actor: Actor, signed: Signable, made: Sequence[WageSignature]) -> None:
    happenings = []
    for one in made:
        row = await signing_queries.insert(WAGE_SIGNATURE, actor.organisation, one)
        happenings.append(wage_happening(WAGE_SIGNATURE, row))
    await append(actor.organisation, happenings)
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.signed",
        signed.site.id,
        detail={
            signed.document[0]: signed.document[1],
            "workers": [one.worker for one in made],
            "outcome": made[0].outcome.value,
            "paper": made[0].paper,
        },
    )


# On paper


def media_type_of(data: bytes) -> str:
    """By the first bytes; what the file's name says is not asked.

    Raises:
        Problem: ``wages_paper_unreadable``.
    """
    found = "application/pdf" if data.startswith(b"%PDF-") else sniffed(data[:16])
    if found not in PAPER_TYPES:
        raise PAPER_UNREADABLE()
    return found


async def take_paper(
    actor: Actor,
    store: ObjectStore,
    document: Document,
    *,
    name: str,
    data: bytes,
    workers: Collection[UUID],
    at: datetime,
) -> Paper:
    """Keep a photo or scan of the signed paper: the ticked workers have signed on it.

    Bytes first, then the row: a row never speaks of bytes that are not there.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``wages_version_replaced``,
            ``wages_paper_unreadable``, ``wages_paper_too_large`` or ``wages_nobody_on_paper``.
    """
    async with company_transaction(actor.organisation):
        signed = await _locked(actor, document)
    if len(data) > LARGEST_PAPER:
        raise PAPER_TOO_LARGE()
    media_type = media_type_of(data)
    if not workers or set(workers) - signed.workers.keys():
        raise NOBODY_ON_PAPER()
    sha256 = hashlib.sha256(data).digest()
    key = paper_key(actor.organisation, signed.site.id, sha256)
    await storage.create(store, key, storage.InMemory(data), sha256)
    paper = Paper(
        new_id(),
        signed.site.id,
        **signed.columns,
        name=" ".join(name.split())[:120] or "–",
        media_type=media_type,
        bytes=len(data),
        sha256=sha256,
        uploaded_by=actor.member,
        at=at,
    )
    async with company_transaction(actor.organisation):
        signed = await _locked(actor, document)
        row = await signing_queries.insert(WAGE_PAPER, actor.organisation, paper)
        await append(actor.organisation, [wage_happening(WAGE_PAPER, row)])
        blank = WageSignature(
            new_id(),
            signed.site.id,
            **signed.columns,
            worker=paper.id,
            outcome=Signing.SIGNED,
            name="",
            witness="",
            note="",
            strokes="",
            paper=paper.id,
            taken_by=actor.member,
            at=at,
        )
        made = [
            replace(blank, id=new_id(), worker=worker, name=signed.workers[worker])
            for worker in dict.fromkeys(workers)
        ]
        await _keep(actor, signed, made)
    return paper


async def paper_bytes(actor: Actor, store: ObjectStore, paper_id: UUID) -> tuple[Paper, bytes]:
    """A paper to look at.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation):
        paper = await signing_queries.paper_by_id(actor.organisation, paper_id)
        if paper is None:
            raise NOT_FOUND()
        await site_for(actor, paper.site, Right.SEE_PAY)
    return paper, await storage.get_bytes(
        store, paper_key(actor.organisation, paper.site, paper.sha256)
    )
