"""A worker's slip, handed over to be signed; and the signed paper as a photo or scan."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from daywork.chain.wage_contents import WAGES
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND, Problem
from daywork.signatures.rules import (
    BOX,
    LONGEST_STROKES,
    SIGNER_MISSING,
    STROKES_UNREADABLE,
    WITNESS_MISSING,
    Signing,
)
from daywork.signatures.words import OUTCOMES, outcome_words
from daywork.wages import service, signing, signing_queries, words
from daywork.wages.pages import sheet_page
from daywork.wages.printing import code_about
from daywork.wages.rules import VERSION_REPLACED
from daywork.wages.signing import (
    LARGEST_PAPER,
    NOBODY_ON_PAPER,
    PAPER_TOO_LARGE,
    PAPER_UNREADABLE,
)
from daywork.wages.signing_queries import Document
from daywork.web.downloads import attachment
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

SIGN_AGAIN: Final = (SIGNER_MISSING, WITNESS_MISSING, STROKES_UNREADABLE, VERSION_REPLACED)
PAPER_AGAIN: Final = (PAPER_UNREADABLE, PAPER_TOO_LARGE, NOBODY_ON_PAPER, VERSION_REPLACED)


def outcomes_to_choose() -> list[tuple[str, str]]:
    """What may come of asking, for a select."""
    return [(one.value, gettext(text)) for one, text in OUTCOMES.items()]


def sign_context(answers: Answers | None) -> dict[str, Any]:
    """What the form to sign in needs."""
    return {
        "was": shown_again(answers),
        "outcomes": outcomes_to_choose(),
        "outcome_words": outcome_words,
        "box": BOX,
        "longest_strokes": LONGEST_STROKES,
    }


async def _slip(
    request: Request,
    sheet: UUID,
    worker: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.closed_sheet(actor, sheet)
        signatures = await signing_queries.signatures_of(actor.organisation, ("sheet", sheet))
        code = await code_about(actor.organisation, WAGES, sheet)
    line = next((one for one in found.lines if one.worker == worker), None)
    if line is None:
        raise NOT_FOUND()
    signed = {one.worker for one in signatures if one.counts}
    waiting = [one.worker for one in found.lines if one.worker not in signed | {worker}]
    return page(
        request,
        "wages/slip.html",
        status=problem.kind.status if problem else 200,
        found=found,
        version=found.version,
        site=found.site,
        line=line,
        columns=words.columns_for(line.figures),
        words=words,
        signatures=[one for one in signatures if one.worker == worker],
        signed=worker in signed,
        following=waiting[0] if waiting else None,
        code=code,
        problem=told(problem) if problem else None,
        **sign_context(answers),
    )


@get("/labour/wages/{sheet:uuid}/workers/{worker:uuid}")
async def slip(request: Request, sheet: FromPath[UUID], worker: FromPath[UUID]) -> Response[str]:
    """A worker's own slip (工资清单), and a box to sign in."""
    return await _slip(request, sheet, worker)


async def take_signature(
    request: Request, document: Document, worker: UUID, answers: Answers
) -> None:
    """Keep the signature a form brought.

    Raises:
        Problem: what :func:`signing.sign` raises.
    """
    outcome = answers.one_of("outcome", [one.value for one in Signing])
    drawn = outcome in ("", "signed", "for_record")
    await signing.sign(
        request.user,
        document,
        worker,
        outcome=Signing(outcome or Signing.SIGNED),
        name=answers.text("name")[:80],
        witness=answers.text("witness")[:80],
        note=answers.text("note")[:300],
        strokes=answers.raw("strokes").strip() if drawn else "",
        at=datetime.now(UTC),
    )


@post("/labour/wages/{sheet:uuid}/workers/{worker:uuid}")
async def sign(request: Request, sheet: FromPath[UUID], worker: FromPath[UUID]) -> Response[Any]:
    """Keep the signature, or why there is none; then the next worker's slip."""
    answers = Answers(await request.form())
    try:
        await take_signature(request, ("sheet", sheet), worker, answers)
    except Problem as problem:
        if problem.kind not in SIGN_AGAIN:
            raise
        return await _slip(request, sheet, worker, answers, problem)
    return go(request, f"/labour/wages/{sheet}#signatures", said=gettext("The signature is kept."))


async def take_upload(request: Request, document: Document, form: Any, workers: list[UUID]) -> None:
    """Keep the paper a form brought.

    Raises:
        Problem: what :func:`signing.take_paper` raises.
    """
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise PAPER_UNREADABLE()
    try:
        data = await file.read(LARGEST_PAPER + 1)
        await signing.take_paper(
            request.user,
            request.app.state.storage,
            document,
            name=file.filename,
            data=data,
            workers=workers,
            at=datetime.now(UTC),
        )
    finally:
        await file.close()


def ticked_workers(answers: Answers) -> list[UUID]:
    """The workers ticked on a form; what is no id is nobody of ours."""
    found = []
    for text in answers.several("worker"):
        try:
            found.append(UUID(text))
        except ValueError:
            raise NOT_FOUND() from None
    return found


@post("/labour/wages/{sheet:uuid}/papers", request_max_body_size=LARGEST_PAPER + 1024 * 1024)
async def upload(request: Request, sheet: FromPath[UUID]) -> Response[Any]:
    """The signed sheet as a photo or scan; the ticked workers have signed on it."""
    form: Any = await request.form()
    try:
        await take_upload(request, ("sheet", sheet), form, ticked_workers(Answers(form)))
    except Problem as problem:
        if problem.kind not in PAPER_AGAIN:
            raise
        return await sheet_page(request, sheet, problem)
    return go(request, f"/labour/wages/{sheet}#signatures", said=gettext("The paper is kept."))


@get("/labour/papers/{paper:uuid}")
async def paper(request: Request, paper: FromPath[UUID]) -> Response[bytes]:
    """The bytes of a signed paper, to be kept or looked at elsewhere."""
    found, data = await signing.paper_bytes(request.user, request.app.state.storage, paper)
    name = found.name.rsplit(".", 1)[0]
    return Response(
        data, media_type=found.media_type, headers=attachment(f"{name or paper}{found.ending}")
    )


handlers = [slip, sign, upload, paper]
