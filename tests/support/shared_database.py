"""One database a module, and a company of its own for each test in it.

For rooms whose tests are many and small: a folder takes these fixtures over in its `conftest.py`.
"""

from collections.abc import Iterator

import pytest

from tests.support.cast import Cast, found
from tests.support.database import copied, dropped, on_server


@pytest.fixture(scope="module")
def database_url(database_server: str, migrated_template: str) -> Iterator[str]:
    """URL of a migrated database that the tests of this module share."""
    url = on_server(database_server, copied(on_server(database_server, migrated_template)))
    yield url
    dropped(url)


@pytest.fixture
def cast(database: str) -> Cast:
    """A company that no other test knows."""
    return found(database)
