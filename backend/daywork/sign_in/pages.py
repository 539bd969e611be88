"""The way in: sign in, type a code, accept an invitation, found the first company."""

import secrets
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.sign_in import codes, service
from daywork.sign_in.door import no_session_cookie, session_cookie
from daywork.sign_in.me import handlers as my_pages
from daywork.sign_in.rules import is_phone, safe_next
from daywork.sign_in.visitor import known, visitor
from daywork.web.forms import Answers
from daywork.web.language import language
from daywork.web.navigation import tabs_for
from daywork.web.pages import go, page
from daywork.web.preferences import language_cookie
from daywork.web.problems import told
from daywork.web.request import Request


async def _answers(request: Request) -> Answers:
    return Answers(await request.form())


def _on_phone(request: Request) -> bool:
    """A phone stays signed in without being asked to."""
    return is_phone(request.headers.get("user-agent", ""))


def _enter(request: Request, signed_in: service.SignedIn, path: str) -> Response[Any]:
    return go(request, path, cookies=[session_cookie(request, signed_in)])


def first_page(actor: Actor) -> str:
    """Where somebody begins: the first of the own tabs."""
    return tabs_for(actor, "/")[0].path


@get("/", opt={"public": True})
async def home(request: Request) -> Response[Any]:
    """Everybody to his own first page; a new installation to the founding of its company."""
    actor = known(request)
    if actor is not None:
        return go(
            request,
            first_page(actor),
            cookies=[language_cookie(request, actor.language)],
        )
    return go(request, "/welcome" if await service.is_new() else "/sign-in")


@get("/sign-in", opt={"public": True})
async def sign_in_form(request: Request, next: FromQuery[str] = "/") -> Response[Any]:
    """Phone number or e-mail, and password."""
    if known(request) is not None:
        return go(request, safe_next(next))
    return page(
        request,
        "people/sign_in.html",
        next=safe_next(next),
        typed={},
        problem=None,
        on_phone=_on_phone(request),
    )


@post("/sign-in", opt={"public": True})
async def sign_in(request: Request) -> Response[Any]:
    """Open a session, or show which companies there are to choose from."""
    answers = await _answers(request)
    target, stay = safe_next(answers.raw("next")), answers.ticked("stay")
    try:
        found = await service.sign_in(
            answers.raw("login"), answers.raw("password"), visitor(request, stay=stay)
        )
    except Problem as problem:
        return page(
            request,
            "people/sign_in.html",
            status=problem.kind.status,
            headers=_retry(problem),
            next=target,
            typed={"login": answers.raw("login"), "stay": stay},
            on_phone=_on_phone(request),
            problem=told(problem),
        )
    if isinstance(found, service.SignedIn):
        return _enter(request, found, target)
    return page(request, "people/choose_company.html", choices=found, next=target, stay=stay)


@post("/sign-in/company", opt={"public": True})
async def choose_company(request: Request) -> Response[Any]:
    """Enter the company chosen."""
    answers = await _answers(request)
    knocking = visitor(request, stay=answers.ticked("stay"))
    found = await service.sign_in_with_ticket(answers.raw("ticket"), knocking)
    return _enter(request, found, safe_next(answers.raw("next")))


@post("/sign-out", opt={"public": True})
async def sign_out(request: Request) -> Response[Any]:
    """End this session. What the phone recorded stays on the phone."""
    actor = known(request)
    if actor is not None:
        await service.sign_out(actor)
    return go(request, "/sign-in", cookies=[no_session_cookie(request)])


@get("/code", opt={"public": True})
async def code_form(
    request: Request, code: FromQuery[str] = "", invited: FromQuery[bool] = False
) -> Response[Any]:
    """Type six digits, for instance inside the installed app."""
    return page(
        request,
        "people/code.html",
        typed={"code": code[:8]},
        invited=invited,
        problem=None,
    )


