"""The register's words, in the language now spoken."""

from datetime import date

from daywork.register.judging import Fault, Outcome, RowFault
from daywork.register.lists import CellFault, Column
from daywork.register.numbers import Paper, Sex
from daywork.register.rules import CertificateKind, Doubt, Field, How, Lack, Purpose, Show
from daywork.web.language import gettext as _
from daywork.web.problems import told


def papers() -> dict[str, str]:
    """Kinds of identity papers."""
    return {
        Paper.RESIDENT: _("Resident identity card"),
        Paper.RESIDENCE_PERMIT: _("Residence permit for Hong Kong, Macau and Taiwan"),
        Paper.HK_MO_PERMIT: _("Mainland travel permit, Hong Kong and Macau"),
        Paper.TW_PERMIT: _("Mainland travel permit, Taiwan"),
        Paper.PASSPORT: _("Passport"),
        Paper.PERMANENT_RESIDENCE: _("Foreigner’s permanent residence card"),
        Paper.OTHER: _("Another paper"),
    }


def certificates() -> dict[str, str]:
    """Work that needs a paper."""
    return {
        CertificateKind.ELECTRICIAN: _("Electrician"),
        CertificateKind.WELDER: _("Welder"),
        CertificateKind.SCAFFOLDER: _("Scaffolder"),
        CertificateKind.WORK_AT_HEIGHT: _("Work at height"),
        CertificateKind.CRANE: _("Crane driver"),
        CertificateKind.SIGNALLER: _("Signaller and slinger"),
        CertificateKind.HOIST: _("Hoist driver"),
        CertificateKind.RIGGER: _("Erecting and dismantling"),
        CertificateKind.GONDOLA: _("Suspended platform"),
        CertificateKind.OTHER: _("Another certificate"),
    }


def purposes() -> dict[str, str]:
    """Why a number is looked at in full."""
    return {
        Purpose.WAGES: _("Wage sheet"),
        Purpose.BANK: _("Transfer by the bank"),
        Purpose.AUTHORITY: _("Report to the authorities"),
        Purpose.CONTRACT: _("Labour contract"),
        Purpose.INSURANCE: _("Insurance or an accident"),
        Purpose.CORRECTION: _("Checking against the paper"),
        Purpose.OTHER: _("Another purpose, written below"),
    }


def lack(of: Lack) -> str:
    """What an entry should have."""
    return {
        Lack.NUMBER: _("Identity number"),
        Lack.BANK: _("Bank account"),
        Lack.PHONE: _("Phone"),
        Lack.CONTRACT: _("Labour contract"),
    }[of]


def doubt(of: Doubt) -> str:
    """What somebody should look at."""
    return {
        Doubt.CONTRACT_ENDED: _("The contract has ended"),
        Doubt.PAPER_ENDED: _("A certificate has run out"),
        Doubt.PAPER_ENDING: _("A certificate runs out soon"),
        Doubt.SAME_NUMBER: _("Same identity number as another worker"),
        Doubt.SAME_ACCOUNT: _("Same bank account as another worker"),
    }[of]


def shows() -> dict[Show, str]:
    """The views of a site's register."""
    return {
        Show.PRESENT: _("At work"),
        Show.MISSING: _("Missing"),
        Show.DOUBTS: _("To check"),
        Show.LEFT: _("Left"),
    }


def fields(of: tuple[str, ...]) -> str:
    """What was looked at."""
    known = {
        Field.NUMBER: _("Identity number"),
        Field.BANK: _("Bank account"),
        Field.ADDRESS: _("Address"),
    }
    return " · ".join(known[field] for field in Field if field in of)


def how(of: str) -> str:
    """What the numbers went into."""
    return {
        How.SCREEN: _("on the screen"),
        How.EXCEL: _("into Excel"),
        How.PRINT: _("onto paper"),
        How.FILE: _("into a file"),
    }[How(of)]


def sex(of: Sex | None) -> str:
    """As the number says."""
    return {Sex.MALE: _("male"), Sex.FEMALE: _("female"), None: ""}[of]


