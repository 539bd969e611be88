"""Booking what a worker earns or loses besides lines, and taking it back.

Nothing is changed or deleted: what was wrong is voided with a reason, and entered anew. A closed
month takes neither. A form names its own booking, so a second click finds the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from daywork.entries.closed import months_of
from daywork.entries.queries import lock_sites
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.ground.terms import EntryKind
from daywork.pay import queries
from daywork.pay.queries import Item, NewItem, PaidLine
from daywork.pay.rules import (
    PART_OF_A_RUN,
    VOID_REASON_MISSING,
    VOIDED_ALREADY,
    Basis,
    Entered,
    Present,
    Proposed,
    chosen_of,
    proposed,
)
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.service import site_for, without_site
from daywork.sites.site import Site
from daywork.summary import origins
from daywork.summary.origins import Narrowing
from daywork.summary.rules import Figures
from daywork.summary.service import View, view_for


@dataclass(frozen=True, slots=True)
class Desk:
    """One site and month at the office's desk; ``view.choice`` are the sites whose pay is seen."""

    view: View
    site: Site
    may_manage: bool
    closed: bool
    """The month is closed on the site."""


async def desk_for(actor: Actor, site_id: UUID | None, month: str | None, now: datetime) -> Desk:
    """What the actor works on, on the running transaction; without a site the first one.

    Raises:
        Problem: ``not_found``, ``month_unreadable``; ``not_allowed`` for who may not see the
            site's pay, or any.
    """
    view = await view_for(actor, site_id, month, now)
    paid = [site for site in view.choice if may(actor, Right.SEE_PAY, site.id)]
    site = view.site or (paid[0] if paid else None)
    if site is None:
        raise without_site(actor)
    if not may(actor, Right.SEE_PAY, site.id):
        raise NOT_ALLOWED()
    months = await months_of(actor, [site.id])
    return Desk(
        replace(view, choice=paid, site=site, pay=True, pay_elsewhere=False),
        site,
        may(actor, Right.MANAGE_RATES, site.id),
        months.holds(site.id, view.month.first, EntryKind.LABOUR_SHEET),
    )


async def check_month_open(actor: Actor, site: UUID, day: date) -> None:
    """Refuse what would change a closed month.

    Raises:
        Problem: ``month_closed``.
    """
    (await months_of(actor, [site])).check(site, day, EntryKind.LABOUR_SHEET)


# What stands


@dataclass(frozen=True, slots=True)
class Booked:
    """The items of a site's month."""

    desk: Desk
    items: list[Item]


async def booked(actor: Actor, site: UUID | None, month: str | None, now: datetime) -> Booked:
    """Every item that counts in the month, also those taken back."""
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_for(actor, site, month, now)
        span = desk.view.month
        items = await queries.items_of_month(
            actor.organisation, [desk.site.id], span.first, span.last
        )
        return Booked(desk, items)


# Entering


@dataclass(frozen=True, slots=True)
class Form:
    """Who can be chosen, and what was proposed so far."""

    desk: Desk
    present: list[Present]
    proposed: list[Proposed]
    waiting: list[Present] = field(default_factory=list)
    """Of those chosen, who has days that are booked twice and not counted."""


async def form_for(actor: Actor, site: UUID | None, month: str | None, now: datetime) -> Form:
    """The site's workers with their work of the month.

    Raises:
        Problem: also ``not_allowed`` for who may see pay and not change it.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_for(actor, site, month, now)
        await site_for(actor, desk.site.id, Right.MANAGE_RATES)
        span = desk.view.month
        present = await queries.present_on(actor.organisation, desk.site.id, span.first, span.last)
        return Form(desk, present, [])


async def propose(actor: Actor, site: UUID, entered: Entered, now: datetime) -> Form:
    """What everybody chosen would get, nothing booked.

    Raises:
        Problem: see :func:`daywork.pay.rules.proposed`; ``month_closed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_for(actor, site, f"{entered.last:%Y-%m}", now)
        await site_for(actor, site, Right.MANAGE_RATES)
        await check_month_open(actor, site, entered.last)
        present = await queries.present_on(actor.organisation, site, entered.first, entered.last)
        waiting = [one for one in chosen_of(entered, present) if one.held]
        counted = entered.basis is not Basis.FIXED
        return Form(desk, present, proposed(entered, present), waiting if counted else [])


async def book(actor: Actor, site: UUID, batch: UUID, entered: Entered) -> int:
    """Book it for everybody chosen, by the work that is approved now; returns how many.

    ``batch`` is the form's own id: a second click changes nothing.

    Raises:
        Problem: as :func:`propose`.
    """
    async with company_transaction(actor.organisation):
        await site_for(actor, site, Right.MANAGE_RATES)
        await lock_sites(actor, [site])
        if before := await queries.items_of_batch(actor.organisation, batch):
            return len(before)
        await check_month_open(actor, site, entered.last)
        present = await queries.present_on(actor.organisation, site, entered.first, entered.last)
        found = proposed(entered, present)
        counted = entered.basis is not Basis.FIXED
        sign = -1 if found[0].amount < 0 < entered.amount else 1
        items = [
            NewItem(
                new_id(),
                one.of.worker,
                one.of.crew,
                one.amount,
                one.basis,
                entered.basis.value if counted else None,
                sign * entered.amount if counted else None,
            )
            for one in found
        ]
        await queries.insert_items(
            actor.organisation,
            site,
            batch,
            items,
            kind=entered.kind,
            work_day=entered.last,
            note=entered.note,
            made_by=actor.member,
        )
        await record_audit(
            actor.organisation,
            actor.member,
            "pay.booked",
            site,
            detail={
                "batch": batch,
                "kind": entered.kind,
                "work_day": entered.last,
                "workers": len(items),
                "total": str(sum(one.amount for one in items)),
                "note": entered.note,
            },
        )
        return len(items)


