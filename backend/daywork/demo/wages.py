"""Last month's wages: one crew's sheet closed and signed by most, another crew's only begun."""

from datetime import timedelta
from random import Random
from uuid import UUID

from daywork.demo.days import Almanac
from daywork.demo.names import ORGANISATION
from daywork.ground.calendar import month_of
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from daywork.signatures.rules import Signing
from daywork.sites.queries import crews_of
from daywork.summary.rules import Month
from daywork.wages import service, signing


async def make_wages(office: Actor, site: UUID, almanac: Almanac) -> None:
    """Close the first crew's sheet of the site that can be closed, and begin the next crew's.

    Runs once: a month that has sheets already is left alone.
    """
    at = almanac.instant(0, 7, 30)
    first = almanac.day(0).replace(day=1) - timedelta(days=1)
    month = Month(*month_of(first))
    closed = None
    async with company_transaction(ORGANISATION):
        if await service.sheets_begun(ORGANISATION, site, month):
            return
        for crew in sorted(await crews_of(ORGANISATION, site), key=lambda crew: crew.name):
            draft = await service.begin(office, site, crew.id, month, at)
            sheet = await service.draft_sheet(office, draft, at)
            if closed is not None and sheet.lines:
                break
            if sheet.ready:
                closed = await service.close_sheet(
                    office,
                    draft,
                    shown=sheet.fingerprint,
                    seen=True,
                    pay_day=almanac.day(0).replace(day=15),
                    at=at,
                )
                signers = [(line.worker, line.person.name) for line in sheet.lines]
            else:
                await service.give_up(office, draft)
    if closed is None:
        return
    for number, (worker, name) in enumerate(signers[: len(signers) * 2 // 3], 1):
        await signing.sign(
            office,
            ("sheet", closed),
            worker,
            outcome=Signing.SIGNED,
            name=name,
            strokes=scrawl(name) if number % 4 else "",
            at=at + timedelta(minutes=2 * number),
        )


def scrawl(name: str) -> str:
    """A line such as a finger draws, another one for every name."""
    chance = Random(f"daywork signature {name}")  # noqa: S311 - a story
    strokes = []
    for part in range(2 + len(name) % 2):
        left = 70 + part * 170
        points = [
            (left + step * 22, 120 + chance.randrange(-70, 70))
            for step in range(chance.randrange(4, 7))
        ]
        strokes.append("M" + " L".join(f"{x} {y}" for x, y in points))
    return " ".join(strokes)
