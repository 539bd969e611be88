"""How this room speaks: methods, faults of a bank file, lines of the ledger."""

from collections.abc import Mapping
from typing import Final

from daywork.money.bank_file import CellFault, Fault
from daywork.money.bank_headings import Column
from daywork.money.ledger import Item, Kind
from daywork.money.rules import Handed, Method
from daywork.web import figures
from daywork.web.language import gettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


_METHODS: Final[Mapping[str, str]] = {
    Method.BANK: _("Bank transfer"),
    Method.CASH: _("Cash"),
    Method.CONTRACTOR: _("Paid by the main contractor"),
}
_HANDED: Final[Mapping[str, str]] = {Handed.CASH: _("Cash"), Handed.TRANSFER: _("Transfer")}

_COLUMNS: Final = {
    Column.NUMBER: _("Worker’s number"),
    Column.NAME: _("Name"),
    Column.ACCOUNT: _("Account"),
    Column.AMOUNT: _("Amount"),
    Column.PAID_ON: _("Paid on"),
    Column.REFERENCE: _("Reference"),
    Column.STATUS: _("Result"),
    Column.NOTE: _("Note"),
}
_FAULTS: Final = {
    Fault.MISSING: _("missing"),
    Fault.NOT_AN_AMOUNT: _("“%(about)s” is not an amount above zero with two decimals"),
    Fault.NOT_A_DAY: _("“%(about)s” is not a day"),
    Fault.RESULT_UNKNOWN: _("“%(about)s” says neither that it was paid nor that it failed"),
    Fault.NOBODY: _("nobody on this site’s roster is “%(about)s”"),
    Fault.SEVERAL: _("several workers are “%(about)s”: add the worker’s number or the account"),
    Fault.OTHER_NAME: _("this number belongs to %(about)s"),
    Fault.OTHER_ACCOUNT: _("the register knows an account that ends in %(about)s"),
    Fault.IN_FUTURE: _("%(about)s has not come yet"),
    Fault.REFERENCE_BOOKED: _("booked already: %(about)s"),
    Fault.REFERENCE_TWICE: _("twice for this worker in this file: %(about)s"),
}


def method_words(method: str) -> str:
    """How pay reached the worker."""
    return gettext(_METHODS[method])


def methods() -> list[tuple[str, str]]:
    """Methods to choose from, in the reader's language."""
    return [(method, gettext(words)) for method, words in _METHODS.items()]


def handed_words(handed: str) -> str:
    """How an advance was handed over."""
    return gettext(_HANDED[handed])


def column_words(column: str) -> str:
    """What a column of a bank file is about."""
    return gettext(_COLUMNS[Column(column)])


def fault_words(fault: CellFault) -> str:
    """``Amount: “12.345” is not an amount …``."""
    said = gettext(_FAULTS[fault.fault], about=fault.about)
    return gettext(_("%(column)s: %(fault)s"), column=column_words(fault.column), fault=said)


def kind_words(item: Item) -> str:
    """What a line of the ledger is."""
    if item.kind is Kind.EARNED:
        return gettext(_("Earned in %(month)s"), month=figures.month(item.day))
    if item.kind is Kind.ADVANCE:
        return gettext(_("Advance, %(how)s"), how=handed_words(item.how))
    return gettext(_("Payment, %(how)s"), how=method_words(item.how))


def state_words(item: Item) -> str:
    """Why a line moves nothing; empty when it counts."""
    return "" if item.counts else entry_state_words(item.state)


def entry_state_words(state: str) -> str:
    """Where a record stands."""
    return {
        "approved": gettext(_("Approved")),
        "void": gettext(_("Void")),
        "returned": gettext(_("Returned")),
    }.get(state, gettext(_("Waiting")))
