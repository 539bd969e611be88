"""What is sealed opens in its own place, with its own key, and nowhere else."""

from uuid import UUID

import pytest

from daywork.register.rules import masked
from daywork.register.sealing import CannotOpenError, Key, Keyring, name_in, place_of

COMPANY, OTHER_COMPANY = UUID(int=1), UUID(int=2)
WANG, LIU = UUID(int=11), UUID(int=12)
OLD, NEW = Key.of(b"o" * 32), Key.of(b"n" * 32)
NUMBER = "11010119900101123X"


def test_a_sealed_value_says_nothing_and_opens_again() -> None:
    keys = Keyring([NEW])
    sealed = keys.seal(NUMBER, place_of(COMPANY, WANG, "number"))
    assert NUMBER.encode() not in sealed
    assert keys.seal(NUMBER, place_of(COMPANY, WANG, "number")) != sealed
    assert keys.open(sealed, place_of(COMPANY, WANG, "number")) == NUMBER


@pytest.mark.parametrize(
    "place",
    [
        place_of(COMPANY, LIU, "number"),
        place_of(COMPANY, WANG, "bank"),
        place_of(OTHER_COMPANY, WANG, "number"),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(place: bytes) -> None:
    keys = Keyring([NEW])
    sealed = keys.seal(NUMBER, place_of(COMPANY, WANG, "number"))
    with pytest.raises(CannotOpenError):
        keys.open(sealed, place)


def test_an_altered_byte_is_noticed() -> None:
    keys = Keyring([NEW])
    place = place_of(COMPANY, WANG, "number")
    sealed = keys.seal(NUMBER, place)
    for at in range(len(sealed)):
        altered = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(CannotOpenError):
            keys.open(altered, place)


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    place = place_of(COMPANY, WANG, "number")
    before = Keyring([OLD]).seal(NUMBER, place)
    both = Keyring([NEW, OLD])
    assert both.open(before, place) == NUMBER
    assert name_in(both.seal(NUMBER, place)) == NEW.name
    with pytest.raises(CannotOpenError):
        Keyring([NEW]).open(before, place)


def test_keys_are_read_again_for_a_value_sealed_by_one_made_since() -> None:
    place = place_of(COMPANY, WANG, "number")
    sealed = Keyring([NEW]).seal(NUMBER, place)
    running = Keyring([OLD], read_again=lambda: [NEW, OLD])
    assert running.open(sealed, place) == NUMBER
    assert running.present == NEW


def test_the_same_number_has_one_mark_a_company_and_key() -> None:
    keys = Keyring([NEW, OLD])
    mark = keys.mark(NUMBER, COMPANY, "number")
    assert mark == Keyring([NEW]).mark(NUMBER, COMPANY, "number")
    assert mark != keys.mark(NUMBER, OTHER_COMPANY, "number")
    assert mark != keys.mark(NUMBER, COMPANY, "bank")
    assert Keyring([OLD]).mark(NUMBER, COMPANY, "number") in keys.marks(NUMBER, COMPANY, "number")


def test_a_key_is_32_bytes() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        Key.of(b"x" * 31)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("110101199001011234", "110***********1234"),
        ("6222021234567890123", "622************0123"),
        ("E12345678", "E*******8"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_a_mask_shows_the_first_three_and_the_last_four_and_less_of_what_is_short(
    value: str, shown: str
) -> None:
    assert masked(value) == shown
