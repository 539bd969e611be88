"""A worker's answer is part of the chain of evidence."""

from datetime import UTC, date, datetime

from daywork.crosscheck.opening import Browser, confirm, month_of_link
from daywork.crosscheck.service import ask
from daywork.evidence.checking import SiteCheck
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import sheet_sent
from tests.support.phone_words import line

APRIL = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)


async def faults(cast: Cast) -> list[str]:
    check = SiteCheck(cast.organisation, cast.site)
    async with company_transaction(cast.organisation, snapshot=True):
        await check.run()
    return check.faults


async def test_an_altered_and_a_removed_answer_are_found(cast: Cast) -> None:
    worker = cast.workers[0]
    await sheet_sent(cast, date(2026, 3, 2), [line(worker)])
    query(cast.url, "UPDATE worker SET phone = '+8613800138001' WHERE id = $1", worker)
    [made] = (await ask(cast.office, cast.site, "2026-03", APRIL, workers=[worker])).made
    shown = (await month_of_link(made.link, APRIL)).content
    await confirm(
        made.link,
        new_id(),
        content=shown,
        name="worker 1",
        strokes="",
        browser=Browser("", ""),
        now=APRIL,
    )
    assert await faults(cast) == []
    query(cast.url, 'UPDATE cross_check SET shown = \'{"2026-03-02": ["2", "0"]}\'')
    [altered] = await faults(cast)
    assert "what worker 1 said of 2026-03 was altered" in altered
    query(cast.url, "DELETE FROM cross_check")
    [removed] = await faults(cast)
    assert "was removed" in removed
