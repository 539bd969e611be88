"""How the columns of a bank's file are known: by their headings, in Chinese or English. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


HEAD_WITHIN: Final = 40
"""The headings stand in one of the first rows."""

HEADINGS_UNKNOWN = ProblemKind(
    "bank_headings_unknown",
    422,
    _("The columns of this file are not recognised"),
    _(
        "One row must name them: the amount (金额), and the worker’s number (工号) or name (姓名 or"
        " 户名)."
    ),
)


class Column(StrEnum):
    """What a column is about."""

    NUMBER = "number"
    NAME = "name"
    ACCOUNT = "account"
    AMOUNT = "amount"
    PAID_ON = "paid_on"
    REFERENCE = "reference"
    STATUS = "status"
    NOTE = "note"


HEADINGS: Final[Mapping[Column, Sequence[str]]] = {
    Column.NUMBER: (
        "工号", "员工编号", "员工工号", "人员编号", "人员工号", "工人编号", "职工编号", "编号",
        "worker number", "worker no", "employee number", "employee no", "employee id", "staff no",
        "staff id", "worker id",
    ),
    Column.NAME: (
        "姓名", "户名", "收款人姓名", "收款人户名", "收款人名称", "收款人", "收款户名",
        "收款方户名", "收款方名称", "收款方", "收款账户名称", "对方户名", "对方账户名称",
        "对方名称", "账户名称", "账户名", "员工姓名", "人员姓名", "工人姓名", "职工姓名",
        "name", "payee", "payee name", "account name", "beneficiary", "beneficiary name",
        "worker", "worker name", "employee name", "employee", "recipient",
    ),
    Column.ACCOUNT: (
        "账号", "帐号", "卡号", "银行卡号", "银行账号", "收款账号", "收款帐号", "收款人账号",
        "收款人帐号", "收款人卡号", "收款方账号", "对方账号", "对方帐号", "工资卡号", "代发账号",
        "account", "account number", "account no", "card number", "card no", "payee account",
        "beneficiary account", "beneficiary account number", "bank account",
    ),
    Column.AMOUNT: (
        "金额", "交易金额", "发放金额", "实发金额", "实发工资", "代发金额", "转账金额", "付款金额",
        "支付金额", "发生额", "支出金额", "支出", "借方发生额", "借方金额", "成功金额", "工资",
        "应发金额", "amount", "amount paid", "paid amount", "paid", "payment amount",
        "transfer amount", "net pay", "debit", "debit amount",
    ),
    Column.PAID_ON: (
        "交易日期", "日期", "付款日期", "支付日期", "发放日期", "代发日期", "转账日期",
        "入账日期", "记账日期", "处理日期", "交易时间", "发放时间", "处理时间", "date",
        "payment date",
        "paid on", "value date", "transaction date", "booking date", "posting date",
    ),
    Column.REFERENCE: (
        "流水号", "交易流水号", "银行流水号", "核心流水号", "业务流水号", "明细流水号", "凭证号",
        "交易凭证号", "回单编号", "回单号", "电子回单号", "电子回单编号", "参考号", "交易参考号",
        "业务参考号", "业务编号", "指令编号", "交易号", "批次号", "reference", "reference number",
        "reference no", "ref", "ref no", "bank reference", "transaction id", "transaction number",
        "transaction no", "transaction reference", "serial number", "txn id", "voucher no",
        "batch no",
    ),
    Column.STATUS: (
        "状态", "交易状态", "处理状态", "发放状态", "处理结果", "交易结果", "发放结果", "返回信息",
        "结果", "status", "result", "transaction status", "payment status",
    ),
    Column.NOTE: (
        "摘要", "备注", "附言", "用途", "remark", "remarks", "note", "purpose", "description",
        "narrative",
    ),
}  # fmt: skip
"""In each list the surer heading comes first: where two columns fit, the one named earlier wins."""


def _plain(heading: Any) -> str:
    """A heading without what banks put around it: ``实发金额（元）`` → ``实发金额``."""
    text = unicodedata.normalize("NFKC", str(heading or "")).casefold()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text)
    text = re.sub(r"[_\-./:*#\s]+", " ", text).strip()
    return text if text.isascii() else text.replace(" ", "")


_PLACES: Final = {
    _plain(heading): (column, place)
    for column, headings in HEADINGS.items()
    for place, heading in enumerate(headings)
}


def columns_in(
    rows: Sequence[Sequence[Any]],
) -> tuple[int, dict[Column, int], dict[str, str]]:
    """Which row has the headings (from 0), where each column stands, and what it was called there.

    Raises:
        Problem: ``bank_headings_unknown``.
    """
    best: tuple[int, dict[Column, int]] = (0, {})
    for at, row in enumerate(rows[:HEAD_WITHIN]):
        found: dict[Column, tuple[int, int]] = {}
        for place, cell in enumerate(row):
            known = _PLACES.get(_plain(cell))
            if known is not None and known[1] < found.get(known[0], (len(_PLACES), 0))[0]:
                found[known[0]] = (known[1], place)
        if len(found) > len(best[1]):
            best = (at, {column: place for column, (_rank, place) in found.items()})
    at, columns = best
    if Column.AMOUNT not in columns or not {Column.NUMBER, Column.NAME} & columns.keys():
        raise HEADINGS_UNKNOWN()
    headings = {
        column.value: " ".join(str(rows[at][place]).split())[:60]
        for column, place in columns.items()
    }
    return at, columns, headings
