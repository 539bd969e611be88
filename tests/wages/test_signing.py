"""Signatures are of one version, chained, and found out when altered; a paper's bytes are kept."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import LocalStore

from daywork.evidence.service import check
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.photos.storage import put_bytes
from daywork.signatures.rules import Signing
from daywork.uploads.service import sweep_orphans
from daywork.wages import signing, signing_queries
from daywork.wages.printing import latest_by_worker
from daywork.wages.rules import paper_key
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import march, sheet_sent
from tests.support.phone_words import line
from tests.wages.story import APRIL, a_month, closed

JPEG = b"\xff\xd8\xff\xe0 a photo of the signed sheet"


async def sign(cast: Cast, sheet: UUID, worker: UUID, actor: Actor | None = None, **other: str):  # type: ignore[no-untyped-def]
    outcome = Signing(other.pop("outcome", "signed"))
    return await signing.sign(
        actor or cast.office,
        ("sheet", sheet),
        worker,
        outcome=outcome,
        name=other.pop("name", "worker"),
        at=APRIL,
        **other,
    )


async def faults(cast: Cast, store: LocalStore | None = None) -> list[str]:
    """What the auditor's check finds, as the database's owner."""
    await close_database()
    await open_database(cast.url, pool_size=2)
    return [fault.what for fault in (await check(cast.organisation, store=store)).faults]


async def test_a_signature_belongs_to_the_version_that_was_signed(cast: Cast) -> None:
    await a_month(cast, advances=False)  # an advance without a version would be a fault
    first = cast.workers[0]
    sheet = await closed(cast, cast.crew)
    await sign(cast, sheet, first, strokes="M1 1 L20 20")
    await sheet_sent(cast, march(20), [line(first)])
    second = await closed(cast, cast.crew, "a day was forgotten")
    async with company_transaction(cast.organisation):
        counts = await signing_queries.signed_counts(cast.organisation, [sheet, second])
    assert counts == {sheet: 1}
    with pytest.raises(Problem, match="wages_version_replaced"):
        await sign(cast, sheet, cast.workers[1])
    assert await faults(cast) == []


async def test_a_refusal_needs_a_witness_and_does_not_count(cast: Cast) -> None:
    await a_month(cast, advances=False)
    sheet, first = await closed(cast, cast.crew), cast.workers[0]
    with pytest.raises(Problem, match="witness_missing"):
        await sign(cast, sheet, first, outcome="refused")
    await sign(cast, sheet, first, outcome="refused", witness="Zhou")
    async with company_transaction(cast.organisation):
        assert await signing_queries.signed_counts(cast.organisation, [sheet]) == {}
    signed = await sign(cast, sheet, first)
    await sign(cast, sheet, first, outcome="absent", witness="Zhou")
    async with company_transaction(cast.organisation):
        all_of = await signing_queries.signatures_of(cast.organisation, ("sheet", sheet))
    assert len(all_of) == 3
    assert latest_by_worker(all_of) == {first: signed}


async def test_whoever_may_not_see_pay_takes_no_signature(cast: Cast, stranger: Actor) -> None:
    await a_month(cast, advances=False)
    sheet, first = await closed(cast, cast.crew), cast.workers[0]
    for outsider, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        with pytest.raises(Problem, match=slug):
            await sign(cast, sheet, first, outsider)
    with pytest.raises(Problem, match="not_found"):
        await sign(cast, sheet, cast.workers[2])


async def test_a_paper_is_kept_through_the_nightly_sweep_and_its_loss_is_found(
    cast: Cast, tmp_path: Path
) -> None:
    await a_month(cast, advances=False)
    store = LocalStore(tmp_path)
    sheet = await closed(cast, cast.crew)
    paper = await signing.take_paper(
        cast.office,
        store,
        ("sheet", sheet),
        name="signed.jpg",
        data=JPEG,
        workers=cast.workers[:2],
        at=APRIL,
    )
    assert await sweep_orphans(store, paper.at + timedelta(days=900)) == []
    assert (await signing.paper_bytes(cast.office, store, paper.id))[1] == JPEG
    assert await faults(cast, store) == []
    await put_bytes(store, paper_key(cast.organisation, cast.site, paper.sha256), b"another")
    (fault,) = await faults(cast, store)
    assert "signed paper" in fault
    assert "altered" in fault


async def test_what_was_altered_or_removed_later_is_found(cast: Cast) -> None:
    await a_month(cast, advances=False)
    await sign(cast, await closed(cast, cast.crew), cast.workers[0])
    found = []
    for statement in (
        "UPDATE wage_line SET name = 'somebody' WHERE name = 'worker 1'",
        "UPDATE wage_signature SET outcome = 'for_record'",
        "DELETE FROM wage_signature",
    ):
        query(cast.url, statement)
        found.append(await faults(cast))
    (line_,), (_line, altered), (_same, removed) = found
    assert "the wage sheet of 2026-03 of Carpenters" in line_
    assert "altered" in line_
    assert "the signature of worker for wages was altered" in altered
    assert "removed" in removed
