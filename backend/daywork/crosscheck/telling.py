"""Telling of disputed days: who decides on the site and the foreman, then of the answer."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from daywork.crosscheck import queries
from daywork.crosscheck.answer_queries import Dispute
from daywork.crosscheck.queries import Person
from daywork.crosscheck.rules import Claim, plain
from daywork.ground.calendar import month_of
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
SUM_DISPUTED: Final = Notice(
    "cross_check_sum_disputed",
    MessageKind.CROSS_CHECK,
    _("%(worker)s disputes the sum of %(month)s"),
    _("%(site)s: the worker remembers %(claimed)s 工. Please look and answer."),
)
TO_CORRECT: Final = Notice(
    "cross_check_to_correct",
    MessageKind.CROSS_CHECK,
    _("To be corrected: %(worker)s, %(day)s"),
    _("%(site)s: the worker is right, %(claimed)s 工. %(answer)s"),
)
SUM_TO_CORRECT: Final = Notice(
    "cross_check_sum_to_correct",
    MessageKind.CROSS_CHECK,
    _("To be corrected: %(worker)s, %(month)s"),
    _("%(site)s: the worker is right, %(claimed)s 工 in all. %(answer)s"),
)
RECORD_STANDS: Final = Notice(
    "cross_check_stands",
    MessageKind.CROSS_CHECK,
    _("The record stands: %(worker)s, %(day)s"),
    _("%(site)s: %(answer)s"),
)
SUM_STANDS: Final = Notice(
    "cross_check_sum_stands",
    MessageKind.CROSS_CHECK,
    _("The record stands: %(worker)s, %(month)s"),
    _("%(site)s: %(answer)s"),
)


def _subject(worker: UUID, day: date, *, whole_month: bool) -> str:
    return f"{worker} {day:%Y-%m}" if whole_month else f"{worker} {day}"


def _last(day: date, *, whole_month: bool) -> date:
    return month_of(day)[1] if whole_month else day


async def tell_disputed(
    organisation: UUID, site: Site, person: Person, claim: Claim, *, at: datetime
) -> None:
    """Who decides on the site, and who leads the worker's crew."""
    day, whole = claim.day, claim.whole_month
    deciders = await deciders_of(organisation, site.id)
    foremen = await queries.foremen_of(
        organisation, site.id, person.worker, day, _last(day, whole_month=whole)
    )
    facts: dict[str, Fact] = {
        "worker": person.name,
        "day": day,
        "month": f"{day:%Y-%m}",
        "site": site.name,
        "claimed": plain(claim.man_days),
    }
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
            SUM_DISPUTED if whole else DAY_DISPUTED,
            subject=_subject(person.worker, day, whole_month=whole),
            site=site.id,
            link=link,
            facts=facts,
            at=at,
        )


async def tell_answered(
    organisation: UUID, site: Site, dispute: Dispute, words: str, *, agreed: bool, at: datetime
) -> None:
    """The foreman, with the way to the sheet he is to correct; for the others it is done with."""
    day, whole = dispute.work_day, dispute.whole_month
    await settle(
        organisation,
        MessageKind.CROSS_CHECK,
        _subject(dispute.worker, day, whole_month=whole),
        at=at,
    )
    foremen = await queries.foremen_of(
        organisation, site.id, dispute.worker, day, _last(day, whole_month=whole)
    )
    notices = (SUM_TO_CORRECT, SUM_STANDS) if whole else (TO_CORRECT, RECORD_STANDS)
    for foreman, crew in foremen.items():
        await tell(
            organisation,
            [foreman],
            notices[0] if agreed else notices[1],
            subject=f"answer {dispute.id}",
            site=site.id,
            link=f"/m/?day={day}&crew={crew}&site={site.id}"
            if agreed and not whole
            else f"/labour/crosscheck?site={site.id}&month={day:%Y-%m}",
            facts={
                "worker": dispute.worker_name,
                "day": day,
                "month": f"{day:%Y-%m}",
                "site": site.name,
                "answer": words,
                "claimed": plain(dispute.claimed_man_days),
            },
            at=at,
        )
