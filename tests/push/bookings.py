"""One worker on two sheets of a day, here and on the bridge, and what is told of it."""

from uuid import UUID

from daywork.ground.ids import new_id
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.push import service
from daywork.push.queries import Message
from daywork.push.rules import MessageKind
from daywork.push.words import said as worded
from daywork.web.language import speaking
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, said, send, sheet


def newcomer(cast: Cast, name: str, site: UUID) -> Actor:
    """Another foreman of the company."""
    cast.members[name] = new_id()
    query(
        cast.url,
        "INSERT INTO member (organisation, id, name, phone, language)"
        " VALUES ($1, $2, $3, $4, 'en')",
        cast.organisation,
        cast.members[name],
        name,
        f"+8615{cast.members[name].int % 10**9:09d}",
    )
    query(
        cast.url,
        "INSERT INTO membership (organisation, site, member, role) VALUES ($1, $2, $3, 'foreman')",
        cast.organisation,
        site,
        cast.members[name],
    )
    return cast.actor(name, (site, Role.FOREMAN))


async def here(cast: Cast, amount: str = "1", **other: object) -> UUID:
    """Worker 1 on the carpenters' sheet of Block A."""
    one = sheet(cast, line(cast.workers[0], amount), **other)  # type: ignore[arg-type]
    assert said(await send(cast.foreman, one)) == ["applied"]
    entry: UUID = one["entity_id"]
    return entry


async def there(cast: Cast, author: Actor, amount: str = "1", **other: object) -> UUID:
    """The same worker, the same day, on the bridge."""
    place = {"site": cast.far_site, "crew": cast.far_crew}
    one = sheet(cast, line(cast.workers[0], amount), **place, **other)  # type: ignore[arg-type]
    assert said(await send(author, one)) == ["applied"]
    entry: UUID = one["entity_id"]
    return entry


async def inbox(actor: Actor) -> list[Message]:
    """What is told of double bookings and not read."""
    messages, _counts, _more = await service.inbox(actor)
    return [
        one for one in messages if one.kind is MessageKind.DOUBLE_BOOKING and one.read_at is None
    ]


async def told(actor: Actor, language: str = "en") -> list[str]:
    with speaking(language):
        return [" | ".join(worded(one.notice, one.facts)) for one in await inbox(actor)]


def kept(cast: Cast) -> int:
    """All messages of double bookings, read or not."""
    found: int = value(cast.url, "SELECT count(*) FROM message WHERE kind = 'double_booking'")
    return found
