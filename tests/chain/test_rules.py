"""The spelling of the chain is frozen, and a code catches what people get wrong when they type."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.chain.contents import (
    ClosingSaid,
    DecisionSaid,
    LinePay,
    PhotoSaid,
    VersionSaid,
    pay_happening,
    questions_happening,
)
from daywork.chain.rules import (
    GENESIS,
    Happening,
    Head,
    code_from,
    code_of,
    forged,
    hashes_with,
)

ID = UUID("0193e0a0-0000-7000-8000-000000000001")
OTHER = UUID("0193e0a0-0000-7000-8000-000000000002")
AT = datetime(2026, 3, 5, 10, 0, 0, 123456, tzinfo=UTC)


def test_each_link_names_the_one_before_it() -> None:
    happenings = [Happening(ID, "entry.version", OTHER, n, bytes([n]) * 32) for n in (1, 2, 3)]
    links = forged(ID, Head(), happenings, AT)
    assert [link.number for link in links] == [1, 2, 3]
    assert [link.previous for link in links] == [GENESIS, links[0].hash, links[1].hash]
    assert all(link.holds for link in links)


def test_no_fact_of_a_link_can_change_without_its_hash() -> None:
    (link,) = forged(ID, Head(), [Happening(ID, "decision", OTHER, 1, bytes(32), "8.00")], AT)
    for other in (
        {"organisation": OTHER},
        {"site": OTHER},
        {"number": 2},
        {"kind": "entry.version"},
        {"subject": ID},
        {"version": 2},
        {"content": bytes([1]) * 32},
        {"detail": "9.00"},
        {"previous": bytes([1]) * 32},
        {"at": datetime(2026, 3, 5, 10, 0, 0, 123457, tzinfo=UTC)},
    ):
        assert not replace(link, **other).holds, other  # type: ignore[arg-type]


def test_what_has_been_released_is_still_spelled_the_same() -> None:
    """Chains of years ago are checked by these; a change here would call them all altered."""
    version = VersionSaid(
        ID, 2, OTHER, "labour.sheet", None, date(2026, 3, 5), ID, OTHER, "phone", AT, AT,
        "half a day", bytes([7]) * 32, bytes([8]) * 32,
    ).happening("8.00")  # fmt: skip
    decision = DecisionSaid(ID, OTHER, ID, 2, "returned", "why", OTHER, AT).happening()
    photo = PhotoSaid(
        ID, OTHER, bytes([9]) * 32, 1000, 640, 480, "image/jpeg", AT, "exif", 31.5, -0.25, None, AT
    ).happening()
    pay = pay_happening(
        OTHER,
        ID,
        2,
        [
            LinePay(OTHER, ID, "man_day", Decimal("300"), Decimal("450.00"), Decimal("0")),
            LinePay(ID, None, None, None, None, None),
        ],
    )
    asked = questions_happening(OTHER, ID, OTHER, 2, {OTHER: "left at noon?", ID: "here?"})
    closing = ClosingSaid(ID, OTHER, date(2026, 2, 1), "closed", "paid", OTHER, AT).happening()
    links = forged(ID, Head(), [version, decision, photo, pay, asked, closing], AT)
    assert [link.hash.hex()[:16] for link in links] == GOLDEN


GOLDEN = [
    "31f25a22e91797a4",
    "59857db547e7ab37",
    "a5a8d7b2245fc743",
    "e3f637d43e79c571",
    "91480c1e02822b9c",
    "acbb7b6766f17107",
]


def test_a_code_is_read_back_however_it_is_typed() -> None:
    code = code_of(bytes.fromhex("ff00aa55ff00aa55" * 4))
    assert len(code) == 14
    assert code_from(code) == code
    assert code_from(code.lower().replace("-", " ")) == code
    assert code_from("  " + code.replace("-", "") + " ") == code


def test_letters_that_look_like_digits_are_taken_for_them() -> None:
    zero = code_of(bytes(32))
    assert zero == "0000-0000-0000"
    assert code_from("OOOO-oooo-0000") == zero


def test_one_wrong_or_two_swapped_characters_are_noticed() -> None:
    chance = random.Random(5)
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for _ in range(50):
        plain = code_of(chance.randbytes(32)).replace("-", "")
        for at in range(12):
            for letter in letters:
                if letter != plain[at]:
                    assert code_from(plain[:at] + letter + plain[at + 1 :]) is None
        for at in range(11):
            if plain[at] != plain[at + 1]:
                swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
                assert code_from(swapped) is None


def test_what_cannot_be_a_code_is_none() -> None:
    for typed in ("", "7F3A", "7F3A-K9QX-2M4T-X", "7F3A-K9QX-2M4!", "点工本点工本点工本点工本"):
        assert code_from(typed) is None


def test_a_code_leads_to_its_hash_and_to_few_others() -> None:
    chance = random.Random(6)
    for _ in range(200):
        digest = chance.randbytes(32)
        low, high = hashes_with(code_of(digest))
        assert low <= digest[:7] <= high
        assert int.from_bytes(high, "big") - int.from_bytes(low, "big") == 1
