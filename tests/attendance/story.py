"""The month that the grid, its Excel and its paper are tested with, worked out by hand."""

from datetime import UTC, datetime

from tests.support.cast import Cast
from tests.support.months import march, sheet_sent, work_on
from tests.support.phone_words import line

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)


async def a_month_by_hand(cast: Cast) -> None:
    """Half-days, overtime, two crews on one day, a returned and a pending sheet, a night shift.

    By hand, approved: worker 1 has 1 + 1 + 0.5 = 2.5 工 and 2.5 + 4 h with Carpenters and 0.5 工
    with Rebar; worker 2 has 0.5 + 1 (a night shift of 8 hours); worker 3 only 1 工 that waits and
    0.25 工 with 1 h that was returned; worker 4 was absent once.
    """
    first, second, third, fourth = cast.workers
    await sheet_sent(cast, march(2), [line(first, overtime_hours="2.5"), line(second, "0.5")])
    await sheet_sent(cast, march(3), [line(first, overtime_hours="4"), line(fourth, "0")])
    await sheet_sent(cast, march(4), [line(first, "0.5")])
    await sheet_sent(cast, march(4), [line(first, "0.75")], crew=cast.other_crew)
    await sheet_sent(cast, march(5), [line(third)], state="submitted")
    await sheet_sent(cast, march(6), [line(third, "0.25", overtime_hours="1")], state="returned")
    # From 22:00 on the 31st to 6:00 on the 1st: the night belongs to the day it began.
    await sheet_sent(cast, march(31), [line(second, "8", unit="hours")])
    # Nine hours make a 工 on the bridge: 4.5 hours are half a 工.
    work_on(cast, cast.far_site, cast.far_crew, [first])
    await sheet_sent(
        cast,
        march(10),
        [line(first, "4.5", unit="hours", overtime_hours="3")],
        site=cast.far_site,
        crew=cast.far_crew,
    )
