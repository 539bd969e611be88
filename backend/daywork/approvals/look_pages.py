"""What a record is looked at by, one by one: a photo, large; two versions beside each other."""

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from daywork.approvals import words
from daywork.approvals.opened import changes_between, record_for
from daywork.chain.pages import code_qr
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.photos.marked import facts_of
from daywork.photos.queries import photos_of
from daywork.photos.words import doubt_words
from daywork.sites.service import site_for
from daywork.web.pages import page
from daywork.web.request import Request


@get("/approvals/{entry:uuid}/photos/{photo:uuid}")
async def photo_of_record(
    request: Request, entry: FromPath[UUID], photo: FromPath[UUID]
) -> Response[str]:
    """One photo of the record; installed apps have no back key."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        of = await record_for(actor, entry)
        site = await site_for(actor, of.site, Right.SEE_SITE)
        photos = (await photos_of(actor.organisation, [entry])).get(entry, [])
        place = next((at for at, one in enumerate(photos) if one.id == photo), None)
        if place is None:
            raise NOT_FOUND()
        facts = await facts_of(actor.organisation, photos[place])
    return page(
        request,
        "approvals/photo.html",
        record=of,
        site=site,
        photo=photos[place],
        place=place,
        photos=photos,
        facts=facts,
        doubt_words=doubt_words,
        code_qr=code_qr(request, facts.code),
        words=words,
    )


@get("/approvals/{entry:uuid}/compare")
async def compare(
    request: Request, entry: FromPath[UUID], old: FromQuery[int] = 1, new: FromQuery[int] = 0
) -> Response[str]:
    """What one version says otherwise than another, in words."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        of = await record_for(actor, entry)
        site = await site_for(actor, of.site, Right.SEE_SITE)
        later = new or of.version
        changes = await changes_between(actor, of, old, later)
    if changes is None:
        raise NOT_FOUND()
    return page(
        request,
        "approvals/compare.html",
        record=of,
        site=site,
        old=old,
        new=later,
        versions=[(number, str(number)) for number in range(1, of.version + 1)],
        said=words.said_of(changes),
        words=words,
    )


handlers = [photo_of_record, compare]
