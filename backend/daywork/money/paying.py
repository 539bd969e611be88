"""Booking payments and voiding them, on the service floor. Whoever pays by another way (a wage
sheet, a settlement, a bank file) books through :func:`record_payments`, so that every payment is
checked, audited and counted alike.

A month that is closed may still be paid: its wages usually are, after it. What stands still is the
month in which the money moved.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg

from daywork.entries.closed import closed_months, who_reopens
from daywork.entries.queries import lock_sites
from daywork.entries.rules import MONTH_CLOSED
from daywork.ground.calendar import day_at
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_FOUND
from daywork.money import payment_queries as queries
from daywork.money.payment_queries import Payment
from daywork.money.rules import (
    PAYMENT_ID_REUSED,
    PAYMENT_IN_FUTURE,
    PAYMENT_REFERENCE_USED,
    PAYMENT_VOID,
    PAYMENT_WORKER_UNKNOWN,
    VOID_REASON_MISSING,
    NewPayment,
    references_used,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.register.queries import on_roster
from daywork.sites.service import site_for


async def record_payments(
    actor: Actor, site_id: UUID, payments: Sequence[NewPayment], at: datetime | None = None
) -> list[UUID]:
    """Book payments of one site, all or none; the ids of those that were not booked before.

    A payment that is booked already under its id, word for word, is passed over: a second click is
    no second payment. Call it inside a transaction.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``month_closed``, ``payment_worker_unknown``,
            ``payment_in_future``, ``payment_reference_used`` or ``payment_id_reused``.
    """
    site = await site_for(actor, site_id, Right.CLOSE_MONTH)
    await lock_sites(actor, [site_id])
    known = await queries.payments_by_id(actor.organisation, [one.id for one in payments])
    fresh = [one for one in payments if not _booked(one, known.get(one.id), site_id)]
    if not fresh:
        return []
    await _check_open(actor, site_id, [one.paid_on for one in fresh])
    today = day_at(at or datetime.now(UTC), site.time_zone)
    if any(one.paid_on > today for one in fresh):
        raise PAYMENT_IN_FUTURE()
    workers = {one.worker for one in fresh}
    if await on_roster(actor.organisation, site_id, workers) != workers:
        raise PAYMENT_WORKER_UNKNOWN()
    used = references_used(fresh)
    for one in await queries.booked_with(actor.organisation, {text for text, _worker in used}):
        if (one.reference, one.worker) in used:
            raise PAYMENT_REFERENCE_USED(day=one.paid_on.isoformat())
    try:
        await queries.insert_payments(actor, site_id, fresh)
    except asyncpg.UniqueViolationError as error:  # twice in one list, or on another site just now
        raise PAYMENT_REFERENCE_USED(day=fresh[0].paid_on.isoformat()) from error
    await record_audit(
        actor.organisation,
        actor.member,
        "payment.recorded",
        site=site_id,
        detail={
            "payments": [str(one.id) for one in fresh],
            "amount": str(sum((one.amount for one in fresh), ZERO)),
            "paid_on": max(one.paid_on for one in fresh).isoformat(),
            "method": fresh[0].method.value,
        },
    )
    return [one.id for one in fresh]


def _booked(new: NewPayment, known: Payment | None, site: UUID) -> bool:
    if known is None:
        return False
    said = (known.site, known.worker, known.paid_on, known.amount, known.method, known.reference)
    if said != (site, new.worker, new.paid_on, new.amount, new.method, new.reference):
        raise PAYMENT_ID_REUSED()
    return True


async def _check_open(actor: Actor, site: UUID, days: Sequence[date]) -> None:
    """Nothing is booked into, or voided out of, a month that is closed.

    Raises:
        Problem: ``month_closed``, with who can reopen it.
    """
    closed = await closed_months(actor, [site])
    for day in sorted(days):
        if (site, day.replace(day=1)) in closed:
            names = ", ".join(await who_reopens(actor, site))
            raise MONTH_CLOSED(month=f"{day:%Y-%m}", who=names)


async def payment_for(actor: Actor, payment: UUID) -> Payment:
    """A payment the actor may see.

    Raises:
        Problem: ``not_found``; nobody learns that somebody else's payment exists.
    """
    known = await queries.payment_by_id(actor.organisation, payment)
    if known is None:
        raise NOT_FOUND()
    await site_for(actor, known.site, Right.SEE_PAY)
    return known


async def void_payment(
    actor: Actor, payment: UUID, reason: str, at: datetime | None = None
) -> Payment:
    """It should not have been booked: it counts nowhere from now on, and stays in the books.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``payment_void``, ``void_reason_missing`` or
            ``month_closed``.
    """
    known = await payment_for(actor, payment)
    await site_for(actor, known.site, Right.CLOSE_MONTH)
    await void_payments(actor, known.site, [known], reason, at)
    return known


async def void_payments(
    actor: Actor,
    site: UUID,
    payments: Sequence[Payment],
    reason: str,
    at: datetime | None = None,
) -> None:
    """Void payments of one site together; the caller has asked whether the actor may.

    Raises:
        Problem: ``payment_void`` when one of them is void already, ``void_reason_missing`` or
            ``month_closed``.
    """
    said = " ".join(reason.split())
    if not said:
        raise VOID_REASON_MISSING()
    await lock_sites(actor, [site])
    await _check_open(actor, site, [one.paid_on for one in payments])
    now = at or datetime.now(UTC)
    voided = await queries.mark_void(actor, [one.id for one in payments], said, now)
    if len(voided) != len(payments):
        raise PAYMENT_VOID()
    await record_audit(
        actor.organisation,
        actor.member,
        "payment.voided",
        site=site,
        detail={
            "payments": [str(one) for one, _amount in voided],
            "amount": str(sum((amount for _one, amount in voided), ZERO)),
            "reason": said,
        },
    )
