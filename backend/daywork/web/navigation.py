"""Which tabs a person sees: flat, always labelled, by what they are on their sites. Whoever a
record may ever wait for has the queue: a second step and standing in count.

The rooms above say here where they are found; nothing is asked of them, so a tab costs nothing.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from daywork.ground.terms import Role
from daywork.web.language import gettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab or rail entry; ``also`` are the paths that belong to it besides its own."""

    path: str
    label: str
    icon: str
    also: tuple[str, ...] = ()
    here: bool = False


TODAY: Final = Tab("/m/", _("Today"), "today")
PHOTO: Final = Tab("/m/photo", _("Photo"), "photo")
TASKS: Final = Tab("/m/tasks", _("Tasks"), "tasks")
OUTBOX: Final = Tab("/m/outbox", _("Outbox"), "outbox")
APPROVE: Final = Tab("/approvals", _("Approvals"), "approve")
SITE: Final = Tab("/site", _("On site"), "site")
OVERVIEW: Final = Tab("/overview", _("Overview"), "overview", ("/letters", "/rescue"))
LABOUR: Final = Tab("/labour", _("Labour"), "labour")
PROGRESS: Final = Tab("/progress", _("Progress"), "progress", ("/delays",))
SETTINGS: Final = Tab("/settings/sites", _("Settings"), "settings", ("/settings", "/members"))
ME: Final = Tab("/me", _("Me"), "me")


def tabs_for(person: Any, path: str) -> list[Tab]:
    """The person's tabs, the one they are in marked; none when nobody is signed in."""
    if person is None:
        return []
    found = _tabs(person.is_owner, set(person.roles.values()))
    if person.decides and APPROVE not in found:
        before = 3 if PROGRESS in found else len(found)
        found = [*found[:before], APPROVE, *found[before:]]
    return [replace(tab, label=gettext(tab.label), here=_holds(tab, path)) for tab in found]


def _holds(tab: Tab, path: str) -> bool:
    return any(
        path == mine or path.startswith(mine.rstrip("/") + "/") for mine in (tab.path, *tab.also)
    )


def _tabs(is_owner: bool, roles: set[Role]) -> list[Tab]:
    if is_owner:
        return [OVERVIEW, LABOUR, PROGRESS, APPROVE, SETTINGS, ME]
    if Role.OFFICE in roles:
        return [OVERVIEW, LABOUR, PROGRESS, SETTINGS, ME]
    if Role.SUPERVISOR in roles:
        return [APPROVE, SITE, PROGRESS, LABOUR, ME]
    return [TODAY, PHOTO, TASKS, OUTBOX]