@post("/code", opt={"public": True})
async def use_code(request: Request) -> Response[Any]:
    """A code of one's own opens a session, an invitation's leads on to the invitation."""
    answers = await _answers(request)
    login = answers.raw("login")
    try:
        found = await codes.use_code(answers.raw("code"), login, visitor(request, stay=True))
    except Problem as problem:
        return page(
            request,
            "people/code.html",
            status=problem.kind.status,
            headers=_retry(problem),
            typed={"code": answers.raw("code")[:8], "login": login},
            invited=bool(login) or problem.kind.slug == "code_needs_login",
            problem=told(problem),
        )
    if isinstance(found, str):
        return go(request, f"/join/{found}")
    return _enter(request, found, "/")


@get("/join/{token:str}", opt={"public": True})
async def join_form(request: Request, token: FromPath[str]) -> Response[Any]:
    """What one is invited to, and the password to choose."""
    invitation = await codes.invitation_for(token)
    return page(
        request,
        "people/join.html",
        token=token,
        invitation=invitation,
        typed={"name": invitation.name},
        faults={},
        problem=None,
    )


@post("/join/{token:str}", opt={"public": True})
async def join(request: Request, token: FromPath[str]) -> Response[Any]:
    """Become a member, be signed in, and go on to putting the app on the phone."""
    answers = await _answers(request)
    invitation = await codes.invitation_for(token)
    name = answers.text("name", needed=True, longest=60)
    problem: Problem | None = None
    if not answers.faults:
        try:
            found = await codes.join(
                token, name, answers.raw("password"), language(), visitor(request, stay=True)
            )
            return _enter(request, found, "/me/pair?joined=true")
        except Problem as refused:
            problem = refused
    return page(
        request,
        "people/join.html",
        status=problem.kind.status if problem else 422,
        token=token,
        invitation=invitation,
        typed={"name": name},
        faults=answers.faults,
        problem=told(problem) if problem else None,
        on_phone=_on_phone(request),
    )


# The first company


def _token_fits(request: Request, token: str) -> bool:
    wanted = service.setup_token(request.app.state.settings.home)
    return secrets.compare_digest(wanted.encode(), token.encode())


@get("/welcome", opt={"public": True})
async def welcome_form(request: Request, token: FromQuery[str] = "") -> Response[Any]:
    """Found the first company, when one came by the link the server printed."""
    if not await service.is_new():
        return go(request, "/")
    fits = _token_fits(request, token)
    return page(
        request,
        "people/welcome.html",
        status=200 if fits else 403,
        fits=fits,
        token=token if fits else "",
        typed={},
        faults={},
        problem=None,
        on_phone=_on_phone(request),
    )


@post("/welcome", opt={"public": True})
async def welcome(request: Request) -> Response[Any]:
    """Found it; its owner is signed in and goes on to the first site."""
    answers = await _answers(request)
    if not _token_fits(request, answers.raw("token")):
        return go(request, "/welcome")
    company = answers.text("company", needed=True, longest=80)
    name = answers.text("name", needed=True, longest=60)
    problem: Problem | None = None
    if not answers.faults:
        try:
            found = await service.found_first_company(
                company,
                name,
                answers.raw("login"),
                answers.raw("password"),
                language(),
                visitor(request, stay=answers.ticked("stay")),
            )
            return _enter(request, found, "/settings/sites/new")
        except Problem as refused:
            problem = refused
    return page(
        request,
        "people/welcome.html",
        status=problem.kind.status if problem else 422,
        fits=True,
        token=answers.raw("token"),
        typed={"company": company, "name": name, "login": answers.raw("login")},
        faults=answers.faults,
        problem=told(problem) if problem else None,
        on_phone=_on_phone(request),
    )


def _retry(problem: Problem) -> dict[str, str]:
    seconds = problem.extra.get("retry_after")
    return {"Retry-After": str(seconds)} if seconds else {}


handlers = [
    home,
    sign_in_form,
    sign_in,
    choose_company,
    sign_out,
    code_form,
    use_code,
    join_form,
    join,
    welcome_form,
    welcome,
    *my_pages,
]
