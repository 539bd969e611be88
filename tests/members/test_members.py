"""Who may change whom, over HTTP; the one who must not is always in the cast."""

from uuid import UUID

import pytest

from tests.support.company import Browser, Company
from tests.support.database import query, value
from tests.support.server import Server


class Cast:
    """Two sites, one person of each kind, and another company's owner."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company = Company(server.database_url)
        self.here, self.there = self.company.site("滨江一号"), self.company.site("城南学校")
        self.owner = self.company.member("王芳", "+8613800000001", owner=True)
        self.office = self.company.member("周敏", "+8613800000002", {self.here: "office"})
        self.supervisor = self.company.member("赵刚", "+8613800000003", {self.here: "supervisor"})
        self.foreman = self.company.member("李强", "+8613800000004", {self.here: "foreman"})
        self.elsewhere = self.company.member("孙磊", "+8613800000005", {self.there: "foreman"})
        other = Company(server.database_url, "远东劳务")
        self.stranger = other.member("钱进", "+8613800000006", owner=True)

    def browser(self, number: int) -> Browser:
        browser = Browser(self.server.url)
        assert browser.sign_in(f"1380000000{number}").status_code == 200
        return browser

    def role(self, member: UUID, site: UUID) -> str | None:
        return value(
            self.company.url,
            "SELECT role FROM membership WHERE member = $1 AND site = $2 AND withdrawn_at IS NULL",
            member,
            site,
        )


OWNER, OFFICE, SUPERVISOR, FOREMAN, ELSEWHERE, STRANGER = range(1, 7)


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return Cast(app_server)


def test_the_owner_sees_all_members_and_another_company_none_of_them(cast: Cast) -> None:
    page = cast.browser(OWNER).get("/members").text
    assert all(name in page for name in ("王芳", "周敏", "赵刚", "李强", "孙磊"))
    assert "钱进" not in page
    page = cast.browser(STRANGER).get("/members").text
    assert "钱进" in page
    assert "李强" not in page


def test_the_office_sees_only_who_is_on_its_site(cast: Cast) -> None:
    page = cast.browser(OFFICE).get("/members").text
    assert "李强" in page
    assert "孙磊" not in page
    assert cast.browser(OFFICE).get(f"/members/{cast.elsewhere}").status_code == 404


@pytest.mark.parametrize("who", [SUPERVISOR, FOREMAN])
def test_who_brings_nobody_in_sees_no_members_page(cast: Cast, who: int) -> None:
    browser = cast.browser(who)
    assert browser.get("/members").status_code == 403
    assert browser.get("/members/invite").status_code == 403
    assert browser.get(f"/members/{cast.owner}").status_code == 404


@pytest.mark.parametrize("who", [OFFICE, SUPERVISOR, FOREMAN, ELSEWHERE, STRANGER])
@pytest.mark.parametrize("change", ["owner", "deactivate"])
def test_only_an_owner_makes_owners_and_ends_access(cast: Cast, who: int, change: str) -> None:
    reply = cast.browser(who).send_form(f"/members/{cast.foreman}/access", change=change)
    assert reply.status_code in (403, 404)
    rows = query(
        cast.company.url, "SELECT is_owner, active FROM member WHERE id = $1", cast.foreman
    )
    assert tuple(rows[0]) == (False, True)


def test_the_office_makes_no_supervisor_and_unmakes_none(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    path = f"/members/{cast.foreman}/roles/{cast.here}"
    assert office.send_form(path, **{f"role-{cast.here}": "supervisor"}).status_code == 403
    path = f"/members/{cast.supervisor}/roles/{cast.here}"
    assert office.send_form(path, **{f"role-{cast.here}": "foreman"}).status_code == 403
    assert office.send_form(path, **{f"role-{cast.here}": ""}).status_code == 403
    assert cast.role(cast.foreman, cast.here) == "foreman"
    assert cast.role(cast.supervisor, cast.here) == "supervisor"


def test_the_office_gives_nothing_on_another_site(cast: Cast) -> None:
    path = f"/members/{cast.foreman}/roles/{cast.there}"
    reply = cast.browser(OFFICE).send_form(path, **{f"role-{cast.there}": "foreman"})
    assert reply.status_code == 403
    assert cast.role(cast.foreman, cast.there) is None


def test_the_office_makes_no_way_in_for_an_owner_or_itself_more(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    for member in (cast.owner, cast.supervisor):
        assert office.send_form(f"/members/{member}/new-link").status_code in (403, 404)
    assert office.send_form(f"/members/{cast.foreman}/new-link").status_code == 200


def test_the_office_invites_no_owner_and_no_supervisor(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    form = {"name": "Eve", "login": "13911111111"}
    assert (
        office.send_form(
            "/members/invite", **form, **{f"role-{cast.here}": "supervisor"}
        ).status_code
        == 403
    )
    assert office.send_form("/members/invite", **form, owner="on").status_code == 403
    assert value(cast.company.url, "SELECT count(*) FROM invitation") == 0


def test_nobody_gives_roles_on_another_companys_site(cast: Cast) -> None:
    stranger = cast.browser(STRANGER)
    path = f"/members/{cast.stranger}/roles/{cast.here}"
    assert stranger.send_form(path, **{f"role-{cast.here}": "office"}).status_code == 404
    assert stranger.get(f"/members/{cast.foreman}").status_code == 404


def test_a_change_of_role_moves_the_scope_of_the_phone(cast: Cast) -> None:
    sql = "SELECT scope_version FROM membership WHERE member = $1"
    before = value(cast.company.url, sql, cast.foreman)
    path = f"/members/{cast.foreman}/roles/{cast.here}"
    owner = cast.browser(OWNER)
    assert owner.send_form(path, **{f"role-{cast.here}": "supervisor"}).status_code == 303
    changed = value(cast.company.url, sql, cast.foreman)
    assert owner.send_form(path, **{f"role-{cast.here}": ""}).status_code == 303
    withdrawn = value(cast.company.url, sql, cast.foreman)
    assert before < changed < withdrawn
    assert cast.role(cast.foreman, cast.here) is None


def test_crews_led_follow_the_boxes_ticked(cast: Cast) -> None:
    one = cast.company.crew(cast.here, "木工一班", cast.foreman)
    two = cast.company.crew(cast.here, "木工二班")
    path = f"/members/{cast.foreman}/roles/{cast.here}"
    cast.browser(OWNER).send_form(
        path, **{f"role-{cast.here}": "foreman", f"crews-{cast.here}": str(two)}
    )
    rows = query(cast.company.url, "SELECT id, foreman FROM crew")
    assert {row["id"]: row["foreman"] for row in rows} == {one: None, two: cast.foreman}


def test_ending_access_ends_every_session_at_once(cast: Cast) -> None:
    phone = cast.browser(FOREMAN)
    owner = cast.browser(OWNER)
    path = f"/members/{cast.foreman}/access"
    assert owner.send_form(path, change="deactivate").status_code == 303
    assert phone.get("/me").status_code == 303
    assert owner.send_form(path, change="reactivate").status_code == 303
    assert phone.get("/me").status_code == 303
    assert cast.role(cast.foreman, cast.here) == "foreman"


def test_the_last_owner_cannot_be_removed(cast: Cast) -> None:
    owner = cast.browser(OWNER)
    for change in ("not-owner", "deactivate"):
        reply = owner.send_form(f"/members/{cast.owner}/access", change=change)
        assert reply.status_code == 409
        assert "A company needs an owner" in reply.text
    owner.send_form(f"/members/{cast.office}/access", change="owner")
    reply = owner.send_form(f"/members/{cast.owner}/access", change="not-owner")
    assert reply.status_code == 303


def test_what_was_done_stands_in_the_audit_trail(cast: Cast) -> None:
    owner = cast.browser(OWNER)
    owner.send_form(f"/members/{cast.foreman}/access", change="deactivate")
    rows = query(
        cast.company.url,
        "SELECT member, action FROM audit_event WHERE action LIKE 'member.deact%'",
    )
    assert [tuple(row) for row in rows] == [(cast.owner, "member.deactivated")]
