"""One worker's page in the register: who he is on paper, his contract, his certificates."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.rules import Right, may, shown_phone
from daywork.register import entry_queries, keeping, queries, service, words
from daywork.register.keeping import NewCertificate
from daywork.register.numbers import (
    OLDEST,
    YOUNGEST,
    Paper,
    is_card,
    passes_luhn,
    read_account,
    read_number,
    said_by,
)
from daywork.register.rules import CertificateKind, Change, Field, How, Unmasked
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


def _today(site: Site) -> Any:
    return day_at(datetime.now(UTC), site.time_zone)


def note_words() -> dict[str, str]:
    """What is said once after saving: true of what was typed, and kept nevertheless."""
    return {
        "young": _(
            "By this number the worker is under %(age)s: nobody so young may be employed.",
            age=YOUNGEST,
        ),
        "old": _(
            "By this number the worker is over %(age)s: many sites allow no heavy work then.",
            age=OLDEST,
        ),
        "card": _(
            "The account looks like a bank card, but its check digit does not fit:"
            " compare it with the card."
        ),
    }


async def _worker_page(
    request: Request,
    site: UUID,
    worker: UUID,
    *,
    answers: Answers | None = None,
    problem: Problem | None = None,
    opened: Unmasked | None = None,
    asked: bool = False,
    notes: str = "",
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site, Right.SEE_PAY)
        entry = await keeping.entry_for(found, worker)
        contracts = await entry_queries.contracts_of(actor.organisation, site, worker)
        certificates = await entry_queries.certificates_of(actor.organisation, worker)
        kept = await queries.marks_of(actor.organisation, worker)
        others = await queries.others_with(actor.organisation, worker, *kept)
    return page(
        request,
        "register/worker.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        entry=entry,
        contracts=contracts,
        certificates=certificates,
        others=others,
        opened=opened,
        said=said_by(opened.kind, opened.number) if opened else None,
        asked=asked,
        today=_today(found),
        notes=[text for name, text in note_words().items() if name in notes.split(",")],
        manages=may(actor, Right.MANAGE_SITE, site),
        unmasks=may(actor, Right.UNMASK, site),
        words=words,
        shown_phone=shown_phone,
        english=language() == "en",
        typed=answers.typed if answers else {},
        was=shown_again(answers if answers and "bank_name" in answers.typed else None),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/register/{site:uuid}/{worker:uuid}")
async def worker_page(
    request: Request,
    site: FromPath[UUID],
    worker: FromPath[UUID],
    note: FromQuery[str | None] = None,
) -> Response[str]:
    """The page, masked; ``?note=`` names what is said once after saving."""
    return await _worker_page(request, site, worker, notes=note or "")


@post("/labour/register/{site:uuid}/{worker:uuid}/unmask", status_code=200)
async def unmask_worker(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[str]:
    """The page with full numbers, once, for a purpose; to reload it asks again."""
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            found = await site_for(actor, site, Right.UNMASK)
            await keeping.entry_for(found, worker)
            opened = await service.unmask(
                actor,
                found,
                request.app.state.register_keys,
                [worker],
                list(Field),
                purpose=answers.raw("purpose"),
                note=answers.text("note", longest=200),
                how=How.SCREEN,
            )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _worker_page(
            request, site, worker, answers=answers, problem=problem, asked=True
        )
    return await _worker_page(request, site, worker, opened=opened[worker])


def _read_identity(answers: Answers, today: Any) -> tuple[Change, list[str]]:
    """The change as typed, its faults noted in ``answers``, and what is to be said after it."""
    kind = answers.one_of("kind", list(Paper), needed=True) or Paper.RESIDENT
    number, bank = answers.raw("identity").strip(), answers.raw("bank").strip()
    address = answers.text("address", longest=120)
    notes = []
    if number:
        try:
            number = read_number(Paper(kind), number, today)
            said = said_by(kind, number)
            if said and said.age_on(today) < YOUNGEST:
                notes.append("young")
            if said and said.age_on(today) > OLDEST:
                notes.append("old")
        except Problem as problem:
            answers.fault("identity", _fault(problem))
    if bank:
        try:
            bank = read_account(bank)
            if is_card(bank) and not passes_luhn(bank):
                notes.append("card")
        except Problem as problem:
            answers.fault("bank", _fault(problem))
    change = Change(
        kind=kind,
        number="" if answers.ticked("no_identity") else number or None,
        bank_name=answers.text("bank_name", longest=60),
        bank="" if answers.ticked("no_bank") else bank or None,
        address="" if answers.ticked("no_address") else address or None,
    )
    return change, notes


def _fault(problem: Problem) -> str:
    said = told(problem)
    return _("%(what)s. %(fix)s", what=said["title"], fix=said["fix"])


@post("/labour/register/{site:uuid}/{worker:uuid}")
async def change_identity(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[Any]:
    """Keep what was typed; what stayed empty stays as it is."""
    actor = request.user
    answers = Answers(await request.form())
    own = f"/labour/register/{site}/{worker}"
    try:
        async with company_transaction(actor.organisation):
            found = await site_for(actor, site, Right.MANAGE_SITE)
            today = _today(found)
            change, notes = _read_identity(answers, today)
            if not answers.faults:
                await keeping.record_identity(
                    actor, found, request.app.state.register_keys, worker, change, today
                )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _worker_page(request, site, worker, answers=answers, problem=problem)
    if answers.faults:
        return await _worker_page(request, site, worker, answers=answers)
    return go(request, f"{own}?note={','.join(notes)}" if notes else own, said=_("Saved."))


@post("/labour/register/{site:uuid}/{worker:uuid}/contracts")
async def add_contract(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[Any]:
    """A labour contract that was signed."""
    actor = request.user
    answers = Answers(await request.form())
    signed_on = answers.day("signed_on", needed=True)
    ends_on = answers.day("ends_on")
    note = answers.text("contract_note")
    if signed_on and ends_on and ends_on < signed_on:
        answers.fault("ends_on", _("The end lies before the beginning"))
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        if not answers.faults and signed_on:
            await keeping.add_contract(actor, found, worker, signed_on, ends_on, note)
    if answers.faults:
        return await _worker_page(request, site, worker, answers=answers)
    return go(request, f"/labour/register/{site}/{worker}", said=_("Saved."))


@post("/labour/register/{site:uuid}/{worker:uuid}/contracts/{contract:uuid}/void")
async def void_contract(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID], contract: FromPath[UUID]
) -> Response[Any]:
    """Strike a contract out."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        await keeping.void_contract(actor, found, worker, contract)
    return go(request, f"/labour/register/{site}/{worker}", said=_("Taken back."))


