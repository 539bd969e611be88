"""Keeping what a worker said: the row, its link of the chain, and the audit trail."""

from uuid import UUID

from daywork.chain.service import append
from daywork.chain.wage_contents import CROSS_CHECK, wage_happening
from daywork.crosscheck import answer_queries
from daywork.crosscheck.answer_queries import Answer
from daywork.people.service import record_audit


async def keep_answer(organisation: UUID, one: Answer, by: UUID | None = None) -> None:
    """Keep it on the running transaction; the site is locked. ``by``: on whose phone."""
    row = await answer_queries.insert_answer(organisation, one)
    await append(organisation, [wage_happening(CROSS_CHECK, row)])
    way = {"link": one.link} if one.link else {"mutation": one.mutation, "signed_at": one.signed_at}
    await record_audit(
        organisation,
        by,
        f"crosscheck.{one.outcome}",
        one.site,
        detail={"worker": one.worker, "month": f"{one.month:%Y-%m}", **way},
    )
