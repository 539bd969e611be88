"""What a phone recorded with an older build still reaches the office, whole, pictures included.

Two recordings a release, in `tests/fixtures/outboxes/`, never changed again:

- `…-everything.json`, by `record.mjs` there: every kind of record that the build writes;
- `…-phone.json`: the database of a real phone that could not send, names in place of the ids of
  company, site and people. Before a release, record the build's own:
  `DAYWORK_RECORD_OUTBOX=0.2.0 pytest tests/sync/test_older_outboxes.py -k record`.
"""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from daywork.sync.service import TYPES
from tests.journeys.crew import fill_sign_in, found_with_yesterday, login_of
from tests.rescue.hands import ready_phone, record_day, take_picture
from tests.support.browser import Phone
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.server import Server

FOLDER = Path(__file__).parent.parent / "fixtures" / "outboxes"
OUTBOXES = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*-everything.json")}
PHONES = sorted(FOLDER.glob("*-phone.json"))
RECORD_AS = os.environ.get("DAYWORK_RECORD_OUTBOX")


def settled(url: str, world: dict[str, Any]) -> Cast:
    """A company that knows the people and things the outbox speaks of."""
    named = {name: UUID(world[name]) for name in ("site", "crew", "task")}
    workers = [UUID(one) for one in world["workers"]]
    return found(url, cast=Cast(url, carpenter=UUID(world["trade"]), workers=workers, **named))


@pytest.mark.parametrize("recorded", sorted(OUTBOXES))
async def test_an_outbox_of_an_older_build_still_applies(app_server: Server, recorded: str) -> None:
    outbox = OUTBOXES[recorded]
    cast = settled(app_server.database_url, outbox["world"])
    envelope = {
        "protocol": 1,
        "build": outbox["build"],
        "device_id": "recorded",
        "sent_at": outbox["mutations"][0]["client_time"],
        "mutations": outbox["mutations"],
    }
    async with client_of(app_server.database_url, app_server.url, cast.foreman) as phone:
        answer = await phone.post("/api/sync/push", json=envelope)
        receipts = answer.json()["results"]
        assert [one["problem"] for one in receipts if one["result"] != "applied"] == []
        for photo in outbox["photos"]:
            sent = await phone.put(
                f"/api/photos/{photo['id']}/bytes",
                content=base64.b64decode(outbox["bytes"][photo["id"]]),
                headers={"x-content-sha256": photo["sha256"]},
            )
            assert sent.json()["state"] == "complete", sent.text
        again = (await phone.post("/api/sync/push", json=envelope)).json()["results"]
    assert {one["result"] for one in again} == {"already_applied"}
    sheets = [m for m in outbox["mutations"] if m["type"] == "labour.sheet"]
    live = value(cast.url, "SELECT count(*) FROM labour_line WHERE live AND state <> 'void'")
    assert live == len(sheets[0]["payload"]["lines"])
    versions = value(cast.url, "SELECT count(*) FROM entry_version")
    assert versions == sum(m["type"] != "sites.worker" for m in outbox["mutations"])


def test_no_kind_of_record_that_a_released_build_writes_was_forgotten() -> None:
    assert OUTBOXES
    assert PHONES
    for outbox in OUTBOXES.values():
        assert {m["type"] for m in outbox["mutations"]} <= set(TYPES)
        assert outbox["photos"]


