"""Whatever is changed behind the app's back, row by row and byte by byte, is found and named."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from daywork.photos.rules import storage_key
from daywork.photos.storage import folder_of
from tests.evidence.story import PICTURE, Story
from tests.support.cast import Cast
from tests.support.database import query, value

ROWS: dict[str, tuple[str, str]] = {
    "a line's man-days": (
        "UPDATE labour_line SET man_days = 2 WHERE sheet = {sheet} AND version = 2"
        " AND man_days = 1",
        "says 2.000 man-days, it came to 1.000",
    ),
    "a line's amount and man-days together": (
        "UPDATE labour_line SET man_days = 2, amount = 2 WHERE sheet = {sheet} AND version = 2"
        " AND man_days = 1",
        "says 2.000 man_days, sent were 1.000 man_days",
    ),
    "the divisor and what follows from it": (
        "UPDATE labour_line SET hours_per_day = 7, man_days = 1 WHERE sheet = {waiting}",
        "counts 7.00 hours a day, chained were 8.00",
    ),
    "overtime": (
        "UPDATE labour_line SET overtime_hours = 9 WHERE sheet = {waiting}",
        "says 9.00 hours of overtime, sent were 2.50",
    ),
    "whose line it is": (
        "UPDATE labour_line SET worker = {worker} WHERE sheet = {waiting}",
        "was another worker's",
    ),
    "a line of an old version": (
        "UPDATE labour_line SET amount = 1, man_days = 1 WHERE sheet = {sheet} AND version = 1",
        "says 1.000 man_days, sent were 1.500 man_days",
    ),
    "a line deleted": (
        "DELETE FROM labour_line WHERE sheet = {sheet} AND version = 2 AND man_days = 0.5",
        "was removed",
    ),
    "a line slipped in": (
        "INSERT INTO labour_line (organisation, id, sheet, version, live, site, crew, worker,"
        " work_day, unit, amount, man_days, hours_per_day) SELECT organisation,"
        " gen_random_uuid(), sheet, version, live, site, crew, {worker}, work_day, unit, 1, 1, 8"
        " FROM labour_line WHERE sheet = {waiting}",
        "the line of worker 3 was slipped in",
    ),
    "a line of a version that never was": (
        "INSERT INTO labour_line (organisation, id, sheet, version, live, site, crew, worker,"
        " work_day, unit, amount, man_days, hours_per_day) SELECT organisation,"
        " gen_random_uuid(), sheet, 9, false, site, crew, {worker}, work_day, unit, 1, 1, 8"
        " FROM labour_line WHERE sheet = {waiting}",
        "belongs to no version of a sheet",
    ),
    "which lines count": (
        "UPDATE labour_line SET live = true WHERE sheet = {sheet} AND version = 1",
        "in version 1 counts, against its sheet",
    ),
    "a line's state": (
        "UPDATE labour_line SET state = 'approved' WHERE sheet = {waiting}",
        "is approved, its sheet is submitted",
    ),
    "a line moved to another day": (
        "UPDATE labour_line SET work_day = '2026-04-05' WHERE sheet = {waiting}",
        "was moved to 2026-04-05, sent was 2026-03-05",
    ),
    "a sheet's total": (
        "UPDATE labour_sheet SET man_days = 20 WHERE entry = {sheet}",
        "its total says 20.000 man-days, the lines come to 1.500",
    ),
    "approved pay": (
        "UPDATE labour_line SET earned = 3000 WHERE sheet = {sheet} AND live AND man_days = 1",
        "the pay of the labour sheet",
    ),
    "pay nobody approved": (
        "UPDATE labour_line SET earned = 300 WHERE sheet = {waiting}",
        "pay was slipped in, nobody has approved it",
    ),
    "a payload": (
        "UPDATE entry_version SET payload = jsonb_set(payload, '{{note}}', '\"x\"')"
        " WHERE entry = {waiting}",
        "version 1, was altered",
    ),
    "a payload and its line together": (
        "WITH p AS (UPDATE entry_version SET payload ="
        " jsonb_set(payload, '{{lines,0,amount}}', '\"8\"') WHERE entry = {waiting})"
        " UPDATE labour_line SET amount = 8, man_days = 1 WHERE sheet = {waiting}",
        "version 1, was altered",
    ),
    "when it arrived": (
        "UPDATE entry_version SET received_at = received_at - interval '1 day'"
        " WHERE entry = {waiting}",
        "version 1, was altered",
    ),
    "what the phone's clock said": (
        "UPDATE entry_version SET client_time = NULL WHERE entry = {waiting}",
        "version 1, was altered",
    ),
    "why it was corrected": (
        "UPDATE entry_version SET reason = 'other' WHERE entry = {sheet} AND version = 2",
        "version 2, was altered",
    ),
    "whose version it is": (
        "UPDATE entry_version SET author = {owner} WHERE entry = {waiting}",
        "version 1, was altered",
    ),
    "the day of an entry": (
        "UPDATE entry SET work_day = '2026-03-06' WHERE id = {waiting}",
        "version 1, was altered",
    ),
    "an entry's state": (
        "UPDATE entry SET state = 'approved' WHERE id = {waiting}",
        "is “approved”, by its versions and decisions it is “submitted”",
    ),
    "a void undone": (
        "UPDATE entry SET state = 'submitted' WHERE id = {void}",
        "is “submitted”, by its versions and decisions it is “void”",
    ),
    "an entry's author": (
        "UPDATE entry SET author = {owner} WHERE id = {waiting}",
        "has another author than its first version",
    ),
    "a version slipped in": (
        "INSERT INTO entry_version SELECT organisation, entry, 2, gen_random_uuid(), author,"
        " device, client_time, received_at, reason, payload, sha256 FROM entry_version"
        " WHERE entry = {waiting}",
        "version 2, was slipped in",
    ),
    "an entry without a version": (
        "INSERT INTO entry (organisation, id, site, kind, crew, work_day, author) SELECT"
        " organisation, gen_random_uuid(), site, kind, crew, work_day, author FROM entry"
        " WHERE id = {waiting}",
        "was slipped in: it has no version",
    ),
    "a decision deleted": (
        "DELETE FROM decision WHERE entry = {sheet} AND outcome = 'approved'",
        "was removed: link",
    ),
    "a decision slipped in": (
        "INSERT INTO decision SELECT organisation, gen_random_uuid(), site, {waiting}, 1,"
        " 'approved', NULL, member, at FROM decision WHERE outcome = 'approved' LIMIT 1",
        "was slipped in: the chain does not know it",
    ),
    "a decision's outcome": (
        "UPDATE decision SET outcome = 'returned', reason = 'no' WHERE entry = {report}",
        "was altered after it was accepted",
    ),
    "who decided": (
        "UPDATE decision SET member = {owner} WHERE entry = {report}",
        "was altered after it was accepted",
    ),
    "two decisions swapped": (
        "UPDATE decision d SET entry = CASE d.entry WHEN {sheet} THEN {report} ELSE {sheet} END"
        " WHERE version = 1 AND entry IN ({sheet}, {report})",
        "was altered after it was accepted",
    ),
    "a report's percent": (
        "UPDATE progress_report SET percent = 90 WHERE entry = {report}",
        "the report says 90.00 %, it came to 33.34 %",
    ),
    "a photo's hash": (
        "UPDATE photo SET sha256 = decode(repeat('00', 32), 'hex') WHERE id = {photo}",
        "the photo's hash was changed",
    ),
    "a photo's position": (
        "UPDATE photo SET latitude = 30 WHERE id = {photo}",
        "the photo has another latitude: 30.0",
    ),
    "a photo's time": (
        "UPDATE photo SET taken_at = taken_at - interval '1 hour' WHERE id = {photo}",
        "the photo was taken at another time",
    ),
    "a photo's record": (
        "UPDATE photo SET of_entry = {waiting} WHERE id = {photo}",
        "the photo has another record",
    ),
    "a photo deleted": ("DELETE FROM photo WHERE id = {photo}", "the photo was removed"),
    "a photo made incomplete": (
        "UPDATE photo SET state = 'awaiting_bytes', completed_at = NULL WHERE id = {photo}",
        "the picture of the photo",
    ),
    "what was asked about a line": (
        "UPDATE line_question SET question = 'left at ten?'",
        "what was asked about lines of version 1 of",
    ),
    "a question taken out": ("DELETE FROM line_question", "asked about lines was removed"),
    "a question put in": (
        "INSERT INTO line_question SELECT q.organisation, d.id, l.sheet, l.version, l.worker, 'so?'"
        " FROM line_question q JOIN decision d ON d.entry = {sheet} AND d.version = 2"
        " JOIN labour_line l ON l.sheet = {sheet} AND l.version = 2",
        "asked about lines of version 2 of",
    ),
    "why a month was reopened": (
        "UPDATE month_closing SET reason = 'by mistake' WHERE what = 'reopened'",
        "the month 2026-02 “reopened” was altered",
    ),
    "a month's reopening made a closing": (
        "UPDATE month_closing SET what = 'closed' WHERE what = 'reopened'",
        "the month 2026-02 “closed” was altered",
    ),
    "a month's reopening taken out": (
        "DELETE FROM month_closing WHERE what = 'reopened'",
        "of a month was removed",
    ),
    "a month closed by nobody": (
        "INSERT INTO month_closing SELECT organisation, gen_random_uuid(), site, '2026-01-01',"
        " 'closed', reason, member, at FROM month_closing WHERE what = 'closed'",
        "the month 2026-01 “closed” was slipped in",
    ),
    "a link's content": (
        "UPDATE chain_link SET content = decode(repeat('00', 32), 'hex') WHERE number = 3",
        "link 3 (",
    ),
    "a link's detail": (
        "UPDATE chain_link SET detail = '7.00' WHERE subject = {waiting}",
        "was altered",
    ),
    "a link deleted": (
        "DELETE FROM chain_link WHERE number = 4",
        "1 link of the chain removed after link 3",
    ),
    "two links swapped": (
        "UPDATE chain_link SET number = 1000 WHERE number = 3;"
        "UPDATE chain_link SET number = 3 WHERE number = 4;"
        "UPDATE chain_link SET number = 4 WHERE number = 1000",
        "does not follow on link",
    ),
    "a whole record and its links": (
        "DELETE FROM chain_link WHERE subject = {waiting};"
        "DELETE FROM labour_line WHERE sheet = {waiting};"
        "DELETE FROM labour_sheet WHERE entry = {waiting};"
        "DELETE FROM entry_version WHERE entry = {waiting};"
        "DELETE FROM entry WHERE id = {waiting}",
        "of the chain removed after link",
    ),
}


@pytest.mark.parametrize("what", list(ROWS))
async def test_a_row_changed_behind_the_apps_back_is_found(story: Story, what: str) -> None:
    sql, words = ROWS[what]
    names = {
        name: f"'{getattr(story, name)}'::uuid"
        for name in ("sheet", "waiting", "report", "photo", "void")
    }
    names["worker"] = f"'{story.cast.workers[2]}'::uuid"
    names["owner"] = f"'{story.cast.members['owner']}'::uuid"
    before = fingerprint(story.cast)
    for statement in sql.format(**names).split(";"):
        query(story.cast.url, statement)
    assert fingerprint(story.cast) != before, "nothing was changed"
    found = await story.now()
    assert any(words in fault for fault in found), found


def fingerprint(cast: Cast) -> list[Any]:
    """Every row of the tables that are evidence."""
    tables = (
        "entry", "entry_version", "decision", "labour_sheet", "labour_line", "progress_report",
        "photo", "chain_link", "line_question", "month_closing",
    )  # fmt: skip
    return [
        value(cast.url, "SELECT string_agg(t::text, ';' ORDER BY t::text) FROM " + name + " t")  # noqa: S608
        for name in tables
    ]


async def test_altered_and_lost_bytes_of_a_picture_are_found(story: Story) -> None:
    key = storage_key(story.cast.organisation, story.cast.site, hashlib.sha256(PICTURE).digest())
    path = (folder_of(story.store) or Path()) / key
    path.write_bytes(PICTURE[:-1] + b"!")
    assert await story.now() == [f"the bytes of the photo {story.photo} were altered in the store"]
    path.unlink()
    assert await story.now() == [f"the bytes of the photo {story.photo} are gone from the store"]
