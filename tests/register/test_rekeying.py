"""Another key for the register: all is sealed anew, a killed run goes on, nothing is lost."""

import asyncpg
import pytest

from daywork.ground.database import company_transaction
from daywork.register import keeping, queries, service
from daywork.register.keeping import NewCertificate
from daywork.register.rekeying import generations, seal_anew
from daywork.register.rules import Change, Field
from daywork.register.sealing import CannotOpenError, Key, Keyring
from daywork.sites.queries import site_by_id
from tests.register.conftest import number
from tests.support.cast import DAY, Cast

OLD, NEW = Key.of(b"o" * 32), Key.of(b"n" * 32)


async def kept(cast: Cast) -> None:
    """Two workers' numbers and one certificate, under the old key."""
    ring = Keyring([OLD])
    async with company_transaction(cast.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        for seed, worker in enumerate(cast.workers[:2], 501):
            change = Change(kind="resident", number=number(seed), bank="4111111111111111")
            await keeping.record_identity(cast.office, site, ring, worker, change, DAY)
        paper = NewCertificate("welder", "", "T-77", None)
        await keeping.add_certificate(cast.office, site, ring, cast.workers[0], paper)


async def test_everything_is_sealed_by_the_new_key_and_found_again(cast: Cast) -> None:
    await kept(cast)
    connection = await asyncpg.connect(cast.url)
    try:
        assert await generations(connection) == {OLD.name: 5}
        with pytest.raises(CannotOpenError):
            await seal_anew(connection, Keyring([NEW]))
        assert await generations(connection) == {OLD.name: 5}
        assert await seal_anew(connection, Keyring([NEW, OLD])) == 3
        assert await generations(connection) == {NEW.name: 5}
        assert await seal_anew(connection, Keyring([NEW, OLD])) == 0
    finally:
        await connection.close()
    async with company_transaction(cast.organisation):
        rows = await queries.sealed_identities(cast.organisation, cast.workers[:1])
        (opened,) = service.opened_of(cast.organisation, Keyring([NEW]), rows, list(Field))
        marks = await queries.marks_of(cast.organisation, cast.workers[0])
    assert (opened.number, opened.bank) == (number(501), "4111111111111111")
    assert marks[0] == Keyring([NEW]).mark(number(501), cast.organisation, Field.NUMBER)
