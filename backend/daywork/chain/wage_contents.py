"""What links about wages say: the rows themselves, column by column.

Beside :mod:`daywork.chain.contents` because a wage sheet has many columns and no shape of its own:
its rows never change, so they are spelled as they are read.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from daywork.chain.rules import Happening, instant, sha256_of

WAGES: Final = "wages.sheet"
"""A version of a wage sheet, with every figure of every worker."""
SETTLEMENT: Final = "wages.settlement"
WAGE_SIGNATURE: Final = "wages.signature"
"""A worker signed a version of a wage sheet or a settlement, would not, or was not there."""
WAGE_PAPER: Final = "wages.paper"
"""The signed paper was uploaded."""
CROSS_CHECK: Final = "crosscheck.answer"
"""A worker confirmed the days of a month, or disputed some."""
DISPUTE_ANSWER: Final = "crosscheck.dispute"
"""What a worker claimed of a day or a month, and what the office answered."""

WAGE_KINDS: Final = (WAGES, SETTLEMENT, WAGE_SIGNATURE, WAGE_PAPER, CROSS_CHECK, DISPUTE_ANSWER)


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PERSON: Final = "worker name number trade crews phone identity_mask bank_name bank_mask"
_AMOUNTS: Final = """labour overtime piecework monthly allowances deductions
    earned advances paid payable"""

LINE_COLUMNS: Final = _columns(f"""{_PERSON} position days man_days hours
    overtime_workday overtime_rest overtime_holiday rates {_AMOUNTS} items""")
"""Of ``wage_line``."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    WAGES: _columns("""id site crew month version reason employer site_name crew_name currency
        hours_per_day pay_day warnings workers man_days overtime_hours
        earned advances paid payable closed_by closed_at"""),
    SETTLEMENT: _columns(f"""id site version reason batch until_day why employer site_name currency
        {_PERSON} first_day last_day man_days overtime_hours
        {_AMOUNTS} months warnings closed_by closed_at"""),
    WAGE_SIGNATURE: _columns("""id site sheet settlement worker outcome name witness note strokes
        paper taken_by at"""),
    WAGE_PAPER: _columns("""id site sheet settlement name media_type bytes sha256
        uploaded_by at"""),
    CROSS_CHECK: _columns("""id site worker month outcome name strokes shown shown_sha256 claims
        link taken_by at mutation device signed_at clock_doubtful"""),
    DISPUTE_ANSWER: _columns("""id site cross_check worker work_day whole_month man_days
        overtime_hours claimed_man_days claimed_overtime reason at
        outcome answer answered_by answered_at"""),
}
"""Of each kind's table: what is chained, in this order; jsonb as Postgres writes it out. Like the
hash of a link, an order that has been released stays."""

TABLES: Final[Mapping[str, str]] = {
    WAGES: "wage_sheet",
    SETTLEMENT: "settlement",
    WAGE_SIGNATURE: "wage_signature",
    WAGE_PAPER: "wage_paper",
    CROSS_CHECK: "cross_check",
    DISPUTE_ANSWER: "cross_check_dispute",
}
CHAINED: Final[Mapping[str, str]] = {DISPUTE_ANSWER: "outcome IS NOT NULL"}
"""SQL: which rows of a table are chained at all; without one, each. A dispute that nobody has
answered may still change; what the worker said is chained with his own answer."""


def wage_happening(
    kind: str, row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] = ()
) -> Happening:
    """The link to be of a row as it was read by :data:`COLUMNS`, with its lines if it has any."""
    content = sha256_of(
        kind,
        [_spelled(row[name]) for name in COLUMNS[kind]],
        [
            [_spelled(line[name]) for name in LINE_COLUMNS]
            for line in sorted(lines, key=lambda line: line["position"])
        ],
    )
    return Happening(row["site"], kind, row["id"], row.get("version", 0), content)


def _spelled(value: Any) -> Any:
    """One spelling of a column's value; amounts keep the decimals of their column."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    return str(value)
