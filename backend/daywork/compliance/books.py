"""The tables that only the pack has, as Excel: numbers as numbers, totals that are ours."""

from collections.abc import Sequence
from decimal import Decimal

from daywork.chain.rules import code_of
from daywork.compliance.queries import ApprovedLine, Disputed, PhotoListed, Signed, WorkerPaper
from daywork.ground.money import ZERO
from daywork.money.workbook import Cell, Head, book_of
from daywork.register import words as register_words
from daywork.signatures.rules import Signing
from daywork.signatures.words import outcome_words
from daywork.wages.paying import Due
from daywork.wages.settlement_queries import Settlement
from daywork.wages.words import why_words
from daywork.web.figures import moment
from daywork.web.language import gettext as _


def lines_book(lines: Sequence[ApprovedLine], time_zone: str) -> bytes:
    """Approved sheets, line by line; what waits for a double booking earns nothing in the sum."""
    heads = [
        Head(_("Day"), 12, "day"),
        Head(_("Crew"), 18),
        Head(_("No."), 10),
        Head(_("Worker"), 14),
        Head(_("Task"), 26),
        Head(_("Approved 工"), 10, "number"),
        Head(_("Hours per 工"), 10, "number"),
        Head(_("Overtime, hours"), 10, "number"),
        Head(_("Rate"), 12, "money"),
        Head(_("Earned by 工"), 13, "money"),
        Head(_("Overtime pay"), 13, "money"),
        Head(_("Counts for pay"), 13, "money"),
        Head(_("Recorded by"), 12),
        Head(_("Approved by"), 12),
        Head(_("Approved on"), 18),
        Head(_("Sheet"), 38),
        Head(_("Version"), 8, "number"),
    ]

    def counts(line: ApprovedLine) -> Decimal:
        return ZERO if line.held else (line.earned or ZERO) + (line.overtime_earned or ZERO)

    rows: list[list[Cell]] = [
        [
            line.day,
            line.crew,
            line.number,
            line.name,
            line.task,
            line.man_days,
            line.hours_per_day,
            line.overtime_hours,
            line.rate_amount,
            line.earned,
            line.overtime_earned,
            counts(line),
            line.author,
            line.approved_by,
            moment(line.approved_at, time_zone, year=True) if line.approved_at else "",
            str(line.sheet),
            line.version,
        ]
        for line in lines
    ]
    total: list[Cell] = [None] * len(heads)
    total[1] = _("Total")
    total[5] = sum((line.man_days for line in lines), ZERO)
    total[7] = sum((line.overtime_hours for line in lines), ZERO)
    total[11] = sum((counts(line) for line in lines), ZERO)
    return book_of([(_("Approved sheets"), heads, rows, total)])


def payout_book(dues: Sequence[Due]) -> bytes:
    """What was signed for, paid and is left, by closed wage sheet; accounts masked."""
    heads = [
        Head(_("Month"), 10),
        Head(_("Crew"), 18),
        Head(_("No."), 10),
        Head(_("Worker"), 14),
        Head(_("Bank"), 18),
        Head(_("Account"), 24),
        Head(_("To be paid"), 14, "money"),
        Head(_("Still to be paid"), 14, "money"),
    ]
    rows: list[list[Cell]] = []
    for due in dues:
        rows += [
            [
                f"{due.version.month:%Y-%m}",
                due.version.crew_name or _("All crews"),
                line.person.number,
                line.person.name,
                line.person.bank_name,
                line.person.bank_mask,
                line.figures.payable,
                due.due(line),
            ]
            for line in due.lines
        ]
    total: list[Cell] = [None] * len(heads)
    total[1] = _("Total")
    total[6] = sum((line.figures.payable for due in dues for line in due.lines), ZERO)
    total[7] = sum((due.total for due in dues), ZERO)
    return book_of([(_("Pay-out"), heads, rows, total)])


def settlements_book(settlements: Sequence[Settlement]) -> bytes:
    """Who was settled with, to which day, and what was owed."""
    heads = [
        Head(_("Until"), 12, "day"),
        Head(_("Worker"), 14),
        Head(_("Why"), 20),
        Head(_("Version"), 8, "number"),
        Head(_("Earned"), 14, "money"),
        Head(_("Advances"), 14, "money"),
        Head(_("Paid"), 14, "money"),
        Head(_("To be paid"), 14, "money"),
    ]
    rows: list[list[Cell]] = [
        [
            one.until_day,
            one.person.name,
            why_words(one.why),
            one.version,
            one.figures.earned,
            one.figures.advances,
            one.figures.paid,
            one.payable,
        ]
        for one in settlements
    ]
    return book_of([(_("Settlements"), heads, rows, None)])


