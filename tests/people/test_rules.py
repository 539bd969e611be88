"""Who may do what, how logins are read, and what is no password."""

from uuid import UUID

import pytest

from daywork.ground.problems import Problem
from daywork.ground.terms import Role
from daywork.people import passwords, rules
from daywork.people.actor import Actor
from daywork.people.rules import Right, may

HERE = UUID(int=1)
THERE = UUID(int=2)


def actor(role: Role | None = None, *, owner: bool = False) -> Actor:
    return Actor(
        organisation=UUID(int=9),
        member=UUID(int=8),
        name="李强",
        language="zh-CN",
        is_owner=owner,
        roles={HERE: role} if role else {},
    )


@pytest.mark.parametrize(
    ("role", "right", "allowed"),
    [
        (Role.FOREMAN, Right.RECORD, True),
        (Role.FOREMAN, Right.DECIDE, False),
        (Role.FOREMAN, Right.SEE_LABOUR, False),
        (Role.FOREMAN, Right.SEE_PAY, False),
        (Role.SUPERVISOR, Right.DECIDE, True),
        (Role.SUPERVISOR, Right.SEE_PAY, False),
        (Role.SUPERVISOR, Right.MANAGE_SITE, False),
        (Role.OFFICE, Right.SEE_PAY, True),
        (Role.OFFICE, Right.MANAGE_SITE, True),
        (Role.OFFICE, Right.DECIDE, False),
        (Role.OFFICE, Right.MANAGE_MEMBERS, False),
    ],
)
def test_a_role_gives_its_rights_and_no_more(role: Role, right: Right, allowed: bool) -> None:
    assert may(actor(role), right, HERE) is allowed


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_on_one_site_is_nothing_on_another(role: Role, right: Right) -> None:
    assert not may(actor(role), right, THERE)


@pytest.mark.parametrize("right", list(Right))
def test_an_owner_may_everything(right: Right) -> None:
    assert may(actor(owner=True), right, HERE)
    assert may(actor(owner=True), right)


@pytest.mark.parametrize("right", list(Right))
def test_a_member_without_a_role_may_nothing(right: Right) -> None:
    assert not may(actor(), right)
    assert not may(actor(), right, HERE)


@pytest.mark.parametrize(
    "typed",
    ["13800138000", "138 0013 8000", "+86 138-0013-8000", "008613800138000", "8613800138000",
     "１３８００１３８０００"],
)  # fmt: skip
def test_a_chinese_mobile_is_one_number_however_it_is_typed(typed: str) -> None:
    assert rules.login_from(typed).value == "+8613800138000"


def test_foreign_numbers_and_e_mail_are_read() -> None:
    assert rules.login_from("+44 7700 900123").value == "+447700900123"
    assert rules.login_from(" Li.Qiang@Example.COM ").value == "li.qiang@example.com"


@pytest.mark.parametrize("typed", ["", "1380013800", "12345678901", "+86 12345", "li@", "a b@c.d"])
def test_what_is_no_login_is_refused_with_a_way_out(typed: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.login_from(typed)
    assert refused.value.kind is rules.LOGIN_UNREADABLE
    assert refused.value.kind.fix


@pytest.mark.parametrize(
    ("password", "kind"),
    [
        ("short7!", passwords.PASSWORD_SHORT),
        ("12345678", passwords.PASSWORD_GUESSABLE),
        ("87654321", passwords.PASSWORD_GUESSABLE),
        ("aaaaaaaa", passwords.PASSWORD_GUESSABLE),
        ("Password", passwords.PASSWORD_GUESSABLE),
        ("13800138000", passwords.PASSWORD_GUESSABLE),
        ("x" * 201, passwords.PASSWORD_LONG),
    ],
)
def test_what_is_guessed_first_is_no_password(password: str, kind: object) -> None:
    with pytest.raises(Problem) as refused:
        passwords.check_password(password, "+8613800138000", "李强")
    assert refused.value.kind is kind


def test_an_ordinary_phrase_is_a_password() -> None:
    passwords.check_password("tower crane 17", "+8613800138000")
    passwords.check_password("工地早上六点半开工", "+8613800138000")
