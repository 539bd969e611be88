"""An office lives October in a browser, from an empty company to the last signature.

Every figure was worked out by hand. Site 滨江 has 9 hours to a 工 and pays overtime by agreement,
6 hours to a 工; its carpenters earn 300 a 工 and 50 an hour until the 15th, then 320 and 55.

张建国: the 1st (National Day), 12th + 2 h and 15th at 300; 16th, half the 18th and 31st + 2 h at
320: 900 + 800 + 100 + 110 = 1,910, an allowance of 100, less an advance of 500: 1,510.
李春生: the same days without overtime; the 31st was half a day until he said so: 1,700 + 100.
吴金水: 5.5 工 of 9 hours at 36 an hour: 1,782 + 100.
徐海涛: 330 a 工: the 12th, half the 15th + 3 h (165 + 165), and ⅔ of 10 t at 120: 1,460.
孙宝山: the same with ⅓ of the piece: 1,060. 韩百川: 8,700 a month ÷ 21.75 × 2 days = 800.
钱小宝, on site 厂房 of 8 hours by statute, 26 an hour: four days 832, National Day + 416, Sunday
the 11th + 208, three hours of overtime × 150 % = 117, and the 10th, a Saturday worked in exchange,
+ 0: 1,573.
"""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys import month
from tests.journeys.desk import Office, approve_all, download, press
from tests.journeys.test_signing import draw
from tests.rescue.hands import picture
from tests.support.browser import Phone, under_the_worker
from tests.support.database import value
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WOOD = ("张建国", "李春生", "吴金水")


@pytest.fixture
def office(app_server: Server, new_phone: Callable[..., Phone]) -> Office:
    return Office(app_server, new_phone)


def found_the_sites(office: Office, page: Page) -> None:
    for name, hours, rest in (("滨江花园二期", "9", "7"), ("高新科技厂房", "8", "67")):
        page.goto(f"{office.url}/settings/sites/new")
        page.fill("[name=name]", name)
        page.fill("[name=hours_per_day]", hours)
        page.fill("[name=overtime_hours_per_man_day]", "6")
        for day in "1234567":
            page.set_checked(f"[name=rest_weekdays][value='{day}']", day in rest)
        press(page, "保存")
    office.named("site")
    near, far = office.ids["滨江花园二期"], office.ids["高新科技厂房"]
    for name, login, roles in (
        ("王敏", "+8613911110002", {near: "office", far: "office"}),
        ("李国强", "+8613911110003", {near: "supervisor", far: "supervisor"}),
        ("周大勇", "+8613911110004", {near: "foreman", far: "foreman"}),
    ):
        office.company.member(name, login, roles, language="zh-CN")
    for name in ("木工", "钢筋工", "普工"):
        page.goto(f"{office.url}/settings/trades")
        page.fill("[name=name]", name)
        press(page, "添加")
    for site, crew in ((near, "木工一班"), (near, "钢筋班"), (near, "杂工班"), (far, "厂房普工班")):
        page.goto(f"{office.url}/settings/sites/{site}/crews/new")
        page.fill("[name=name]", crew)
        page.select_option("[name=foreman]", label="周大勇")
        press(page, "保存")
    page.goto(f"{office.url}/settings/sites/{near}/tasks/new")
    page.fill("[name=code]", "A-02")
    page.fill("[name=name]", "三层钢筋绑扎")
    page.fill("[name=quantity]", "46")
    page.fill("[name=unit]", "t")
    press(page, "保存")
    page.goto(f"{office.url}/settings/sites/{far}/overtime")
    page.get_by_text("按法定", exact=True).last.click()
    page.fill("[name=valid_from]", "2026-10-01")
    page.fill("[name=note]", "公司统一")
    press(page, "保存")


def bring_in_the_workers(office: Office, page: Page) -> None:
    near, far = office.ids["滨江花园二期"], office.ids["高新科技厂房"]
    page.goto(f"{office.url}/settings/sites/{near}/workers")
    page.get_by_role("link", name="导入名单").click()
    page.set_input_files("input[type=file]", month.list_of_workers(faults=True))
    press(page, "查看")
    expect(page.get_by_text("3 行有错误")).to_be_visible()
    expect(page.get_by_text("班组: 本项目没有班组“瓦工班”")).to_be_visible()
    page.get_by_role("link", name="重新选择文件").click()
    page.set_input_files("input[type=file]", month.list_of_workers())
    press(page, "查看")
    press(page, "全部导入")
    expect(page.get_by_text("新增 6 人")).to_be_visible()
    page.goto(f"{office.url}/settings/sites/{far}/workers")
    page.fill("[name=names]", "钱小宝")
    page.select_option("[name=trade]", label="普工")
    page.fill("[name=joined_on]", "2026-09-25")
    press(page, "添加")
    for table in ("worker", "crew", "task"):
        office.named(table)


