"""My own page: my devices, my password, my language, and signing in on another phone."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import segno
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.people import queries as people
from daywork.people.codes import PAIRING_CODE_LIFE, new_pairing_code
from daywork.people.rules import shown_phone
from daywork.sign_in import service
from daywork.sign_in.visitor import address_of
from daywork.web.forms import Answers
from daywork.web.language import LANGUAGES
from daywork.web.pages import go, page
from daywork.web.preferences import on_language
from daywork.web.problems import told
from daywork.web.request import Request


def qr_picture(text: str) -> str:
    """A QR code as a ``data:`` address for an ``<img>``; dark on light in every mode."""
    return segno.make(text, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff")


async def _my_page(
    request: Request, *, status: int = 200, problem: Problem | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        me = await people.member_by_id(actor.organisation, actor.member)
        devices = await service.devices(actor)
    return page(
        request,
        "people/me.html",
        status=status,
        me=me,
        login=shown_phone(me.login) if me else "",
        devices=devices,
        problem=told(problem) if problem else None,
    )


@get("/me")
async def my_page(request: Request) -> Response[str]:
    """Who I am here and where I am signed in."""
    return await _my_page(request)


@post("/me/password")
async def change_password(request: Request) -> Response[Any]:
    """Change the password; all other devices have to sign in again."""
    answers = Answers(await request.form())
    try:
        await service.change_password(request.user, answers.raw("old"), answers.raw("new"))
    except Problem as problem:
        return await _my_page(request, status=problem.kind.status, problem=problem)
    return go(request, "/me")


@post("/me/devices/sign-out-others")
async def sign_out_elsewhere(request: Request) -> Response[Any]:
    """End all sessions but this one."""
    await service.sign_out_elsewhere(request.user)
    return go(request, "/me")


@post("/me/devices/{session:uuid}/sign-out")
async def sign_out_device(request: Request, session: FromPath[UUID]) -> Response[Any]:
    """End one session."""
    await service.sign_out_device(request.user, session)
    return go(request, "/me")


@get("/me/pair")
async def pair(request: Request, joined: FromQuery[bool] = False) -> Response[str]:
    """Six digits and a QR code for another device, or for the app just installed on this one.

    Each visit makes a fresh code and voids the one before; that is all it changes.
    """
    actor = request.user
    async with company_transaction(actor.organisation):
        digits = await new_pairing_code(actor.organisation, actor.member)
    agent = request.headers.get("user-agent", "")
    return page(
        request,
        "people/pair.html",
        digits=digits,
        qr=qr_picture(address_of(request, f"/code?code={digits}")),
        until=datetime.now(UTC) + PAIRING_CODE_LIFE,
        minutes=int(PAIRING_CODE_LIFE.total_seconds() // 60),
        joined=joined,
        apple="iPhone" in agent or "iPad" in agent,
    )


async def _remember_language(request: Request, language: str) -> None:
    actor = request.user
    if language in LANGUAGES:
        async with company_transaction(actor.organisation):
            await people.mark_language(actor.organisation, actor.member, language)


if _remember_language not in on_language:
    on_language.append(_remember_language)

handlers = [my_page, change_password, sign_out_elsewhere, sign_out_device, pair]
