"""What a check code leads to: the record behind it, checked anew at every look.

Whoever holds a code may see what stands on the paper or the picture it was printed on, enough to
compare; names are shortened, and there is no pay. A member who may see the record anyway sees whole
names and gets links.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from obstore.store import ObjectStore

from daywork.chain.contents import DECISION, PHOTO, QUESTIONS, SIGNATURE
from daywork.chain.queries import company_of_code, link_by_number, neighbours_of
from daywork.chain.rules import Link, code_of
from daywork.chain.wage_contents import WAGE_KINDS
from daywork.evidence import queries
from daywork.evidence.checking import SiteCheck
from daywork.evidence.queries import RecordSaid
from daywork.evidence.rules import CODES_TOO_OFTEN, NO_SUCH_CODE, UNKNOWN_CODES, shortened
from daywork.evidence.wages import CrossCheckSaid, WagesSaid, cross_check_said, wages_said
from daywork.ground.database import company_transaction, ground_transaction
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.photos.marked import PhotoFacts, facts_of
from daywork.photos.queries import photo_by_id
from daywork.photos.rules import NoPreview
from daywork.photos.showing import Small, preview_of
from daywork.sign_in.rules import TOO_MANY_TRIES
from daywork.sign_in.tries import count_try, forgive, neighbourhood


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the version shown."""

    outcome: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything the page says; names are already as this reader may see them."""

    code: str
    link: Link
    company: str
    currency: str
    site_name: str
    time_zone: str
    photo: PhotoFacts | None
    photo_author: str
    record: RecordSaid | None
    """The sheet or report; None for a photo that belongs to none."""
    author: str
    version: int
    """The version the code speaks of; the newest when it speaks of a photo or of its pay."""
    decisions: list[Decided]
    pay: Decimal | None
    """What was fixed, for those who may see it."""
    pay_fixed: bool
    intact: bool
    faults: list[str] = field(default_factory=list)
    """For members: what is not as it was accepted."""
    insider: bool = False
    """The reader may see the record itself."""
    wages: WagesSaid | None = None
    """The wage sheet or settlement; the amount is in ``pay``."""
    cross_check: CrossCheckSaid | None = None

    @property
    def superseded(self) -> bool:
        """Whether a later version has taken the place of the one the code speaks of."""
        if self.wages is not None:
            return not self.wages.latest
        return self.record is not None and self.record.version > self.version


async def proof_of(code: str, actor: Actor | None, address: str) -> Proof:
    """What the code leads to, for this reader.

    Raises:
        Problem: ``no_such_code``, or ``codes_too_often``.
    """
    link = await _found(code, address)
    async with company_transaction(link.organisation, snapshot=True):
        entry, photo_id = await _about(link)
        checked = [one for one in (entry, photo_id) if one is not None]
        check = SiteCheck(link.organisation, link.site)
        wages = await wages_said(link)
        answer = await cross_check_said(link)
        if link.kind in WAGE_KINDS:
            await check.run_for_wages(link.kind, link.subject)
        else:
            await check.run_for(checked)
        faults = [*check.faults, *await _torn(link)]
        place = await queries.place_of(link.organisation, link.site)
        photo = await photo_by_id(link.organisation, photo_id) if photo_id else None
        facts = await facts_of(link.organisation, photo) if photo else None
        record = await queries.record_said(link.organisation, entry) if entry else None
        version = record.version if record else link.version
        if link.kind != PHOTO and link.version:
            version = link.version
        decided = await queries.decisions_said(link.organisation, entry, version) if entry else []
        pay = await queries.pay_said(link.organisation, entry, version) if entry else None
    same_company = actor is not None and actor.organisation == link.organisation
    insider = same_company and actor is not None and _may_see(actor, link.site, record, facts)
    sees_pay = same_company and actor is not None and may(actor, Right.SEE_PAY, link.site)
    if wages is not None:
        insider = sees_pay
        pay = wages.payable

    def named(name: str) -> str:
        return name if insider else shortened(name)

    return Proof(
        code=code,
        link=link,
        company=place["company"],
        currency=wages.currency if wages else place["currency"],
        site_name=place["name"],
        time_zone=place["time_zone"],
        photo=facts,
        photo_author=named(facts.photo.author_name) if facts else "",
        record=record,
        author=named(record.author_name) if record else "",
        version=version,
        decisions=[Decided(row["outcome"], named(row["by"]), row["at"]) for row in decided],
        pay=pay if sees_pay and insider else None,
        pay_fixed=pay is not None,
        intact=not faults and bool(checked or wages or answer),
        faults=faults if insider else [],
        insider=insider,
        wages=replace(wages, name=named(wages.name), closed_by=named(wages.closed_by))
        if wages
        else None,
        cross_check=replace(answer, name=named(answer.name)) if answer else None,
    )


async def thumbnail_by_code(code: str, store: ObjectStore, address: str) -> Small | NoPreview:
    """The small picture for whoever holds the code of a photo.

    Raises:
        Problem: ``no_such_code``, also for the code of anything else; ``codes_too_often``;
            ``photo_incomplete``.
    """
    link = await _found(code, address)
    if link.kind != PHOTO:
        raise NO_SUCH_CODE()
    async with company_transaction(link.organisation):
        photo = await photo_by_id(link.organisation, link.subject)
    if photo is None:
        raise NO_SUCH_CODE()
    return await preview_of(link.organisation, store, photo)


def _may_see(actor: Actor, site: UUID, record: RecordSaid | None, facts: PhotoFacts | None) -> bool:
    """One's own record, or any on a site one oversees: as on the record's own page."""
    if may(actor, Right.SEE_LABOUR, site):
        return True
    authors = {record.author if record else None, facts.photo.author if facts else None} - {None}
    return may(actor, Right.SEE_SITE, site) and authors == {actor.member}


async def _found(code: str, address: str) -> Link:
    """The link, counting tries that find nothing over all processes together."""
    try:
        counted = await count_try([(f"check code {neighbourhood(address)}", UNKNOWN_CODES)])
    except Problem as problem:
        if problem.kind is TOO_MANY_TRIES:
            raise CODES_TOO_OFTEN(**problem.extra) from problem
        raise
    async with ground_transaction():
        where = await company_of_code(code)
    if where is None:
        raise NO_SUCH_CODE()
    await forgive(counted)
    organisation, site, number = where
    async with company_transaction(organisation):
        link = await link_by_number(organisation, site, number)
    if link is None or code_of(link.hash) != code:
        raise NO_SUCH_CODE()
    return link


async def _about(link: Link) -> tuple[UUID | None, UUID | None]:
    """The sheet or report, and the photo, that a link is about."""
    if link.kind in WAGE_KINDS:
        return None, None
    if link.kind in (DECISION, QUESTIONS):
        return await queries.entry_of_decision(link.organisation, link.subject), None
    if link.kind == SIGNATURE:
        return await queries.entry_of_signature(link.organisation, link.subject), None
    kind, of_entry = await queries.kind_of(link.organisation, link.subject)
    if kind == "photo.record":
        return of_entry, link.subject
    return (link.subject if kind else None), None


async def _torn(link: Link) -> Sequence[str]:
    """Whether the chain is whole where this link hangs in it."""
    faults = []
    around = {one.number: one for one in await neighbours_of(link)}
    before, after = around.get(link.number - 1), around.get(link.number + 1)
    if (link.number > 1 and before is None) or (before and before.hash != link.previous):
        faults.append(f"link {link.number} does not follow on link {link.number - 1}")
    if after and after.previous != link.hash:
        faults.append(f"link {after.number} does not follow on link {link.number}")
    return faults
