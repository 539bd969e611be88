"""The office hears of certificates that run out: a month before and a week before, once each."""

from datetime import UTC, datetime, timedelta

from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.push.service import inbox
from daywork.register.reminders import remind_of_papers
from tests.support.cast import Cast
from tests.support.database import query

END = datetime(2027, 6, 30, 4, tzinfo=UTC)


async def test_the_office_is_told_once_a_month_and_once_a_week_before(
    cast: Cast, stranger: Actor
) -> None:
    query(
        cast.url,
        "INSERT INTO worker_certificate (organisation, id, worker, kind, valid_until, made_by)"
        " VALUES ($1, $2, $3, 'crane', $4, $5)",
        cast.organisation,
        new_id(),
        cast.workers[0],
        END.date(),
        cast.members["office"],
    )
    told = [
        await remind_of_papers(cast.organisation, END - timedelta(days))
        for days in (31, 30, 30, 29, 8, 7, 6, 0, -1)
    ]
    assert told == [0, 1, 0, 0, 0, 1, 0, 0, 0]
    messages, _counts, _more = await inbox(cast.office)
    assert {(one.kind, one.facts["n"], one.facts["names"]) for one in messages} == {
        ("certificate", 1, "worker 1")
    }
    for other in (cast.foreman, cast.supervisor, cast.owner, stranger):
        assert (await inbox(other))[0] == [], other.name
    query(cast.url, "UPDATE worker_certificate SET valid_until = valid_until + 365")
    assert await remind_of_papers(cast.organisation, END + timedelta(365 - 20)) == 1


async def test_nothing_is_said_in_the_night_nor_of_who_has_left(cast: Cast) -> None:
    query(
        cast.url,
        "INSERT INTO worker_certificate (organisation, id, worker, kind, valid_until, made_by)"
        " SELECT $1, gen_random_uuid(), w, 'hoist', $3, $4 FROM unnest($2::uuid[]) AS w",
        cast.organisation,
        cast.workers[:2],
        END.date(),
        cast.members["office"],
    )
    query(
        cast.url,
        "UPDATE roster SET left_on = '2027-01-01' WHERE worker = $1",
        cast.workers[0],
    )
    night = (END - timedelta(20)).replace(hour=20)  # four in the morning in Shanghai
    assert await remind_of_papers(cast.organisation, night) == 0
    assert await remind_of_papers(cast.organisation, night + timedelta(hours=3)) == 1
