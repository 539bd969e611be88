"""The story is told once for each worker of a test run; every test gets a copy to tamper with."""

import copy
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daywork.ground.database import close_database, open_database
from daywork.photos.storage import folder_of, open_storage
from tests.evidence.story import Story
from tests.support.cast import found
from tests.support.database import apart, copied, dropped, on_server


@pytest.fixture(scope="session")
def told(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """The story in a database of its own, which nobody changes or is connected to."""
    url = on_server(database_server, copied(on_server(database_server, migrated_template)))
    store = open_storage((tmp_path_factory.mktemp("story") / "photos").as_uri())

    async def tell() -> Story:
        await open_database(url, pool_size=4)
        try:
            story = Story(found(url), store)
            await story.tell()
        finally:
            await close_database()
        return story

    yield apart(tell())
    dropped(url)


@pytest.fixture
async def story(told: Story, tmp_path: Path) -> AsyncIterator[Story]:
    """A copy for this test alone, rows and pictures, with the app's pool open on it."""
    url = on_server(told.cast.url, copied(told.cast.url))
    photos = tmp_path / "photos"
    shutil.copytree(folder_of(told.store) or Path(), photos)
    own = copy.copy(told)
    own.cast, own.store = replace(told.cast, url=url), open_storage(photos.as_uri())
    await open_database(url, pool_size=4)
    yield own
    await close_database()
    dropped(url)
