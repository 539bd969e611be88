"""What could not be booked is held up to the office and its author until somebody settles it."""

import asyncio
from uuid import UUID

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.terms import PushResult, Role
from daywork.letters import service
from daywork.letters.queries import Letter
from daywork.letters.rules import Mending
from daywork.letters.service import count_open, news_for, put_aside, take_up
from daywork.people.actor import Actor
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, said, send, sheet
from tests.support.refusals import refused


def withdraw(cast: Cast, member: str = "foreman") -> None:
    """End somebody's access to the site."""
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        cast.members[member],
    )


async def letters(actor: Actor, *, settled: bool = False) -> list[Letter]:
    """What stands on somebody's list."""
    async with company_transaction(actor.organisation):
        return await service.letters_on(await service.desk_of(actor), actor, settled=settled)


async def quarantined(cast: Cast) -> UUID:
    """A sheet of the foreman's that came after his access had ended; its letter."""
    withdraw(cast)
    gone = cast.actor("foreman")
    sent = sheet(cast)
    assert said(await send(gone, sent)) == ["access_withdrawn"]
    return UUID(str(sent["id"]))


async def refused_sheet(cast: Cast, **other: object) -> UUID:
    """A sheet for a crew that is gone; its letter."""
    sent = sheet(cast, crew=new_id(), **other)  # type: ignore[arg-type]
    assert said(await send(cast.foreman, sent)) == ["crew_unknown"]
    return UUID(str(sent["id"]))


# Who sees them


async def test_only_who_may_clear_up_the_site_sees_its_letters(cast: Cast, stranger: Actor) -> None:
    letter = await quarantined(cast)
    assert [one.id for one in await letters(cast.office)] == [letter]
    assert [one.id for one in await letters(cast.owner)] == [letter]
    assert await letters(stranger) == []
    far_office = cast.actor("far_supervisor", (cast.far_site, Role.OFFICE))
    assert await letters(far_office) == []
    for nobody in (cast.supervisor, cast.foreman, cast.far_supervisor):
        assert await refused(letters(nobody)) == "not_allowed"
        assert await count_open(nobody) == 0
    assert (await count_open(cast.office), await count_open(far_office)) == (1, 0)


async def test_who_may_not_see_a_letter_cannot_settle_it(cast: Cast, stranger: Actor) -> None:
    letter = await quarantined(cast)
    far_office = cast.actor("far_supervisor", (cast.far_site, Role.OFFICE))
    for actor, slug in (
        (stranger, "not_found"),
        (far_office, "not_found"),
        (cast.supervisor, "not_allowed"),
        (cast.foreman, "not_allowed"),
    ):
        assert await refused(take_up(actor, letter)) == slug
        assert await refused(put_aside(actor, letter, "no")) == slug
    assert value(cast.url, "SELECT count(*) FROM letter_decision") == 0
    assert value(cast.url, "SELECT count(*) FROM entry") == 0


async def test_a_letter_that_cannot_be_read_is_shown_where_its_author_works(cast: Cast) -> None:
    sent = sheet(cast)
    del sent["payload"]["site"]
    assert said(await send(cast.foreman, sent)) == ["mutation_unreadable"]
    [letter] = await letters(cast.office)
    assert (letter.site, letter.author_name) == (None, "foreman")
    assert await letters(cast.actor("far_supervisor", (cast.far_site, Role.OFFICE))) == []
    assert await refused(take_up(cast.office, letter.id)) == "not_sendable"
    await put_aside(cast.office, letter.id, "came from a broken app")
    assert await letters(cast.office) == []


# Booking on behalf


async def test_the_office_books_a_quarantined_sheet_as_its_authors(cast: Cast) -> None:
    letter = await quarantined(cast)
    receipt = await take_up(cast.office, letter)
    assert receipt.result is PushResult.APPLIED
    [entry] = query(cast.url, "SELECT author, state, version FROM entry")
    assert tuple(entry) == (cast.members["foreman"], "submitted", 1)
    assert await letters(cast.office) == []
    [settled] = await letters(cast.office, settled=True)
    assert (settled.how, settled.decided_by) == ("accepted", "office")
    [audit] = query(cast.url, "SELECT member, action FROM audit_event WHERE action ~ '^letter'")
    assert tuple(audit) == (cast.members["office"], "letter.accepted")


async def test_the_first_answer_for_a_mutation_stays_what_it_was(cast: Cast) -> None:
    withdraw(cast)
    sent = sheet(cast)
    gone = cast.actor("foreman")
    await send(gone, sent)
    await take_up(cast.office, UUID(str(sent["id"])))
    assert said(await send(gone, sent)) == ["access_withdrawn"]
    assert value(cast.url, "SELECT count(*) FROM entry") == 1


