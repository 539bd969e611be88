"""Signing a version of a sheet: chained, bound to it, by those who may; and the sheet on paper."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from daywork.approvals.service import approve
from daywork.evidence.service import check
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.levels.rules import ApprovalRule
from daywork.levels.service import agree
from daywork.people.actor import Actor
from daywork.signatures.queries import signatures_of, unsigned_on
from daywork.signatures.rules import Party, Signature, Signing
from daywork.signatures.service import remind, sign
from tests.approvals.test_deciding import correct, sent
from tests.support.cast import DAY, Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.phone_words import envelope, line, sheet
from tests.support.refusals import refused
from tests.support.server import Server

DRAWN = "M10 20 L300 200 L500 20"


async def signed(actor: Actor, entry: UUID, version: int = 1, **other: Any) -> Signature:
    fields: dict[str, Any] = {"party": Party.CLIENT, "outcome": Signing.SIGNED, "name": "Zhou"}
    return await sign(actor, entry, version, **fields | other)


async def faults(cast: Cast) -> list[str]:
    """What the auditor's check finds, as the database's owner."""
    await close_database()
    await open_database(cast.url, pool_size=2)
    return [fault.what for fault in (await check(cast.organisation)).faults]


async def test_a_signature_is_kept_chained_and_audited(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    made = await signed(cast.foreman, entry, name="  Zhou   Min ", strokes=DRAWN, company="Huayan")
    async with company_transaction(cast.organisation):
        assert await signatures_of(cast.organisation, entry) == [made]
    assert made.name == "Zhou Min"
    audits = query(cast.url, "SELECT action, member FROM audit_event WHERE entry = $1", entry)
    assert [tuple(one) for one in audits] == [("entry.signed", cast.members["foreman"])]
    assert await faults(cast) == []


async def test_a_signature_altered_or_slipped_in_later_is_found(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    made = await signed(cast.foreman, entry)
    query(cast.url, "UPDATE signature SET outcome = 'for_record' WHERE id = $1", made.id)
    (fault,) = await faults(cast)
    assert "signature" in fault
    assert "altered" in fault
    query(cast.url, "DELETE FROM signature")
    (fault,) = await faults(cast)
    assert "signature" in fault
    assert "removed" in fault


async def test_what_was_signed_is_one_version(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await correct(cast, entry)
    assert await refused(signed(cast.foreman, entry, 1)) == "decision_stale"
    await signed(cast.foreman, entry, 2)
    await correct(cast, entry, "1", base=2)
    async with company_transaction(cast.organisation):
        waiting = await unsigned_on(cast.organisation, cast.site, DAY)
    assert [one.entry for one in waiting] == [entry]


async def test_only_who_may_see_the_sheet_lets_it_be_signed(cast: Cast, stranger: Actor) -> None:
    (entry,) = await sent(cast, sheet(cast))
    for outsider in (stranger, cast.far_supervisor, cast.other_foreman):
        assert await refused(signed(outsider, entry)) == "not_found"
    for insider in (cast.foreman, cast.supervisor, cast.office, cast.owner):
        await signed(insider, entry)
    assert value(cast.url, "SELECT count(*) FROM signature") == 4


async def test_an_absent_client_has_not_answered_and_a_refusal_is_an_answer(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    waits = []
    for outcome in (Signing.ABSENT, Signing.REFUSED):
        await signed(cast.foreman, entry, outcome=outcome, witness="Wang")
        async with company_transaction(cast.organisation):
            waits.append(len(await unsigned_on(cast.organisation, cast.site, DAY)))
    assert waits == [1, 0]


async def test_a_workers_name_does_not_stand_for_the_clients(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await signed(cast.foreman, entry, party=Party.WORKER)
    async with company_transaction(cast.organisation):
        assert len(await unsigned_on(cast.organisation, cast.site, DAY)) == 1


async def test_deadlines_are_told_at_eight_in_the_morning_until_they_are_met(cast: Cast) -> None:
    async with company_transaction(cast.organisation):
        await agree(cast.owner, cast.site, ApprovalRule(sign_days=7))
    (entry,) = await sent(cast, sheet(cast))
    eight = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
    assert await remind(cast.organisation, eight.replace(hour=3)) == 0
    assert await remind(cast.organisation, eight.replace(day=8)) == 0
    assert await remind(cast.organisation, eight) == 1
    told = query(cast.url, "SELECT member, link FROM message WHERE kind = 'signature'")
    assert [one["member"] for one in told] == [cast.members["supervisor"]]
    await signed(cast.supervisor, entry)
    assert await remind(cast.organisation, eight.replace(day=11)) == 0
    assert value(cast.url, "SELECT count(*) FROM message WHERE read_at IS NULL") == 0


async def test_a_signed_sheet_still_has_to_be_approved(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await signed(cast.foreman, entry)
    assert value(cast.url, "SELECT state FROM entry WHERE id = $1", entry) == "submitted"
    await approve(cast.supervisor, entry, 1)
    assert await faults(cast) == []


# On paper


@pytest.fixture
def served(app_server: Server) -> Cast:
    """A company behind a real server."""
    return found(app_server.database_url)


async def test_the_paper_says_what_was_recorded_and_who_signed_in_both_languages(
    app_server: Server, served: Cast
) -> None:
    mutation = sheet(served, line(served.workers[0]), line(served.workers[1], "0.5"))
    async with client_of(served.url, app_server.url, served.foreman) as phone:
        await phone.post("/api/sync/push", content=envelope(mutation))
        entry = mutation["entity_id"]
        form = {"version": "1", "party": "client", "outcome": "signed", "name": "周敏"}
        reply = await phone.post(f"/approvals/{entry}/sign", data=form | {"strokes": DRAWN})
        assert reply.status_code == 303, reply.text
        texts = {}
        for language in ("zh-CN", "en"):
            reply = await phone.get(f"/approvals/{entry}/daywork.pdf?lang={language}")
            assert reply.headers["content-type"] == "application/pdf"
            reader = PdfReader(io.BytesIO(reply.content))
            texts[language] = "".join(page.extract_text() for page in reader.pages)
        screen = (await phone.get(f"/approvals/{entry}/daywork")).text
    for text in texts.values():
        for word in ("worker 1", "worker 2", "1.5", "周敏", "Carpenters", "Block A"):
            assert word in text
        assert "300" not in text  # no pay on the client's paper
    assert "Daywork sheet" in texts["en"]
    assert "计日工签证单" in texts["zh-CN"]
    code = texts["en"].split("Check code ")[1].split(" ")[0]
    assert code in texts["zh-CN"]
    assert code in screen
    async with client_of(served.url, app_server.url, served.foreman) as anybody:
        assert (await anybody.get(f"/v/{code}")).status_code == 200


async def test_the_paper_is_not_for_outsiders(app_server: Server, served: Cast) -> None:
    mutation = sheet(served)
    async with client_of(served.url, app_server.url, served.foreman) as phone:
        await phone.post("/api/sync/push", content=envelope(mutation))
    for outsider in (served.far_supervisor, served.other_foreman):
        async with client_of(served.url, app_server.url, outsider) as phone:
            for path in ("daywork", "daywork.pdf", "sign"):
                reply = await phone.get(f"/approvals/{mutation['entity_id']}/{path}")
                assert reply.status_code == 404, path
