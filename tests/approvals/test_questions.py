"""Lines questioned singly: the sheet goes back, and the phone learns which lines."""

import json

from daywork.approvals.opened import open_record
from daywork.approvals.service import send_back
from daywork.ground.database import company_transaction
from daywork.sync.feed import pull
from tests.approvals.test_deciding import correct, sent, state
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.phone_words import NOW, sheet
from tests.support.refusals import refused


async def on_the_phone(cast: Cast, entry: object) -> dict[str, str] | None:
    page = await pull(cast.foreman, cast.site, None, now=NOW)
    (row,) = [one for one in page.rows if one.s == "entry" and one.id == entry]
    found: dict[str, str] | None = json.loads(bytes(row.d or b"null"))["questions"]
    return found


async def test_the_phone_sees_which_lines_are_questioned_until_it_sends_anew(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    asked = {cast.workers[1]: "half a day?"}
    await send_back(cast.supervisor, entry, 1, "see the lines", questions=asked)
    assert await on_the_phone(cast, entry) == {str(cast.workers[1]): "half a day?"}
    await correct(cast, entry)
    assert await on_the_phone(cast, entry) is None


async def test_a_later_return_without_questions_asks_none(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await send_back(cast.supervisor, entry, 1, "x", questions={cast.workers[0]: "there?"})
    await correct(cast, entry)
    await send_back(cast.supervisor, entry, 2, "photo is missing")
    assert await on_the_phone(cast, entry) is None
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.foreman, entry)
    assert opened.questions == {}
    returns = [step.questions for step in opened.history if step.what == "returned"]
    assert returns == [{}, {cast.workers[0]: "there?"}]


async def test_a_line_that_is_not_on_the_sheet_cannot_be_asked_about(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    asking = send_back(cast.supervisor, entry, 1, "x", questions={cast.workers[3]: "who?"})
    assert await refused(asking) == "line_unknown"
    assert state(cast, entry)[0] == "submitted"
    assert query(cast.url, "SELECT 1 FROM decision") == []
