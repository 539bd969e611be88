"""The cross-check of last month: some have signed, one still disputes a day, one was answered."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from daywork.approvals.disputes import answer
from daywork.crosscheck.answer_queries import open_disputes
from daywork.crosscheck.link_queries import links_of
from daywork.crosscheck.opening import Browser, confirm, dispute, month_of_link
from daywork.crosscheck.rules import Claim
from daywork.crosscheck.service import ask
from daywork.demo.days import Almanac
from daywork.demo.members import actor_of
from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.people import SITES, WORKERS
from daywork.ground.database import company_transaction

SITE: Final = "lake"
SIGNED: Final = ("王建军", "李国强", "张志明")
DISPUTES: Final = (
    ("刘宝山", "那天加班到晚上八点，带班的也在"),
    ("陈永福", "下午卸钢管，多干了两个小时"),
)
"""The first is answered, the second waits."""
LOOKS: Final = ("杨德胜", "黄金水")
"""Asked, and silent."""
PHONE: Final = Browser("", "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/120 Mobile")


async def cross_check(almanac: Almanac) -> None:
    """Ask, and let some answer. Runs once: a month that was asked about is left alone."""
    site = SITES[SITE].id
    at = almanac.instant(0, 7, 40)
    month = almanac.day(0).replace(day=1) - timedelta(days=1)
    async with company_transaction(ORGANISATION):
        if await links_of(ORGANISATION, site, month.replace(day=1)):
            return
    names = {WORKERS[name].id: name for name in (*SIGNED, *(who for who, _ in DISPUTES), *LOOKS)}
    asked = await ask(actor_of("lin"), site, f"{month:%Y-%m}", at, workers=names)
    links = {names[made.person.worker]: made.link for made in asked.made}
    for number, name in enumerate((one for one in SIGNED if one in links), 1):
        found = await month_of_link(links[name], at)
        await confirm(
            links[name],
            name_of(f"cross-check {name}"),
            content=found.content,
            name=name,
            strokes="",
            browser=PHONE,
            now=at + timedelta(minutes=number),
        )
    for who, reason in DISPUTES:
        if who not in links:
            continue
        found = await month_of_link(links[who], at)
        day = [one for one in found.days if one.recorded][-1]
        claim = Claim(day.day, day.recorded, day.overtime + Decimal(2), reason)
        await dispute(links[who], name_of(f"cross-check {who}"), claim, browser=PHONE, now=at)
    async with company_transaction(ORGANISATION):
        waiting, _in_all = await open_disputes(ORGANISATION, [site])
    for one in waiting:
        if one.worker_name == DISPUTES[0][0]:
            await answer(
                actor_of(SITES[SITE].supervisor),
                one.id,
                "declined",
                "门禁记录六点离场，当天加班按记录",
                at + timedelta(minutes=20),
            )
