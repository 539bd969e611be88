"""What becomes of each row of a list: a new worker, one already known, a change, or a fault. Pure.

Somebody is known again by the identity number; without one by name and phone together; without
either by the name inside the crew. A row that could be two people is a fault: nobody is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from daywork.ground.problems import Problem
from daywork.people.rules import login_from
from daywork.register.lists import CellFault, Column, Row
from daywork.register.numbers import Paper, is_card, passes_luhn, read_account, read_number
from daywork.register.rules import Change

LONGEST_NAME: Final = 40


class Outcome(StrEnum):
    """What a row comes to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULT = "fault"


class RowFault(StrEnum):
    """What is wrong with a row, beside what a cell or a number says of itself."""

    MISSING = "missing"
    NOT_A_PHONE = "not_a_phone"
    CREW_UNKNOWN = "crew_unknown"
    TRADE_UNKNOWN = "trade_unknown"
    PAPER_UNKNOWN = "paper_unknown"
    ORDER = "order"
    TWICE_IN_LIST = "twice_in_list"
    """The same person stands in an earlier row."""
    OTHER_NUMBER = "other_number"
    """The one of this name is known by another identity number."""
    OTHER_NAME = "other_name"
    """The one with this identity number is known by another name."""
    SEVERAL = "several"
    """More than one worker could be meant."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one cell. ``problem`` when a number says itself what is wrong with it."""

    column: Column
    kind: RowFault | CellFault | None
    about: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as he is known, with what a row can change."""

    worker: UUID
    name: str
    phone: str | None
    number: str
    trade: UUID | None
    crew: UUID | None
    """On this site; None for one who has not been here."""
    joined_on: date | None
    left_on: date | None
    identity: str = ""
    """A token that is the same for the same number: the mark as hex, never the number."""
    bank: str = ""
    bank_name: str = ""
    kind: str = ""
    address: str = ""
    signed_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row wants, read and ready to be written."""

    name: str
    number: str = ""
    phone: str | None = None
    trade: UUID | None = None
    crew: UUID | None = None
    crew_named: bool = False
    """The row itself names the crew; else it is the one for rows that name none."""
    joined_on: date | None = None
    left_on: date | None = None
    signed_on: date | None = None
    ends_on: date | None = None
    change: Change = field(default_factory=Change)
    token: str = ""
    """Of the identity number, see :class:`Person`."""
    bank_token: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what it comes to."""

    line: int
    outcome: Outcome
    plan: Plan
    worker: UUID | None = None
    changes: tuple[Column, ...] = ()
    faults: tuple[Fault, ...] = ()
    doubts: tuple[str, ...] = ()
    """Words for what is kept nevertheless: see ``words.list_doubt``."""


@dataclass(frozen=True, slots=True)
class Site:
    """What rows are judged against."""

    crews: Mapping[str, UUID]
    trades: Mapping[str, UUID]
    papers: Mapping[str, Paper]
    """By every name a list may call them."""
    crew: UUID | None
    """For rows that name none."""
    joined_on: date
    """For rows that name no first day."""
    today: date


@dataclass(slots=True)
class _Reading:
    row: Row
    faults: list[Fault] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def text(self, column: Column) -> str:
        return "" if column in self.row.faults else self.row.cells.get(column, "")

    def day(self, column: Column) -> date | None:
        text = self.text(column)
        return date.fromisoformat(text) if text else None

    def fault(self, column: Column, kind: RowFault, about: str = "") -> None:
        self.faults.append(Fault(column, kind, about))


def read_row(row: Row, site: Site) -> tuple[Plan, list[Fault], list[str]]:
    """What a row wants, what is wrong with it, and what is merely odd."""
    found = _Reading(row)
    for column, fault in row.faults.items():
        about = row.cells.get(column, "")
        found.faults.append(Fault(Column(column), CellFault(fault), about))
    name = found.text(Column.NAME)
    if not name and Column.NAME not in row.faults:
        found.fault(Column.NAME, RowFault.MISSING)
    if len(name) > LONGEST_NAME:
        found.faults.append(Fault(Column.NAME, CellFault.TOO_LONG, name[:20]))
    crew = _named(found, Column.CREW, site.crews, RowFault.CREW_UNKNOWN)
    if not found.text(Column.CREW):
        crew = site.crew
        if crew is None and Column.CREW not in row.faults:
            found.fault(Column.CREW, RowFault.MISSING)
    days = {column: found.day(column) for column in (
        Column.JOINED, Column.LEFT, Column.SIGNED, Column.ENDS)}  # fmt: skip
    for first, last in ((Column.JOINED, Column.LEFT), (Column.SIGNED, Column.ENDS)):
        begin, end = days[first], days[last]
        if begin and end and end < begin:
            found.fault(last, RowFault.ORDER)
    if days[Column.ENDS] and not days[Column.SIGNED]:
        found.fault(Column.SIGNED, RowFault.MISSING)
    plan = Plan(
        name=name,
        number=found.text(Column.NUMBER)[:20],
        phone=_phone(found),
        trade=_named(found, Column.TRADE, site.trades, RowFault.TRADE_UNKNOWN),
        crew=crew,
        crew_named=bool(found.text(Column.CREW)),
        joined_on=days[Column.JOINED],
        left_on=days[Column.LEFT],
        signed_on=days[Column.SIGNED],
        ends_on=days[Column.ENDS],
        change=_change(found, site),
    )
    return plan, found.faults, found.doubts


def _named(
    found: _Reading, column: Column, known: Mapping[str, UUID], fault: RowFault
) -> UUID | None:
    text = found.text(column)
    if not text:
        return None
    if text not in known:
        found.fault(column, fault, text)
    return known.get(text)


def _phone(found: _Reading) -> str | None:
    text = found.text(Column.PHONE)
    if not text:
        return None
    try:
        login = login_from(text)
    except Problem:
        login = None
    if login is None or not login.is_phone:
        found.fault(Column.PHONE, RowFault.NOT_A_PHONE, text[:20])
        return None
    return login.value


def _change(found: _Reading, site: Site) -> Change:
    number, bank = found.text(Column.IDENTITY), found.text(Column.BANK)
    kind = Paper.RESIDENT
    if text := found.text(Column.PAPER):
        known = site.papers.get(text)
        if known is None:
            found.fault(Column.PAPER, RowFault.PAPER_UNKNOWN, text)
        kind = known or kind
    if number:
        try:
            number = read_number(kind, number, site.today)
        except Problem as problem:
            found.faults.append(Fault(Column.IDENTITY, None, problem=problem))
            number = ""
    if bank:
        try:
            bank = read_account(bank)
            if is_card(bank) and not passes_luhn(bank):
                found.doubts.append("card")
        except Problem as problem:
            found.faults.append(Fault(Column.BANK, None, problem=problem))
            bank = ""
    return Change(
        kind=kind if number else None,
        number=number or None,
        bank_name=found.text(Column.BANK_NAME)[:60] or None,
        bank=bank or None,
        address=found.text(Column.ADDRESS)[:120] or None,
    )


def judge(
    plans: Sequence[tuple[int, Plan, Sequence[Fault], Sequence[str]]],
    people: Sequence[Person],
    site: Site,
) -> list[Judged]:
    """What each row comes to. Plans carry their tokens; ``people`` are those who could be meant."""
    among = _Among(people)
    seen: dict[object, int] = {}
    judged = []
    for line, plan, faults, doubts in plans:
        person, fault = among.meant_by(plan)
        wrong = [*faults, *([fault] if fault else [])]
        for column, key in _keys(plan, person):
            if key in seen:
                wrong.append(Fault(column, RowFault.TWICE_IN_LIST, str(seen[key])))
                break
        for _column, key in _keys(plan, person):
            seen.setdefault(key, line)
        if person is None or person.crew is None:
            plan = replace(plan, joined_on=plan.joined_on or site.joined_on)
        joined = plan.joined_on or (person.joined_on if person else None)
        if not wrong and plan.left_on and joined and plan.left_on < joined:
            wrong.append(Fault(Column.LEFT, RowFault.ORDER))
        changes = _changes(plan, person) if person and not wrong else []
        judged.append(
            Judged(
                line,
                _outcome(person, wrong, changes),
                plan,
                person.worker if person else None,
                tuple(changes),
                tuple(wrong),
                tuple(doubts),
            )
        )
    return judged


def _outcome(person: Person | None, faults: Sequence[Fault], changes: Sequence[Column]) -> Outcome:
    if faults:
        return Outcome.FAULT
    if person is None:
        return Outcome.NEW
    return Outcome.CHANGED if changes else Outcome.SAME


def _keys(plan: Plan, person: Person | None) -> list[tuple[Column, object]]:
    keys: list[tuple[Column, object]] = []
    if plan.token:
        keys.append((Column.IDENTITY, plan.token))
    if person is not None:
        keys.append((Column.NAME, person.worker))
    elif plan.name and plan.crew is not None:
        keys.append((Column.NAME, (plan.name, plan.crew)))
    return keys


class _Among:
    """The people known, by all that a row can say of one."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.by_token: dict[str, list[Person]] = {}
        self.by_phone: dict[tuple[str, str], list[Person]] = {}
        self.by_name: dict[tuple[str, UUID], list[Person]] = {}
        for person in people:
            if person.identity:
                self.by_token.setdefault(person.identity, []).append(person)
            if person.phone:
                self.by_phone.setdefault((person.name, person.phone), []).append(person)
            if person.crew is not None:
                self.by_name.setdefault((person.name, person.crew), []).append(person)

    def meant_by(self, plan: Plan) -> tuple[Person | None, Fault | None]:
        """Who is meant, or nobody known; or why it cannot be said."""
        ways: list[tuple[Column, list[Person]]] = []
        if plan.token:
            ways.append((Column.IDENTITY, self.by_token.get(plan.token, [])))
        if plan.phone:
            ways.append((Column.PHONE, self.by_phone.get((plan.name, plan.phone), [])))
        if plan.crew is not None:
            ways.append((Column.NAME, self.by_name.get((plan.name, plan.crew), [])))
        for column, found in ways:
            if len(found) > 1:
                here = [one for one in found if one.crew is not None]
                if len(here) != 1:
                    return None, Fault(column, RowFault.SEVERAL)
                found = here
            if not found:
                continue
            person = found[0]
            if column is Column.IDENTITY and person.name != plan.name:
                return None, Fault(Column.NAME, RowFault.OTHER_NAME, person.name)
            if plan.token and person.identity and person.identity != plan.token:
                return None, Fault(Column.IDENTITY, RowFault.OTHER_NUMBER)
            return person, None
        return None, None


def _changes(plan: Plan, person: Person) -> list[Column]:
    """The columns in which the row says something else; an empty cell says nothing."""
    change = plan.change
    said: list[tuple[Column, object, object]] = [
        (Column.NUMBER, plan.number, person.number),
        (Column.PHONE, plan.phone, person.phone),
        (Column.TRADE, plan.trade, person.trade),
        (Column.CREW, plan.crew if plan.crew_named or not person.crew else None, person.crew),
        (Column.JOINED, plan.joined_on, person.joined_on),
        (Column.LEFT, plan.left_on, person.left_on),
        (Column.IDENTITY, plan.token, person.identity),
        (Column.BANK, plan.bank_token, person.bank),
        (Column.BANK_NAME, change.bank_name, person.bank_name),
        (Column.ADDRESS, change.address, person.address),
    ]
    found = [column for column, wanted, known in said if wanted and wanted != known]
    if plan.token and plan.token == person.identity and change.kind != person.kind:
        found.append(Column.PAPER)
    contract = (plan.signed_on, plan.ends_on)
    if plan.signed_on and contract != (person.signed_on, person.ends_on):
        found.append(Column.SIGNED)
    return found
