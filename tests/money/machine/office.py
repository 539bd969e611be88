"""An office that pays: items, advances, payments, wage sheets, settlements, merging and months, in
any order, on top of what `recording.py` does. `test_books.py` says what must hold after each.
"""

from collections.abc import Coroutine
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from daywork.approvals.service import approve
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import (
    company_transaction,
)
from daywork.ground.ids import new_id
from daywork.levels.service import close_month, reopen_month
from daywork.merging.service import merge_workers, undo_merge
from daywork.money.paying import record_payments, void_payment
from daywork.money.rules import Method, NewPayment
from daywork.pay import service as pay
from daywork.pay.rules import Basis, Entered, ItemKind
from daywork.summary.kept import keep_up
from daywork.summary.rules import Month
from daywork.wages import paying, settling
from daywork.wages import service as wages
from daywork.wages.rules import Why
from tests.money.machine.book import ZERO, Money
from tests.money.machine.recording import (
    AMOUNTS,
    DAYS,
    KEYS,
    MONTHS,
    NOW,
    PAID_ON,
    PICK,
    PLACE,
    WHO,
    Recording,
)
from tests.support.phone_words import mutation


class Office(Recording):
    """Who keeps the books."""

    # Items, advances, payments

    @rule(who=WHO, place=PLACE, kind=st.sampled_from(ItemKind), amount=AMOUNTS, day=DAYS)
    def book_item(self, who: int, place: int, kind: ItemKind, amount: str, day: date) -> None:
        if kind is ItemKind.PIECEWORK:
            return
        (site, _crew), batch = self.crews[place], new_id()
        worker = self.cast.workers[who]
        entered = Entered(kind, Basis.FIXED, Decimal(amount), day, day, frozenset({worker}), "n")
        if self.tried("item", pay.book(self.cast.owner, site, batch, entered)):
            (row,) = self.ask("SELECT id FROM pay_item WHERE batch = $1", batch)
            sign = -1 if kind is ItemKind.DEDUCTION else 1
            self.book.items[row["id"]] = Money(
                site, worker, day.replace(day=1), sign * Decimal(amount)
            )

    @rule(pick=PICK)
    def take_item_back(self, pick: int) -> None:
        standing = [at for at, one in self.book.items.items() if one.counts]
        if standing:
            item = standing[pick % len(standing)]
            if self.tried("take back", pay.take_back(self.cast.owner, item, "wrong")):
                self.book.items[item].counts = False

    @rule(who=WHO, place=PLACE, amount=AMOUNTS, day=DAYS)
    def lend(self, who: int, place: int, amount: str, day: date) -> None:
        site, crew = self.crews[place]
        worker = self.cast.workers[who]
        words = {"site": site, "work_day": day, "worker": worker, "crew": crew, "amount": amount}
        sent = mutation("labour.advance", words)
        if self.pushed("advance", sent):
            entry: UUID = sent["entity_id"]
            if self.tried("approve advance", approve(self.cast.owner, entry, 1, at=self.tick())):
                self.book.lent[entry] = Money(site, worker, day.replace(day=1), Decimal(amount))

    @rule(who=WHO, place=PLACE, month=st.integers(0, 1), share=st.sampled_from(["1", "0.4"]))
    def pay_by_form(self, who: int, place: int, month: int, share: str) -> None:
        """No more than is owed for the month."""
        (site, _crew), first = self.crews[place], MONTHS[month].first
        worker = self.book.person(self.cast.workers[who])
        earned, lent, paid = self.book.owed(site, self.held()).get((worker, first), (ZERO,) * 3)
        amount = ((earned - lent - paid) * Decimal(share)).quantize(Decimal("0.01"))
        if amount > 0:
            one = NewPayment(new_id(), worker, PAID_ON, first, amount, Method.CASH)
            self.booked("pay", site, self.in_company(record_payments, site, [one], NOW))

    async def in_company(self, what: Any, *args: Any, **other: Any) -> Any:
        async with company_transaction(self.cast.organisation):
            return await what(self.cast.owner, *args, **other)

    def booked(self, name: str, site: UUID, what: Coroutine[Any, Any, Any]) -> None:
        """Payments of a paper or form, as they stand in the books, by record."""
        made = self.tried(name, what)
        for row in self.ask(
            "SELECT id, worker, for_month, amount FROM payment WHERE id = ANY($1)",
            made if isinstance(made, list) else [],
        ):
            self.book.paid[row["id"]] = Money(site, row["worker"], row["for_month"], row["amount"])

    @rule(pick=PICK)
    def void_one_payment(self, pick: int) -> None:
        standing = [at for at, one in self.book.paid.items() if one.counts]
        if standing:
            one = standing[pick % len(standing)]
            if self.tried("void payment", self.in_company(void_payment, one, "wrong", NOW)):
                self.book.paid[one].counts = False

    # Wage sheets and settlements

    @rule(place=PLACE, month=st.integers(0, 1), whole=st.booleans())
    def close_sheet(self, place: int, month: int, whole: bool) -> None:
        (site, crew), of = self.crews[place], MONTHS[month]
        whole = self.whole.setdefault((site, of.first), whole)
        self.close(site, None if whole else crew, of)

    def close(self, site: UUID, crew: UUID | None, month: Month) -> None:
        async def closed() -> UUID:
            owner = self.cast.owner
            async with company_transaction(self.cast.organisation):
                draft = await wages.begin(owner, site, crew, month, NOW)
                shown = (await wages.draft_sheet(owner, draft, NOW)).fingerprint
                return await wages.close_sheet(
                    owner, draft, shown=shown, seen=True, reason="again", at=self.tick()
                )

        if made := self.tried("close", closed()):
            self.closed_sheets.append(made)
            self.freeze("wage_sheet", made)
            self.book.put_on_paper(made, site, month.first, crew)

    def freeze(self, table: str, row: UUID) -> None:
        self.frozen[f"{table} {row}"] = self.stored(table, row)

    def stored(self, table: str, row: UUID) -> str:
        """A closed paper with its lines, word for word."""
        (one,) = self.ask(f"SELECT t::text AS told FROM {table} t WHERE id = $1", row)  # noqa: S608
        lines = self.ask(
            "SELECT l::text AS told FROM wage_line l WHERE sheet = $1 ORDER BY position",
            row,
        )
        return "\n".join([one["told"], *(at["told"] for at in lines)])

    @rule(pick=PICK)
    def pay_sheet(self, pick: int) -> None:
        if self.closed_sheets:
            self.pay_from_sheet(self.closed_sheets[pick % len(self.closed_sheets)])

    def pay_from_sheet(self, one: UUID) -> None:
        (row,) = self.ask("SELECT site FROM wage_sheet WHERE id = $1", one)
        fields = {"paid_on": PAID_ON, "method": Method.BANK, "at": NOW}
        self.booked("pay sheet", row["site"], self.in_company(paying.mark_paid, one, **fields))

    @rule(who=WHO, place=PLACE, month=st.integers(0, 1))
    def settle(self, who: int, place: int, month: int) -> None:
        (site, _crew), worker = self.crews[place], self.cast.workers[who]
        what = self.in_company(
            settling.settle,
            site,
            [worker],
            MONTHS[month].last,
            Why.LEFT,
            reason="again",
            at=self.tick(),
        )
        if made := self.tried("settle", what):
            self.settled += made
            self.freeze("settlement", made[0])
            self.book.settle(made[0], site, worker, MONTHS[month].last)

    @rule(pick=PICK)
    def pay_settlement(self, pick: int) -> None:
        if self.settled:
            one = self.settled[pick % len(self.settled)]
            (row,) = self.ask("SELECT site FROM settlement WHERE id = $1", one)
            fields = {"paid_on": PAID_ON, "method": Method.BANK, "reference": "R", "at": NOW}
            what = self.in_company(paying.pay_settlement, one, **fields)
            self.booked("pay settlement", row["site"], what)

    # Merging, double bookings, months

    @rule(who=WHO, other=WHO)
    def merge(self, who: int, other: int) -> None:
        kept, merged = self.cast.workers[who], self.cast.workers[other]
        what = merge_workers(self.cast.owner, KEYS, kept, merged, "one card", NOW)
        if who != other and (made := self.tried("merge", what)):
            self.merges.append((made, merged))
            self.book.kept[merged] = kept
            for one, into in self.book.kept.items():
                if into == merged:
                    self.book.kept[one] = kept
        elif who == other:
            what.close()

    @rule()
    def part(self) -> None:
        if self.merges:
            merge, merged = self.merges[-1]
            if self.tried("part", undo_merge(self.cast.owner, KEYS, merge, "two cards", NOW)):
                self.merges.pop()
                del self.book.kept[merged]
                rows = self.ask("SELECT id, merged_into FROM worker WHERE organisation = $1",
                             self.cast.organisation)  # fmt: skip
                self.book.kept = {
                    row["id"]: row["merged_into"] for row in rows if row["merged_into"]
                }

    @rule(pick=PICK)
    def let_both_stand(self, pick: int) -> None:
        months = [
            self.run(doubles_of_month(self.cast.owner, None, month.text, NOW)) for month in MONTHS
        ]
        doubles = [one for booked in months for one in booked.doubles if one.open]
        if doubles:
            one = doubles[pick % len(doubles)]
            what = self.in_company(resolve, one.id, one.mark, None, "night shift")
            if self.tried("both stand", what):
                claimed = self.book.claimed(one.worker, one.work_day)
                self.book.stand[one.worker, one.work_day] = claimed

    @rule(place=PLACE, month=st.integers(0, 1), closing=st.booleans())
    def close_or_reopen_month(self, place: int, month: int, closing: bool) -> None:
        what = close_month if closing else reopen_month
        first = MONTHS[month].first
        site, at = self.crews[place][0], self.tick()
        if self.tried(what.__name__, self.in_company(what, site, first, "said so", at=at)):
            if closing:
                self.book.put_on_paper((site, first), site, first)
            else:
                self.book.take_off_paper((site, first))

    @rule()
    def keep_totals(self) -> None:
        self.run(keep_up(self.cast.organisation))
