"""Paying a closed wage sheet or a settlement: the bank's file, the transfer list, and the booking.

Whole account numbers appear here alone, each with a line in the register's list of who has looked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from daywork.entries.queries import lock_site
from daywork.ground.calendar import month_of
from daywork.ground.money import ZERO
from daywork.ground.problems import ProblemKind
from daywork.money.paying import record_payments
from daywork.money.rules import Method, NewPayment
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.register.rules import Field, How, Purpose
from daywork.register.sealing import Keyring
from daywork.register.service import unmask
from daywork.sites.site import Site
from daywork.summary.rules import Month
from daywork.wages import payment_queries, queries, settling
from daywork.wages.bank import LeftOut, PayOut
from daywork.wages.gathering import Gathered, gather
from daywork.wages.owing import dues_of, months_paid_by, settlements_due
from daywork.wages.queries import Version
from daywork.wages.rules import VERSION_REPLACED, Line
from daywork.wages.service import Closed, version_for


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NOTHING_TO_PAY = ProblemKind(
    "wages_nothing_to_pay",
    409,
    _("Nothing is left to be paid here"),
    _("Everything was paid, or nobody is owed anything."),
)

# Each runs on the open transaction of the company


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid of a version, by worker."""

    version: Version
    site: Site
    lines: list[Line]
    left: Mapping[UUID, Decimal]
    """By worker; see :func:`daywork.wages.dues.still_due`."""

    def due(self, line: Line) -> Decimal:
        """What was signed for, less what was paid by now, from whichever paper; never below zero:
        who owes the company is not paid."""
        return self.left[line.worker]

    @property
    def total(self) -> Decimal:
        return sum((self.due(line) for line in self.lines), ZERO)

    @property
    def settled(self) -> bool:
        """Everything on it is paid."""
        return self.total == ZERO


