"""Days that workers dispute: who decides on the site answers each, once, with words.

Agreeing changes no record: an approved day changes only by a correction, which the foreman makes
(he is told, with the way to the sheet) and which then comes to the queue like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from daywork.chain.service import append
from daywork.chain.wage_contents import DISPUTE_ANSWER, wage_happening
from daywork.crosscheck import answer_queries
from daywork.crosscheck.answer_queries import Dispute
from daywork.crosscheck.telling import tell_answered
from daywork.entries.queries import lock_site
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND, ProblemKind
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.web.stretches import AT_ONCE, FIRST, Stretch, Wanted


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


DISPUTE_ANSWERED: Final = ProblemKind(
    "dispute_answered",
    409,
    _("Somebody has answered this already"),
    _("Look at the answer in the cross-check of the month."),
)
ANSWER_MISSING: Final = ProblemKind(
    "dispute_answer_missing",
    422,
    _("The worker needs a word with the answer"),
    _("Say what you found out: the worker reads it on his phone."),
)
OUTCOMES: Final = ("agreed", "declined")
LONGEST_ANSWER: Final = 300


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dispute with where it is looked into."""

    dispute: Dispute
    site: Site
    sheets: Sequence[UUID]
    """The day's sheets with the worker."""
    may_answer: bool


async def disputes_waiting(
    actor: Actor, site_id: UUID | None = None, wanted: Wanted = FIRST
) -> Stretch[Waiting]:
    """What waits for an answer on one site, or on all the actor sees; the oldest first.

    Raises:
        Problem: ``not_found`` or ``not_allowed`` for a site.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        if site_id is None:
            sites = await sites_for(actor, Right.SEE_LABOUR)
        else:
            sites = [await site_for(actor, site_id, Right.SEE_LABOUR)]
        by_id = {site.id: site for site in sites}
        disputes, in_all = await answer_queries.open_disputes(
            actor.organisation, by_id, wanted.pattern, wanted.skip, AT_ONCE
        )
        sheets = await answer_queries.sheets_of_disputes(
            actor.organisation, [one.id for one in disputes]
        )
        waiting = [
            Waiting(
                one,
                by_id[one.site],
                sheets.get(one.id, []),
                may(actor, Right.DECIDE, one.site),
            )
            for one in disputes
        ]
        return Stretch(waiting, in_all, wanted)


async def answer(
    actor: Actor, dispute_id: UUID, outcome: str, words: str, now: datetime
) -> Dispute:
    """Answer a dispute; the worker sees it at his link, the foreman is told.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``dispute_answer_missing`` or
            ``dispute_answered``, also for the second of two who answer at once.
    """
    words = " ".join(words.split())[:LONGEST_ANSWER]
    async with company_transaction(actor.organisation):
        known = await answer_queries.dispute_by_id(actor.organisation, dispute_id)
        if known is None or outcome not in OUTCOMES:
            raise NOT_FOUND()
        site = await site_for(actor, known.site, Right.DECIDE)
        if not words:
            raise ANSWER_MISSING()
        await lock_site(actor.organisation, site.id)
        row = await answer_queries.mark_answered(
            actor.organisation, dispute_id, outcome, words, actor.member, now
        )
        if row is None:
            raise DISPUTE_ANSWERED()
        await append(actor.organisation, [wage_happening(DISPUTE_ANSWER, row)])
        await tell_answered(
            actor.organisation, site, known, words, agreed=outcome == "agreed", at=now
        )
        await record_audit(
            actor.organisation,
            actor.member,
            f"crosscheck.{outcome}",
            site.id,
            detail={"dispute": dispute_id, "worker": known.worker, "day": known.work_day},
        )
    return known