def agree_the_rates(office: Office, page: Page) -> None:
    near = office.ids["滨江花园二期"]
    page.goto(f"{office.url}/labour/rates?site={near}&month=2026-10")
    expect(page.locator("#new-valid_from")).to_have_value("2026-10-01")
    for whose, unit, amount, hour, since in (
        (f"crew:{office.ids['木工一班']}", "每工", "300", "50", "2026-10-01"),
        (f"crew:{office.ids['木工一班']}", "每工", "320", "55", "2026-10-16"),
        (f"crew:{office.ids['钢筋班']}", "每工", "330", "", "2026-10-01"),
        (f"worker:{office.ids['吴金水']}", "每小时", "36", "", "2026-10-01"),
        (f"worker:{office.ids['韩百川']}", "每月", "8700", "", "2026-10-01"),
    ):
        page.select_option("#whose", whose)
        page.get_by_text(unit, exact=True).click()
        page.fill("#new-amount", amount)
        page.fill("#new-overtime_hour", hour)
        page.fill("#new-valid_from", since)
        press(page, "确定工价")
    page.goto(
        f"{office.url}/labour/piecework/{office.ids['三层钢筋绑扎']}?site={near}&month=2026-10"
    )
    page.fill("[name=unit_price]", "120")
    press(page, "确定工价")


def record_the_month(office: Office, page: Page, phone: Phone) -> None:
    ids = office.ids
    near, far = ids["滨江花园二期"], ids["高新科技厂房"]
    zhang, li, wu = (ids[name] for name in WOOD)
    xu, sun = ids["徐海涛"], ids["孙宝山"]
    sent = [
        month.sheet(
            near,
            ids["木工一班"],
            day,
            *(
                (
                    who,
                    "man_days",
                    "0.5" if day == 18 else "1",
                    "2" if (who, day) == (zhang, 12) else "0",
                )
                for who in (zhang, li, wu)
            ),
        )
        for day in (1, 12, 15, 16, 18)
    ]
    rebar = ids["钢筋班"]
    sent += [
        month.sheet(near, rebar, 12, (xu, "hours", "9", "0"), (sun, "hours", "9", "0")),
        month.sheet(near, rebar, 15, (xu, "hours", "4.5", "3"), (sun, "hours", "4.5", "3")),
        month.sheet(
            near,
            rebar,
            5,
            (xu, "man_days", "1", "0"),
            (sun, "man_days", "0.5", "0"),
            task=ids["三层钢筋绑扎"],
        ),
        month.mutation(
            "progress.report",
            near,
            7,
            {"task": ids["三层钢筋绑扎"], "status": "going", "quantity": "10"},
        ),
        month.mutation(
            "labour.advance",
            near,
            15,
            {"crew": ids["木工一班"], "worker": zhang, "amount": "500", "handed": "cash"},
        ),
    ]
    sent += [
        month.sheet(near, ids["杂工班"], day, (ids["韩百川"], "man_days", "1", "0"))
        for day in (12, 15)
    ]
    sent += [
        month.sheet(
            far, ids["厂房普工班"], day, (ids["钱小宝"], "hours", "8", "3" if day == 12 else "0")
        )
        for day in (1, 10, 11, 12)
    ]
    month.send(page, *sent)
    # The last day by hand, on a phone without a signal.
    page.goto(f"{office.url}/m/?site={near}&crew={ids['木工一班']}")
    under_the_worker(page)
    page.get_by_label("另选日期").fill("2026-10-31")
    page.wait_for_url("**day=2026-10-31*")
    everybody = page.get_by_role("button", name=re.compile("^(全员 1 工|同)"))
    expect(everybody).to_be_visible()
    phone.offline()
    everybody.click()
    page.get_by_role("button", name="张建国的更多选项").click()
    page.get_by_role("button", name="+2", exact=True).click()
    page.get_by_role("button", name="已完成").click()
    expect(page.get_by_text("+2 h", exact=True)).to_be_visible()
    # Until it knows the 18th, a half day for all, the phone offers whole days: say each.
    for worker, amount in (("张建国", "1"), ("李春生", "½"), ("吴金水", "1")):
        choose(page, worker, amount)
    expect(page.get_by_text("2.5 工", exact=True)).to_be_visible()
    # Typed last, and left by the very tap that saves: it belongs to the sheet.
    page.get_by_label("备注", exact=True).fill("混凝土浇筑")
    page.get_by_role("button", name=re.compile("^(确认并)?保存$")).click()
    expect(page.get_by_text("已存手机", exact=True).first).to_be_visible()
    phone.offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("办公室已收到", exact=True).first).to_be_visible(timeout=20_000)