# Taking back


def said_why(reason: str) -> str:
    """The reason, trimmed.

    Raises:
        Problem: ``pay_void_reason_missing``.
    """
    said = " ".join(reason.split())[:200]
    if not said:
        raise VOID_REASON_MISSING()
    return said


async def take_back(actor: Actor, item: UUID, reason: str, *, together: bool = False) -> Item:
    """Void an item, or with ``together`` all that was entered with it and still stands.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``pay_void_reason_missing``, ``voided_already``,
            ``part_of_a_run`` or ``month_closed``.
    """
    async with company_transaction(actor.organisation):
        one, _site = await _item_for(actor, item, Right.MANAGE_RATES)
        said = said_why(reason)
        await lock_sites(actor, [one.site])
        one, _site = await _item_for(actor, item, Right.MANAGE_RATES)
        if one.source is not None:
            raise PART_OF_A_RUN()
        await check_month_open(actor, one.site, one.work_day)
        same = await queries.items_of_batch(actor.organisation, one.batch) if together else [one]
        standing = [other for other in same if other.voided_at is None]
        if not standing:
            raise VOIDED_ALREADY()
        await void_items(actor, one.site, standing, said)
        return one


async def void_items(actor: Actor, site: UUID, items: Sequence[Item], reason: str) -> None:
    """Void these and leave word of it, on the running transaction."""
    await queries.mark_items_void(
        actor.organisation, [one.id for one in items], actor.member, reason
    )
    await record_audit(
        actor.organisation,
        actor.member,
        "pay.voided",
        site,
        detail={
            "items": [one.id for one in items],
            "total": str(sum(one.amount for one in items)),
            "reason": reason,
        },
    )


async def _item_for(actor: Actor, item: UUID, right: Right) -> tuple[Item, Site]:
    one = await queries.item_by_id(actor.organisation, item)
    if one is None:
        raise NOT_FOUND()
    return one, await site_for(actor, one.site, right)


@dataclass(frozen=True, slots=True)
class ItemAtDesk:
    """An item, and whether it can be taken back."""

    item: Item
    together: list[Item]
    """All that was entered with it and still stands."""
    site: Site
    currency: str
    may_take_back: bool


async def item_for(actor: Actor, item: UUID) -> ItemAtDesk:
    """An item and all that was entered with it, for who may see pay.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        one, site = await _item_for(actor, item, Right.SEE_PAY)
        same = await queries.items_of_batch(actor.organisation, one.batch)
        return ItemAtDesk(
            one,
            [other for other in same if other.voided_at is None],
            site,
            await currency_of(actor.organisation),
            await may_take_back(actor, site.id, one.work_day),
        )


async def may_take_back(actor: Actor, site: UUID, day: date) -> bool:
    """Whether the actor may take back what counts for that day: its month is open."""
    months = await months_of(actor, [site])
    return may(actor, Right.MANAGE_RATES, site) and not months.holds(
        site, day, EntryKind.LABOUR_SHEET
    )


# How a worker's pay came about


@dataclass(frozen=True, slots=True)
class CameAbout:
    """A worker's month: every line and item, and the figure they add up to."""

    view: View
    worker: UUID
    name: str
    may_settle: bool
    """On the site in view."""
    total: Figures
    """The summary's own figure."""
    lines: list[PaidLine]
    items: list[Item]


async def how_it_came_about(
    actor: Actor, site: UUID | None, month: str | None, worker: UUID, now: datetime
) -> CameAbout:
    """Each line with its rate and overtime, each item with what it was made of.

    Raises:
        Problem: ``not_found``; ``not_allowed`` for who may not see pay on every site in view.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site, month, now)
        if not view.pay:
            raise NOT_ALLOWED()
        span = view.month
        names = await origins.names_of(actor.organisation, view.ids, worker=worker)
        if not names:
            raise NOT_FOUND()
        total = await origins.narrowed_total(
            actor.organisation, view.ids, span, Narrowing(worker=worker)
        )
        lines = await queries.paid_lines(
            actor.organisation, view.ids, worker, span.first, span.last
        )
        items = await queries.items_of_month(
            actor.organisation, view.ids, span.first, span.last, worker
        )
        may_settle = view.site is not None and may(actor, Right.CLOSE_MONTH, view.site.id)
        return CameAbout(view, worker, names[0], may_settle, total, lines, items)
