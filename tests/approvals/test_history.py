"""The readable history of a record: versions, decisions, signatures, prints and exports."""

from daywork.approvals.opened import changes_between, open_record
from daywork.approvals.service import approve, reopen
from daywork.approvals.words import said_of
from daywork.ground.database import company_transaction
from daywork.people.rules import Right
from daywork.signatures.rules import Party, Signing
from daywork.signatures.service import note_print, sign
from daywork.sites.service import sites_for
from daywork.summary.service import note_export
from daywork.web.language import speaking
from tests.approvals.test_deciding import correct, sent
from tests.support.cast import Cast
from tests.support.phone_words import sheet


async def told(cast: Cast, entry: object) -> list[str]:
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.supervisor, entry)  # type: ignore[arg-type]
    return [step.what for step in reversed(opened.history)]


async def test_everything_that_happened_to_a_sheet_is_told_in_order(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await sign(cast.foreman, entry, 1, party=Party.CLIENT, outcome=Signing.SIGNED, name="Zhou")
    await approve(cast.supervisor, entry, 1)
    await note_print(cast.foreman, cast.site, entry, 1)
    async with company_transaction(cast.organisation):
        sites = await sites_for(cast.office, Right.SEE_LABOUR)
    await note_export(cast.office, sites, "2026-03")
    await note_export(cast.office, sites, "2026-02")
    await reopen(cast.supervisor, entry, 1, "new facts")
    assert await told(cast, entry) == [
        "version",
        "entry.signed",
        "approved",
        "entry.printed",
        "labour.exported",
        "reopened",
    ]


async def test_an_export_of_another_site_is_not_told(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    async with company_transaction(cast.organisation):
        sites = await sites_for(cast.owner, Right.SEE_LABOUR)
    await note_export(cast.owner, [one for one in sites if one.id == cast.far_site], "2026-03")
    assert await told(cast, entry) == ["version"]


async def test_two_versions_are_compared_in_words_line_by_line(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await correct(cast, entry, "0.5")
    await correct(cast, entry, "2", base=2)
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.foreman, entry)
        first = await changes_between(cast.foreman, opened.record, 1, 3)
        last = await changes_between(cast.foreman, opened.record, 2, 3)
        never = await changes_between(cast.foreman, opened.record, 1, 9)
    assert first is not None
    assert last is not None
    assert never is None
    with speaking("en"):
        assert said_of(first) == [
            "worker 1: 1.0 man-days → 2.0 man-days",
            "worker 2 taken off: 0.5 man-days",
        ]
        assert said_of(last) == ["worker 1: 0.5 man-days → 2.0 man-days"]
    with speaking("zh-CN"):
        assert said_of(last) == ["worker 1：0.5 工 → 2.0 工"]
