"""Sites, crews, workers, trades, rates and tasks: who may keep them, and what is refused."""

from datetime import date
from uuid import UUID

import pytest

from tests.support.company import Browser, Company
from tests.support.database import query, value
from tests.support.server import Server

SITE = {
    "name": "滨江二号",
    "time_zone": "Asia/Shanghai",
    "hours_per_day": "9",
    "overtime_hours_per_man_day": "6",
    "rest_weekdays": ["7"],
    "radius_m": "300",
    "latitude": "31.2304",
    "longitude": "121.4737",
    "photo_required": "on",
    "starts_on": "2026-03-01",
    "ends_on": "2027-03-01",
}


class Cast:
    """An office here, a foreman here, an office elsewhere, and another company's owner."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company = Company(server.database_url)
        self.url = server.database_url
        self.here, self.there = self.company.site("滨江一号"), self.company.site("城南学校")
        self.company.member("王芳", "+8613800000001", owner=True)
        self.company.member("周敏", "+8613800000002", {self.here: "office"})
        self.foreman = self.company.member("李强", "+8613800000003", {self.here: "foreman"})
        self.company.member("吴静", "+8613800000004", {self.there: "office"})
        other = Company(server.database_url, "远东劳务")
        other.member("钱进", "+8613800000005", owner=True)
        self.crew = self.company.crew(self.here)

    def browser(self, number: int) -> Browser:
        browser = Browser(self.server.url)
        assert browser.sign_in(f"1380000000{number}").status_code == 200
        return browser

    def names(self, crew: UUID | None = None) -> list[str]:
        rows = query(
            self.url,
            "SELECT w.name FROM worker w JOIN roster r ON r.worker = w.id"
            " WHERE $1::uuid IS NULL OR r.crew = $1 ORDER BY w.name",
            crew,
        )
        return [row["name"] for row in rows]


OWNER, OFFICE, FOREMAN, ELSEWHERE, STRANGER = range(1, 6)


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return Cast(app_server)


def test_an_owner_founds_a_site_with_what_was_agreed(cast: Cast) -> None:
    reply = cast.browser(OWNER).send_form("/settings/sites/new", **SITE)
    assert reply.status_code == 303, reply.text
    row = query(cast.url, "SELECT * FROM site WHERE name = '滨江二号'")[0]
    assert (row["hours_per_day"], row["overtime_hours_per_man_day"]) == (9, 6)
    assert row["rest_weekdays"] == [7]
    assert (row["latitude"], row["longitude"], row["radius_m"]) == (31.2304, 121.4737, 300)
    assert row["photo_required"]
    assert row["ends_on"] == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("field", "value_", "words"),
    [
        ("name", "", "Please fill this in"),
        ("time_zone", "Mars/Olympus", "Choose a time zone from the list"),
        ("hours_per_day", "25", "A number from 1 to 24"),
        ("hours_per_day", "NaN", "A number from 1 to 24"),
        ("latitude", "", "Give both, or neither"),
        ("ends_on", "2026-01-01", "The end lies before the beginning"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, field: str, value_: str, words: str
) -> None:
    reply = cast.browser(OWNER).send_form("/settings/sites/new", **{**SITE, field: value_})
    assert reply.status_code == 422
    assert words in reply.text
    assert field == "name" or 'value="滨江二号"' in reply.text
    assert value(cast.url, "SELECT count(*) FROM site") == 2


@pytest.mark.parametrize("who", [OFFICE, FOREMAN])
def test_only_an_owner_founds_sites(cast: Cast, who: int) -> None:
    browser = cast.browser(who)
    assert browser.get("/settings/sites/new").status_code == 403
    assert browser.send_form("/settings/sites/new", **SITE).status_code == 403
    assert value(cast.url, "SELECT count(*) FROM site") == 2


@pytest.mark.parametrize(
    "path", ["", "/edit", "/crews/new", "/crews/{crew}", "/workers", "/tasks", "/tasks/new"]
)
@pytest.mark.parametrize(("who", "status"), [(OFFICE, 200), (FOREMAN, 403), (ELSEWHERE, 404),
                                             (STRANGER, 404)])  # fmt: skip
def test_a_sites_settings_are_open_to_its_office_alone(
    cast: Cast, path: str, who: int, status: int
) -> None:
    path = path.format(crew=cast.crew)
    assert cast.browser(who).get(f"/settings/sites/{cast.here}{path}").status_code == status


@pytest.mark.parametrize("who", [FOREMAN, ELSEWHERE, STRANGER])
def test_who_must_not_cannot_write_either(cast: Cast, who: int) -> None:
    browser = cast.browser(who)
    base = f"/settings/sites/{cast.here}"
    forms = {
        f"{base}/edit": SITE,
        f"{base}/crews/new": {"name": "x", "own": "own"},
        f"{base}/crews/{cast.crew}": {"name": "x", "own": "own"},
        f"{base}/workers": {"names": "x", "crew": cast.crew, "joined_on": "2026-03-01"},
        f"{base}/tasks/new": {"code": "1", "name": "x"},
    }
    for path, form in forms.items():
        assert browser.send_form(path, **form).status_code in (403, 404), path
    assert cast.names() == []
    assert value(cast.url, "SELECT name FROM site WHERE id = $1", cast.here) == "滨江一号"


def test_a_pasted_list_becomes_a_crew(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    path = f"/settings/sites/{cast.here}/workers"
    form = {"crew": cast.crew, "joined_on": "2026-03-01", "trade": ""}
    reply = office.send_form(path, names="张伟\r\n\r\n  王 伟 \n刘洋", **form)
    assert reply.status_code == 303, reply.text
    assert cast.names(cast.crew) == ["刘洋", "张伟", "王 伟"]
    twice = office.send_form(path, names="陈晨\n张伟", **form)
    assert twice.status_code == 409
    assert "Twice in one crew: 张伟" in twice.text
    assert len(cast.names()) == 3


def test_workers_do_not_join_another_sites_crew(cast: Cast) -> None:
    theirs = cast.company.crew(cast.there, "钢筋班")
    reply = cast.browser(OFFICE).send_form(
        f"/settings/sites/{cast.here}/workers", names="张伟", crew=theirs, joined_on="2026-03-01"
    )
    assert reply.status_code == 422
    assert cast.names() == []


def test_a_worker_moves_to_another_crew_and_leaves(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    other = cast.company.crew(cast.here, "木工二班")
    path = f"/settings/sites/{cast.here}/workers"
    office.send_form(path, names="张伟", crew=cast.crew, joined_on="2026-03-01")
    worker = value(cast.url, "SELECT id FROM worker")
    form = {"name": "张伟", "crew": other, "joined_on": "2026-03-01", "phone": "13812345678"}
    assert office.send_form(f"{path}/{worker}", **form).status_code == 303
    assert cast.names(other) == ["张伟"]
    early = office.send_form(f"{path}/{worker}", **form, left_on="2026-02-01")
    assert early.status_code == 422
    assert office.send_form(f"{path}/{worker}", **form, left_on="2026-04-30").status_code == 303
    row = query(cast.url, "SELECT r.left_on, w.phone FROM roster r JOIN worker w ON w.id = worker")
    assert tuple(row[0]) == (date(2026, 4, 30), "+8613812345678")


def test_a_new_rate_closes_the_old_one_and_keeps_it(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    assert office.send_form("/settings/trades", name="木工", name_en="Carpenter").status_code == 303
    trade = value(cast.url, "SELECT id FROM trade")
    path = f"/settings/trades/{trade}/rates"
    for amount, since in (("350", "2026-03-01"), ("400", "2026-05-01"), ("380", "2026-04-01")):
        form = {"unit": "man_day", "amount": amount, "valid_from": since}
        assert office.send_form(path, **form).status_code == 303
    rows = query(cast.url, "SELECT amount, valid_from, valid_to FROM rate ORDER BY valid_from")
    assert [(int(row[0]), row[1], row[2]) for row in rows] == [
        (350, date(2026, 3, 1), date(2026, 3, 31)),
        (380, date(2026, 4, 1), date(2026, 4, 30)),
        (400, date(2026, 5, 1), None),
    ]


@pytest.mark.parametrize("who", [FOREMAN, STRANGER])
def test_rates_are_nothing_to_others(cast: Cast, who: int) -> None:
    cast.browser(OFFICE).send_form("/settings/trades", name="木工")
    trade = value(cast.url, "SELECT id FROM trade")
    browser = cast.browser(who)
    assert browser.get(f"/settings/trades/{trade}").status_code in (403, 404)
    form = {"unit": "man_day", "amount": "1", "valid_from": "2026-03-01"}
    assert browser.send_form(f"/settings/trades/{trade}/rates", **form).status_code in (403, 404)
    assert value(cast.url, "SELECT count(*) FROM rate") == 0


def test_a_crew_may_be_a_subcontractors(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    path = f"/settings/sites/{cast.here}/crews/new"
    nameless = office.send_form(path, name="钢筋班", own="sub", company="")
    assert nameless.status_code == 422
    form = {"name": "钢筋班", "own": "sub", "company": "远东劳务", "foreman": cast.foreman}
    assert office.send_form(path, **form).status_code == 303
    row = query(cast.url, "SELECT own, company, foreman FROM crew WHERE name = '钢筋班'")[0]
    assert tuple(row) == (False, "远东劳务", cast.foreman)
    assert office.send_form(path, name="钢筋班", own="own").status_code == 409


def test_a_plan_has_no_two_equal_codes_and_no_circle(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    base = f"/settings/sites/{cast.here}/tasks"
    assert office.send_form(f"{base}/new", code="1", name="主体").status_code == 303
    top = value(cast.url, "SELECT id FROM task")
    form = {"code": "1.1", "name": "三层钢筋", "parent": top, "quantity": "120", "unit": "t"}
    form["budget"] = "12000"
    assert office.send_form(f"{base}/new", **form).status_code == 303
    assert office.send_form(f"{base}/new", **form).status_code == 409
    below = value(cast.url, "SELECT id FROM task WHERE code = '1.1'")
    circle = office.send_form(f"{base}/{top}", code="1", name="主体", parent=below)
    assert circle.status_code == 422
    rows = query(cast.url, "SELECT code, is_summary FROM task ORDER BY code")
    assert [tuple(row) for row in rows] == [("1", True), ("1.1", False)]
    query(cast.url, "UPDATE organisation SET currency = 'EUR'")
    shown = office.get(base).text
    assert "三层钢筋" in shown
    assert "€12,000" in shown
