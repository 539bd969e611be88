"""The supervisor's Site tab: who is here today, which crew is silent, what was photographed."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from daywork.approvals import words
from daywork.chain.pages import code_qr
from daywork.entries.queries import entries_by_id
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.people.actor import Actor
from daywork.people.rules import Right, shown_phone
from daywork.photos.marked import facts_of
from daywork.photos.service import photo_for
from daywork.photos.words import doubt_words
from daywork.presence import queries
from daywork.sites.service import site_for, sites_for, without_site
from daywork.web.pages import page
from daywork.web.request import Request

PHOTOS_SHOWN: Final = 24


@get("/site")
async def site_on_day(
    request: Request, site: FromQuery[UUID | None] = None, day: FromQuery[date | None] = None
) -> Response[str]:
    """One site on one day; without a day: today, on the site's calendar."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        sites = [one for one in await sites_for(actor, Right.SEE_LABOUR) if one.active]
        if site is not None:
            at = await site_for(actor, site, Right.SEE_LABOUR)
        elif sites:
            at = sites[0]
        else:
            raise without_site(actor)
        today = day_at(datetime.now(UTC), at.time_zone)
        on = min(day or today, today)
        crews = await queries.crews_of_day(actor, at.id, on)
        reports = await queries.reports_of_day(actor, at.id, on)
        photos = await queries.photos_of_day(actor, at.id, on, PHOTOS_SHOWN)
    return page(
        request,
        "presence/site.html",
        site=at,
        sites=sites if at in sites else [*sites, at],
        day=on,
        today=today,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1) if on < today else None,
        told=[crew for crew in crews if crew.sheets],
        silent=[crew for crew in crews if not crew.sheets],
        workers=sum(crew.workers for crew in crews),
        man_days=sum((crew.man_days for crew in crews), ZERO),
        overtime_hours=sum((crew.overtime_hours for crew in crews), ZERO),
        reports=reports,
        photos=photos,
        shown_phone=shown_phone,
        words=words,
    )


@get("/site/photos/{photo:uuid}")
async def photo_of_site(request: Request, photo: FromPath[UUID]) -> Response[str]:
    """One photo, large, whether or not it belongs to a record."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        shown = await photo_for(actor, photo)
        site = await site_for(actor, shown.site, Right.SEE_SITE)
        entry = (await entries_by_id(actor, [photo]))[photo]
        facts = await facts_of(actor.organisation, shown)
    return page(
        request,
        "presence/photo.html",
        photo=shown,
        site=site,
        day=entry.work_day,
        facts=facts,
        doubt_words=doubt_words,
        code_qr=code_qr(request, facts.code),
    )


handlers = [site_on_day, photo_of_site]
