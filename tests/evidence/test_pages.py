"""Whoever holds a code sees what is on the paper, whole names and pay are for who may see them."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from daywork.chain.rules import code_of
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from tests.support.cast import DAY, Cast, found
from tests.support.client import client_of
from tests.support.company import Browser
from tests.support.database import query, value
from tests.support.phone_words import envelope, line, mutation, sheet
from tests.support.server import Server


def picture(width: int = 800, height: int = 600) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 160, 200)).save(out, "JPEG", quality=90)
    return out.getvalue()


@dataclass
class Scene:
    """An approved sheet of two workers with a photo, in a company beside another one."""

    cast: Cast
    stranger: Actor
    url: str
    sheet: UUID
    photo: UUID
    data: bytes

    def code(self, kind: str, subject: UUID, version: int = 1) -> str:
        held = value(
            self.cast.url,
            "SELECT hash FROM chain_link WHERE kind = $1 AND subject = $2 AND version = $3",
            kind,
            subject,
            version,
        )
        return code_of(held)

    @property
    def photo_code(self) -> str:
        return self.code("photo.bytes", self.photo, 0)

    @property
    def sheet_code(self) -> str:
        return self.code("entry.version", self.sheet)

    async def seen_by(self, actor: Actor | None, path: str) -> httpx.Response:
        if actor is None:
            async with httpx.AsyncClient(
                base_url=self.url, headers={"accept-language": "en"}, timeout=60
            ) as anybody:
                return await anybody.get(path, follow_redirects=True)
        async with client_of(self.cast.url, self.url, actor) as client:
            return await client.get(path, follow_redirects=True)


@pytest.fixture
async def scene(app_server: Server) -> Scene:
    cast = found(app_server.database_url)
    stranger = found(app_server.database_url, "Another company").owner
    query(
        cast.url,
        "UPDATE site SET latitude = 31.23, longitude = 121.47, radius_m = 300 WHERE id = $1",
        cast.site,
    )
    data = picture()
    entry, photo = new_id(), new_id()
    shot = {
        "site": cast.site,
        "work_day": DAY,
        "entry": entry,
        "task": cast.task,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "width": 800,
        "height": 600,
        "media_type": "image/jpeg",
        "latitude": 31.25,
        "longitude": 121.47,
        "accuracy_m": 8,
        "taken_at": "2026-03-05T14:22:00+08:00",
        "note": "钢筋绑扎",
    }
    body = envelope(
        sheet(cast, line(cast.workers[0]), line(cast.workers[1], "0.5"), entity_id=entry),
        mutation("photo.record", shot, entity_id=photo),
    )
    async with client_of(cast.url, app_server.url, cast.foreman) as phone:
        sent = await phone.post("/api/sync/push", content=body)
        assert [one["result"] for one in sent.json()["results"]] == ["applied", "applied"]
        assert (await phone.put(f"/api/photos/{photo}/bytes", content=data)).status_code == 200
    async with client_of(cast.url, app_server.url, cast.supervisor) as desk:
        done = await desk.post(f"/approvals/{entry}/approve", data={"version": "1"})
        assert done.status_code in (200, 303)
    return Scene(cast, stranger, app_server.url, entry, photo, data)


async def test_a_photos_code_runs_from_the_photo_to_the_pay(scene: Scene) -> None:
    seen = await scene.seen_by(None, f"/v/{scene.photo_code}")
    assert seen.status_code == 200
    for words in (
        "Unchanged since the office accepted it",
        "Block A",
        "5 Mar 14:22",
        "31.25000, 121.47000",
        "± 8 m",
        "Taken off the site: 2.2 km from its middle",
        "Labour sheet",
        "S. approved",
        "Pay was fixed with the approval",
        "What it does not prove",
    ):
        assert words in seen.text, words


async def test_a_stranger_sees_neither_names_nor_pay_nor_ways_in(scene: Scene) -> None:
    for actor in (None, scene.stranger, scene.cast.far_supervisor):
        for code in (scene.photo_code, scene.sheet_code):
            seen = await scene.seen_by(actor, f"/v/{code}")
            assert seen.status_code == 200
            main = seen.text.partition("<main")[2]
            for secret in ("¥", "450.00", "foreman", "supervisor", "worker 1", "/approvals/"):
                assert secret not in main, (secret, actor and actor.name)
            assert "F." in seen.text


async def test_the_sheets_code_shows_what_its_paper_shows(scene: Scene) -> None:
    seen = await scene.seen_by(None, f"/v/{scene.sheet_code}")
    assert "1.5" in seen.text
    assert "2 workers" in seen.text
    assert "/photo" not in seen.text


async def test_a_member_who_oversees_the_site_sees_names_and_gets_links(scene: Scene) -> None:
    seen = await scene.seen_by(scene.cast.supervisor, f"/v/{scene.photo_code}")
    assert f"/approvals/{scene.sheet}" in seen.text
    assert f"/site/photos/{scene.photo}" in seen.text
    assert "supervisor approved" in seen.text
    assert "¥450" not in seen.text
    office = await scene.seen_by(scene.cast.office, f"/v/{scene.photo_code}")
    assert "¥450.00" in office.text


async def test_the_other_foreman_of_the_site_is_a_stranger_to_the_record(scene: Scene) -> None:
    seen = await scene.seen_by(scene.cast.other_foreman, f"/v/{scene.sheet_code}")
    assert f"/approvals/{scene.sheet}" not in seen.text
    mine = await scene.seen_by(scene.cast.foreman, f"/v/{scene.sheet_code}")
    assert f"/approvals/{scene.sheet}" in mine.text


async def test_a_code_is_typed_by_hand_as_people_type(scene: Scene) -> None:
    typed = scene.sheet_code.lower().replace("-", " ")
    with Browser(scene.url) as browser:
        sent = browser.get("/v", params={"code": typed})
        assert (sent.status_code, sent.headers["location"]) == (303, f"/v/{scene.sheet_code}")
        assert browser.get("/v/").status_code == 200
        slip = scene.sheet_code[:-1] + ("A" if scene.sheet_code[-1] != "A" else "B")
        wrong = browser.get("/v", params={"code": slip})
        assert wrong.status_code == 422
        assert "This is not a whole check code" in wrong.text


async def test_the_pages_speak_both_languages(scene: Scene) -> None:
    async with httpx.AsyncClient(base_url=scene.url, headers={"accept-language": "zh-CN"}) as who:
        assert "自办公室收下后未被改动" in (await who.get(f"/v/{scene.photo_code}")).text
        assert "不能证明什么" in (await who.get(f"/v/{scene.photo_code}")).text
        assert "查验" in (await who.get("/v")).text


async def test_an_unknown_code_says_so_and_guessing_is_slowed_down(scene: Scene) -> None:
    unknown = code_of(bytes(32))
    first = await scene.seen_by(None, f"/v/{unknown}")
    assert first.status_code == 404
    assert "No record has this check code" in first.text
    with Browser(scene.url) as browser:
        answers = [browser.get(f"/v/{unknown}").status_code for _ in range(30)]
        assert answers[:29] == [404] * 29
        slowed = browser.get(f"/v/{scene.photo_code}")
    assert answers[29] == slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) > 0
    assert "Too many codes tried" in slowed.text


async def test_looking_at_codes_that_exist_is_not_slowed_down(scene: Scene) -> None:
    with Browser(scene.url) as browser:
        answers = {browser.get(f"/v/{scene.sheet_code}").status_code for _ in range(35)}
    assert answers == {200}


async def test_the_photo_is_shown_small_to_its_codes_holder_only(scene: Scene) -> None:
    small = await scene.seen_by(None, f"/v/{scene.photo_code}/photo")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    assert max(Image.open(io.BytesIO(small.content)).size) == 480
    for code in (scene.sheet_code, code_of(bytes(32)), "nonsense"):
        assert (await scene.seen_by(None, f"/v/{code}/photo")).status_code == 404


async def test_a_record_altered_behind_the_apps_back_is_called_so(scene: Scene) -> None:
    query(scene.cast.url, "UPDATE labour_line SET man_days = 3, amount = 3 WHERE man_days = 1")
    for code in (scene.photo_code, scene.sheet_code):
        seen = await scene.seen_by(None, f"/v/{code}")
        assert "This is not as the office accepted it" in seen.text
        assert "Unchanged" not in seen.text
        assert "sent were" not in seen.text
    told = await scene.seen_by(scene.cast.supervisor, f"/v/{scene.sheet_code}")
    assert "sent were 1.000 man_days" in told.text


async def test_a_version_that_was_corrected_says_there_is_a_newer_one(scene: Scene) -> None:
    before = scene.sheet_code
    change = sheet(
        scene.cast, line(scene.cast.workers[0], "0.5"), entity_id=scene.sheet, base_version=1,
        reason="half a day",
    )  # fmt: skip
    async with client_of(scene.cast.url, scene.url, scene.cast.foreman) as phone:
        await phone.post("/api/sync/push", content=envelope(change))
    seen = await scene.seen_by(None, f"/v/{before}")
    assert "The code speaks of version 1. Meanwhile there is version 2." in seen.text
    assert "Unchanged since the office accepted it" in seen.text


async def test_the_record_and_the_photo_carry_their_codes(scene: Scene) -> None:
    record = await scene.seen_by(scene.cast.supervisor, f"/approvals/{scene.sheet}")
    assert f'href="/v/{scene.sheet_code}"' in record.text
    assert "data:image/svg+xml" in record.text
    for path in (
        f"/approvals/{scene.sheet}/photos/{scene.photo}",
        f"/site/photos/{scene.photo}",
    ):
        shown = await scene.seen_by(scene.cast.supervisor, path)
        assert f'href="/v/{scene.photo_code}"' in shown.text
        assert "Taken off the site" in shown.text
        assert hashlib.sha256(scene.data).hexdigest() in shown.text


async def test_the_marked_copy_is_for_those_who_may_see_the_photo(scene: Scene) -> None:
    path = f"/api/photos/{scene.photo}/marked"
    cast = scene.cast
    copy = await scene.seen_by(cast.foreman, path)
    assert (copy.status_code, copy.headers["content-type"]) == (200, "image/jpeg")
    assert f"2026-03-05-{scene.photo_code}.jpg" in copy.headers["content-disposition"]
    assert Image.open(io.BytesIO(copy.content)).size == (800, 600)
    original = await scene.seen_by(cast.foreman, f"/api/photos/{scene.photo}/full")
    assert original.content == scene.data
    for actor in (scene.stranger, cast.other_foreman, cast.far_supervisor):
        assert (await scene.seen_by(actor, path)).status_code == 404
    assert (await scene.seen_by(None, path)).status_code == 401


def test_nobody_is_told_the_app_role_may_change_a_link(database_url: str) -> None:
    said: Any = value(
        database_url, "SELECT has_table_privilege('daywork_app', 'chain_link', 'UPDATE, DELETE')"
    )
    assert said is False