async def due_of(actor: Actor, sheet_id: UUID, right: Right = Right.SEE_PAY) -> Due:
    """What is still to be paid of a version.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    version, site = await version_for(actor, sheet_id, right)
    lines = await queries.lines_of(actor.organisation, version.id)
    return await _due(site, version, lines, await gather(site, Month(*month_of(version.month))))


async def due_on(closed: Closed) -> Due:
    """What is still to be paid of a version that was read already."""
    site, version = closed.site, closed.version
    gathered = closed.gathered or await gather(site, Month(*month_of(version.month)))
    return await _due(site, version, closed.lines, gathered)


async def _due(site: Site, version: Version, lines: list[Line], gathered: Gathered) -> Due:
    versions = await queries.versions_of_month(site.organisation, site.id, version.month)
    latest = [one for one in versions if one.latest]
    left = await dues_of(gathered, {one.crew: one for one in (*latest, version)})
    return Due(version, site, lines, {one.worker: left[version.crew, one.worker] for one in lines})


@dataclass(frozen=True, slots=True)
class PayOuts:
    """Who is paid how much to which account, and who is left out."""

    due: Due
    listed: list[PayOut]
    left_out: list[LeftOut]


async def pay_outs(
    actor: Actor,
    sheet_id: UUID,
    keys: Keyring | None,
    *,
    kind: str,
    identity: bool = False,
    at: datetime,
) -> PayOuts:
    """The transfers of a version with whole numbers, noted in both lists of who has looked.

    ``kind`` says what is taken away: ``bank_file`` or ``transfer_list``.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``wages_version_replaced``, or
            ``register_key_missing``.
    """
    due = await due_of(actor, sheet_id, Right.CLOSE_MONTH)
    if not due.version.latest:
        raise VERSION_REPLACED()
    owed = [line for line in due.lines if due.due(line) > 0]
    numbers = await unmask(
        actor,
        due.site,
        keys,
        [line.worker for line in owed],
        [Field.BANK, Field.NUMBER] if identity else [Field.BANK],
        purpose=Purpose.BANK if kind == "bank_file" else Purpose.WAGES,
        note=f"{kind} {due.version.month:%Y-%m} {due.version.crew_name}".strip(),
        how=How.FILE,
        at=at,
    )
    listed, left_out = [], []
    for line in due.lines:
        amount, known = due.due(line), numbers.get(line.worker)
        if amount > 0 and known is not None and known.bank:
            listed.append(
                PayOut(
                    line.worker,
                    line.person.name,
                    known.bank,
                    known.bank_name,
                    amount,
                    known.number,
                )
            )
        else:
            owing = line.figures.payable <= 0
            why = "no_account" if amount > 0 else "nothing_due" if owing else "paid"
            left_out.append(LeftOut(line.worker, line.person.name, amount, why))
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.exported",
        due.site.id,
        detail={
            "sheet": due.version.id,
            "kind": kind,
            "workers": len(listed),
            "amount": str(sum((one.amount for one in listed), ZERO)),
        },
    )
    return PayOuts(due, listed, left_out)


async def mark_paid(
    actor: Actor,
    sheet_id: UUID,
    *,
    workers: Sequence[UUID] | None = None,
    paid_on: date,
    method: Method,
    reference: str = "",
    at: datetime,
) -> list[UUID]:
    """Book what is still due of a version, of all workers or some; a second click books nothing.

    Returns the ids of the new payments.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``wages_version_replaced``,
            ``wages_nothing_to_pay``, or what ``money.paying.record_payments`` raises.
    """
    version, site = await version_for(actor, sheet_id, Right.CLOSE_MONTH)
    await lock_site(actor.organisation, site.id)
    due = await due_of(actor, sheet_id, Right.CLOSE_MONTH)
    if not due.version.latest:
        raise VERSION_REPLACED()
    counted = await payment_queries.payments_from_sheet(actor.organisation, version.id)
    payments = [
        NewPayment(
            uuid5(version.id, f"{line.worker} {counted.get(line.worker, 0) + 1}"),
            line.worker,
            paid_on,
            version.month,
            amount,
            method,
            reference=reference,
            wage_sheet=version.id,
        )
        for line in due.lines
        if (amount := due.due(line)) > 0 and (workers is None or line.worker in workers)
    ]
    if not payments:
        if counted:
            return []
        raise NOTHING_TO_PAY()
    return await record_payments(actor, site.id, payments, at)


async def pay_settlement(
    actor: Actor,
    settlement_id: UUID,
    *,
    paid_on: date,
    method: Method,
    reference: str = "",
    at: datetime,
) -> list[UUID]:
    """Book what is still due of a settlement; a second click books nothing.

    Raises:
        Problem: as :func:`mark_paid`.
    """
    organisation = actor.organisation
    _seen, site = await settling.settlement_for(actor, settlement_id, Right.CLOSE_MONTH)
    await lock_site(organisation, site.id)
    # Again, under the lock: a new version may just have taken its place.
    settlement, site = await settling.settlement_for(actor, settlement_id, Right.CLOSE_MONTH)
    if not settlement.latest:
        raise VERSION_REPLACED()
    amount = (await settlements_due(organisation, site.id, [settlement]))[settlement.id]
    times = await payment_queries.times_paid(organisation, settlement.id)
    if amount <= 0:
        if times:
            return []
        raise NOTHING_TO_PAY()
    last = settlement.until_day.replace(day=1)
    payments = [
        NewPayment(
            uuid5(settlement.id, f"{times + 1}" if month == last else f"{times + 1} {month}"),
            settlement.worker,
            paid_on,
            month,
            part,
            method,
            # A bank's number is booked once for a worker; the transfer was one.
            reference=reference if month == last or not reference else f"{reference}/{month:%Y-%m}",
            settlement=settlement.id,
        )
        for month, part in (await months_paid_by(organisation, settlement, amount)).items()
    ]
    return await record_payments(actor, site.id, payments, at)
