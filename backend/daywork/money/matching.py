"""Whom a bank file's rows belong to, and whether they may be booked. Pure.

By the worker's number first; a name beside it must be the worker's own. Without a number by name,
and where several bear it, by the last four digits of the account, if the register has it. What is
not certain is a fault: a file is booked as a whole or not at all.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.money.bank_file import BankLine, CellFault, Fault
from daywork.money.bank_headings import Column


@dataclass(frozen=True, slots=True)
class Payable:
    """A worker of the site, with the end of the account where it is known."""

    id: UUID
    number: str
    name: str
    account_tail: str = ""


@dataclass(frozen=True, slots=True)
class BookedBefore:
    """A live payment that a row may repeat."""

    worker: UUID
    worker_name: str
    paid_on: date
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its worker and everything that is wrong with it."""

    line: BankLine
    worker: Payable | None
    paid_on: date | None
    faults: tuple[CellFault, ...]
    repeats: bool = False
    """The same worker was paid the same already, see :func:`_alike`."""

    @property
    def pays(self) -> bool:
        """Whether the bank paid it, so that it is to be booked."""
        return not self.line.refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """A whole file, judged."""

    rows: list[Judged]

    @property
    def payable(self) -> list[Judged]:
        return [one for one in self.rows if one.pays]

    @property
    def faulty(self) -> list[Judged]:
        return [one for one in self.payable if one.faults]

    @property
    def repeated(self) -> list[Judged]:
        return [one for one in self.payable if one.repeats]

    @property
    def refused(self) -> list[Judged]:
        return [one for one in self.rows if not one.pays]

    @property
    def amount(self) -> Decimal:
        """What would be booked."""
        return sum((one.line.amount or ZERO for one in self.payable), ZERO)


def judge(
    lines: Sequence[BankLine],
    people: Iterable[Payable],
    *,
    paid_on: date | None,
    today: date,
    with_reference: Iterable[BookedBefore] = (),
    near: Iterable[BookedBefore] = (),
) -> Verdict:
    """Find each row's worker, and say what keeps it from being booked.

    ``paid_on`` stands in where a row says no day. ``with_reference``: what is booked under one of
    the file's references, anywhere in the company; ``near``: what is booked to these workers on
    the site, up to :data:`SOON` before or after.
    """
    register = _Register(people)
    # One reference for many rows is a batch's: then it tells two payments apart only with the
    # worker. Otherwise it is the transfer's own, and is booked once, whoever the worker was.
    times = Counter(line.reference for line in lines if line.reference and not line.refused)
    taken: dict[str, list[BookedBefore]] = {}
    for one in with_reference:
        taken.setdefault(one.reference, []).append(one)
    known: dict[tuple[UUID, Decimal], list[BookedBefore]] = {}
    for one in near:
        known.setdefault((one.worker, one.amount), []).append(one)
    seen: set[tuple[str, UUID]] = set()
    above: set[BookedBefore] = set()
    rows = []
    for line in lines:
        if line.refused:
            rows.append(Judged(line, None, line.paid_on, ()))
            continue
        worker, faults = register.find(line)
        faults = [*line.faults, *faults]
        day = line.paid_on or paid_on
        if day is None and not any(one.column is Column.PAID_ON for one in faults):
            faults.append(CellFault(Column.PAID_ON, Fault.MISSING))
        elif day is not None and day > today:
            faults.append(CellFault(Column.PAID_ON, Fault.IN_FUTURE, day.isoformat()))
        if line.reference:
            batch = times[line.reference] > 1
            faults += _reference_faults(line.reference, worker, batch, taken, seen)
        told = any(one.fault is Fault.REFERENCE_BOOKED for one in faults)
        repeats = False
        if worker is not None and day is not None and line.amount is not None and not told:
            one = BookedBefore(worker.id, worker.name, day, line.amount, line.reference)
            same = known.get((one.worker, one.amount), ())
            repeats = any(_alike(one, other) for other in same) or one in above
            above.add(one)
        rows.append(Judged(line, worker, day, tuple(faults), repeats))
    return Verdict(rows)


SOON: Final = timedelta(days=5)
"""A sheet is marked as paid on one day, and the bank pays it on a day after."""


def _alike(row: BookedBefore, booked: BookedBefore) -> bool:
    """Whether a row may be a payment that is booked already, of the same amount to the same worker:
    on the same day, or within days unless each has a reference of its own."""
    two = row.reference and booked.reference and row.reference != booked.reference
    apart = abs(row.paid_on - booked.paid_on)
    return not apart if two else apart <= SOON


def _reference_faults(
    reference: str,
    worker: Payable | None,
    batch: bool,
    taken: Mapping[str, Sequence[BookedBefore]],
    seen: set[tuple[str, UUID]],
) -> Iterable[CellFault]:
    for one in taken.get(reference, ()):
        if not batch or (worker is not None and one.worker == worker.id):
            about = f"{one.paid_on.isoformat()} {one.worker_name}"
            yield CellFault(Column.REFERENCE, Fault.REFERENCE_BOOKED, about)
            break
    if worker is not None:
        if (reference, worker.id) in seen:
            yield CellFault(Column.REFERENCE, Fault.REFERENCE_TWICE, reference)
        seen.add((reference, worker.id))


def _same(text: str) -> str:
    """A name or number as people mean it: ``张 三`` is ``张三``, ``Ａ0１`` is ``a01``."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class _Register:
    """The site's workers by number and by name."""

    def __init__(self, people: Iterable[Payable]) -> None:
        self._by_number: dict[str, list[Payable]] = {}
        self._by_name: dict[str, list[Payable]] = {}
        for one in people:
            if one.number:
                self._by_number.setdefault(_same(one.number), []).append(one)
            self._by_name.setdefault(_same(one.name), []).append(one)

    def find(self, line: BankLine) -> tuple[Payable | None, list[CellFault]]:
        if line.number:
            return self._by_its_number(line)
        if not line.name:
            return None, [CellFault(Column.NAME, Fault.MISSING)]
        found = self._by_name.get(_same(line.name), [])
        if not found:
            return None, [CellFault(Column.NAME, Fault.NOBODY, line.name)]
        if len(found) > 1 and line.account_tail:
            found = [one for one in found if one.account_tail == line.account_tail] or found
        if len(found) > 1:
            return None, [CellFault(Column.NAME, Fault.SEVERAL, line.name)]
        return found[0], self._account_faults(line, found[0])

    def _by_its_number(self, line: BankLine) -> tuple[Payable | None, list[CellFault]]:
        found = self._by_number.get(_same(line.number), [])
        if line.name:
            named = [one for one in found if _same(one.name) == _same(line.name)]
            if found and not named:
                return None, [CellFault(Column.NAME, Fault.OTHER_NAME, found[0].name)]
            found = named
        if not found:
            return None, [CellFault(Column.NUMBER, Fault.NOBODY, line.number)]
        if len(found) > 1:
            return None, [CellFault(Column.NUMBER, Fault.SEVERAL, line.number)]
        return found[0], self._account_faults(line, found[0])

    @staticmethod
    def _account_faults(line: BankLine, worker: Payable) -> list[CellFault]:
        known, said = worker.account_tail, line.account_tail
        if known and said and known != said:
            return [CellFault(Column.ACCOUNT, Fault.OTHER_ACCOUNT, known)]
        return []
