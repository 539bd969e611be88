"""Numbers people carry: identity papers and bank accounts, and what can be wrong with them. Pure.

A resident's number (GB 11643-1999, 公民身份号码) is six digits of the region it was given in, eight
of the day of birth, three of a sequence (odd for men) and one sign that checks the rest: ISO 7064
MOD 11-2, where X stands for ten. A mistyped digit or two that were swapped never pass it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class Paper(StrEnum):
    """The kinds of identity papers a site meets."""

    RESIDENT = "resident"  # 居民身份证
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    HK_MO_PERMIT = "hk_mo_permit"  # 港澳居民来往内地通行证
    TW_PERMIT = "tw_permit"  # 台湾居民来往大陆通行证
    PASSPORT = "passport"  # 护照
    PERMANENT_RESIDENCE = "permanent_residence"  # 外国人永久居留身份证
    OTHER = "other"


class Sex(StrEnum):
    """As the number says."""

    MALE = "male"
    FEMALE = "female"


NUMBER_LENGTH = ProblemKind(
    "identity_length",
    422,
    _("An identity number has 18 signs, not %(count)s"),
    _("Count along on the card: one is missing or too many."),
)
NUMBER_OLD = ProblemKind(
    "identity_old",
    422,
    _("This is an old number of 15 digits"),
    _("Such cards are not valid any more. The new card has 18 signs: take them from it."),
)
NUMBER_SIGNS = ProblemKind(
    "identity_signs",
    422,
    _("An identity number is 17 digits and a digit or X"),
    _("A letter stands where a digit belongs, for instance O for 0 or l for 1."),
)
NUMBER_REGION = ProblemKind(
    "identity_region",
    422,
    _("No region has the number %(region)s"),
    _("The first two digits say the province: look at them again."),
)
NUMBER_DATE = ProblemKind(
    "identity_date",
    422,
    _("%(digits)s in the middle is no day of birth"),
    _("The 7th to the 14th digit are year, month and day: look at them again."),
)
NUMBER_CHECKSUM = ProblemKind(
    "identity_checksum",
    422,
    _("The last sign does not fit the 17 before it"),
    _("A digit is mistyped or two are swapped: compare each one with the card."),
)
NUMBER_ROUNDED = ProblemKind(
    "identity_rounded",
    422,
    _("Excel has made a number of it and lost its last digits"),
    _("Format the column as text, then type the number again: it cannot be brought back."),
)
PAPER_NUMBER = ProblemKind(
    "paper_number",
    422,
    _("Such a paper’s number looks different"),
    _("Look at the kind of paper and at the number again."),
)
BANK_NUMBER = ProblemKind(
    "bank_number",
    422,
    _("A bank account is 8 to 30 digits"),
    _("Take the number from the card or the bank’s paper, without letters."),
)

_PROVINCES: Final = (
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
)
_REGIONS: Final = frozenset(str(province) for province in _PROVINCES)
_RESIDENCE_REGIONS: Final = frozenset({"81", "82", "83"})
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"

_SHAPES: Final = {
    Paper.HK_MO_PERMIT: re.compile(r"[HMC]\d{8}(\d{2})?"),
    Paper.TW_PERMIT: re.compile(r"\d{8}|\d{10}[A-Z]?"),
    Paper.PASSPORT: re.compile(r"(?=.*\d)[A-Z0-9]{6,15}"),
    Paper.PERMANENT_RESIDENCE: re.compile(r"[A-Z]{3}\d{12}|9\d{16}[\dX]"),
    Paper.OTHER: re.compile(r"[A-Z0-9]{4,30}"),
}


def tidy(typed: str) -> str:
    """Full-width signs, spaces and dashes do not matter; letters are capital."""
    plain = unicodedata.normalize("NFKC", typed).upper().replace("×", "X")
    return re.sub(r"[\s\-–—·'’`]+", "", plain)


def check_sign(seventeen: str) -> str:
    """The 18th sign of an identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def read_number(paper: Paper, typed: str, today: date) -> str:
    """A paper's number as it is kept.

    Raises:
        Problem: ``identity_…`` for a resident's, saying what is wrong with it; ``paper_number``
            for another paper's of a shape it cannot have.
    """
    number = tidy(typed)
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+|\d{18}\.0+", number):
        raise NUMBER_ROUNDED()
    if paper in (Paper.RESIDENT, Paper.RESIDENCE_PERMIT):
        _check_resident(number, today, _RESIDENCE_REGIONS if paper != Paper.RESIDENT else _REGIONS)
    elif not _SHAPES[paper].fullmatch(number):
        raise PAPER_NUMBER()
    return number


def _check_resident(number: str, today: date, regions: frozenset[str]) -> None:
    if len(number) == 15 and number.isdecimal():
        raise NUMBER_OLD()
    if len(number) != 18:
        raise NUMBER_LENGTH(count=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise NUMBER_SIGNS()
    if number[:2] not in regions:
        raise NUMBER_REGION(region=number[:2])
    born = _born(number)
    if born is None or born > today or today.year - born.year > 120:
        raise NUMBER_DATE(digits=number[6:14])
    if check_sign(number[:17]) != number[17]:
        raise NUMBER_CHECKSUM()


def _born(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Said:
    """What a resident's number says of its holder."""

    born: date
    sex: Sex

    def age_on(self, day: date) -> int:
        """Full years."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


def said_by(paper: str, number: str) -> Said | None:
    """Day of birth and sex, or None where the number does not say."""
    if paper not in (Paper.RESIDENT, Paper.RESIDENCE_PERMIT) or len(number) != 18:
        return None
    born = _born(number)
    if born is None:
        return None
    return Said(born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


YOUNGEST: Final = 16
"""Nobody younger may be employed (Labour Law of the PRC, art. 15)."""
OLDEST: Final = 60
"""Most sites may let nobody older do heavy work; a doubt, not a refusal."""


def read_account(typed: str) -> str:
    """A bank account as it is kept.

    Raises:
        Problem: ``identity_rounded`` when Excel spoilt it; ``bank_number``.
    """
    number = tidy(typed)
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+|\d{16,}\.0+", number):
        raise NUMBER_ROUNDED()
    if not re.fullmatch(r"[0-9]{8,30}", number):
        raise BANK_NUMBER()
    return number


def is_card(account: str) -> bool:
    """Whether it has the length and beginning of a bank card, which carries a check digit."""
    return 15 <= len(account) <= 19 and account[0] in "3456" and account.isdecimal()


def passes_luhn(account: str) -> bool:
    """The check digit of bank cards (ISO/IEC 7812-1). Plain accounts have none."""
    total = 0
    for place, digit in enumerate(reversed(account)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
