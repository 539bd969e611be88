"""Piecework (包工): a task's approved quantity is paid at its unit price and shared in a crew.

The same quantity is never paid twice: what all runs of a task have paid is taken off what is
approved, under the lock of the site. A run is taken back as a whole.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from daywork.entries.queries import lock_sites
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_FOUND
from daywork.pay import piecework_queries, queries
from daywork.pay.piecework_queries import OnPiece, PieceTask, Run
from daywork.pay.queries import NewItem
from daywork.pay.rules import (
    PRICE_CHANGES,
    PRICE_MISSING,
    QUANTITY_PAID,
    VOIDED_ALREADY,
    ItemKind,
    Piece,
    ShareBy,
    shared,
    total_of_piece,
)
from daywork.pay.service import (
    Desk,
    check_month_open,
    desk_for,
    may_take_back,
    said_why,
    void_items,
)
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.sites import rate_queries
from daywork.sites.queries import Crew, crews_of
from daywork.sites.rate_queries import Rate
from daywork.sites.rules import RateScope, Whose
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.web.figures import number


@dataclass(frozen=True, slots=True)
class Pieces:
    """The site's tasks with quantities as of the month's end, and the runs."""

    desk: Desk
    tasks: list[PieceTask]
    runs: list[Run]


async def pieces_of(actor: Actor, site: UUID | None, month: str | None, now: datetime) -> Pieces:
    """What can be shared out, and what was."""
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_for(actor, site, month, now)
        where = (actor.organisation, desk.site.id)
        tasks = await piecework_queries.piece_tasks(*where, desk.view.month.last)
        return Pieces(desk, tasks, await piecework_queries.runs_of_site(*where))


@dataclass(frozen=True, slots=True)
class TaskAtDesk:
    """One task: its prices, its runs, and the crews that may share it."""

    desk: Desk
    task: PieceTask
    rates: list[Rate]
    runs: list[Run]
    crews: list[Crew]
    worked_by: UUID | None
    """The crew with the most approved 工 on the task until the month's end."""


async def piece_of(
    actor: Actor, site: UUID, month: str | None, task: UUID, now: datetime
) -> TaskAtDesk:
    """The task's page, as of the month's end.

    Raises:
        Problem: ``not_found`` for a task without a quantity or of another site.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_for(actor, site, month, now)
        where = (actor.organisation, desk.site.id)
        tasks = await piecework_queries.piece_tasks(*where, desk.view.month.last, task)
        if not tasks:
            raise NOT_FOUND()
        return TaskAtDesk(
            desk,
            tasks[0],
            await rate_queries.task_rates(actor.organisation, [task]),
            await piecework_queries.runs_of_site(*where, task),
            [crew for crew in await crews_of(*where) if crew.active],
            await piecework_queries.crew_on_piece(*where, task, desk.view.month.last),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker gets of a piece."""

    of: OnPiece
    weight: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Shared:
    """A piece as it would be booked: ``shares`` add up to ``total`` exactly."""

    task: PieceTask
    unit_price: Decimal
    total: Decimal
    shares: list[Share]
    waiting: list[OnPiece]
    """Who has days on the task that are booked twice and not counted."""

    @property
    def earned_by_day(self) -> Decimal:
        """What the same 工 have earned by the day already."""
        return sum((share.of.earned_by_day for share in self.shares), ZERO)


async def crew_on_piece(actor: Actor, site: UUID, piece: Piece) -> list[OnPiece]:
    """The workers among whom it would be shared, for giving shares by hand."""
    async with company_transaction(actor.organisation, snapshot=True):
        await site_for(actor, site, Right.MANAGE_RATES)
        return await piecework_queries.workers_on_piece(
            actor.organisation, site, piece.task, piece.crew, piece.first, piece.last
        )


