"""`daywork verify` as an auditor runs it: on the database itself, in words, with an exit code."""

from pathlib import Path

import pytest

from tests.cli.test_messages import daywork
from tests.support.database import Demo, query, value


@pytest.fixture
def home(demo: Demo, demo_database_url: str) -> dict[str, str]:
    return {
        "DAYWORK_DATABASE_URL": demo_database_url,
        "DAYWORK_STORAGE_URL": demo.storage_url,
    }


def test_the_demo_company_is_in_order_with_every_picture(home: dict[str, str]) -> None:
    said = daywork("verify", "--photos", **home)
    assert (said.returncode, said.stderr) == (0, "")
    assert "Nothing was altered, removed or slipped in" in said.stdout
    url = home["DAYWORK_DATABASE_URL"]
    versions = value(url, "SELECT count(*) FROM entry_version")
    pictures = value(url, "SELECT count(*) FROM photo")
    assert f" {versions} versions" in said.stdout
    assert f" {pictures} photos ({pictures} pictures read)" in said.stdout


def test_a_changed_line_is_named_and_the_exit_code_is_one(home: dict[str, str]) -> None:
    url = home["DAYWORK_DATABASE_URL"]
    query(
        url,
        "UPDATE labour_line SET man_days = man_days + 1 WHERE (sheet, id) ="
        " (SELECT sheet, id FROM labour_line WHERE live AND man_days = 1 LIMIT 1)",
    )
    said = daywork("verify", **home)
    assert said.returncode == 1
    assert "says 2.000 man-days, it came to 1.000" in said.stderr
    assert "faults in" in said.stderr


def test_a_cut_off_end_is_found_by_the_heads_noted_before(
    home: dict[str, str], tmp_path: Path
) -> None:
    url = home["DAYWORK_DATABASE_URL"]
    noted = daywork("verify", "--heads", **home)
    assert noted.returncode == 0, noted.stderr
    assert len(noted.stdout.splitlines()) == 1 + value(url, "SELECT count(*) FROM site")
    file = tmp_path / "heads.txt"
    file.write_text(noted.stdout, encoding="utf-8")
    assert daywork("verify", "--against", str(file), **home).returncode == 0
    query(
        url,
        "DELETE FROM chain_link l WHERE number = (SELECT max(number) FROM chain_link m"
        " WHERE m.site = l.site)",
    )
    said = daywork("verify", "--against", str(file), **home)
    assert said.returncode == 1
    assert "cut off the end" in said.stderr


def test_one_company_is_chosen_by_its_name(home: dict[str, str]) -> None:
    name = value(home["DAYWORK_DATABASE_URL"], "SELECT name FROM organisation")
    assert daywork("verify", "--company", name, **home).returncode == 0
    unknown = daywork("verify", "--company", "nobody", **home)
    assert unknown.returncode == 1
    assert "No companies are called “nobody”" in unknown.stderr


def test_a_file_that_is_none_of_heads_says_so(home: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "other.txt"
    file.write_text("hello\n")
    said = daywork("verify", "--against", str(file), **home)
    assert said.returncode == 1
    assert "is not a file of heads" in said.stderr
