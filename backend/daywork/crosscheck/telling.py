"""Telling of disputed days: who decides on the site and the foreman, then of the answer."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from daywork.crosscheck import queries
from daywork.crosscheck.answer_queries import Dispute
from daywork.crosscheck.queries import Person
from daywork.push.queries import deciders_of
from daywork.push.rules import Fact, MessageKind, Notice
from daywork.push.service import settle, tell
from daywork.sites.site import Site


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


DAY_DISPUTED: Final = Notice(
    "cross_check_disputed",
    MessageKind.CROSS_CHECK,
    _("%(worker)s disputes %(day)s"),
    _("%(site)s: the worker remembers the day otherwise. Please look and answer."),
)
TO_CORRECT: Final = Notice(
    "cross_check_to_correct",
    MessageKind.CROSS_CHECK,
    _("To be corrected: %(worker)s, %(day)s"),
    _("%(site)s: the worker is right, %(claimed)s 工. %(answer)s"),
)
RECORD_STANDS: Final = Notice(
    "cross_check_stands",
    MessageKind.CROSS_CHECK,
    _("The record stands: %(worker)s, %(day)s"),
    _("%(site)s: %(answer)s"),
)


async def tell_disputed(
    organisation: UUID, site: Site, person: Person, day: date, *, at: datetime
) -> None:
    """Who decides on the site, and who leads the worker's crew."""
    deciders = await deciders_of(organisation, site.id)
    foremen = await queries.foremen_of(organisation, site.id, person.worker, day)
    facts: dict[str, Fact] = {"worker": person.name, "day": day, "site": site.name}
    for members, link in (
        (deciders, f"/approvals/disputes?site={site.id}"),
        (
            [one for one in foremen if one not in deciders],
            f"/labour/crosscheck?site={site.id}&month={day:%Y-%m}",
        ),
    ):
        await tell(
            organisation,
            members,
            DAY_DISPUTED,
            subject=f"{person.worker} {day}",
            site=site.id,
            link=link,
            facts=facts,
            at=at,
        )


async def tell_answered(
    organisation: UUID, site: Site, dispute: Dispute, words: str, *, agreed: bool, at: datetime
) -> None:
    """The foreman, with the way to the sheet he is to correct; for the others it is done with."""
    await settle(
        organisation, MessageKind.CROSS_CHECK, f"{dispute.worker} {dispute.work_day}", at=at
    )
    day = dispute.work_day
    foremen = await queries.foremen_of(organisation, site.id, dispute.worker, day)
    for foreman, crew in foremen.items():
        await tell(
            organisation,
            [foreman],
            TO_CORRECT if agreed else RECORD_STANDS,
            subject=f"answer {dispute.id}",
            site=site.id,
            link=f"/m/?day={day}&crew={crew}&site={site.id}"
            if agreed
            else f"/labour/crosscheck?site={site.id}&month={day:%Y-%m}",
            facts={
                "worker": dispute.worker_name,
                "day": day,
                "site": site.name,
                "answer": words,
                "claimed": f"{dispute.claimed_man_days.normalize():f}",
            },
            at=at,
        )
