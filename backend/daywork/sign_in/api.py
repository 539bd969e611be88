"""Signing in from the capture app, which shows its own form when its session ran out."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from msgspec import Struct

from daywork.sign_in import service
from daywork.sign_in.door import no_session_cookie, session_cookie
from daywork.sign_in.rules import SIGN_IN_FAILED
from daywork.sign_in.visitor import visitor
from daywork.web.request import Request


class SignInForm(Struct, kw_only=True):
    """Login and password, with the company when the phone knows it; or a ticket."""

    login: str = ""
    password: str = ""
    organisation: UUID | None = None
    ticket: str = ""


@post("/api/sign-in", opt={"public": True}, status_code=200)
async def sign_in(request: Request, data: SignInForm) -> Response[Any]:
    """200 with ``{"member", "organisation"}`` and the cookie, or ``{"choose": [{"organisation",
    "name", "ticket"}…]}`` for a person of several companies, who answers with a ticket.

    The phone passes its own ``organisation``, and must compare ``member`` with the owner of its
    outbox: another person's records are never sent as theirs.
    """
    knocking = visitor(request, stay=True)
    if data.ticket:
        found: Any = await service.sign_in_with_ticket(data.ticket, knocking)
    elif data.login and data.password:
        found = await service.sign_in(data.login, data.password, knocking, data.organisation)
    else:
        raise SIGN_IN_FAILED()
    if not isinstance(found, service.SignedIn):
        return Response(
            {
                "choose": [
                    {
                        "organisation": str(choice.organisation),
                        "name": choice.organisation_name,
                        "ticket": choice.ticket,
                    }
                    for choice in found
                ]
            }
        )
    return Response(
        {"member": str(found.member), "organisation": str(found.organisation)},
        cookies=[session_cookie(request, found)],
    )


@post("/api/sign-out", status_code=200)
async def sign_out(request: Request) -> Response[Any]:
    """End this session; the phone warns first when its outbox is not empty."""
    await service.sign_out(request.user)
    return Response({}, cookies=[no_session_cookie(request)])


handlers = [sign_in, sign_out]
