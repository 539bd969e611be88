"""Who may bring whom in."""

from uuid import UUID

from daywork.ground.terms import Role
from daywork.members import rules
from daywork.people.actor import Actor

HERE = UUID(int=1)
THERE = UUID(int=2)


def actor(role: Role) -> Actor:
    return Actor(UUID(int=9), UUID(int=8), "周敏", "zh-CN", is_owner=False, roles={HERE: role})


def test_the_office_grants_no_role_that_decides() -> None:
    office = actor(Role.OFFICE)
    assert rules.may_grant(office, Role.FOREMAN, HERE)
    assert not rules.may_grant(office, Role.FOREMAN, THERE)
    assert not rules.may_grant(office, Role.SUPERVISOR, HERE)
    assert not rules.may_grant(office, Role.OFFICE, HERE)
