"""The compliance pack: whole, equal to the summary, masked, and honest about what is missing."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
from obstore.store import MemoryStore, ObjectStore

from daywork.compliance import service
from daywork.compliance.packing import manifest_of, zipped
from daywork.compliance.rules import Missing, months_between
from daywork.compliance.service import Pack
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.photos.storage import remove
from daywork.register import keeping
from daywork.register.rules import Change
from daywork.register.sealing import Key, Keyring
from daywork.sites.service import site_for
from daywork.summary.rules import Grouping, Month
from daywork.summary.service import month_summary
from daywork.wages import signing
from daywork.wages.rules import Why, paper_key
from daywork.wages.settling import settle
from daywork.web.language import speaking
from tests.register.conftest import number
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.disputes import disputed
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import line
from tests.support.refusals import refused
from tests.wages.story import a_month, closed

NOW = datetime(2026, 4, 20, 8, tzinfo=UTC)
KEYS = Keyring([Key.of(bytes(32))])
ACCOUNT = "4111111111111111"


@dataclass
class Unzipped:
    """A pack that was taken away."""

    files: dict[str, bytes]

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["manifest.json"])
        return found

    def table(self, name: str, sheet: str = "") -> list[tuple[Any, ...]]:
        book = openpyxl.load_workbook(io.BytesIO(self.files[name]), read_only=True)
        return list(book[sheet or book.sheetnames[0]].iter_rows(values_only=True))


async def packed(
    cast: Cast,
    *,
    actor: Actor | None = None,
    first: str = "2026-03",
    last: str = "2026-04",
    purpose: str = "",
    store: ObjectStore | None = None,
    language: str = "en",
) -> Unzipped:
    actor = actor or cast.office
    site, months = await service.period_of(actor, cast.site, first, last, NOW)
    pack = Pack(actor, "Huayan", site, months, NOW, "example/v", language == "en", purpose)
    with speaking(language):
        stock = await service.take_stock(pack)
        opened = await service.begin_pack(pack, KEYS, stock.entries)
    data = b"".join(
        [
            piece
            async for piece in zipped(pack, stock, opened, KEYS, store or MemoryStore(), language)
        ]
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return Unzipped({name: archive.read(name) for name in archive.namelist()})


async def test_every_file_is_listed_and_says_what_the_summary_says(
    cast: Cast,
) -> None:
    await a_month(cast)
    await closed(cast, cast.crew)
    found = await packed(cast)
    listed = {one["name"]: one for one in found.manifest["files"]}
    assert set(listed) == set(found.files) - {"manifest.json"}
    for name, data in found.files.items():
        if name in listed:
            assert listed[name]["sha256"] == hashlib.sha256(data).hexdigest(), name
        if name.endswith(".xlsx"):
            openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    assert {name for name in found.files if "2026-03" in name} == {
        "1 Attendance/2026-03.xlsx",
        "1 Attendance/2026-03.pdf",
        "2 Approved sheets/2026-03.xlsx",
        "3 Labour summary/2026-03.xlsx",
        "4 Wage sheets/2026-03 Carpenters v1.pdf",
        "4 Wage sheets/2026-03 Carpenters v1.xlsx",
        "5 Advances and payments/2026-03.xlsx",
    }
    cover = pypdf.PdfReader(io.BytesIO(found.files["0 Cover page.pdf"]))
    said = "\n".join(one.extract_text() for one in cover.pages)
    assert listed["7 Signatures.xlsx"]["sha256"] in said.replace("\n", "")

    await its_totals_are_those_of_the_summary(cast, found)


async def its_totals_are_those_of_the_summary(cast: Cast, found: Unzipped) -> None:
    """Part of the test above: making a pack takes a while."""
    summary = await month_summary(
        cast.office, cast.site, "2026-03", Grouping.WORKER, NOW, english=True
    )
    march, april = found.manifest["months"]
    assert march == {
        "month": "2026-03",
        "man_days": str(summary.total.man_days),
        "overtime_hours": str(summary.total.overtime_hours),
        "earned": str(summary.total.earned),
        "advances": str(summary.advances),
        "payments": str(summary.payments),
        "outstanding": str(summary.outstanding),
    }
    assert [Decimal(march[one]) for one in ("earned", "advances")] == [Decimal(2050), Decimal(800)]
    assert Decimal(april["man_days"]) == 0
    lines = found.table("2 Approved sheets/2026-03.xlsx")
    titles, last = lines[0], lines[-1]
    assert last[titles.index("Counts for pay")] == 2050
    assert last[titles.index("Approved 工")] == float(summary.total.man_days)
    money = found.table("5 Advances and payments/2026-03.xlsx")[-1]
    assert money[3:7] == (2050, 800, 0, 1250)
    by_worker = found.table("3 Labour summary/2026-03.xlsx", "Worker")
    assert by_worker[-1][by_worker[0].index("Earned")] == 2050


async def test_what_is_missing_is_told_by_worker_and_month(cast: Cast) -> None:
    await a_month(cast)
    await closed(cast, cast.crew)
    await sheet_sent(cast, date(2026, 3, 10), [line(cast.workers[0])], state="submitted")
    site, months = await service.period_of(cast.office, cast.site, "2026-03", "2026-03", NOW)
    pack = Pack(cast.office, "Huayan", site, months, NOW, "example/v", english=True)
    with speaking("en"):
        stock = await service.take_stock(pack)
        missing = json.loads(manifest_of(pack, stock, [], changed=False, language="en"))["missing"]
    first = {one["what"] for one in missing if one["worker"] == str(cast.workers[0])}
    assert first == {"identity", "phone", "bank", "contract", "not_signed", "not_paid"}
    of_month = {(one["what"], one["name"], one["n"]) for one in missing if not one["worker"]}
    assert of_month == {
        ("waiting", "", 1),
        ("no_wage_sheet", "Rebar", None),
        ("no_pay_day", "Carpenters", None),
    }
    assert {one["words"] for one in missing if one["what"] == "not_signed"} == {
        "Wage sheet not signed: March 2026"
    }
    assert str(cast.workers[3]) not in {one["worker"] for one in missing}


async def lacking(cast: Cast, month: str = "2026-03") -> set[tuple[str, str, str]]:
    """What a month's pack lacks of the first worker: which thing, and in words."""
    site, months = await service.period_of(cast.office, cast.site, month, month, NOW)
    pack = Pack(cast.office, "Huayan", site, months, NOW, "example/v", english=True)
    with speaking("en"):
        stock = await service.take_stock(pack)
        missing = json.loads(manifest_of(pack, stock, [], changed=False, language="en"))["missing"]
    assert [one.plain() for one in map(Missing.read, missing)] == [
        {name: said for name, said in one.items() if name != "words"} for one in missing
    ], "the page after it is made reads them back"
    return {
        (one["what"], one["words"], one["number"] + one["name"])
        for one in missing
        if one["worker"] == str(cast.workers[0])
    }