def choose(page: Page, worker: str, amount: str) -> None:
    """One tap beside a worker's name."""
    more = page.get_by_role("button", name=f"{worker}的更多选项")
    more.locator("xpath=..").get_by_text(amount, exact=True).click()


def mend_the_disputed_day(office: Office, desk: Page, boss: Page, foreman: Page) -> None:
    near = office.ids["滨江花园二期"]
    desk.goto(f"{office.url}/labour/crosscheck?site={near}&month=2026-10")
    row = desk.locator("li", has_text="李春生").last
    with desk.expect_navigation():
        row.get_by_role("button", name="新链接").click()
    link = re.search(r"https?://[^\s\"<]+/w/[\w-]+", desk.content())
    assert link is not None
    worker = office.new_phone("zh-CN")
    page = worker.open(link[0])
    page.locator("main input:visible").first.fill(month.identity(1)[-4:])
    press(page, "查看我的工天")
    page.goto(f"{link[0]}/dispute?day=2026-10-31")
    page.fill("[name=man_days]", "1")
    page.fill("[name=reason]", "31号干了一整天")
    press(page, "发给办公室")
    worker.close()
    # The sheet's check list leads to where it is answered.
    desk.goto(f"{office.url}/labour/wages?site={near}&month=2026-10")
    desk.locator("li", has_text="木工一班").get_by_role("button", name="编制工资表").click()
    desk.get_by_role("link", name="1 名工人对某天有异议").click()
    expect(desk.get_by_text("31号干了一整天")).to_be_visible()
    boss.goto(f"{office.url}/approvals/disputes?site={near}")
    boss.locator("main textarea").fill("核实属实")
    boss.locator("main button[value=agreed]").click()
    expect(boss.get_by_text("没有有异议的工天")).to_be_visible()
    foreman.reload()
    expect(foreman.get_by_text("已通过", exact=True).first).to_be_visible(timeout=20_000)
    foreman.get_by_role("button", name="更正").first.click()
    foreman.locator("dialog[open]").get_by_role("button", name="更正").click()
    choose(foreman, "李春生", "1")
    foreman.get_by_label("修改原因").fill("对工核实")
    foreman.get_by_role("button", name="保存", exact=True).click()
    expect(foreman.get_by_text("待批", exact=True).first).to_be_visible(timeout=20_000)
    approve_all(boss, office.url, near, 1)


def book_what_is_not_work(office: Office, page: Page) -> None:
    near = office.ids["滨江花园二期"]
    page.goto(
        f"{office.url}/labour/piecework/{office.ids['三层钢筋绑扎']}?site={near}&month=2026-10"
    )
    expect(page.locator("#crew option:checked")).to_have_text("钢筋班")
    press(page, "查看份额")
    expect(page.locator("main table")).to_contain_text("¥800.00")
    press(page, "入账")
    page.goto(f"{office.url}/labour/pay/new?site={near}&month=2026-10")
    page.fill("[name=amount]", "100")
    page.fill("[name=note]", "高温补贴")
    page.locator("summary", has_text="木工一班").click()
    page.get_by_label("整个班组").locator("visible=true").check()
    press(page, "查看每人金额")
    press(page, "入账")


