"""Everybody sees the tabs of what they are on their sites, and knows which one they are in."""

from uuid import uuid4

import pytest

from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.web.language import speaking
from daywork.web.navigation import tabs_for


def somebody(
    *roles: Role, is_owner: bool = False, instead: Role | None = None, steps: int = 1
) -> Actor:
    held = {uuid4(): role for role in roles}
    away = {site: frozenset({instead}) for site in (held or {uuid4(): None})} if instead else {}
    two = frozenset({*held, *away}) if steps == 2 else frozenset()
    return Actor(uuid4(), uuid4(), "Wang", "en", is_owner, held, away, two)


@pytest.mark.parametrize(
    ("actor", "labels"),
    [
        (somebody(Role.FOREMAN), ["Today", "Photo", "Tasks", "Outbox"]),
        (somebody(Role.SUPERVISOR), ["Approvals", "On site", "Progress", "Labour", "Me"]),
        (somebody(Role.OFFICE), ["Overview", "Labour", "Progress", "Settings", "Me"]),
        (
            somebody(is_owner=True),
            ["Overview", "Labour", "Progress", "Approvals", "Settings", "Me"],
        ),
        (
            somebody(Role.OFFICE, steps=2),
            ["Overview", "Labour", "Progress", "Approvals", "Settings", "Me"],
        ),
        (
            somebody(Role.OFFICE, instead=Role.SUPERVISOR),
            ["Overview", "Labour", "Progress", "Approvals", "Settings", "Me"],
        ),
        (
            somebody(Role.OFFICE, instead=Role.OFFICE),
            ["Overview", "Labour", "Progress", "Settings", "Me"],
        ),
        (somebody(Role.FOREMAN, steps=2), ["Today", "Photo", "Tasks", "Outbox"]),
        (
            somebody(Role.FOREMAN, instead=Role.SUPERVISOR),
            ["Today", "Photo", "Tasks", "Outbox", "Approvals"],
        ),
        (
            somebody(Role.FOREMAN, instead=Role.OFFICE, steps=2),
            ["Today", "Photo", "Tasks", "Outbox", "Approvals"],
        ),
    ],
)
def test_tabs_follow_the_role(actor: Actor, labels: list[str]) -> None:
    with speaking("en"):
        assert [tab.label for tab in tabs_for(actor, "/")] == labels


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/overview", "Overview"),
        ("/labour/sheets/1", "Labour"),
        ("/members/invite", "Settings"),
        ("/settings/sites", "Settings"),
        ("/labourers", None),
    ],
)
def test_the_tab_one_is_in_is_marked(path: str, label: str | None) -> None:
    with speaking("en"):
        here = [tab.label for tab in tabs_for(somebody(is_owner=True), path) if tab.here]
    assert here == ([label] if label else [])


def test_nobody_signed_in_sees_no_tabs() -> None:
    assert tabs_for(None, "/") == []