OPENED = """
const opened = (name, version, upgrade) => new Promise((done, failed) => {
    const asked = indexedDB.open(name, version);
    asked.onupgradeneeded = () => upgrade?.(asked.result);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
});
const answer = (asked) => new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
});
"""
DUMP = (
    "async (member) => {"
    + OPENED
    + """
    const plain = (value) => value instanceof ArrayBuffer
        ? { $bytes: btoa(String.fromCharCode(...new Uint8Array(value))) }
        : Array.isArray(value) ? value.map(plain)
        : value && typeof value === "object"
            ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value;
    const db = await opened(`daywork-${member}`);
    const stores = {};
    for (const name of db.objectStoreNames) {
        const store = db.transaction(name).objectStore(name);
        const kept = ["outbox", "photos", "photo_bytes"].includes(name);
        stores[name] = {
            key: store.keyPath, auto: store.autoIncrement,
            indexes: [...store.indexNames].map((one) => {
                const { keyPath, unique } = store.index(one);
                return { name: one, key: keyPath, unique };
            }),
            rows: kept ? plain(await answer(store.getAll())) : [],
            keys: kept ? await answer(store.getAllKeys()) : [],
        };
    }
    return { schema: db.version, stores };
}"""
)
LOAD = (
    "async ([member, { schema, stores }]) => {"
    + OPENED
    + """
    const real = (value) => value?.$bytes !== undefined
        ? Uint8Array.from(atob(value.$bytes), (c) => c.charCodeAt(0)).buffer
        : Array.isArray(value) ? value.map(real)
        : value && typeof value === "object"
            ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, real(v)])) : value;
    const db = await opened(`daywork-${member}`, schema, (made) => {
        for (const [name, { key, auto, indexes }] of Object.entries(stores)) {
            const store = made.createObjectStore(name, { keyPath: key, autoIncrement: auto });
            for (const one of indexes) store.createIndex(one.name, one.key, { unique: one.unique });
        }
    });
    for (const [name, { key, rows, keys }] of Object.entries(stores)) {
        const store = db.transaction(name, "readwrite").objectStore(name);
        for (const [n, row] of rows.entries())
            await answer(key === null ? store.put(real(row), keys[n]) : store.put(real(row)));
    }
    db.close();
}"""
)


def names(cast: Cast) -> dict[str, str]:
    """What stands in a recorded outbox for the ids of this company."""
    found = {
        "organisation": cast.organisation,
        "site": cast.site,
        "crew": cast.crew,
        "task": cast.task,
        "foreman": cast.members["foreman"],
    }
    found |= {f"worker {number}": worker for number, worker in enumerate(cast.workers)}
    return {f"<{name}>": str(one) for name, one in found.items()}


@pytest.mark.browser
@pytest.mark.timeout(180)
@pytest.mark.skipif(RECORD_AS is None, reason="only before a release")
def test_record_the_outbox_of_this_build(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast = found_with_yesterday(app_server)
    page = ready_phone(new_phone("en"), app_server, cast)
    page.context.route("**/api/sync/push", lambda route: route.abort())
    record_day(page, app_server)
    take_picture(page, app_server)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    recorded = json.dumps(page.evaluate(DUMP, str(cast.members["foreman"])), indent=1)
    for name, one in names(cast).items():
        recorded = recorded.replace(one, name)
    (FOLDER / f"{RECORD_AS}-phone.json").write_text(recorded + "\n")


@pytest.mark.browser
@pytest.mark.timeout(180)
@pytest.mark.parametrize("recorded", PHONES, ids=lambda path: str(path.stem))
def test_a_phone_that_is_updated_with_unsent_work_sends_it(
    app_server: Server, new_phone: Callable[..., Phone], recorded: Path
) -> None:
    cast = found_with_yesterday(app_server)
    text = recorded.read_text()
    for name, one in names(cast).items():
        text = text.replace(name, one)
    held: dict[str, Any] = json.loads(text)
    member = str(cast.members["foreman"])
    page = new_phone("en").open(f"{app_server.url}/sign-in")
    page.evaluate(LOAD, [member, held])
    fill_sign_in(page, login_of(cast, "foreman"))
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
    sent = {row["id"] for row in held["stores"]["outbox"]["rows"]}
    applied = query(cast.url, "SELECT id FROM sync_mutation WHERE result = 'applied'")
    assert sent <= {str(row["id"]) for row in applied}
    assert value(cast.url, "SELECT count(*) FROM photo WHERE state = 'complete'") == len(
        held["stores"]["photo_bytes"]["rows"]
    )
