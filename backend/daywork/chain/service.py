"""Adding links, and the codes people find them by."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from daywork.chain import queries
from daywork.chain.contents import PHOTO, SIGNATURE, VERSION
from daywork.chain.rules import Happening, code_of, forged


async def append(organisation: UUID, happenings: Sequence[Happening]) -> None:
    """Chain what this transaction has accepted, in the given order.

    The caller holds the lock of every site (``entries.queries.lock_sites``), so the order of links
    is the order of commits; without it two would claim one number, and the key refuses the second.
    """
    by_site: dict[UUID, list[Happening]] = {}
    for one in happenings:
        by_site.setdefault(one.site, []).append(one)
    for site in sorted(by_site):
        head, at = await queries.head_of(organisation, site)
        await queries.insert_links(forged(organisation, head, by_site[site], at))


async def codes_of_versions(organisation: UUID, entry: UUID) -> dict[int, str]:
    """The check code of each version of an entry."""
    links = await queries.links_about(organisation, VERSION, [entry])
    return {link.version: code_of(link.hash) for link in links}


async def codes_of_signatures(organisation: UUID, signatures: Iterable[UUID]) -> dict[UUID, str]:
    """The check code of each signature."""
    links = await queries.links_about(organisation, SIGNATURE, signatures)
    return {link.subject: code_of(link.hash) for link in links}


async def codes_of_photos(organisation: UUID, photos: Iterable[UUID]) -> dict[UUID, str]:
    """The check code of each complete photo."""
    links = await queries.links_about(organisation, PHOTO, photos)
    return {link.subject: code_of(link.hash) for link in links}
