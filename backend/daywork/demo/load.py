"""Writes the demo company: founds it, then lets its events go through the real services.

Versions, ledger, feed, decisions and pay are therefore what they would be had it all happened.
Each step can be repeated: a load that was killed is carried on by the next one.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
from obstore.store import ObjectStore

from daywork.approvals.service import approve, approve_clean, send_back
from daywork.delays.service import check_site
from daywork.demo import queries
from daywork.demo.crosscheck import cross_check
from daywork.demo.days import Almanac
from daywork.demo.members import actor_of
from daywork.demo.money import agree_on_limits, pay_last_month
from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.older import insert_older, live_older
from daywork.demo.pay import enter_pay, insert_agreements
from daywork.demo.people import FOUNDED_ON, PASSWORD, SITES
from daywork.demo.pictures import Picture, draw
from daywork.demo.register import write_register
from daywork.demo.snapshots import Snapshot
from daywork.demo.story import Decided, Event, Looked, Sent, story_until
from daywork.demo.troubles import SETTLED_FROM, double_offset
from daywork.demo.wages import make_wages
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction, ground_transaction
from daywork.ground.problems import Problem
from daywork.ground.settings import Settings
from daywork.ground.terms import PushResult
from daywork.people.passwords import hash_password
from daywork.people.queries import alone_in_founding, any_organisation
from daywork.photos.service import receive_bytes
from daywork.photos.storage import open_storage
from daywork.register.keys import open_keyring
from daywork.sync.rules import PROTOCOL
from daywork.sync.service import push

log = logging.getLogger(__name__)

BUILD = "demo"
_DONE = (PushResult.APPLIED, PushResult.ALREADY_APPLIED)


async def load_demo(settings: Settings, today: date | None = None) -> bool:
    """Load the demo company with six weeks of work before ``today`` (default: by Shanghai's clock).

    The pool must be open on a migrated database. Returns False, and changes nothing, when there
    is a company already; one whose loading was cut short is completed, for the day it began on.
    """
    day = await _found(today or day_at(datetime.now(UTC), "Asia/Shanghai"))
    if day is None:
        return False
    events = story_until(day)
    snapshots = [shot for event in events if isinstance(event, Sent) for shot in event.snapshots]
    store = open_storage(settings.storage_url)
    with ThreadPoolExecutor(max_workers=2) as easel:
        pictures = {shot.id: easel.submit(draw, shot) for shot in snapshots}
        # Sites do not wait for each other: each has its own order, as in real life.
        async with asyncio.TaskGroup() as sites:
            for site in SITES:
                of_site = [event for event in events if event.site == site]
                sites.create_task(_live_through(of_site, Almanac(day), pictures))
            sites.create_task(live_older(Almanac(day)))
        for shot in snapshots:
            await _upload(store, shot, pictures[shot.id])
    keys = await open_keyring(settings)
    await enter_pay(actor_of("lin"), day)
    async with company_transaction(ORGANISATION):
        await queries.mark_numbers()
        if keys is not None:
            await write_register(keys, day)
    await settle_double(Almanac(day))
    for site in SITES:
        await make_wages(actor_of("lin"), SITES[site].id, Almanac(day))
    await cross_check(Almanac(day))
    async with company_transaction(ORGANISATION):
        await agree_on_limits()
        await pay_last_month(day)
        await queries.mark_complete()
    return True


async def settle_double(almanac: Almanac) -> None:
    """The office of both sites says that the scaffolder's older double booking stands."""
    office = actor_of("lin")
    day = almanac.day(double_offset(almanac, SETTLED_FROM))
    booked = await doubles_of_month(office, None, f"{day:%Y-%m}", almanac.instant(0, 7))
    for double in booked.doubles:
        if double.open and double.work_day == day:
            async with company_transaction(ORGANISATION):
                await resolve(office, double.id, double.mark, None, "白天在本项目，晚上借去搭架子")


async def _live_through(
    events: Sequence[Event], almanac: Almanac, pictures: dict[UUID, "Future[Picture]"]
) -> None:
    for event in events:
        if isinstance(event, Sent):
            await _send(event, pictures)
        elif isinstance(event, Looked):
            await check_site(ORGANISATION, SITES[event.site].id, event.at)
        else:
            await _decide(event)


async def demo_is_due() -> bool:
    """Whether :func:`load_demo` would do anything: no company yet, or a demo cut short."""
    async with ground_transaction():
        if not await any_organisation():
            return True
    async with company_transaction(ORGANISATION):
        standing = await queries.demo_standing()
    return standing is not None and not standing[0]


async def _found(today: date) -> date | None:
    """Found the company; the day its story ends on, or None when nothing is to be done."""
    if not await demo_is_due():
        return None
    at = Almanac(today).instant(FOUNDED_ON, 9)
    password_hash = await hash_password(PASSWORD)
    async with company_transaction(ORGANISATION):
        await alone_in_founding()
        standing = await queries.demo_standing()
        if standing is not None:
            complete, begun_for = standing
            return None if complete else begun_for
        if await any_organisation():
            return None
        await queries.insert_company(at, today)
        await queries.insert_ground(at, today, password_hash)
        await insert_agreements(at, today)
        await insert_older(at, today)
    return today


async def _send(event: Sent, pictures: dict[UUID, "Future[Picture]"]) -> None:
    """Push an envelope as that phone did, at its moment."""
    mutations = list(event.mutations)
    for shot in event.snapshots:
        picture = await asyncio.wrap_future(pictures[shot.id])
        mutations.append(_photo_mutation(shot, picture))
    envelope = {
        "protocol": PROTOCOL,
        "build": BUILD,
        "device_id": str(name_of(f"device {event.author}")),
        "sent_at": event.at.isoformat(),
        "mutations": mutations,
    }
    receipts = await push(actor_of(event.author), msgspec.json.encode(envelope), now=event.at)
    for receipt in receipts:
        if receipt.result not in _DONE:
            log.error("demo record %s: %s %r", receipt.id, receipt.result, receipt.problem)


def _photo_mutation(shot: Snapshot, picture: Picture) -> dict[str, object]:
    return {
        "id": name_of(f"mutation {shot.id} 1", shot.taken_at),
        "type": "photo.record",
        "v": 1,
        "entity_id": shot.id,
        "base_version": 0,
        "prev_id": None,
        "client_time": shot.taken_at.isoformat(),
        "payload": {
            "site": SITES[shot.site].id,
            "work_day": day_at(shot.taken_at, "Asia/Shanghai"),
            "entry": shot.of_entry,
            "task": shot.task,
            "taken_at": shot.taken_at,
            "taken_at_source": "exif",
            "latitude": shot.latitude,
            "longitude": shot.longitude,
            "accuracy_m": shot.accuracy_m,
            "sha256": hashlib.sha256(picture.data).hexdigest(),
            "bytes": len(picture.data),
            "width": picture.width,
            "height": picture.height,
            "media_type": "image/jpeg",
            "note": shot.note,
        },
    }


async def _upload(store: ObjectStore, shot: Snapshot, picture: "Future[Picture]") -> None:
    await receive_bytes(actor_of(shot.author), store, shot.id, picture.result().data)


async def _decide(event: Decided) -> None:
    """One sitting: first what is without a doubt, together; then the others, one by one."""
    actor = actor_of(event.by)
    others = {one.entry: one for one in event.judged}
    clean = [(one.entry, one.version) for one in others.values() if one.reason is None]
    outcome = await approve_clean(actor, clean, at=event.at)
    looked_at = [*outcome.left, *(one.entry for one in others.values() if one.reason)]
    for number, entry in enumerate(looked_at, start=1):
        at = event.at + timedelta(seconds=47 * number)
        judged = others[entry]
        try:
            if judged.reason is None:
                await approve(actor, entry, judged.version, at=at)
            else:
                await send_back(actor, entry, judged.version, judged.reason, at=at)
        except Problem as problem:  # decided before, in a load that was cut short
            log.info("demo decision on %s: %s", entry, problem.kind.slug)
