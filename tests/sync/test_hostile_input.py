"""Whatever arrives in an envelope's place ends as a clear refusal: no crash, no half an effect."""

import asyncio
import gzip
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daywork.ground.database import close_database, open_database
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.sync.rules import LARGEST_ENVELOPE, MOST_MUTATIONS, cursor_from, marks_from
from daywork.sync.service import push
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.phone_words import envelope, line, report, said, send, sheet
from tests.support.server import Server


async def post(server: Server, cast: Cast, content: bytes, **headers: str) -> httpx.Response:
    """Push these bytes as the foreman's phone."""
    async with client_of(server.database_url, server.url, cast.foreman) as client:
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        return await client.post("/api/sync/push", content=content, headers=given)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-unheard-of"])
async def test_a_compressed_envelope_is_refused_and_never_unpacked(
    app_server: Server, coding: str
) -> None:
    cast = found(app_server.database_url)
    bomb = b'{"protocol":1,"mutations":[],"x":"' + b"0" * (256 * 1024 * 1024)
    packed = gzip.compress(bomb, 1) if coding == "gzip" else zlib.compress(bomb[:1000])
    assert len(packed) < LARGEST_ENVELOPE, "it passes the limit on bytes as sent"
    answer = await post(app_server, cast, packed, content_encoding=coding)
    assert (answer.status_code, answer.json()["type"]) == (415, "envelope_encoded")
    assert answer.json()["fix"]


@pytest.mark.parametrize("shape", ["bytes", "mutations"])
async def test_too_much_at_once_is_413_with_what_happens_next(
    app_server: Server, shape: str
) -> None:
    cast = found(app_server.database_url)
    if shape == "bytes":
        body = b'{"protocol":1,"mutations":[],"x":"' + b"x" * LARGEST_ENVELOPE + b'"}'
    else:
        body = envelope(*({"id": new_id()} for _ in range(MOST_MUTATIONS + 1)))
    answer = await post(app_server, cast, body)
    assert (answer.status_code, answer.json()["type"]) == (413, "envelope_too_large")
    assert answer.json()["fix"] == "It is sent again in smaller parts."
    assert value(cast.url, "SELECT count(*) FROM sync_mutation") == 0


async def test_a_request_cut_off_in_the_middle_leaves_nothing_and_the_server_well(
    app_server: Server,
) -> None:
    cast = found(app_server.database_url)
    whole = envelope(sheet(cast))
    async with client_of(app_server.database_url, app_server.url, cast.foreman) as client:

        async def torn() -> Any:
            yield whole[: len(whole) // 2]
            raise ConnectionError("out of reach")

        with pytest.raises(ConnectionError):
            await client.post("/api/sync/push", content=torn())
        assert value(cast.url, "SELECT count(*) FROM entry") == 0
        answer = await client.post("/api/sync/push", content=whole)
    assert answer.json()["results"][0]["result"] == "applied"


async def test_json_nested_without_end_is_refused(cast: Cast) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(Problem) as refused:
        await push(cast.foreman, b'{"protocol":1,"mutations":[{"x":' + deep + b"}]}")
    assert refused.value.kind.slug == "envelope_unreadable"


async def test_bytes_that_are_no_text_are_kept_and_answered(cast: Cast) -> None:
    name = str(new_id()).encode()
    body = b'{"protocol":1,"mutations":[{"id":"' + name + b'","x":"\xff\xfe"}]}'
    assert said(await push(cast.foreman, body)) == ["mutation_unreadable"]


@pytest.mark.parametrize(
    "lines",
    [
        [{"amount": "1e999999"}],
        [{"amount": "NaN"}],
        [{"amount": "-1e-999999"}],
        [{"amount": "1", "overtime_hours": "1e999999", "unit": "hours"}],
        [{"amount": "1e-999999"}],
    ],
)
async def test_an_absurd_amount_delays_no_other_record(
    cast: Cast, lines: list[dict[str, Any]]
) -> None:
    absurd = sheet(cast, *(line(cast.workers[0], **given) for given in lines))
    receipts = await send(cast.foreman, sheet(cast), absurd, report(cast))
    assert [one.result for one in receipts][::2] == ["applied", "applied"]
    assert receipts[1].result in ("refused", "applied")
    again = await send(cast.foreman, absurd)
    assert (
        said(again) == [word.replace("applied", "already_applied") for word in said(receipts)][1:2]
    )


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("53100", "the disk is full"),
        ("57P01", "an administrator ended the connection"),
        ("57014", "the statement took too long"),
        ("40001", "somebody else wrote at the same moment"),
        ("25006", "the server is a stand-by for now"),
    ],
)
async def test_the_databases_own_trouble_is_never_a_verdict_on_a_record(
    cast: Cast, state: str, why: str
) -> None:
    """It is an error of the server's, so the phone keeps the record and sends it again."""
    query(
        cast.url,
        f"CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{why}' USING ERRCODE = '{state}'; END $$",
    )
    query(
        cast.url,
        "CREATE TRIGGER trouble BEFORE INSERT ON labour_line EXECUTE FUNCTION trouble()",
    )
    sent = sheet(cast)
    with pytest.raises(Exception, match=why):
        await send(cast.foreman, sent)
    assert value(cast.url, "SELECT count(*) FROM sync_mutation") == 0
    query(cast.url, "DROP TRIGGER trouble ON labour_line")
    assert said(await send(cast.foreman, sent)) == ["applied"]


