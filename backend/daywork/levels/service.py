"""Agreeing on steps, deputies and automatic approval; closing and reopening months."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from daywork.chain.contents import ClosingSaid
from daywork.chain.service import append
from daywork.entries.closed import closed_months, note_closed
from daywork.entries.queries import lock_site
from daywork.ground.calendar import day_at
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND
from daywork.levels import queries
from daywork.levels.rules import (
    CLOSING_REASON_MISSING,
    MONTH_AS_IT_IS,
    MONTH_NOT_OVER,
    MONTH_STILL_WAITS,
    NOBODY_TO_STAND_IN_FOR,
    ApprovalRule,
    month_of,
    next_month,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.sites.service import site_for
from daywork.sites.site import Site

# Each runs on the open transaction of the company


async def rule_of(organisation: UUID, site: UUID) -> ApprovalRule:
    """What the site has agreed on approving."""
    return (await queries.rules_of(organisation, [site]))[site]


async def agree(actor: Actor, site: UUID, wanted: ApprovalRule) -> None:
    """New rules for approving on the site.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    await site_for(actor, site, Right.MANAGE_SITE)
    before = await rule_of(actor.organisation, site)
    await queries.save_rule(actor, site, wanted, datetime.now(UTC))
    names = ("steps", "automatic", "automatic_man_days", "automatic_amount", "sign_days")
    changed = {
        name: [str(getattr(before, name)), str(getattr(wanted, name))]
        for name in names
        if getattr(before, name) != getattr(wanted, name)
    }
    await record_audit(
        actor.organisation, actor.member, "site.approval_rule", site, detail={"changed": changed}
    )


async def let_stand_in(
    actor: Actor, site: UUID, absent: UUID, deputy: UUID, first: date, last: date
) -> None:
    """From one day to another somebody decides in another's place.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``nobody_to_stand_in_for``.
    """
    await site_for(actor, site, Right.MANAGE_SITE)
    deciders = {member for member, _name in await queries.deciders_on(actor.organisation, site)}
    members = {member for member, _name in await queries.members_of(actor.organisation)}
    if absent == deputy or absent not in deciders or deputy not in members:
        raise NOBODY_TO_STAND_IN_FOR()
    made = await queries.insert_deputy(actor, site, absent, deputy, first, last)
    await record_audit(
        actor.organisation,
        actor.member,
        "deputy.named",
        site,
        detail={
            "id": made,
            "absent": absent,
            "deputy": deputy,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
        },
    )


async def stop_standing_in(actor: Actor, site: UUID, deputy: UUID) -> None:
    """End it before its last day.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    await site_for(actor, site, Right.MANAGE_SITE)
    if not await queries.end_deputy(actor, site, deputy, datetime.now(UTC)):
        raise NOT_FOUND()
    await record_audit(
        actor.organisation, actor.member, "deputy.ended", site, detail={"id": deputy}
    )


# Months


async def close_month(
    actor: Actor, site_id: UUID, month: date, reason: str, *, at: datetime | None = None
) -> None:
    """Nothing of this month is recorded, corrected or decided any more.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``month_not_over``, ``month_still_waits``,
            ``month_as_it_is`` or ``closing_reason_missing``.
    """
    now = at or datetime.now(UTC)
    site, said = await _about_to(actor, site_id, reason)
    if day_at(now, site.time_zone) < next_month(month):
        raise MONTH_NOT_OVER()
    await lock_site(actor.organisation, site_id)
    if (site_id, month) in await closed_months(actor, [site_id]):
        raise MONTH_AS_IT_IS()
    last = next_month(month) - timedelta(days=1)
    waiting = await queries.waiting_in(actor.organisation, site_id, month, last)
    if waiting:
        raise MONTH_STILL_WAITS(n=waiting)
    await _write(actor, site_id, month, "closed", said, now)


async def reopen_month(
    actor: Actor, site_id: UUID, month: date, reason: str, *, at: datetime | None = None
) -> None:
    """Its records can be corrected and decided again.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``month_as_it_is`` or
            ``closing_reason_missing``.
    """
    _site, said = await _about_to(actor, site_id, reason)
    await lock_site(actor.organisation, site_id)
    if (site_id, month) not in await closed_months(actor, [site_id]):
        raise MONTH_AS_IT_IS()
    await _write(actor, site_id, month, "reopened", said, at or datetime.now(UTC))


async def _about_to(actor: Actor, site_id: UUID, reason: str) -> tuple[Site, str]:
    site = await site_for(actor, site_id, Right.CLOSE_MONTH)
    said = " ".join(reason.split())
    if not said:
        raise CLOSING_REASON_MISSING()
    return site, said


async def _write(
    actor: Actor, site: UUID, month: date, what: str, reason: str, at: datetime
) -> None:
    month = month_of(month)
    closing = ClosingSaid(new_id(), site, month, what, reason, actor.member, at)
    await queries.insert_closing(actor.organisation, closing)
    await note_closed(actor.organisation, site, month)
    await append(actor.organisation, [closing.happening()])
    await record_audit(
        actor.organisation,
        actor.member,
        f"month.{what}",
        site,
        detail={"month": month.isoformat(), "reason": reason},
    )
