"""A phone before a real server: what most tests of this room begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daywork.photos.storage import folder_of, open_storage
from tests.support.cast import found
from tests.support.server import Server
from tests.support.uploads import Phone, phone_of


@pytest.fixture
async def phone(app_server: Server) -> AsyncIterator[Phone]:
    """The phone of a foreman whose company is behind a real server."""
    async with phone_of(app_server.url, found(app_server.database_url)) as one:
        yield one


@pytest.fixture
def folder(app_server: Server) -> Path:
    """Where the photos lie."""
    found_at = folder_of(open_storage(app_server.settings.storage_url))
    assert found_at is not None
    return found_at
