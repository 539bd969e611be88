"""The real app on a real port, in a thread of the test's process."""

import dataclasses
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from daywork.ground.settings import Settings, load_settings
from tests.support.database import REGISTER_KEY, Demo


@dataclasses.dataclass(frozen=True)
class Server:
    """A running app. `str(server)` is its base URL."""

    url: str
    database_url: str
    settings: Settings

    def __str__(self) -> str:
        return self.url


_idle: list[Any] = []
"""Apps that have served: making one takes longer than most tests, and it knows nothing of the last
test but what :func:`daywork.app.equip` gives it anew."""


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Run the app with these settings until the block ends; yields its base URL."""
    from daywork.app import create_app, equip

    app = _idle.pop() if _idle else create_app(settings)
    equip(app, settings)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", settings.port if settings.port != 8000 else 0))
        listener.listen(128)
        config = uvicorn.Config(app, log_level="warning", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the app did not start; what it said is above")
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)
            server.force_exit = True
            thread.join(10)
            if not thread.is_alive():
                _idle.append(app)


@pytest.fixture
def app_settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an app of this test's own: database, home and photos."""
    home = tmp_path / "home"
    home.mkdir()
    settings = load_settings({"DAYWORK_HOME": str(home)})
    return dataclasses.replace(settings, database_url=database_url, pool_size=4, host="127.0.0.1")


@pytest.fixture
def app_server(app_settings: Settings) -> Iterator[Server]:
    """The app, serving an empty database at `app_server.url`."""
    with serving(app_settings) as url:
        yield Server(url=url, database_url=app_settings.database_url or "", settings=app_settings)


@pytest.fixture
def demo_server(demo: Demo, demo_database_url: str, tmp_path: Path) -> Iterator[Server]:
    """The app with the demo company in it; sign-ins are `daywork.demo.SIGN_INS`."""
    settings = dataclasses.replace(
        load_settings({"DAYWORK_HOME": str(tmp_path / "home")}),
        database_url=demo_database_url,
        storage_url=demo.storage_url,
        register_key=REGISTER_KEY,
        pool_size=4,
        host="127.0.0.1",
    )
    with serving(settings) as url:
        yield Server(url=url, database_url=demo_database_url, settings=settings)


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what was built, for tests that release a new version."""
    from daywork.web import assets

    copy = tmp_path / "dist"
    shutil.copytree(assets.dist(), copy)
    monkeypatch.setattr(assets, "dist", lambda: copy)
    return copy