async def test_the_office_puts_the_crew_and_a_worker_right(cast: Cast) -> None:
    letter = await refused_sheet(cast)
    mending = Mending({"crew": cast.crew}, {0: cast.workers[2], 1: None})
    receipt = await take_up(cast.office, letter, mending)
    assert receipt.result is PushResult.APPLIED
    rows = query(cast.url, "SELECT worker, man_days FROM labour_line")
    assert [(row["worker"], str(row["man_days"])) for row in rows] == [(cast.workers[2], "1.000")]
    [settled] = await letters(cast.office, settled=True)
    assert settled.how == "mended"


async def test_what_the_rules_refuse_again_stays_one_open_letter(cast: Cast) -> None:
    letter = await refused_sheet(cast)
    receipt = await take_up(cast.office, letter)
    assert receipt.problem is not None
    assert receipt.problem.kind.slug == "crew_unknown"
    assert [one.id for one in await letters(cast.office)] == [letter]
    assert [one.id for one in (await news_for(cast.foreman, [letter], [])).open] == [letter]
    # A later try, put right, settles it.
    again = await take_up(cast.office, letter, Mending({"crew": cast.crew}))
    assert again.result is PushResult.APPLIED
    assert await letters(cast.office) == []


async def test_a_letter_about_a_booked_record_becomes_its_next_version_with_a_reason(
    cast: Cast,
) -> None:
    first = sheet(cast)
    await send(cast.foreman, first)
    second = sheet(
        cast, line(cast.workers[0]), entity_id=first["entity_id"], base_version=7, reason="late"
    )
    assert said(await send(cast.foreman, second)) == ["version_conflict"]
    letter = UUID(str(second["id"]))
    stale = await take_up(cast.office, letter, base_version=0)
    assert stale.problem is not None
    assert stale.problem.kind.slug == "version_conflict"
    booked = await take_up(cast.office, letter, base_version=1)
    assert (booked.result, booked.version) == (PushResult.APPLIED, 2)


async def test_two_in_the_office_book_it_once(cast: Cast) -> None:
    letter = await quarantined(cast)
    outcomes = await asyncio.gather(
        take_up(cast.office, letter), take_up(cast.owner, letter), return_exceptions=True
    )
    applied = [one for one in outcomes if getattr(one, "result", None) is PushResult.APPLIED]
    assert len(applied) == 1
    assert value(cast.url, "SELECT count(*) FROM entry_version") == 1
    assert await refused(take_up(cast.office, letter)) == "letter_settled"


async def test_putting_aside_needs_a_reason_and_deletes_nothing(cast: Cast) -> None:
    letter = await quarantined(cast)
    assert await refused(put_aside(cast.office, letter, "  ")) == "reason_for_author"
    await put_aside(cast.office, letter, "Recorded twice")
    [settled] = await letters(cast.office, settled=True)
    assert (settled.how, settled.reason) == ("put_aside", "Recorded twice")
    assert len(settled.payload["lines"]) == 2
    assert await refused(put_aside(cast.office, letter, "again")) == "letter_settled"


# The author's phones


async def test_any_phone_of_the_author_hears_of_the_letter_and_how_it_ended(cast: Cast) -> None:
    letter = await refused_sheet(cast)
    news = await news_for(cast.foreman, [letter], [])
    assert ([one.id for one in news.open], news.settled) == ([letter], [])
    await put_aside(cast.office, letter, "Not our crew")
    news = await news_for(cast.foreman, [letter], [])
    assert news.open == []
    assert [(one.how, one.reason) for one in news.settled] == [("put_aside", "Not our crew")]


async def test_nobody_else_hears_of_it_or_lets_it_go(cast: Cast, stranger: Actor) -> None:
    letter = await refused_sheet(cast)
    for other in (cast.other_foreman, cast.office, cast.owner, stranger):
        news = await news_for(other, [letter], [letter])
        assert (news.open, news.settled) == ([], [])
    assert [one.id for one in await letters(cast.office)] == [letter]


async def test_of_several_tries_the_author_hears_of_the_latest(cast: Cast) -> None:
    entity = new_id()
    await refused_sheet(cast, entity_id=entity)
    second = await refused_sheet(cast, entity_id=entity)
    assert [one.id for one in (await news_for(cast.foreman, [], [])).open] == [second]


async def test_a_mended_record_settles_its_letter_by_itself(cast: Cast) -> None:
    entity = new_id()
    letter = await refused_sheet(cast, entity_id=entity)
    assert said(await send(cast.foreman, sheet(cast, entity_id=entity))) == ["applied"]
    assert await letters(cast.office) == []
    [settled] = (await news_for(cast.foreman, [letter], [])).settled
    assert (settled.how, settled.dismissed_at) == (None, None)


async def test_what_its_author_discards_is_settled_but_a_quarantined_one_stays_the_offices(
    cast: Cast,
) -> None:
    letter = await refused_sheet(cast)
    await news_for(cast.foreman, [], [letter])
    assert await letters(cast.office) == []
    assert [one.id for one in await letters(cast.office, settled=True)] == [letter]
    kept = await quarantined(cast)
    gone = cast.actor("foreman")
    assert (await news_for(gone, [], [kept])).open == []
    assert [one.id for one in await letters(cast.office)] == [kept]
