"""After the office was put back to a backup, the phones give again what came after it (rule 10)."""

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from daywork.backup.restoring import restore
from daywork.backup.service import back_up
from daywork.ground.ids import new_id
from daywork.ground.settings import Settings
from daywork.people.actor import Actor
from tests.photos.test_upload import jpeg
from tests.support.asking import let_go
from tests.support.cast import DAY, Cast, found
from tests.support.client import session_of
from tests.support.database import apart, query, value
from tests.support.phone_words import NOW
from tests.support.server import serving

SCRIPT = Path(__file__).with_name("phone.mjs")
RESOLVE = SCRIPT.parents[2] / "pwa" / "test-resolve.mjs"

Tell = Callable[..., dict[str, Any]]


def credentials(url: str, actor: Actor) -> dict[str, str]:
    """A session of this member's, as the phone's cookies carry it."""
    session, token = session_of(url, actor)
    cookies = f"dw_session={session}; dw_csrf={token}"
    return {"cookies": cookies, "csrf": token, "member": str(actor.member)}


@contextmanager
def phone(given: dict[str, str]) -> Iterator[Tell]:
    """The shipped JavaScript in Node. ``tell(deed, …)`` returns what became of its records."""
    node = subprocess.Popen(
        ["node", "--import", str(RESOLVE), str(SCRIPT), json.dumps(given)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert node.stdin is not None
    assert node.stdout is not None

    def tell(deed: str, **words: Any) -> dict[str, Any]:
        assert node.stdin is not None
        assert node.stdout is not None
        node.stdin.write(json.dumps({"do": deed} | words, default=str) + "\n")
        node.stdin.flush()
        answer: dict[str, Any] = json.loads(node.stdout.readline())
        return answer

    try:
        yield tell
    finally:
        node.stdin.close()
        node.wait(10)
        node.stdout.close()


def record(cast: Cast, days: int = 0) -> dict[str, Any]:
    """A sheet as the phone saves it."""
    return {
        "id": new_id(),
        "type": "labour.sheet",
        "entity_id": new_id(),
        "base_version": 0,
        "client_time": NOW.isoformat(),
        "payload": {
            "site": cast.site,
            "work_day": DAY + timedelta(days=days),
            "crew": cast.crew,
            "task": None,
            "note": "",
            "lines": [
                {"id": new_id(), "worker": worker, "unit": "man_days", "amount": "1"}
                for worker in cast.workers
            ],
            "reason": None,
        },
    }


def photo_record(cast: Cast, data: bytes) -> dict[str, Any]:
    """A picture as the phone saves it."""
    photo, sha256 = new_id(), hashlib.sha256(data).hexdigest()
    return {
        "id": new_id(),
        "type": "photo.record",
        "entity_id": photo,
        "base_version": 0,
        "client_time": NOW.isoformat(),
        "payload": {
            "site": cast.site,
            "work_day": DAY,
            "sha256": sha256,
            "bytes": len(data),
            "width": 640,
            "height": 480,
            "media_type": "image/jpeg",
        },
        "photo": {
            "id": photo,
            "bytes": base64.b64encode(data).decode(),
            "media_type": "image/jpeg",
            "sha256": sha256,
        },
    }


@pytest.mark.parametrize("pulled", [True, False], ids=["had pulled", "had not pulled yet"])
def test_the_phones_give_again_what_the_backup_did_not_have(
    app_settings: Settings, tmp_path: Path, pulled: bool
) -> None:
    """A phone that lost its signal between receipt and pull has a cursor the backup knows, too."""
    url = app_settings.database_url or ""
    cast, place = found(url), (tmp_path / "backup").as_uri()
    data = jpeg(800)
    early, late, picture = record(cast), record(cast, 1), photo_record(cast, data)
    foreman = credentials(url, cast.foreman)
    with phone(foreman) as tell:
        with serving(app_settings) as base:
            tell("save", records=[early])
            assert tell("sync", base=base)["items"] == {str(early["id"]): "confirmed"}
            apart(back_up(app_settings, place))
            tell("save", records=[late, picture])
            done = tell("sync", base=base, without=None if pulled else "/api/sync/pull")
        assert set(done["items"].values()) == {"confirmed"}
        assert set(done["photos"].values()) == {"confirmed"}
        before = everything(url)
        assert len(before) == 3

        shutil.rmtree(app_settings.home / "photos")
        let_go(url)
        apart(restore(app_settings, place, replace=True))
        assert len(everything(url)) == 1, "the office forgot a day and a picture"

        with serving(app_settings) as base:
            done = tell("sync", base=base)
    assert set(done["items"].values()) == {"confirmed"}
    assert set(done["photos"].values()) == {"confirmed"}
    assert everything(url) == before
    assert value(url, "SELECT state FROM photo") == "complete"
    kept = [one for one in (app_settings.home / "photos").rglob("*") if len(one.name) == 64]
    assert [one.read_bytes() for one in kept] == [data]
    assert value(url, "SELECT count(*) FROM entry_version") == 3, "nothing twice"


def everything(url: str) -> list[tuple[Any, ...]]:
    """Entries and the hashes of what was recorded of them."""
    rows = query(
        url,
        "SELECT e.id, e.kind, e.state, e.version, v.sha256, v.mutation FROM entry e"
        " JOIN entry_version v ON v.entry = e.id ORDER BY e.id",
    )
    return [tuple(row) for row in rows]
