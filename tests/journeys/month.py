"""What an October is made of: a list of workers with faults in it, and what the phones send."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from playwright.sync_api import Page

from daywork.ground.ids import new_id
from daywork.register.numbers import check_sign

HEADINGS = [
    "序号",
    "姓名",
    "身份证号",
    "手机号码",
    "班组",
    "工种",
    "进场日期",
    "合同签订日期",
    "合同期限至",
    "开户银行",
    "银行卡号",
]
PEOPLE = [
    ("张建国", "木工一班", "木工"),
    ("李春生", "木工一班", "木工"),
    ("吴金水", "木工一班", "木工"),
    ("徐海涛", "钢筋班", "钢筋工"),
    ("孙宝山", "钢筋班", "钢筋工"),
    ("韩百川", "杂工班", "普工"),
]

PUSH = """async (mutations) => {
    const token = document.cookie.match(/dw_csrf=([^;]+)/)[1];
    const answer = await fetch("/api/sync/push", {
        method: "POST",
        headers: { "content-type": "application/json", "x-csrf-token": decodeURIComponent(token) },
        body: JSON.stringify({ protocol: 1, build: "month", device_id: "month",
            sent_at: new Date().toISOString(), mutations }),
    });
    return (await answer.json()).results.map((one) => one.result);
}"""


def identity(place: int) -> str:
    """A valid number that belongs to nobody."""
    seventeen = f"320106{1970 + place}0315{11 + 2 * place:03d}"
    return seventeen + check_sign(seventeen)


def account(place: int) -> str:
    """A card number of 19 digits that passes Luhn's check."""
    eighteen = f"622848{place:012d}"
    doubled = [int(one) * (2 if at % 2 == 0 else 1) for at, one in enumerate(reversed(eighteen))]
    return eighteen + str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)


def list_of_workers(*, faults: bool = False) -> dict[str, Any]:
    """The Excel list as a file to choose; its faults are in the second, third and fourth row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["滨江花园二期工人花名册"])
    sheet.append(HEADINGS)
    for place, (name, crew, trade) in enumerate(PEOPLE):
        number, phone = identity(place), f"1380000{place:04d}"
        if faults and place == 1:
            number = number[:-1] + ("0" if number[-1] != "0" else "1")
        if faults and place == 2:
            phone = "13800"
        row = [place + 1, name, number, phone, "瓦工班" if faults and place == 3 else crew, trade]
        row += [date(2026, 9, 20), date(2026, 9, 18), date(2027, 9, 17), "农业银行", account(place)]
        sheet.append(row)
    data = BytesIO()
    book.save(data)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "花名册.xlsx", "mimeType": kind, "buffer": data.getvalue()}


def answer_of_the_bank(sent: str) -> dict[str, Any]:
    """The bank's file back, every payment done."""
    rows = list(csv.reader(StringIO(sent.removeprefix("\ufeff"))))
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([*rows[0], "交易日期", "流水号", "处理结果"])
    for place, row in enumerate(rows[1:]):
        writer.writerow([*row, "2026-11-15", f"JH{place:06d}", "成功"])
    return {
        "name": "代发结果.csv",
        "mimeType": "text/csv",
        "buffer": out.getvalue().encode("gb18030"),
    }


def sheet(
    site: str, crew: str, day: int, *lines: tuple[str, str, str, str], task: str | None = None
) -> dict[str, Any]:
    """A crew's day of October: worker, unit, amount and hours of overtime a line."""
    said = [
        {"id": str(new_id()), "worker": who, "unit": unit, "amount": much, "overtime_hours": more}
        for who, unit, much, more in lines
    ]
    payload = {"crew": crew, "task": task, "note": "", "lines": said, "reason": None}
    return mutation("labour.sheet", site, day, payload)


def mutation(kind: str, site: str, day: int, payload: dict[str, Any]) -> dict[str, Any]:
    """One thing a phone sends."""
    on = f"2026-10-{day:02d}"
    return {
        "id": str(new_id()),
        "type": kind,
        "v": 1,
        "entity_id": str(new_id()),
        "base_version": 0,
        "prev_id": None,
        "client_time": f"{on}T09:00:00Z",
        "payload": {"site": site, "work_day": on} | payload,
    }


def send(page: Page, *mutations: dict[str, Any]) -> None:
    """Push as the phone on whose screen the page is."""
    results = page.evaluate(PUSH, list(mutations))
    assert results == ["applied"] * len(mutations), results