async def test_a_mistake_of_ours_waits_on_the_phone_and_delays_no_other(cast: Cast) -> None:
    query(
        cast.url,
        "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.amount = 0.25 THEN PERFORM no_such_function(); END IF; RETURN NEW; END $$",
    )
    query(
        cast.url,
        "CREATE TRIGGER trouble BEFORE INSERT ON labour_line FOR EACH ROW"
        " EXECUTE FUNCTION trouble()",
    )
    stumbled = sheet(cast, line(cast.workers[0], "0.25"))
    assert said(await send(cast.foreman, sheet(cast), stumbled, report(cast))) == [
        "applied",
        "retry",
        "applied",
    ]
    query(cast.url, "DROP TRIGGER trouble ON labour_line")
    assert said(await send(cast.foreman, stumbled)) == ["applied"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = ("id", "type", "v", "entity_id", "base_version", "prev_id", "client_time", "payload")
INSIDE = ("site", "crew", "work_day", "lines", "task", "note", "reason", "percent", "sha256")


SPOILT = st.tuples(
    st.sampled_from([sheet, report]),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=2),
    st.dictionaries(st.sampled_from(INSIDE), JSON, max_size=2),
    st.just(1.0) | st.floats(0, 1),
    st.just(b"") | st.binary(max_size=8),
)


async def words_for(cast: Cast, body: bytes) -> set[str]:
    """The results of a push, or the slug of the problem with its envelope."""
    try:
        return {str(one.result) for one in await push(cast.foreman, body)}
    except Problem as problem:
        return {problem.kind.slug}


@given(st.lists(SPOILT, min_size=20, max_size=40))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_envelope_makes_the_server_stumble(database_url: str, spoilt: list[Any]) -> None:
    """Good mutations with fields, of their own or of their payload's, spoilt; cut; with noise."""
    cast = found(database_url)

    async def try_all() -> None:
        await open_database(database_url, pool_size=2)
        try:
            for make, fields, inside, cut, noise in spoilt:
                sent = make(cast)
                sent["payload"] |= inside
                whole = envelope(sent | fields, sheet(cast))
                words = await words_for(cast, whole[: int(cut * len(whole))] + noise)
                assert words <= {"applied", "already_applied", "refused", "deferred"} or words in (
                    {"envelope_unreadable"},
                    {"envelope_too_large"},
                )
        finally:
            await close_database()

    asyncio.run(try_all())


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_no_cursor_and_no_mark_makes_the_server_stumble(text: str) -> None:
    cursor_from(text)
    assert all(mark.revision >= 0 for mark in marks_from(text))
