"""The register on its pages: masked, in full only for a purpose, and never to whoever may not."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from daywork.register.sealing import place_of
from tests.register.conftest import House, number
from tests.support.company import Browser
from tests.support.database import query, value

NUMBER = number(101)
ACCOUNT = "4111111111111111"


@pytest.fixture(scope="module", autouse=True)
def entered(house: House) -> None:
    """The first worker's number, account and address, typed by the office."""
    reply = house("office").send_form(
        own(house),
        kind="resident",
        identity=f" {NUMBER[:6]} {NUMBER[6:]}",
        bank_name="Farmers' Bank",
        bank=ACCOUNT,
        address="1 Willow Lane",
    )
    assert reply.status_code == 303, reply.text


def own(house: House, worker: int = 0) -> str:
    return f"/labour/register/{house.cast.site}/{house.cast.workers[worker]}"


def test_numbers_are_masked_on_every_page(house: House, office: Browser) -> None:
    for path in (
        f"/labour/register?site={house.cast.site}",
        own(house),
        f"/labour/register/roster?site={house.cast.site}",
    ):
        page = office.get(path)
        assert page.status_code == 200, path
        assert "320***********" in page.text, path
        for secret in (NUMBER, ACCOUNT, "Willow"):
            assert secret not in page.text, path


def test_in_the_database_nothing_stands_in_full(house: House) -> None:
    row = query(house.cast.url, "SELECT * FROM worker_identity")[0]
    for secret in (NUMBER, ACCOUNT, "Willow"):
        assert all(secret.encode() not in bytes(x) for x in row.values() if isinstance(x, bytes))
        assert all(secret not in str(x) for x in row.values())
    place = place_of(house.cast.organisation, house.cast.workers[0], "number")
    assert house.keys.open(row["number_sealed"], place) == NUMBER
    told = query(house.cast.url, "SELECT detail::text FROM audit_event WHERE action LIKE '%reg%'")
    assert told
    assert all(NUMBER not in line["detail"] for line in told)


def test_the_key_lies_beside_the_database_for_its_owner_alone(house: House) -> None:
    file = house.home / "register.keys"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_full_number_needs_a_purpose_and_leaves_a_line(house: House, office: Browser) -> None:
    def lines() -> int:
        return int(value(house.cast.url, "SELECT count(*) FROM unmasking"))

    before = lines()
    for purpose, note in (("", ""), ("curiosity", ""), ("other", " ")):
        refused = office.send_form(f"{own(house)}/unmask", purpose=purpose, note=note)
        assert refused.status_code == 422
        assert "Say what the full number is needed for" in refused.text
        assert NUMBER not in refused.text
    assert lines() == before
    page = office.send_form(f"{own(house)}/unmask", purpose="wages", note="March")
    for shown in (NUMBER, ACCOUNT, "1 Willow Lane", "1990-01-01"):
        assert shown in page.text
    assert 'class="said"' not in page.text, "words of another sort are told as what was just done"
    assert page.headers["cache-control"] == "no-store"
    assert lines() == before + 1
    assert NUMBER not in office.get(own(house)).text
    seen = house("owner").get("/labour/register/looks").text
    for words in ("office", "worker 1", "Wage sheet", "March", "Identity number"):
        assert words in seen, words
    assert house("office").get("/labour/register/looks").status_code == 403


@pytest.mark.parametrize(
    ("who", "sees", "opens"),
    [
        ("owner", 200, 200),
        ("office", 200, 200),
        ("supervisor", 403, 403),
        ("foreman", 403, 403),
        ("far_supervisor", 403, 404),
        ("stranger", 404, 404),
    ],
)
def test_who_may_see_and_open(house: House, who: str, sees: int, opens: int) -> None:
    reader = house(who)
    assert reader.get(f"/labour/register?site={house.cast.site}").status_code == sees
    for path in (
        own(house),
        f"/labour/register/roster?site={house.cast.site}",
        f"/labour/register.xlsx?site={house.cast.site}",
    ):
        assert reader.get(path).status_code == opens, path
    asked = reader.send_form(f"{own(house)}/unmask", purpose="wages")
    assert asked.status_code == opens
    in_full = reader.send_form(f"/labour/register.xlsx?site={house.cast.site}", purpose="wages")
    assert in_full.status_code == opens
    if opens != 200:
        assert reader.send_form(own(house), kind="resident", identity=number(9)).status_code in (
            403,
            404,
        )


def test_what_is_wrong_with_a_number_stands_beside_it(house: House, office: Browser) -> None:
    wrong = NUMBER[:10] + "9" + NUMBER[11:]
    page = office.send_form(own(house, 1), kind="resident", identity=wrong, bank="12")
    assert page.status_code == 422
    assert "The last sign does not fit the 17 before it" in page.text or "no day" in page.text
    assert "A bank account is 8 to 30 digits" in page.text
    assert value(house.cast.url, "SELECT count(*) FROM worker_identity") >= 1


