"""The overview page."""

from datetime import UTC, datetime

from litestar import Response, get
from litestar.params import FromQuery

from daywork.overview.service import overview_of
from daywork.summary.pages import links_of
from daywork.web.language import language
from daywork.web.pages import page
from daywork.web.request import Request, named


@get("/overview")
async def overview(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[str]:
    """A month on one screen."""
    found = await overview_of(
        request.user, named(site), month, datetime.now(UTC), english=language() == "en"
    )
    following = found.view.month.next
    return page(
        request,
        "overview/overview.html",
        block="overview",
        overview=found,
        view=found.view,
        link=links_of(found.view),
        next_month=following if following.first <= found.view.today else None,
    )


handlers = [overview]
