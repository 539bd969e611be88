"""The pages of rescue files: bring one, look at it, import it, see what became of it. The
office brings anybody's, who decides on records the own one."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from daywork.ground.problems import Problem, ProblemKind
from daywork.ground.terms import PushResult
from daywork.letters.words import kind_named
from daywork.people.rules import Right, may
from daywork.rescue import service
from daywork.rescue.queries import RescueRecord
from daywork.rescue.rules import LARGEST_FILE, OPEN, Outcome
from daywork.web import figures
from daywork.web.language import gettext, ngettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NO_FILE = ProblemKind(
    "no_file", 422, _("No file was chosen"), _("Choose the rescue file, then look at it.")
)

_OUTCOMES: Final = {
    Outcome.APPLIED: (_("Booked"), "ok"),
    Outcome.ALREADY_APPLIED: (_("Was here already"), "plain"),
    Outcome.REFUSED: (_("Refused"), "bad"),
    Outcome.QUARANTINED: (_("The office decides"), "warn"),
    Outcome.DEFERRED: (_("Waits for another record"), "warn"),
    Outcome.RETRY: (_("Not taken yet"), "warn"),
    Outcome.STORED: (_("Kept"), "ok"),
    Outcome.THERE: (_("Was here already"), "plain"),
    Outcome.WAITING: (_("Waits for its record"), "warn"),
    Outcome.DAMAGED: (_("Damaged on the phone"), "bad"),
}

_DECISIONS: Final = {
    "decision.approve": _("Approval"),
    "decision.return": _("Return"),
}


def title_of(record: RescueRecord) -> str:
    """``Labour sheet · Thu 5 Mar · 12 workers``."""
    if record.kind == "picture":
        parts = [gettext("Picture")]
    elif record.type in _DECISIONS:
        parts = [gettext(_DECISIONS[record.type])]
    else:
        parts = [kind_named(record.type)]
    if record.work_day:
        parts.append(figures.day(record.work_day))
    if record.type == "labour.sheet" and record.title.isdecimal():
        parts.append(ngettext("%(n)s worker", "%(n)s workers", int(record.title)))
    elif record.title:
        parts.append(record.title)
    return " · ".join(parts)


def outcome_of(record: RescueRecord) -> tuple[str, str]:
    """A word for what became of it, and how it looks."""
    if record.result is None:
        return gettext("Not taken yet"), "warn"
    word, look = _OUTCOMES[record.result]
    return gettext(word), look


def is_letter(record: RescueRecord) -> bool:
    """Whether the office finds it among the records to clear up."""
    return (
        record.kind == "record"
        and record.type not in _DECISIONS
        and record.result
        in (
            PushResult.REFUSED.value,
            PushResult.QUARANTINED.value,
        )
    )


async def _start(request: Request, problem: Problem | None = None) -> Response[str]:
    return page(
        request,
        "rescue/list.html",
        status=problem.kind.status if problem else 200,
        rescues=await service.rescues_seen_by(request.user),
        problem=told(problem) if problem else None,
        clears_up=may(request.user, Right.CLEAR_UP),
        megabytes=LARGEST_FILE // 1024 // 1024,
    )


@get("/rescue")
async def rescues(request: Request) -> Response[str]:
    """Bring a rescue file; what was brought before."""
    return await _start(request)


@post("/rescue", request_max_body_size=LARGEST_FILE)
async def bring(request: Request) -> Response[Any]:
    """Read the file and show what is in it; nothing is booked yet."""
    form: Any = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _start(request, NO_FILE())
    try:
        rescue = await service.bring(
            request.user, request.app.state.storage, file.filename, file.file
        )
    except Problem as problem:
        if problem.kind.slug.startswith("rescue_"):
            return await _start(request, problem)
        raise
    finally:
        await file.close()
    return go(request, f"/rescue/{rescue}")


async def _rescue_page(
    request: Request, rescue: UUID, problem: Problem | None = None
) -> Response[str]:
    seen = await service.look_at(request.user, rescue)
    clears_up = may(request.user, Right.CLEAR_UP)
    return page(
        request,
        "rescue/rescue.html",
        status=problem.kind.status if problem else 200,
        seen=seen,
        rescue=seen.rescue,
        open_count=sum(one.result in OPEN for one in seen.records),
        title_of=title_of,
        outcome_of=outcome_of,
        is_letter=lambda one: clears_up and is_letter(one),
        own=seen.rescue.member == request.user.member,
        reason_of=lambda one: told(one.problem)["title"] if one.problem else "",
        problem=told(problem) if problem else None,
    )


@get("/rescue/{rescue:uuid}")
async def rescue_page(request: Request, rescue: FromPath[UUID]) -> Response[str]:
    """What is in a rescue file, and what became of each thing in it."""
    return await _rescue_page(request, rescue)


@post("/rescue/{rescue:uuid}/import")
async def import_rescue(request: Request, rescue: FromPath[UUID]) -> Response[Any]:
    """Book what is in it as its author's; harmless to repeat."""
    try:
        await service.import_rescue(request.user, request.app.state.storage, rescue)
    except Problem as problem:
        if problem.kind.status == 409:
            return await _rescue_page(request, rescue, problem)
        raise
    return go(request, f"/rescue/{rescue}")


handlers = [rescues, bring, rescue_page, import_rescue]
