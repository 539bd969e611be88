"""One server a file for the register's pages, with everybody signed in who may and may not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from daywork.ground.settings import load_settings
from daywork.register.keys import read_keys
from daywork.register.numbers import check_sign
from daywork.register.sealing import Key, Keyring
from tests.journeys.crew import login_of
from tests.support.cast import Cast, found
from tests.support.company import PASSWORD, Browser, quick_hash
from tests.support.database import copied, dropped, on_server, query
from tests.support.server import serving


def number(seed: int, born: str = "19900101") -> str:
    """A valid identity number that belongs to nobody."""
    seventeen = f"320199{born}{seed:03d}"
    return seventeen + check_sign(seventeen)


@dataclass
class House:
    """A server, its company, and browsers of its people."""

    url: str
    home: Path
    cast: Cast
    stranger: Cast
    browsers: dict[str, Browser] = field(default_factory=dict)

    def __call__(self, who: str) -> Browser:
        """Somebody's browser, signed in; ``stranger`` owns another company."""
        if who not in self.browsers:
            browser = Browser(self.url)
            cast = self.stranger if who == "stranger" else self.cast
            login = login_of(cast, "owner" if who == "stranger" else who)
            assert browser.sign_in(login).status_code == 200
            self.browsers[who] = browser
        return self.browsers[who]

    @property
    def keys(self) -> Keyring:
        """The keys the server works with."""
        settings = load_settings({"DAYWORK_HOME": str(self.home)})
        return Keyring([Key.of(secret) for secret in read_keys(settings)])


@pytest.fixture(scope="module")
def house(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Its database and home are this file's own."""
    database = on_server(database_server, copied(on_server(database_server, migrated_template)))
    home = tmp_path_factory.mktemp("home")
    settings = replace(
        load_settings({"DAYWORK_HOME": str(home)}),
        database_url=database,
        pool_size=4,
        host="127.0.0.1",
    )
    with serving(settings) as url:
        cast = found(database)
        stranger = found(database, "Another company")
        query(database, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
        yield House(url, home, cast, stranger)
    dropped(database)


@pytest.fixture
def office(house: House) -> Browser:
    """Whoever keeps the site's books."""
    return house("office")
