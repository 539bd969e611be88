"""The pay-out file for the bank, and the transfer list for whoever pays for the crew. Pure.

A bank's upload reads a table of text: number, name, account, bank, amount, remark. Account numbers
have up to nineteen digits and must never pass through a spreadsheet as numbers; names are what
people typed and must never become a formula in one.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from typing import Final
from uuid import UUID

from daywork.ground.money import ZERO


class Spelling(StrEnum):
    """How the file's characters are written."""

    GB18030 = "gb18030"
    """What Chinese banks' upload pages and an older Excel read."""
    UTF8 = "utf-8-sig"
    """UTF-8 with the mark by which Excel knows it."""


@dataclass(frozen=True, slots=True)
class PayOut:
    """One transfer. ``account`` is the whole number."""

    worker: UUID
    name: str
    account: str
    bank: str
    amount: Decimal
    identity: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who cannot be paid by the file, and what he is owed."""

    worker: UUID
    name: str
    amount: Decimal
    why: str
    """``no_account``, ``nothing_due`` or ``paid``."""


HEADINGS: Final = ("序号", "户名", "账号", "开户行", "金额", "附言")
"""As the banks' own templates have them, whatever the reader's language."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one with such a beginning is quoted."""
    told = " ".join(text.split())
    return f"'{told}" if told.startswith(_FORMULA) else told


def remark(month: date, site: str) -> str:
    """What the worker's statement says: ``2026年03月工资 滨江一号``; banks take 30 signs."""
    return f"{month:%Y}年{month:%m}月工资 {site}"[:30]


def total_of(pay_outs: list[PayOut]) -> Decimal:
    """The sum of all transfers."""
    return sum((one.amount for one in pay_outs), ZERO)


def pay_out_file(pay_outs: list[PayOut], said: str, spelling: Spelling) -> bytes:
    """The file, without a line of totals: a bank would take it for a transfer."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for number, one in enumerate(pay_outs, 1):
        writer.writerow(
            [
                number,
                plain(one.name),
                one.account,
                plain(one.bank),
                f"{one.amount:.2f}",
                plain(said),
            ]
        )
    return target.getvalue().encode(spelling.value)