async def test_what_is_disputed_and_not_answered_is_missing(cast: Cast) -> None:
    await a_month(cast)
    disputed(cast, date(2026, 3, 4))
    disputed(cast, date(2026, 3, 1), whole_month=True)
    answered = disputed(cast, date(2026, 3, 9))
    query(
        cast.url,
        "UPDATE cross_check_dispute SET outcome = 'declined', answer = 'Look at the photo',"
        " answered_at = '2026-04-03', answered_by = $2 WHERE id = $1",
        answered,
        cast.members["supervisor"],
    )
    assert {one for one in await lacking(cast) if one[0] == "disputed"} == {
        ("disputed", "Disputes 2026-03-04, not answered since 2026-04-02", "worker 1"),
        ("disputed", "Disputes March 2026, not answered since 2026-04-02", "worker 1"),
    }
    assert not {one for one in await lacking(cast, "2026-02") if one[0] == "disputed"}


async def test_what_is_lent_or_earned_beside_the_closed_sheet_is_missing(cast: Cast) -> None:
    await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[1])])
    await closed(cast, None)
    await sheet_sent(cast, date(2026, 3, 4), [line(cast.workers[0])])
    advance_given(cast, cast.workers[0], date(2026, 3, 15), "200", state="submitted")
    said = {what: words for what, words, _who in await lacking(cast)}
    assert said["not_on_sheet"] == "Earned, but not on the closed wage sheet: March 2026"
    assert said["advance_waiting"] == "An advance is not decided on: March 2026"


async def test_a_settlement_without_a_signature_or_money_is_missing(cast: Cast) -> None:
    await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[0])])
    query(
        cast.url,
        "INSERT INTO worker_contract (organisation, id, site, worker, signed_on, ends_on, made_by)"
        " VALUES ($1, $2, $3, $4, '2026-01-01', '2026-03-01', $5)",
        cast.organisation,
        new_id(),
        cast.site,
        cast.workers[0],
        cast.members["office"],
    )
    async with company_transaction(cast.organisation):
        await settle(
            cast.office,
            cast.site,
            [cast.workers[0]],
            date(2026, 3, 20),
            Why.LEFT,
            at=NOW,
        )
    said = {what: words for what, words, _who in await lacking(cast)}
    assert said["settlement_not_signed"] == "Settlement until 2026-03-20 not signed"
    assert said["settlement_not_paid"] == "Settlement until 2026-03-20 not paid: ¥300.00"
    assert said["contract_ended"] == "The labour contract has run out: 2026-03-01"