def test_what_stays_empty_stays_and_a_tick_removes(house: House, office: Browser) -> None:
    path = own(house, 2)
    office.send_form(path, kind="resident", identity=number(103), bank="12345678", bank_name="A")
    office.send_form(path, kind="resident", bank_name="B", address="here")
    row = query(
        house.cast.url,
        "SELECT number_mask, bank_mask, bank_name, address_sealed IS NOT NULL AS has"
        " FROM worker_identity WHERE worker = $1",
        house.cast.workers[2],
    )[0]
    assert (row["number_mask"][:3], row["bank_mask"], row["bank_name"], row["has"]) == (
        "320",
        "1******8",
        "B",
        True,
    )
    office.send_form(path, kind="resident", bank_name="B", no_identity="on", no_address="on")
    assert value(
        house.cast.url,
        "SELECT kind IS NULL AND number_mark IS NULL AND address_sealed IS NULL"
        " AND bank_mark IS NOT NULL FROM worker_identity WHERE worker = $1",
        house.cast.workers[2],
    )


def test_the_same_number_with_another_worker_is_told(house: House, office: Browser) -> None:
    path = own(house, 3)
    office.send_form(path, kind="resident", identity=NUMBER.lower(), bank=ACCOUNT)
    page = office.get(path).text
    assert "worker 1 has the same identity number" in page
    doubts = office.get(f"/labour/register?site={house.cast.site}&show=doubts").text
    assert "worker 1" in doubts
    assert "worker 4" in doubts
    office.send_form(path, kind="resident", no_identity="on", no_bank="on")
    assert "worker 4" not in office.get(f"/labour/register?site={house.cast.site}&show=doubts").text


def test_a_card_that_fails_its_check_digit_is_kept_with_a_word(
    house: House, office: Browser
) -> None:
    path = own(house, 3)
    reply = office.send_form(path, kind="resident", bank="4111111111111112")
    assert reply.headers["location"].endswith("?note=card")
    assert "check digit does not fit" in office.get(reply.headers["location"]).text
    office.send_form(path, kind="resident", no_bank="on")


def test_nobody_under_sixteen_goes_unnoticed(house: House, office: Browser) -> None:
    path = own(house, 3)
    young = number(7, f"{datetime.now(UTC).year - 15}0101")
    reply = office.send_form(path, kind="resident", identity=young)
    assert "under 16" in office.get(reply.headers["location"]).text
    office.send_form(path, kind="resident", no_identity="on")


def test_excel_is_masked_and_in_full_only_for_a_purpose(house: House, office: Browser) -> None:
    path = f"/labour/register.xlsx?site={house.cast.site}"

    def cells(data: bytes) -> list[str]:
        book = openpyxl.load_workbook(io.BytesIO(data))
        return [str(cell.value) for row in book.worksheets[0].rows for cell in row]

    masked = cells(office.get(path).content)
    assert NUMBER not in masked
    assert any(cell.startswith("320****") for cell in masked)
    assert "Say what" in office.send_form(path, purpose="").text
    in_full = cells(office.send_form(path, purpose="authority").content)
    assert NUMBER in in_full
    assert "1990-01-01" in in_full
    assert value(house.cast.url, "SELECT how FROM unmasking ORDER BY id DESC LIMIT 1") == "excel"


def test_contracts_and_certificates_come_and_are_struck_out(house: House, office: Browser) -> None:
    path = own(house, 1)
    office.send_form(f"{path}/contracts", signed_on="2026-01-02", ends_on="2026-02-01")
    assert "The contract has ended" in office.get(path).text
    office.send_form(f"{path}/contracts", signed_on="2026-02-02")
    assert "The contract has ended" not in office.get(path).text
    assert (
        office.send_form(
            f"{path}/contracts", signed_on="2026-02-02", ends_on="2026-01-01"
        ).status_code
        == 422
    )
    kept = value(house.cast.url, "SELECT id FROM worker_contract ORDER BY signed_on DESC LIMIT 1")
    far = house("stranger").send_form(f"{path}/contracts/{kept}/void")
    assert far.status_code == 404
    assert office.send_form(f"{path}/contracts/{kept}/void").status_code == 303
    assert office.send_form(f"{path}/contracts/{kept}/void").status_code == 404
    office.send_form(
        f"{path}/certificates",
        certificate="welder",
        certificate_number=number(102),
        valid_until="2020-01-01",
    )
    page = office.get(path).text
    assert "A certificate has run out" in page
    assert number(102) not in page
    assert "Safety training before the first day" in page, "proposed, with the level of skill"
    paper = value(house.cast.url, "SELECT id FROM worker_certificate LIMIT 1")
    assert office.send_form(f"{path}/certificates/{paper}/void").status_code == 303
    assert "A certificate has run out" not in office.get(path).text