def contract_until(signed_on: date | None, ends_on: date | None, day: str) -> str:
    """How long a contract holds; ``day`` is its end as it is written."""
    if signed_on is None:
        return ""
    return day if ends_on else _("until the work is done")


# Lists brought in


def columns() -> dict[str, str]:
    """What a list can say of a worker, as its headings are called in the template."""
    return {
        Column.NAME: _("Full name"),
        Column.NUMBER: _("Number"),
        Column.PAPER: _("Paper"),
        Column.IDENTITY: _("Identity number"),
        Column.PHONE: _("Phone"),
        Column.CREW: _("Crew"),
        Column.TRADE: _("Trade"),
        Column.JOINED: _("Joined on"),
        Column.LEFT: _("Left on"),
        Column.SIGNED: _("Contract signed"),
        Column.ENDS: _("Contract until"),
        Column.BANK_NAME: _("Bank"),
        Column.BANK: _("Bank account"),
        Column.ADDRESS: _("Address"),
    }


def papers_named() -> dict[str, Paper]:
    """Kinds of papers by every name a list may call them."""
    named = {text: Paper(kind) for kind, text in papers().items()}
    named |= {str(kind): kind for kind in Paper}
    return named | {
        "居民身份证": Paper.RESIDENT,
        "身份证": Paper.RESIDENT,
        "二代身份证": Paper.RESIDENT,
        "港澳台居民居住证": Paper.RESIDENCE_PERMIT,
        "港澳居民来往内地通行证": Paper.HK_MO_PERMIT,
        "回乡证": Paper.HK_MO_PERMIT,
        "台湾居民来往大陆通行证": Paper.TW_PERMIT,
        "台胞证": Paper.TW_PERMIT,
        "护照": Paper.PASSPORT,
        "外国人永久居留身份证": Paper.PERMANENT_RESIDENCE,
        "其他": Paper.OTHER,
    }


def outcomes() -> dict[Outcome, str]:
    """What a row comes to."""
    return {
        Outcome.FAULT: _("With faults"),
        Outcome.NEW: _("New workers"),
        Outcome.CHANGED: _("Changed"),
        Outcome.SAME: _("Unchanged"),
    }


def list_fault(fault: Fault) -> str:
    """What is wrong with a cell, and what would fix it."""
    if fault.problem is not None:
        said = told(fault.problem)
        return _("%(what)s. %(fix)s", what=said["title"], fix=said["fix"])
    about = fault.about
    texts = {
        RowFault.MISSING: _("is missing"),
        RowFault.NOT_A_PHONE: _("“%(about)s” is not a phone number", about=about),
        RowFault.CREW_UNKNOWN: _("the site has no crew “%(about)s”", about=about),
        RowFault.TRADE_UNKNOWN: _("there is no trade “%(about)s”", about=about),
        RowFault.PAPER_UNKNOWN: _("“%(about)s” is no kind of paper known here", about=about),
        RowFault.ORDER: _("lies before the beginning"),
        RowFault.TWICE_IN_LIST: _("the same person stands in row %(about)s", about=about),
        RowFault.OTHER_NUMBER: _(
            "the worker of this name has another identity number: correct it on his page, or tell"
            " the two apart by a number after the name"
        ),
        RowFault.OTHER_NAME: _("with this number %(about)s is known", about=about),
        RowFault.SEVERAL: _(
            "more than one worker could be meant: put “Known twice” in order first"
        ),
        CellFault.FORMULA: _("is a formula: paste its value instead"),
        CellFault.ERROR: _("“%(about)s” is a fault of the spreadsheet", about=about),
        CellFault.TOO_LONG: _("is too long"),
        CellFault.NOT_A_DAY: _("“%(about)s” is not a day", about=about),
    }
    return texts[fault.kind] if fault.kind is not None else ""


def list_doubt(_of: str) -> str:
    """What is odd about a row and kept nevertheless."""
    return _("the bank card’s check digit does not fit")
