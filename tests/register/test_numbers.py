"""What is wrong with a number is said so that it can be put right at the card."""

from datetime import date

import pytest

from daywork.ground.problems import Problem
from daywork.register.numbers import (
    Paper,
    Sex,
    check_sign,
    is_card,
    passes_luhn,
    read_account,
    read_number,
    said_by,
)

TODAY = date(2026, 11, 25)

GOOD = "11010519491231002X"
"""The example of the standard."""


def refusal(paper: Paper, typed: str) -> str:
    with pytest.raises(Problem) as refused:
        read_number(paper, typed, TODAY)
    return refused.value.kind.slug


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
        "440524188001010014"[:6] + "19800101001" + check_sign("44052419800101001"),
    ],
)
def test_a_residents_number_is_read_however_it_is_typed(typed: str) -> None:
    assert len(read_number(Paper.RESIDENT, typed, TODAY)) == 18


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("110105491231002", "identity_old"),
        ("1101051949123100", "identity_length"),
        ("", "identity_length"),
        ("11010519491231O02X", "identity_signs"),
        ("X1010519491231002X", "identity_signs"),
        ("99010519491231002X", "identity_region"),
        ("110105194913310023", "identity_date"),
        ("110105190002290024", "identity_date"),
        ("110105203001010029", "identity_date"),
        ("110105188001010029", "identity_date"),
        ("110105194912310021", "identity_checksum"),
        ("11010519491231020X", "identity_checksum"),
        ("1.10105E+17", "identity_rounded"),
        ("110105194912310000.0", "identity_rounded"),
    ],
)
def test_a_wrong_number_is_told_by_what_is_wrong(typed: str, slug: str) -> None:
    assert refusal(Paper.RESIDENT, typed) == slug


def test_any_one_digit_mistyped_is_noticed() -> None:
    for place in range(17):
        for digit in "0123456789":
            wrong = GOOD[:place] + digit + GOOD[place + 1 :]
            if wrong != GOOD:
                refusal(Paper.RESIDENT, wrong)


@pytest.mark.parametrize(
    ("paper", "good", "bad"),
    [
        (Paper.HK_MO_PERMIT, "H12345678", "K12345678"),
        (Paper.HK_MO_PERMIT, "M1234567801", "H1234"),
        (Paper.TW_PERMIT, "12345678", "ABCDEFGH"),
        (Paper.PASSPORT, "E12345678", "1"),
        (Paper.PERMANENT_RESIDENCE, "CHN110000123456", "110000123456"),
        (Paper.OTHER, "AB-1234", "??"),
    ],
)
def test_other_papers_are_read_loosely(paper: Paper, good: str, bad: str) -> None:
    read_number(paper, good, TODAY)
    assert refusal(paper, bad) == "paper_number"


def test_a_residence_permit_has_a_region_of_its_own() -> None:
    number = "81000019900101001" + check_sign("81000019900101001")
    assert read_number(Paper.RESIDENCE_PERMIT, number, TODAY) == number
    assert refusal(Paper.RESIDENT, number) == "identity_region"
    assert refusal(Paper.RESIDENCE_PERMIT, GOOD) == "identity_region"


def test_a_residents_number_says_birth_sex_and_age() -> None:
    said = said_by("resident", GOOD)
    assert said is not None
    assert (said.born, said.sex) == (date(1949, 12, 31), Sex.FEMALE)
    assert (said.age_on(date(2009, 12, 30)), said.age_on(date(2009, 12, 31))) == (59, 60)
    assert said_by("passport", "E12345678") is None


@pytest.mark.parametrize("typed", ["6222 0212 3456 7890 128", "12345678", "0" * 30])
def test_an_account_is_digits(typed: str) -> None:
    assert read_account(typed).isdecimal()


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("1234567", "bank_number"),
        ("0" * 31, "bank_number"),
        ("6222A21234567890", "bank_number"),
        ("6.22202E+18", "identity_rounded"),
    ],
)
def test_what_is_no_account_is_told(typed: str, slug: str) -> None:
    with pytest.raises(Problem) as refused:
        read_account(typed)
    assert refused.value.kind.slug == slug


def test_a_cards_check_digit() -> None:
    assert is_card("4111111111111111")
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert not is_card("12345678")