def close_sign_and_pay(office: Office, page: Page) -> None:
    near = office.ids["滨江花园二期"]
    page.goto(f"{office.url}/labour/wages?site={near}&month=2026-10")
    page.get_by_text("继续编制草稿").click()
    page.fill("[name=pay_day]", "2026-11-15")
    page.check("[name=seen]")
    press(page, "定稿")
    by_hand = {"张建国": 1510, "李春生": 1800, "吴金水": 1882}
    sheet = page.url
    for name, due in by_hand.items():
        expect(page.locator("table.wage-table tr", has_text=name)).to_contain_text(f"¥{due:,}.00")
    book = load_workbook(BytesIO(download(page, "Excel"))).worksheets[0]
    rows = list(book.iter_rows(values_only=True))
    at, due_at = rows[0].index("姓名"), rows[0].index("实发工资")
    assert {row[at]: row[due_at] for row in rows[1:4]} == by_hand
    assert rows[4][due_at] == 5192
    page.goto(sheet)
    paper = "".join(one.extract_text() for one in PdfReader(BytesIO(download(page, "PDF"))).pages)
    assert all(f"{due:,}.00" in paper for due in (*by_hand.values(), 5192))
    # One signs with a finger, the others on paper.
    page.goto(f"{sheet}/workers/{office.ids['李春生']}")
    draw(page)
    press(page, "保存签字")
    page.goto(sheet)
    page.locator("summary", has_text="纸上签字").click()
    scan = {"name": "签字.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.set_input_files("form[action$=papers] input[type=file]", scan)
    with page.expect_navigation():
        page.locator("form[action$=papers] button").click()
    expect(page.locator("main")).to_contain_text("3/3")
    # Two files one after the other: the second button is as alive as the first.
    assert download(page, "总包代发清单").startswith(b"PK")
    page.wait_for_timeout(1600)
    sent = download(page, "银行代发文件（UTF-8）").decode("utf-8-sig")
    assert "1510.00" in sent
    page.goto(f"{office.url}/labour/money/imports/new?site={near}")
    box = page.locator("#site").bounding_box()
    assert box is not None
    assert box["height"] < 80
    page.set_input_files("input[type=file]", month.answer_of_the_bank(sent))
    press(page, "查看")
    page.select_option("select[name=for_month]", "2026-10-01")  # offered by itself in November only
    press(page, "入账 3 笔付款")
    page.goto(sheet)
    expect(page.locator("#paid")).to_contain_text("这份表已全部付清")
    page.goto(f"{office.url}/labour/workers/{office.ids['张建国']}/ledger?site={near}")
    for figure in ("¥2,010.00", "¥500.00", "¥1,510.00", "¥0.00"):
        expect(page.locator("main")).to_contain_text(figure)


def settle_with_who_leaves(office: Office, page: Page) -> None:
    near = office.ids["滨江花园二期"]
    page.goto(f"{office.url}/labour/workers/{office.ids['韩百川']}/ledger?site={near}")
    page.locator("main").get_by_role("link", name="结算").click()
    press(page, "结算")
    expect(page.locator("main")).to_contain_text("¥800.00")
    draw(page)
    press(page, "保存签字")
    press(page, "登记已付", exact=False)
    expect(page.get_by_text("这里没有待付的钱了")).to_be_visible()
    page.goto(f"{office.url}/labour/compliance?site={near}&first=2026-10&last=2026-10")
    expect(page.get_by_text("没有已定稿的工资表（钢筋班）")).to_be_visible()
    page.goto(f"{office.url}/settings/sites/{near}/retention")
    expect(page.get_by_text("全部记录必须保存，不能清理")).to_be_visible()


def test_an_office_lives_a_whole_month_in_a_browser(office: Office) -> None:
    owner = office.sign_in("13911110001", desk=True)
    found_the_sites(office, owner)
    desk = office.sign_in("13911110002", desk=True)
    bring_in_the_workers(office, desk)
    agree_the_rates(office, desk)
    # 普工 is the whole company's: an owner agrees it.
    owner.goto(f"{office.url}/settings/trades")
    owner.get_by_role("link", name="普工").click()
    owner.get_by_text("每小时", exact=True).click()
    owner.fill("[name=amount]", "26")
    owner.fill("[name=valid_from]", "2026-10-01")
    press(owner, "确定工价")

    foreman = office.sign_in("13911110004")
    record_the_month(office, foreman, office.phones[-1])
    boss = office.sign_in("13911110003")
    near, far = office.ids["滨江花园二期"], office.ids["高新科技厂房"]
    approve_all(boss, office.url, near, 13)
    approve_all(boss, office.url, far, 4)
    book_what_is_not_work(office, desk)
    mend_the_disputed_day(office, desk, boss, foreman)

    desk.goto(f"{office.url}/labour?site={far}&month=2026-10")
    expect(desk.locator("main")).to_contain_text("¥1,573.00")
    desk.goto(f"{office.url}/labour/money?site={near}&month=2026-10")
    for name, earned in (("徐海涛", "¥1,460.00"), ("孙宝山", "¥1,060.00"), ("韩百川", "¥800.00")):
        expect(desk.locator("tr", has_text=name)).to_contain_text(earned)
    desk.goto(f"{office.url}/labour/attendance?site={near}&month=2026-10")
    expect(desk.locator("table.attendance").filter(has_text="张建国")).to_have_count(1)
    close_sign_and_pay(office, desk)
    settle_with_who_leaves(office, desk)
    noted = "SELECT note FROM labour_sheet s JOIN entry e ON e.id = s.entry WHERE s.note <> ''"
    assert value(office.database, noted) == "混凝土浇筑"
    assert value(office.database, "SELECT sum(amount) FROM payment") == 5192 + 800
    assert [fault for phone in office.phones for fault in phone.faults] == []