async def test_numbers_are_masked_unless_a_purpose_is_kept_on_record(cast: Cast) -> None:
    await a_month(cast, advances=False)
    identity = number(301)
    async with company_transaction(cast.organisation):
        site = await site_for(cast.office, cast.site, Right.MANAGE_SITE)
        change = Change(kind="resident", number=identity, bank=ACCOUNT)
        await keeping.record_identity(cast.office, site, KEYS, cast.workers[0], change, DAY)
    await closed(cast, cast.crew)

    def somewhere(found: Unzipped, text: str) -> set[str]:
        return {
            name
            for name in found.files
            if name.endswith(".xlsx")
            and any(text in str(cell) for row in found.table(name) for cell in row)
        }

    masked = await packed(cast, last="2026-03")
    assert not somewhere(masked, identity)
    assert not somewhere(masked, ACCOUNT)
    looked = "SELECT count(*) FROM unmasking WHERE organisation = $1"
    assert value(cast.url, looked, cast.organisation) == 0
    full = await packed(cast, last="2026-03", purpose="authority")
    assert "8 Real-name roster.xlsx" in somewhere(full, identity)
    assert "4 Wage sheets/2026-03 Carpenters v1 Transfer list.xlsx" in somewhere(full, ACCOUNT)
    assert value(cast.url, looked, cast.organisation) >= 2
    taken = query(
        cast.url,
        "SELECT detail FROM audit_event WHERE organisation = $1 AND action = 'compliance.exported'"
        " ORDER BY at, id",
        cast.organisation,
    )
    assert [json.loads(row["detail"])["full"] for row in taken] == [False, True]


async def test_what_was_signed_on_paper_is_in_the_pack_with_whole_numbers_alone(
    cast: Cast,
) -> None:
    await a_month(cast, advances=False)
    sheet = await closed(cast, cast.crew)
    store = MemoryStore()
    for scan in (b"%PDF-1.4 the first page", b"%PDF-1.4 the second page"):
        paper = await signing.take_paper(
            cast.office,
            store,
            ("sheet", sheet),
            name="signed.pdf",
            data=scan,
            workers=cast.workers[:1],
            at=NOW,
        )
    key = paper_key(cast.organisation, cast.site, paper.sha256)
    full = await packed(cast, last="2026-03", purpose="authority", store=store)
    named = "4 Wage sheets/2026-03 Carpenters v1 Signed paper"
    assert full.files[f"{named} 1.pdf"] == b"%PDF-1.4 the first page"
    assert full.files[f"{named} 2.pdf"] == b"%PDF-1.4 the second page"
    assert f"{named} 1.pdf" in {one["name"] for one in full.manifest["files"]}
    masked = await packed(cast, last="2026-03", store=store)
    assert not [name for name in masked.files if "Signed paper" in name]
    await remove(store, [key])
    lost = await packed(cast, last="2026-03", purpose="authority", store=store)
    assert paper.sha256.hex() in lost.files[f"{named} 2.txt"].decode()


async def test_what_workers_said_of_their_month_is_in_it(cast: Cast) -> None:
    said = disputed(cast, date(2026, 3, 4))
    query(
        cast.url,
        "UPDATE cross_check_dispute SET outcome = 'agreed', answer = 'The guard saw him',"
        " answered_at = '2026-04-03', answered_by = $2 WHERE id = $1",
        said,
        cast.members["supervisor"],
    )
    found = await packed(cast, last="2026-03")
    titles, *signed = found.table("7 Signatures.xlsx", "Signatures")
    assert [
        (row[0], row[titles.index("Outcome")], row[titles.index("Name")]) for row in signed
    ] == [("Cross-check", "Disputed", "Wang")]
    _titles, shown = found.table("7 Signatures.xlsx", "Disputed days")
    assert shown[1:7] == ("worker 1", 0.5, 0, 1, 2, "I was there")
    assert shown[8:] == ("put right", "The guard saw him", "supervisor")
    other = await packed(cast, first="2026-04", last="2026-04")
    assert len(other.table("7 Signatures.xlsx", "Disputed days")) == 1


async def test_it_is_made_in_chinese_as_well(cast: Cast) -> None:
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    found = await packed(cast, language="zh-CN", last="2026-03")
    assert "2 已审批点工单/2026-03.xlsx" in found.files
    assert found.manifest["missing"][0]["words"].startswith("2026年3月")


async def test_a_change_while_it_is_made_is_told(cast: Cast) -> None:
    site, months = await service.period_of(cast.office, cast.site, "2026-03", "2026-03", NOW)
    pack = Pack(cast.office, "Huayan", site, months, NOW, "example/v", english=True)
    stock = await service.take_stock(pack)
    await sheet_sent(cast, date(2026, 3, 11), [line(cast.workers[3])])
    data = b"".join([piece async for piece in zipped(pack, stock, {}, KEYS, MemoryStore(), "en")])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert json.loads(archive.read("manifest.json"))["changed_while_made"] is True


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03", "2026-02"), ("2001-01", "2026-03"), ("2026-04", "2026-05")]
)
async def test_a_period_that_is_none_is_refused(cast: Cast, first: str, last: str) -> None:
    asking = service.period_of(cast.office, cast.site, first, last, NOW)
    assert await refused(asking) == "pack_period"


def test_a_company_may_take_its_whole_history() -> None:
    first = Month(date(2010, 5, 1), date(2010, 5, 31))
    last = Month(date(2026, 4, 1), date(2026, 4, 30))
    assert len(months_between(first, last, date(2026, 4, 20))) == 192


async def test_only_who_may_see_pay_takes_it(cast: Cast, stranger: Actor) -> None:
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        asking = service.period_of(actor, cast.site, "2026-03", "2026-03", NOW)
        assert await refused(asking) == slug, actor.name
