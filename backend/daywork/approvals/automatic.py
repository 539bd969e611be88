"""What a site approves by itself: no doubt, within its limits, nobody has decided on it yet.

It is a decision like others: kept, chained and audited as automatic, in the name of the member who
agreed on the rule.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.approvals.queries import Record
from daywork.approvals.service import Made, record
from daywork.approvals.waiting import clean_of_queue, doubtful_among
from daywork.entries.closed import months_of
from daywork.entries.queries import entries_by_id, last_decisions, lock_site
from daywork.ground.database import company_transaction
from daywork.ground.terms import EntryState, How, Outcome, Role
from daywork.labour.service import amounts_of
from daywork.levels.queries import sites_with_automatic
from daywork.levels.rules import ApprovalRule
from daywork.levels.service import rule_of
from daywork.people.actor import Actor
from daywork.sites.queries import site_by_id

SETTLING: Final = timedelta(minutes=1)
"""A record rests so long: its photos may still be on their way."""


def within(rule: ApprovalRule, man_days: Decimal | None, amount: Decimal | None) -> bool:
    """Whether a sheet of so many 工 and so much pay stays under the site's limits.

    A report claims neither. An amount that is not known is over every limit.
    """
    if man_days is None:
        return True
    if rule.automatic_man_days is not None and man_days > rule.automatic_man_days:
        return False
    if rule.automatic_amount is None:
        return True
    return amount is not None and amount <= rule.automatic_amount


async def approve_automatically(organisation: UUID, at: datetime | None = None) -> int:
    """Look at every site of the company that has such a rule; how many records were approved."""
    async with company_transaction(organisation, snapshot=True):
        sites = await sites_with_automatic(organisation)
    return sum([await _on_site(organisation, site, at or datetime.now(UTC)) for site in sites])


async def _on_site(organisation: UUID, site_id: UUID, now: datetime) -> int:
    async with company_transaction(organisation):
        await lock_site(organisation, site_id)
        rule = await rule_of(organisation, site_id)
        site = await site_by_id(organisation, site_id)
        if not rule.automatic or rule.set_by is None or site is None:
            return 0
        actor = Actor(organisation, rule.set_by, "", "", False, {site_id: Role.SUPERVISOR})
        clean, _facts, _waiting = await clean_of_queue(actor, site)
        rested = [one for one in clean if now - one.received_at >= SETTLING]
        ready = await _untouched_within(actor, rule, rested)
        doubted = await doubtful_among(actor, ready)
        ready = [entry for entry in ready if entry not in doubted]
        if not ready:
            return 0
        facts = await entries_by_id(actor, ready)
        await record(
            actor,
            list(facts.values()),
            Outcome.APPROVED,
            EntryState.APPROVED,
            None,
            Made(now, How.AUTOMATIC),
        )
    return len(ready)


async def _untouched_within(actor: Actor, rule: ApprovalRule, records: list[Record]) -> list[UUID]:
    ids = [one.id for one in records]
    touched = await last_decisions(actor, ids)
    months = await months_of(actor, {one.site for one in records})
    sheets = [one.id for one in records if one.is_sheet]
    amounts = await amounts_of(actor, sheets) if rule.automatic_amount is not None else {}
    return [
        one.id
        for one in records
        if one.id not in touched
        and not one.is_advance  # nobody lends money by a machine
        and not months.holds(one.site, one.work_day, one.kind)
        and within(rule, one.man_days, amounts.get(one.id))
    ]
