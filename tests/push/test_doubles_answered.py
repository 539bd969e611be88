"""A double booking that the owner has settled: who hears it, and whom it asks to correct."""

from datetime import UTC, datetime
from uuid import UUID

from daywork.approvals.service import send_back
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from tests.push.bookings import here, inbox, kept, there, told
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.push_service import with_a_device

APRIL = datetime(2026, 4, 2, tzinfo=UTC)


async def answered(cast: Cast, counts: UUID | None, reason: str = "night shift") -> None:
    """The owner settles the only open one."""
    (double,) = [
        one
        for one in (await doubles_of_month(cast.owner, None, "2026-03", APRIL)).doubles
        if one.open
    ]
    async with company_transaction(cast.organisation):
        await resolve(cast.owner, double.id, double.mark, counts, reason)


async def test_when_all_stand_both_sides_are_told_instead_and_pushed(
    cast: Cast, far_foreman: Actor
) -> None:
    await here(cast)
    await there(cast, far_foreman, "0.5")
    with_a_device(cast, cast.foreman)
    await answered(cast, None)
    for reader, mine in (
        (cast.foreman, "Carpenters · Block A"),
        (cast.supervisor, "Carpenters · Block A"),
        (far_foreman, "Bridge gang · Bridge"),
        (cast.far_supervisor, "Bridge gang · Bridge"),
    ):
        assert await told(reader) == [
            f"Booked twice, settled: worker 1, Thu 5 Mar | {mine} and another site:"
            " all of them stand and count for pay. Why: night shift"
        ], reader.name
    assert await inbox(cast.owner) == [], "who has said it knows it"
    assert kept(cast) == 8
    pushed = "SELECT m.notice FROM push_delivery d JOIN message m ON m.id = d.message"
    assert [row["notice"] for row in query(cast.url, pushed)] == ["double_stands"]


async def test_when_one_counts_the_other_side_is_asked_to_correct_and_both_hear_the_end(
    cast: Cast, far_foreman: Actor, stranger: Actor
) -> None:
    mine = await here(cast)
    far = await there(cast, far_foreman)
    await answered(cast, mine, "seen by the gate")
    for reader in (cast.foreman, cast.supervisor):
        (_booked, text) = sorted(await told(reader))
        assert text.startswith("Booked twice: worker 1, Thu 5 Mar | Carpenters · Block A counts,")
    for reader in (far_foreman, cast.far_supervisor):
        (_booked, text) = sorted(await told(reader))
        assert text == (
            "Please correct: worker 1, Thu 5 Mar | Another sheet counts, not Bridge gang · Bridge."
            " Until it is corrected pay waits. Why: seen by the gate"
        )
    await send_back(cast.owner, far, 1, "seen by the gate")
    for reader in (cast.foreman, cast.supervisor, far_foreman, cast.far_supervisor):
        (text,) = await told(reader)
        assert text.startswith("Booked twice, settled: worker 1"), reader.name
    for other in (cast.office, cast.other_foreman, stranger):
        assert await inbox(other) == [], other.name


async def test_another_answer_takes_the_place_of_the_one_before(
    cast: Cast, far_foreman: Actor
) -> None:
    mine = await here(cast)
    await there(cast, far_foreman)
    await answered(cast, mine)
    await answered(cast, None)
    (text,) = await told(far_foreman)
    assert "all of them stand" in text


async def test_each_time_it_opens_is_kept(cast: Cast, far_foreman: Actor) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    await here(cast, "0", entity_id=entry, base_version=1, reason="he was on the bridge")
    await here(cast, "0.5", entity_id=entry, base_version=2, reason="half a day")
    rows = query(cast.url, "SELECT booked, outcome, claims FROM double_booking ORDER BY opened_at")
    assert [(row["booked"], row["outcome"]) for row in rows] == [(2, "settled"), (1.5, None)]
    assert f"{entry}=0.500" in rows[1]["claims"]