async def preview(actor: Actor, site: UUID, piece: Piece) -> Shared:
    """The shares as they would be booked.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``month_closed``, ``price_missing``,
            ``price_changes``, ``quantity_paid``, ``nothing_to_share_by`` or ``amount_too_big``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        await site_for(actor, site, Right.MANAGE_RATES)
        return await _shared(actor, site, piece)


async def share_out(actor: Actor, site: UUID, run: UUID, piece: Piece) -> None:
    """Book the shares; ``run`` is the form's own id, so a second click changes nothing.

    Raises:
        Problem: as :func:`preview`.
    """
    async with company_transaction(actor.organisation):
        await site_for(actor, site, Right.MANAGE_RATES)
        await lock_sites(actor, [site])
        if await piecework_queries.run_by_id(actor.organisation, run) is not None:
            return
        found = await _shared(actor, site, piece)
        await piecework_queries.insert_run(
            actor.organisation,
            run,
            site=site,
            task=piece.task,
            crew=piece.crew,
            days=(piece.first, piece.last),
            quantity=piece.quantity,
            unit=found.task.unit,
            unit_price=found.unit_price,
            rate=found.task.rate,
            total=found.total,
            share_by=piece.share_by,
            note=piece.note,
            made_by=actor.member,
        )
        by_man_days = piece.share_by is ShareBy.MAN_DAYS
        await queries.insert_items(
            actor.organisation,
            site,
            run,
            [
                NewItem(
                    new_id(),
                    share.of.worker,
                    piece.crew,
                    share.amount,
                    share.weight,
                    "man_day" if by_man_days else "share",
                    None,
                )
                for share in found.shares
            ],
            kind=ItemKind.PIECEWORK,
            work_day=piece.last,
            note=piece.note,
            made_by=actor.member,
            task=piece.task,
            source=run,
        )
        await record_audit(
            actor.organisation,
            actor.member,
            "piecework.shared",
            site,
            detail={
                "run": run,
                "task": piece.task,
                "crew": piece.crew,
                "quantity": piece.quantity,
                "unit_price": found.unit_price,
                "total": found.total,
            },
        )


async def _shared(actor: Actor, site: UUID, piece: Piece) -> Shared:
    organisation = actor.organisation
    await check_month_open(actor, site, piece.last)
    for whose in (Whose(RateScope.TASK, piece.task), Whose(RateScope.CREW, piece.crew)):
        if not await rate_queries.known(organisation, whose, site):
            raise NOT_FOUND()
    tasks = await piecework_queries.piece_tasks(organisation, site, piece.last, piece.task)
    if not tasks:
        raise NOT_FOUND()
    (task,) = tasks
    if task.unit_price is None or not task.unit_price:
        raise PRICE_MISSING()
    changes = await piecework_queries.price_changes_on(
        organisation, piece.task, piece.first, piece.last
    )
    if changes is not None:
        raise PRICE_CHANGES(day=changes.isoformat())
    if piece.quantity > task.left:
        raise QUANTITY_PAID(left=number(task.left), unit=task.unit, day=piece.last.isoformat())
    workers = await piecework_queries.workers_on_piece(
        organisation, site, piece.task, piece.crew, piece.first, piece.last
    )
    if piece.share_by is ShareBy.MAN_DAYS:
        weights = {one.worker: one.man_days for one in workers}
    else:
        weights = piece.given
    sharing = [one for one in workers if weights.get(one.worker)]
    total = total_of_piece(piece.quantity, task.unit_price)
    amounts = shared(total, [weights[one.worker] for one in sharing])
    return Shared(
        task,
        task.unit_price,
        total,
        [
            Share(one, weights[one.worker], amount)
            for one, amount in zip(sharing, amounts, strict=True)
        ],
        [one for one in workers if one.held and piece.share_by is ShareBy.MAN_DAYS],
    )


async def take_back_run(actor: Actor, run: UUID, reason: str) -> Run:
    """Void a run with all its shares; its quantity can be paid again.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``pay_void_reason_missing``, ``voided_already`` or
            ``month_closed``.
    """
    async with company_transaction(actor.organisation):
        found, _site = await _run_for(actor, run, Right.MANAGE_RATES)
        said = said_why(reason)
        await lock_sites(actor, [found.site])
        found, _site = await _run_for(actor, run, Right.MANAGE_RATES)
        if found.voided_at is not None:
            raise VOIDED_ALREADY()
        await check_month_open(actor, found.site, found.last_day)
        await piecework_queries.mark_run_void(actor.organisation, run, actor.member, said)
        items = await queries.items_of_batch(actor.organisation, run)
        await void_items(actor, found.site, items, said)
        return found


async def _run_for(actor: Actor, run: UUID, right: Right) -> tuple[Run, Site]:
    found = await piecework_queries.run_by_id(actor.organisation, run)
    if found is None:
        raise NOT_FOUND()
    return found, await site_for(actor, found.site, right)


@dataclass(frozen=True, slots=True)
class RunAtDesk:
    """A run with its shares, and whether it can be taken back."""

    run: Run
    items: list[queries.Item]
    site: Site
    currency: str
    may_take_back: bool


async def run_for(actor: Actor, run: UUID) -> RunAtDesk:
    """A run with its shares, for who may see pay.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        found, site = await _run_for(actor, run, Right.SEE_PAY)
        return RunAtDesk(
            found,
            await queries.items_of_batch(actor.organisation, run),
            site,
            await currency_of(actor.organisation),
            await may_take_back(actor, site.id, found.last_day),
        )
