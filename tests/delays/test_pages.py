"""The delays page says why, in figures; who has no right to it learns nothing."""

import json

import pytest

from daywork.ground.ids import new_id
from tests.delays.test_service import delay
from tests.journeys.crew import found_with_yesterday, login_of
from tests.support.cast import Cast
from tests.support.client import client_of
from tests.support.company import Browser
from tests.support.database import apart, query, value
from tests.support.phone_words import envelope
from tests.support.server import Server


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """Two tasks found late, and two delays said by hand."""
    cast = found_with_yesterday(app_server)

    said_by_hand = [
        delay(cast, "1.5", note="no blocks", cause="material"),
        delay(cast, "4", cause="weather"),
    ]

    async def push() -> None:
        async with client_of(cast.url, app_server.url, cast.foreman) as phone:
            reply = await phone.post("/api/sync/push", content=envelope(*said_by_hand))
            assert {one["result"] for one in reply.json()["results"]} == {"applied"}, reply.text

    apart(push())
    for task in (cast.task, cast.uncounted_task):
        query(
            cast.url,
            "INSERT INTO delay (organisation, site, id, task, cause, detected, days, told_days,"
            " facts, opened_on, checked_on) VALUES ($1, $2, $3, $4, 'late_finish', true, 1, 1,"
            " $5, '2026-03-05', '2026-03-05')",
            cast.organisation,
            cast.site,
            new_id(),
            task,
            json.dumps({"planned": "2026-03-04"}),
        )
    return cast


def browser(cast: Cast, server: Server, who: str) -> Browser:
    found = Browser(server.url)
    assert found.sign_in(login_of(cast, who)).status_code == 200
    return found


def test_open_delays_stand_with_their_reasons(cast: Cast, app_server: Server) -> None:
    supervisor = browser(cast, app_server, "supervisor")
    text = supervisor.get(f"/delays?site={cast.site}").text
    for words in (
        "Not finished as planned",
        "Planned finish Wed 4 Mar, and it is not finished: 1 day.",
        "no blocks",
        "1.5 days",
        "foreman",
    ):
        assert words in text, words
    causes = supervisor.get(f"/delays?site={cast.site}&show=causes").text
    assert causes.index("Weather") < causes.index("Material")
    assert "72.7 %" in causes
    assert "2026-03" in causes
    notice = supervisor.get(f"/delays/notice?site={cast.site}").text
    assert "4 open delays" in notice
    assert "/delays/notice" in supervisor.get(f"/progress?site={cast.site}").text


@pytest.mark.parametrize(
    ("who", "status"), [("foreman", 403), ("far_supervisor", 404), ("owner", 200), ("office", 200)]
)
def test_who_may_see_them(cast: Cast, app_server: Server, who: str, status: int) -> None:
    reader = browser(cast, app_server, who)
    for path in ("/delays", "/delays/notice"):
        reply = reader.get(f"{path}?site={cast.site}")
        assert reply.status_code == status, path
        assert ("no blocks" in reply.text) == (status == 200 and path == "/delays")


def test_the_office_chooses_who_is_told_and_what_waits_for_what(
    cast: Cast, app_server: Server
) -> None:
    office = browser(cast, app_server, "office")
    path = f"/settings/sites/{cast.site}/delays"
    assert "supervisor" in office.get(path).text
    chosen = [str(cast.members["office"]), str(cast.members["far_supervisor"])]
    assert office.send_form(path, member=chosen).status_code == 303
    rows = query(cast.url, "SELECT member FROM delay_watcher WHERE site = $1", cast.site)
    assert [row["member"] for row in rows] == [cast.members["office"]]  # the other has no part here

    links = f"/settings/sites/{cast.site}/tasks/{cast.uncounted_task}/links"
    form = {"predecessor-1": cast.task, "kind-1": "SS", "lag-1": "-2"}
    assert office.send_form(links, **form).status_code == 303
    row = query(cast.url, "SELECT predecessor, kind, lag FROM task_link")[0]
    assert tuple(row) == (cast.task, "SS", -2)
    back = f"/settings/sites/{cast.site}/tasks/{cast.task}/links"
    circle = office.send_form(back, **{"predecessor-1": cast.uncounted_task})
    assert circle.status_code == 422
    assert "wait for one another" in circle.text
    assert office.send_form(links, **{"predecessor-1": ""}).status_code == 303
    assert value(cast.url, "SELECT count(*) FROM task_link") == 0


@pytest.mark.parametrize("who", ["foreman", "supervisor", "far_supervisor"])
def test_only_the_office_sets_them(cast: Cast, app_server: Server, who: str) -> None:
    other = browser(cast, app_server, who)
    for path in ("delays", f"tasks/{cast.task}/links"):
        full = f"/settings/sites/{cast.site}/{path}"
        assert other.get(full).status_code in (403, 404)
        assert other.send_form(full).status_code in (403, 404)
