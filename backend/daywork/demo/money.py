"""What the office paid: last month’s wages, by a bank file on one site and singly on both."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.demo.days import Almanac
from daywork.demo.members import actor_of
from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.people import SITES
from daywork.ground.calendar import month_of
from daywork.ground.money import ZERO
from daywork.money import ledger_queries
from daywork.money.importing import book, bring
from daywork.money.paying import record_payments
from daywork.money.rules import Limit, Method, NewPayment
from daywork.money.service import agree_on_limit
from daywork.summary.owed import months_owed

LIMITS: Final = {"lake": Limit(Decimal(3000), 60), "park": Limit(Decimal(2500))}
BY_HAND: Final = 3
"""So many workers of a site are paid singly; of the second site, all that are."""
UNPAID: Final = 2
"""So many are still owed last month's wages."""

Due = tuple[ledger_queries.WorkerFacts, Decimal]


async def agree_on_limits() -> None:
    """What each site lends without a second look."""
    for site, limit in LIMITS.items():
        await agree_on_limit(actor_of("lin"), SITES[site].id, limit)


async def pay_last_month(today: date) -> None:
    """Pay most of what last month left outstanding, in the first ten days of this month."""
    first, last = month_of(today.replace(day=1) - timedelta(days=1))
    paid_on = today.replace(day=min(10, today.day))
    now = Almanac(today).instant(0, 9)
    for site in SITES:
        due = await _due(SITES[site].id, last)
        singly = due[:BY_HAND] if site == "lake" else due[: 2 * BY_HAND]
        await _pay_singly(SITES[site].id, singly, first, paid_on, now)
        if site == "lake" and len(due) > BY_HAND + UNPAID:
            await _pay_by_file(SITES[site].id, due[BY_HAND:-UNPAID], first, paid_on, now)


async def _due(site: UUID, until: date) -> list[Due]:
    owed: dict[UUID, Decimal] = {}
    for month in await months_owed(ORGANISATION, [site], until=until):
        owed[month.worker] = owed.get(month.worker, ZERO) + month.outstanding
    facts = await ledger_queries.workers_named(ORGANISATION, site, set(owed))
    return [(one, owed[worker]) for worker, one in facts.items() if owed[worker] > 0]


async def _pay_singly(
    site: UUID, due: Sequence[Due], month: date, paid_on: date, now: datetime
) -> None:
    payments = [
        NewPayment(
            name_of(f"payment {worker.id} {month}"),
            worker.id,
            paid_on,
            month,
            amount if place else (amount / 2).quantize(Decimal(1)),  # the first asked for half
            Method.CASH if place == 0 else Method.BANK,
            f"2{paid_on:%m%d}{place:05d}" if place else "",
        )
        for place, (worker, amount) in enumerate(due)
    ]
    await record_payments(actor_of("lin"), site, payments, now)


async def _pay_by_file(
    site: UUID, due: Sequence[Due], month: date, paid_on: date, now: datetime
) -> None:
    """As the bank gave it back: one account was closed, and that row is left out."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([f"代发工资结果 {month:%Y年%m月}"])
    rows.writerow(["序号", "工号", "户名", "实发金额（元）", "交易日期", "处理结果", "交易流水号"])
    for place, (worker, amount) in enumerate(due, 1):
        result = "失败：账户已销户" if place == len(due) else "交易成功"
        number = f"CCB{paid_on:%Y%m%d}{place:04d}"
        rows.writerow([place, worker.number, worker.name, amount, paid_on, result, number])
    actor = actor_of("lin")
    name = f"代发工资 {month:%Y-%m} 建设银行返回.csv"
    found = await bring(actor, site, name, text.getvalue().encode("gb18030"))
    await book(actor, found, for_month=month, paid_on=None, now=now)