def signatures_book(
    signatures: Sequence[Signed], disputes: Sequence[Disputed], time_zone: str
) -> bytes:
    """Who signed what, or did not, and when; and the days that workers disputed."""
    kinds = {
        "sheet": _("Labour sheet"),
        "wages": _("Wage sheet"),
        "settlement": _("Settlement"),
        "cross_check": _("Cross-check"),
    }
    answers = {"confirmed": _("Confirmed"), "disputed": _("Disputed")}
    parties = {
        "client": _("Client"),
        "worker": _("Worker"),
        "contractor": _("Main contractor"),
    }
    heads = [
        Head(_("What"), 14),
        Head(_("Day"), 12, "day"),
        Head(_("Crew or worker"), 18),
        Head(_("Version"), 8, "number"),
        Head(_("Party"), 14),
        Head(_("Outcome"), 20),
        Head(_("Name"), 14),
        Head(_("Witness"), 14),
        Head(_("Signed on"), 20),
        Head(_("Record"), 38),
    ]
    rows: list[list[Cell]] = [
        [
            kinds[one.on],
            one.day,
            one.about,
            one.version or None,
            parties.get(one.party, one.party),
            answers.get(one.outcome) or outcome_words(Signing(one.outcome)),
            one.name,
            one.witness,
            moment(one.at, time_zone, year=True),
            str(one.document),
        ]
        for one in signatures
    ]
    return book_of(
        [
            (_("Signatures"), heads, rows, None),
            (_("Disputed days"), *_disputed(disputes, time_zone), None),
        ]
    )


def _disputed(disputes: Sequence[Disputed], time_zone: str) -> tuple[list[Head], list[list[Cell]]]:
    heads = [
        Head(_("Day"), 12, "day"),
        Head(_("Worker"), 14),
        Head(_("Recorded 工"), 12, "number"),
        Head(_("Recorded overtime, hours"), 14, "number"),
        Head(_("Claimed 工"), 12, "number"),
        Head(_("Claimed overtime, hours"), 14, "number"),
        Head(_("Why"), 30),
        Head(_("Said on"), 20),
        Head(_("Outcome"), 14),
        Head(_("Answer"), 30),
        Head(_("Answered by"), 14),
    ]
    outcomes = {"agreed": _("put right"), "declined": _("the record stands")}
    rows: list[list[Cell]] = [
        [
            one.day,
            one.worker,
            one.man_days,
            one.overtime_hours,
            one.claimed_man_days,
            one.claimed_overtime,
            f"{_('The whole month')}: {one.reason}" if one.whole_month else one.reason,
            moment(one.at, time_zone, year=True),
            outcomes.get(one.outcome or "", _("Not answered yet")),
            one.answer or "",
            one.answered_by,
        ]
        for one in disputes
    ]
    return heads, rows


def papers_book(papers: Sequence[WorkerPaper]) -> bytes:
    """Contracts and certificates."""
    certificates = register_words.certificates()
    heads = [
        Head(_("No."), 10),
        Head(_("Worker"), 14),
        Head(_("Paper"), 24),
        Head(_("Note"), 30),
        Head(_("Signed on"), 12, "day"),
        Head(_("Until"), 12, "day"),
    ]
    rows: list[list[Cell]] = [
        [
            one.number,
            one.name,
            _("Labour contract") if one.what == "contract" else certificates[one.what],
            one.detail,
            one.begins,
            one.ends,
        ]
        for one in papers
    ]
    return book_of([(_("Contracts and certificates"), heads, rows, None)])


def photos_book(photos: Sequence[PhotoListed], time_zone: str) -> bytes:
    """The index of photos: SHA-256 of the original's bytes, and the code that is checked at /v."""
    heads = [
        Head(_("Day"), 12, "day"),
        Head(_("Taken"), 20),
        Head(_("Received"), 20),
        Head(_("Recorded by"), 12),
        Head(_("Crew"), 18),
        Head(_("Note"), 24),
        Head(_("Bytes"), 12, "number"),
        Head("SHA-256", 66),
        Head(_("Check code"), 18),
        Head(_("Number"), 38),
    ]
    rows: list[list[Cell]] = [
        [
            one.day,
            moment(one.taken_at, time_zone, year=True) if one.taken_at else "",
            moment(one.received_at, time_zone, year=True),
            one.author,
            one.crew,
            one.note,
            one.size,
            one.sha256.hex(),
            code_of(one.code_hash) if one.code_hash else "",
            str(one.id),
        ]
        for one in photos
    ]
    return book_of([(_("Photos"), heads, rows, None)])
