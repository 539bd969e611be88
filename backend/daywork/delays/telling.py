"""What delays tell people: that one opened, and that it became worse."""

from uuid import UUID

from daywork.delays import queries
from daywork.delays.rules import Found, shown
from daywork.ground.terms import DelayCause
from daywork.push.rules import Fact, MessageKind, Named, Notice, Said
from daywork.push.service import settle, tell
from daywork.sites.site import Site


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


CAUSES = {
    DelayCause.WEATHER: _("Weather"),
    DelayCause.MATERIAL: _("Material"),
    DelayCause.DRAWING: _("Drawings"),
    DelayCause.LABOUR: _("Short of workers"),
    DelayCause.PLANT: _("Plant"),
    DelayCause.CLIENT: _("Client"),
    DelayCause.PERMIT: _("Permit"),
    DelayCause.OTHER: _("Other"),
    DelayCause.LATE_START: _("Not started as planned"),
    DelayCause.LATE_FINISH: _("Not finished as planned"),
    DelayCause.FORECAST: _("Forecast past the plan"),
    DelayCause.FLOAT_LOST: _("Critical task lost its float"),
}
"""A delay's cause as it is written, in the list and in messages."""

OPENED = Notice(
    "delay_opened",
    MessageKind.DELAY,
    _("Delay: %(task)s"),
    ngettext("%(site)s · %(cause)s · %(days)s day", "%(site)s · %(cause)s · %(days)s days"),
)
WORSENED = Notice(
    "delay_worsened",
    MessageKind.DELAY,
    _("Delay has grown: %(task)s"),
    ngettext("%(site)s · %(cause)s · now %(days)s day", "%(site)s · %(cause)s · now %(days)s days"),
)


async def tell_delay(
    site: Site, delay: UUID, found: Found, *, worsened: bool, but: UUID | None = None
) -> None:
    """Tell the site's supervisors and those its office chose; ``but`` knows it already."""
    name = (await queries.names_of_tasks(site.organisation, [found.task]))[found.task]
    facts: dict[str, Fact] = {
        "site": site.name,
        "task": Named(name.name, name.name_en),
        "cause": Said(CAUSES[found.cause]),
        "days": shown(found.days),
        "n": 1 if found.days == 1 else 2,  # half a day is said as several
    }
    members = await queries.told_of_delays(site.organisation, site.id)
    await tell(
        site.organisation,
        [member for member in members if member != but],
        WORSENED if worsened else OPENED,
        subject=delay,
        site=site.id,
        link=f"/delays?site={site.id}",
        facts=facts,
    )


async def settle_delay(organisation: UUID, delay: UUID) -> None:
    """It is over: an unread message about it counts as read."""
    await settle(organisation, MessageKind.DELAY, delay)
