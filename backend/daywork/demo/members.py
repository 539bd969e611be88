"""The demo's members as the services know them."""

from daywork.demo.names import ORGANISATION
from daywork.demo.people import COMPANY, MEMBERS, SITES
from daywork.people.actor import Actor


def actor_of(key: str) -> Actor:
    """A member as the services know one who is signed in."""
    member = MEMBERS[key]
    return Actor(
        organisation=ORGANISATION,
        member=member.id,
        name=member.name,
        language=member.language,
        is_owner=member.role is None,
        roles={SITES[site].id: member.role for site in member.sites if member.role},
        organisation_name=COMPANY,
    )
