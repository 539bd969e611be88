"""What work costs: agree a new rate, and how a site pays overtime. History stays, and is readable.

Each use case runs on the open transaction of the company.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites import overtime_queries, rate_queries
from daywork.sites.rate_queries import ReachedSite
from daywork.sites.rules import (
    OVERTIME_AS_IT_IS,
    RATE_ELSEWHERE,
    RateScope,
    Span,
    Whose,
    fit_in,
)
from daywork.sites.site import Site


async def agree_rate(
    actor: Actor,
    whose: Whose,
    *,
    site: Site | None,
    unit: str,
    amount: Decimal,
    overtime_hour: Decimal | None,
    valid_from: date,
    valid_to: date | None = None,
    note: str = "",
) -> None:
    """A new rate from a day on; the one before it ends the day before, and holds again after
    ``valid_to``.

    Lines already approved keep the rate they were approved with. ``site`` is where it was agreed;
    trades, which hold for the company, may do without.

    Raises:
        Problem: ``not_allowed``; ``not_found``; ``rate_elsewhere`` when it would also count on a
            site whose rates are not the actor's to change.
    """
    if not may(actor, Right.MANAGE_RATES, site.id if site else None):
        raise NOT_ALLOWED()
    if site is None and whose.scope is not RateScope.TRADE:
        raise NOT_FOUND()
    if not await rate_queries.known(actor.organisation, whose, site.id if site else None):
        raise NOT_FOUND()
    check_reach(actor, await rate_queries.sites_reached(actor.organisation, whose, valid_from))
    held = await rate_queries.lock_rates(actor.organisation, whose)
    spans = [Span(rate.id, rate.valid_from, rate.valid_to) for rate in held]
    fit = fit_in(spans, valid_from, valid_to)
    if fit.closes is not None and fit.closes_on is not None:
        await rate_queries.mark_rate_end(
            actor.organisation, fit.closes, fit.closes_on, actor.member
        )
    await rate_queries.insert_rate(
        actor.organisation,
        new_id(),
        whose,
        unit=unit,
        amount=amount,
        overtime_hour=overtime_hour,
        valid_from=valid_from,
        valid_to=fit.until,
        note=note,
        created_by=actor.member,
    )
    if fit.resumes is not None:
        before = next(rate for rate in held if rate.id == fit.closes)
        await rate_queries.insert_rate(
            actor.organisation,
            new_id(),
            whose,
            unit=before.unit,
            amount=before.amount,
            overtime_hour=before.overtime_hour,
            valid_from=fit.resumes,
            valid_to=fit.resumes_until,
            note=before.note,
            created_by=actor.member,
        )
    await record_audit(
        actor.organisation,
        actor.member,
        "rate.agreed",
        site.id if site else None,
        detail={
            whose.scope.value: whose.id,
            "unit": unit,
            "amount": amount,
            "overtime_hour": overtime_hour,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "note": note,
        },
    )


def check_reach(actor: Actor, reached: Iterable[ReachedSite]) -> None:
    """A trade's rate, and that of a worker of several sites, is not one site's to change.

    Raises:
        Problem: ``rate_elsewhere``.
    """
    elsewhere = [one.name for one in reached if not may(actor, Right.MANAGE_RATES, one.id)]
    if elsewhere:
        raise RATE_ELSEWHERE(sites=" · ".join(elsewhere))


async def agree_overtime(
    actor: Actor, site: Site, *, way: str, valid_from: date, note: str
) -> UUID:
    """How the site pays overtime from a day on. Approved lines keep what they were approved with.

    The site came from ``site_for`` with the right to manage rates.

    Raises:
        Problem: ``overtime_as_it_is``.
    """
    rules = await overtime_queries.overtime_rules_of(actor.organisation, [site.id])
    holding = next((rule.way for rule in rules if rule.valid_from <= valid_from), "agreement")
    if holding == way:
        raise OVERTIME_AS_IT_IS()
    rule = new_id()
    await overtime_queries.insert_overtime_rule(
        actor.organisation,
        rule,
        site=site.id,
        way=way,
        valid_from=valid_from,
        note=note,
        made_by=actor.member,
    )
    await record_audit(
        actor.organisation,
        actor.member,
        "overtime.agreed",
        site.id,
        detail={"way": way, "valid_from": valid_from, "note": note},
    )
    return rule
