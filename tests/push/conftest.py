"""What more than one file here begins with: the server's key, a sender to the push service on
loopback, people without quiet hours, and a foreman on the bridge.
"""

from collections.abc import AsyncIterator

import pytest

from daywork.ground.settings import load_settings
from daywork.people.actor import Actor
from daywork.push.keys import ServerKey, server_key
from daywork.push.sending import Sender
from daywork.push.wire import Postman
from tests.push.bookings import newcomer
from tests.support.cast import Cast
from tests.support.database import query

CONTACT = "mailto:it@example.com"


@pytest.fixture
async def key(cast: Cast) -> ServerKey:
    settings = load_settings({"DAYWORK_DATABASE_URL": cast.url, "DAYWORK_PUSH_CONTACT": CONTACT})
    found = await server_key(settings)
    assert found is not None
    return found


@pytest.fixture
async def sender(key: ServerKey) -> AsyncIterator[Sender]:
    async with Postman(key, local=True, patience=1.0) as postman:
        yield Sender(postman, "https://daywork.example.com")


@pytest.fixture
def awake(cast: Cast) -> Cast:
    """Nobody has quiet hours, whenever the test runs."""
    query(
        cast.url,
        "INSERT INTO push_preference (organisation, member, quiet)"
        " SELECT organisation, id, false FROM member",
    )
    return cast


@pytest.fixture
def far_foreman(cast: Cast) -> Actor:
    """Leads the gang on the bridge, where worker 1 may work too."""
    found = newcomer(cast, "far_foreman", cast.far_site)
    query(cast.url, "UPDATE crew SET foreman = $1 WHERE id = $2", found.member, cast.far_crew)
    query(
        cast.url,
        "INSERT INTO roster (organisation, site, worker, crew, joined_on)"
        " VALUES ($1, $2, $3, $4, '2026-01-01')",
        cast.organisation,
        cast.far_site,
        cast.workers[0],
        cast.far_crew,
    )
    return found
