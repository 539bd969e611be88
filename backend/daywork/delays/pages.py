"""The delays page, the line about delays on other pages, and the choice of who is told."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.delays import queries, reading, service, words
from daywork.ground.database import company_transaction
from daywork.people.rules import Right
from daywork.sites.service import site_for
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import go, page
from daywork.web.request import Request, named


@get("/delays")
async def delays(
    request: Request, site: FromQuery[str | None] = None, show: FromQuery[str] = ""
) -> Response[str]:
    """What is late on a site; ``show=closed`` what was, ``show=causes`` the days lost by cause."""
    found = await reading.delays_for(
        request.user, named(site), datetime.now(UTC), english=language() == "en"
    )
    return page(
        request,
        "delays/delays.html",
        block="delays",
        found=found,
        site=found.site,
        show=show if show in ("closed", "causes") else "open",
        words=words,
    )


@get("/delays/notice")
async def notice(
    request: Request, site: FromQuery[str | None] = None, task: FromQuery[str | None] = None
) -> Response[str]:
    """One line for other pages: how much is late."""
    found = await reading.notice_for(request.user, named(site), named(task))
    return page(request, "delays/notice.html", notice=found, words=words)


def role_words() -> dict[str, str]:
    """What a person is on a site, in the reader's language."""
    return {
        "foreman": _("Foreman"),
        "supervisor": _("Supervisor"),
        "office": _("Office"),
        "owner": _("Owner"),
    }


@get("/settings/sites/{site:uuid}/delays")
async def watchers(request: Request, site: FromPath[UUID]) -> Response[str]:
    """Who is told of the site's delays."""
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        people = await queries.watchers_of(actor.organisation, site)
    return page(request, "delays/watchers.html", site=found, people=people, roles=role_words())


@post("/settings/sites/{site:uuid}/delays")
async def choose_watchers(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Keep who is told."""
    actor = request.user
    answers = Answers(await request.form())
    chosen = set(answers.several("member"))
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        people = await queries.watchers_of(actor.organisation, site)
        await service.choose_watchers(
            actor, found, [one.id for one in people if str(one.id) in chosen]
        )
    return go(request, f"/settings/sites/{site}")


handlers = [delays, notice, watchers, choose_watchers]