@post("/labour/register/{site:uuid}/{worker:uuid}/certificates")
async def add_certificate(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[Any]:
    """A certificate: for special work, or of another kind by its name."""
    actor = request.user
    answers = Answers(await request.form())
    kind = answers.one_of("certificate", list(CertificateKind), needed=True)
    name = answers.text("certificate_name", longest=40, needed=kind == CertificateKind.OTHER)
    number = answers.text("certificate_number", longest=40)
    valid_until = answers.day("valid_until")
    try:
        async with company_transaction(actor.organisation):
            found = await site_for(actor, site, Right.MANAGE_SITE)
            if not answers.faults:
                await keeping.add_certificate(
                    actor,
                    found,
                    request.app.state.register_keys,
                    worker,
                    NewCertificate(kind, name, number, valid_until),
                )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _worker_page(request, site, worker, answers=answers, problem=problem)
    if answers.faults:
        return await _worker_page(request, site, worker, answers=answers)
    return go(request, f"/labour/register/{site}/{worker}", said=_("Saved."))


@post("/labour/register/{site:uuid}/{worker:uuid}/certificates/{certificate:uuid}/void")
async def void_certificate(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID], certificate: FromPath[UUID]
) -> Response[Any]:
    """Strike a certificate out."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        await keeping.void_certificate(actor, found, worker, certificate)
    return go(request, f"/labour/register/{site}/{worker}", said=_("Taken back."))


handlers = [
    worker_page,
    unmask_worker,
    change_identity,
    add_contract,
    void_contract,
    add_certificate,
    void_certificate,
]
