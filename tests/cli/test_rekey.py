"""`daywork rekey` as an operator runs it, and everybody for whom it must do nothing."""

from pathlib import Path

import pytest

from daywork.ground.database import close_database, company_transaction, open_database
from daywork.register import keeping
from daywork.register.keys import FILE, NOTED, write_keys
from daywork.register.rules import Change
from daywork.register.sealing import Key, Keyring
from daywork.sites.queries import site_by_id
from tests.cli.test_messages import daywork
from tests.register.conftest import number
from tests.support.cast import DAY, Cast, found
from tests.support.database import query, value

OLD = b"o" * 32


@pytest.fixture
async def cast(database_url: str) -> Cast:
    """Two workers' numbers and accounts, sealed by the key this installation notes."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    ring = Keyring([Key.of(OLD)])
    async with company_transaction(cast.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        for seed, worker in enumerate(cast.workers[:2], 601):
            change = Change(kind="resident", number=number(seed), bank="4111111111111111")
            await keeping.record_identity(cast.office, site, ring, worker, change, DAY)
    await close_database()
    query(
        database_url,
        "INSERT INTO installation_secret (name, value) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        NOTED,
        Key.of(OLD).name,
    )
    return cast


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the key."""
    write_keys(tmp_path / FILE, [OLD])
    return tmp_path


def sealed_by(cast: Cast) -> set[str]:
    """The names of the keys that the company's numbers are sealed by."""
    rows = query(
        cast.url,
        "SELECT DISTINCT encode(substring(number_sealed FROM 2 FOR 8), 'hex') AS name"
        " FROM worker_identity WHERE organisation = $1",
        cast.organisation,
    )
    return {row["name"] for row in rows}


def noted(cast: Cast) -> str:
    return str(value(cast.url, "SELECT value FROM installation_secret WHERE name = $1", NOTED))


def rekey(cast: Cast, home: Path, *words: str, **other: str) -> tuple[int, str]:
    known = {"DAYWORK_DATABASE_URL": cast.url, "DAYWORK_HOME": str(home)} | other
    said = daywork("rekey", *words, **known)
    return said.returncode, said.stdout + said.stderr


async def test_a_new_key_then_the_old_one_out_of_the_file(cast: Cast, home: Path) -> None:
    code, said = rekey(cast, home, "--new")
    assert (code, "2 rows sealed anew; 4 values under key" in said) == (0, True), said
    keys = (home / FILE).read_text().split()
    assert len(keys) == 2
    assert (home / FILE).stat().st_mode & 0o077 == 0
    assert sealed_by(cast) == {noted(cast)}
    assert noted(cast) != Key.of(OLD).name
    code, said = rekey(cast, home)
    assert (code, said.startswith("0 rows sealed anew")) == (0, True), said
    code, said = rekey(cast, home, "--forget")
    assert code == 0, said
    assert (home / FILE).read_text().split() == keys[:1]


async def test_whoever_has_another_key_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    """A restored backup beside the wrong file of keys: neither the note nor a value moves."""
    write_keys(tmp_path / FILE, [b"x" * 32])
    before = (tmp_path / FILE).read_text()
    for words in ((), ("--new",), ("--forget",)):
        code, said = rekey(cast, tmp_path, *words)
        assert code == 1, said
        assert "cannot be opened" in said
        assert "Nothing was changed" in said
        assert Key.of(OLD).name in said, "it names the key that is missing"
    assert (tmp_path / FILE).read_text() == before
    assert noted(cast) == Key.of(OLD).name
    assert sealed_by(cast) == {Key.of(OLD).name}


async def test_the_app_s_own_role_must_not(cast: Cast, home: Path) -> None:
    """It sees one company at a time: it would call the job done after none."""
    app = f"{cast.url}{'&' if '?' in cast.url else '?'}role=daywork_app"
    code, said = rekey(cast, home, "--new", DAYWORK_DATABASE_URL=app)
    assert code == 1, said
    assert "owner" in said
    assert "Traceback" not in said
    assert len((home / FILE).read_text().split()) == 1
    assert noted(cast) == Key.of(OLD).name


async def test_keys_given_by_the_variable_are_not_changed_in_a_file(
    cast: Cast, tmp_path: Path
) -> None:
    given = "b" * 43
    for option in ("--new", "--forget"):
        code, said = rekey(cast, tmp_path, option, DAYWORK_REGISTER_KEY=given)
        assert (code, "DAYWORK_REGISTER_KEY" in said) == (1, True), said
    assert not (tmp_path / FILE).exists()
    assert sealed_by(cast) == {Key.of(OLD).name}


async def test_without_any_key_it_says_what_to_do(cast: Cast, tmp_path: Path) -> None:
    code, said = rekey(cast, tmp_path)
    assert (code, "There is no key of the register yet" in said) == (1, True), said
    (tmp_path / FILE).write_text("short\n")
    code, said = rekey(cast, tmp_path)
    assert (code, "is not a key of the register" in said) == (1, True), said


def test_a_database_that_was_never_migrated_is_named(blank_database_url: str, home: Path) -> None:
    known = {"DAYWORK_DATABASE_URL": blank_database_url, "DAYWORK_HOME": str(home)}
    said = daywork("rekey", "--new", **known)
    assert said.returncode == 1
    assert "daywork migrate" in said.stderr
    assert "Traceback" not in said.stderr
    assert len((home / FILE).read_text().split()) == 1
