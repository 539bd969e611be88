"""A server put back to an older backup: really, by a copy of its database that takes its place."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from daywork.sync.feed import introduce
from tests.support.cast import Cast
from tests.support.database import copied, put_back, query, value
from tests.support.phone_words import said, send, sheet
from tests.sync.phone import Phone


class Office:
    """The database the cast works on, and a way to put it back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.backups: list[str] = []

    async def keep(self) -> str:
        """A backup; the app's pool must let go for a moment."""
        await close_database()
        backup = copied(self.url)
        await open_database(self.url, pool_size=4)
        self.backups.append(backup)
        return backup

    async def restore(self, backup: str) -> None:
        await close_database()
        put_back(self.url, backup)
        await open_database(self.url, pool_size=4)


@pytest.fixture
async def office(cast: Cast) -> AsyncIterator[Office]:
    office = Office(cast.url)
    yield office
    for backup in office.backups:
        query(cast.url, f'DROP DATABASE "{backup}"')


async def test_a_phone_that_had_pulled_more_than_the_backup_holds_is_told(
    cast: Cast, office: Office
) -> None:
    phone, sent = Phone(cast.foreman, cast.site), sheet(cast)
    backup = await office.keep()
    await send(cast.foreman, sent)
    await phone.sync()
    await office.restore(backup)
    await phone.sync()
    assert phone.resets == ["restored"]
    assert said(await send(cast.foreman, sent)) == ["applied"], "sent again it is in the books"
    await phone.sync()
    assert phone.ids("entry") == {sent["entity_id"]}


async def test_revisions_that_are_counted_anew_past_the_phones_do_not_hide_a_restore(
    cast: Cast, office: Office
) -> None:
    phone = Phone(cast.foreman, cast.site)
    backup = await office.keep()
    await send(cast.foreman, sheet(cast))
    await phone.sync()
    await office.restore(backup)
    for _ in range(4):
        await send(cast.supervisor, sheet(cast))
    await phone.sync()
    assert phone.resets == ["restored"]


@pytest.mark.parametrize("busy", [False, True])
async def test_a_receipt_that_was_never_pulled_notices_a_restore(
    cast: Cast, office: Office, busy: bool
) -> None:
    """The cursor is older than the backup and fits both histories; only the receipt knows."""
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    backup = await office.keep()
    sent = sheet(cast)
    [receipt] = await send(cast.foreman, sent)
    assert receipt.mark is not None
    await office.restore(backup)
    if busy:
        for _ in range(3):
            await send(cast.supervisor, sheet(cast))
    phone.marks = [receipt.mark]
    await phone.sync()
    assert phone.resets[0] == "restored"


async def test_a_phone_hears_of_a_restore_of_a_site_it_has_left(
    cast: Cast, stranger: Actor, office: Office
) -> None:
    """What was set aside for the office to decide would be lost there, and nobody would know."""
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        cast.foreman.member,
    )
    gone = replace(cast.foreman, roles={})
    backup = await office.keep()
    sent = sheet(cast)
    [receipt] = await send(gone, sent)
    assert (receipt.result, receipt.mark is None) == ("quarantined", False)
    left = f"{cast.site}:{receipt.mark},garbage,{cast.site}:garbage,{cast.far_site}:{receipt.mark}"
    assert (await introduce(gone, left))["restored"] == []
    await office.restore(backup)
    assert (await introduce(gone, left))["restored"] == [cast.site]
    assert said(await send(gone, sent)) == ["access_withdrawn"], "and kept again"
    assert (await introduce(stranger, left))["restored"] == []


async def test_the_mark_of_a_repeated_answer_is_that_of_the_first(
    cast: Cast, office: Office
) -> None:
    sent = sheet(cast)
    [first] = await send(cast.foreman, sent)
    await send(cast.foreman, sheet(cast))
    [again] = await send(cast.foreman, sent)
    assert (again.result, again.mark) == ("already_applied", first.mark)
    phone = Phone(cast.foreman, cast.site)
    phone.marks = [str(first.mark), "garbage", "", "7.not-hex", f"{9 * 10**30}.{'0' * 32}"]
    await phone.sync()
    assert phone.resets == [], "a mark of this history is no reason to start afresh"


async def test_a_restore_is_not_mistaken_for_the_change_of_scope_it_brings_along(
    cast: Cast, office: Office
) -> None:
    """Else the phone would keep for itself what the server lost."""
    phone = Phone(cast.foreman, cast.site)
    backup = await office.keep()
    query(
        cast.url,
        "UPDATE crew SET foreman = $1 WHERE id = $2",
        cast.foreman.member,
        cast.other_crew,
    )
    await send(cast.foreman, sheet(cast))
    await phone.sync()
    await office.restore(backup)
    await phone.sync()
    assert phone.resets == ["restored"]


async def test_nothing_of_the_lost_history_is_left_in_the_books(cast: Cast, office: Office) -> None:
    backup = await office.keep()
    await send(cast.foreman, sheet(cast))
    await office.restore(backup)
    assert value(cast.url, "SELECT count(*) FROM entry") == 0
