"""A photo's marked copy: drawn when it is asked for, from what is on record at that moment.

It is not stored: the original and the chain are the evidence, the copy is only a handier way to
carry them, and its code leads back to them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from obstore.store import ObjectStore

from daywork.chain.service import codes_of_photos
from daywork.ground.database import company_transaction
from daywork.ground.terms import PhotoState
from daywork.people.actor import Actor
from daywork.photos import queries
from daywork.photos.darkroom import develop
from daywork.photos.doubts import Doubted, Fence, PhotoDoubt, photo_doubts
from daywork.photos.queries import Photo, Surroundings
from daywork.photos.rules import CANNOT_BE_MARKED, PHOTO_INCOMPLETE, NoPreview, storage_key
from daywork.photos.service import photo_for
from daywork.web.figures import day
from daywork.web.language import gettext as _
from daywork.web.language import speaking


class Marked(NamedTuple):
    """A JPEG and the name to save it under."""

    data: bytes
    name: str


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """A photo with where it belongs, what is doubtful, and its code."""

    photo: Photo
    around: Surroundings
    doubts: list[PhotoDoubt]
    code: str | None
    """None while its bytes are on the way."""


async def facts_of(organisation: UUID, photo: Photo) -> PhotoFacts:
    """What the page and the card say of a photo; inside a transaction."""
    around = await queries.surroundings_of(organisation, photo.id)
    code = (await codes_of_photos(organisation, [photo.id])).get(photo.id)
    return PhotoFacts(photo, around, doubts_of(photo, around), code)


def doubts_of(photo: Photo, around: Surroundings) -> list[PhotoDoubt]:
    """What cannot be taken for granted about this photo."""
    fence = None
    if around.site_latitude is not None and around.site_longitude is not None:
        fence = Fence(around.site_latitude, around.site_longitude, around.radius_m)
    return photo_doubts(
        latitude=photo.latitude,
        longitude=photo.longitude,
        accuracy_m=photo.accuracy_m,
        fence=fence,
        taken_at=photo.taken_at,
        client_time=photo.client_time,
        received_at=photo.received_at,
        clock_doubtful=photo.clock_doubtful,
    )


async def marked_copy(actor: Actor, store: ObjectStore, photo_id: UUID, typed_at: str) -> Marked:
    """The photo with its card, in the company's language; ``typed_at`` is where the code is typed.

    Raises:
        Problem: ``not_found``, ``photo_incomplete``, or ``cannot_be_marked``.
    """
    async with company_transaction(actor.organisation):
        photo = await photo_for(actor, photo_id)
        facts = await facts_of(actor.organisation, photo)
    if photo.state != PhotoState.COMPLETE or facts.code is None:
        raise PHOTO_INCOMPLETE()
    with speaking(facts.around.language):
        card = msgspec.json.encode(_card(facts, facts.code, typed_at))
    key = storage_key(actor.organisation, photo.site, photo.sha256)
    try:
        made = await develop(store, key, card)
    except FileNotFoundError:
        raise PHOTO_INCOMPLETE() from None
    if isinstance(made, NoPreview):
        raise CANNOT_BE_MARKED()
    return Marked(made, f"{_when(facts):%Y-%m-%d}-{facts.code}.jpg")


def _when(facts: PhotoFacts) -> datetime:
    at = facts.photo.taken_at or facts.photo.received_at
    return at.astimezone(ZoneInfo(facts.around.time_zone))


def _card(facts: PhotoFacts, code: str, typed_at: str) -> dict[str, object]:
    """``card.Card`` as JSON: Pillow stays in the darkroom."""
    photo, around = facts.photo, facts.around
    local = _when(facts)
    doubted = {doubt.what for doubt in facts.doubts}
    when = f"{day(local.date(), year=True)} {local:%H:%M}"
    if doubted & {Doubted.CLOCK, Doubted.AFTER_ARRIVAL, Doubted.NOT_THEN}:
        when += " · " + _("time not verified")
    if photo.latitude is None or photo.longitude is None:
        where = _("no position")
    else:
        where = f"{photo.latitude:.5f}, {photo.longitude:.5f}"
        if photo.accuracy_m is not None:
            where += f" ±{photo.accuracy_m:.0f} m"
        if Doubted.OFF_SITE in doubted:
            where += " · " + _("off the site")
    english = around.language == "en" and around.task_name_en
    task = f"{around.task_code} {around.task_name_en if english else around.task_name}".strip()
    lines = [task or photo.note or around.crew_name, when, where, photo.author_name]
    return {
        "title": around.site_name,
        "lines": [line for line in lines if line],
        "code": code,
        "foot": _("Check it at %(address)s", address=typed_at),
    }
