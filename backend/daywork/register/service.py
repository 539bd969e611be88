"""Keeping the register: what rooms above ask for, masked or, for a purpose, in full.

Each runs on the open transaction of the company. Whoever asks for full numbers gets them together
with a line in the list of who has looked, in the same transaction: no number without its line.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.register import queries
from daywork.register.queries import Sealed
from daywork.register.rules import NO_KEY, Field, How, Masked, Unmasked, check_purpose
from daywork.register.sealing import CannotOpenError, Keyring, place_of
from daywork.sites.site import Site


async def masked_of(organisation: UUID, workers: Collection[UUID]) -> dict[UUID, Masked]:
    """What may be shown of these workers to whoever may see their pay; needs no key.

    Every worker asked for is in the answer, with empty texts where nothing is known.
    """
    known = {one.worker: one for one in await queries.masked_identities(organisation, workers)}
    return {worker: known.get(worker, Masked(worker)) for worker in workers}


async def unmask(
    actor: Actor,
    site: Site,
    keys: Keyring | None,
    workers: Collection[UUID],
    fields: Collection[Field],
    *,
    purpose: str,
    note: str = "",
    how: How = How.SCREEN,
    at: datetime | None = None,
) -> dict[UUID, Unmasked]:
    """The numbers in full, and a line for each worker on who looked and why.

    ``site`` is one from ``site_for``; ``keys`` is ``app.state.register_keys``. Workers without
    anything kept get empty texts and no line.

    Raises:
        Problem: ``not_allowed``; ``not_found`` for a worker who is not of the site;
            ``purpose_missing``; ``register_key_missing``.
    """
    if not may(actor, Right.UNMASK, site.id):
        raise NOT_ALLOWED()
    stated = check_purpose(purpose, note)
    wanted = list(dict.fromkeys(workers))
    if set(wanted) - await queries.on_roster(actor.organisation, site.id, wanted):
        raise NOT_FOUND()
    kept = await queries.sealed_identities(actor.organisation, wanted)
    opened = opened_of(actor.organisation, keys, kept, fields)
    seen = [one.worker for one in opened if one.number or one.bank or one.address]
    await queries.insert_unmaskings(
        actor.organisation,
        actor.member,
        site.id,
        seen,
        fields=fields,
        purpose=stated,
        note=note.strip(),
        how=how,
        at=at or datetime.now(UTC),
    )
    known = {one.worker: one for one in opened}
    return {worker: known.get(worker, Unmasked(worker)) for worker in wanted}


def opened_of(
    organisation: UUID, keys: Keyring | None, kept: Iterable[Sealed], fields: Collection[Field]
) -> list[Unmasked]:
    """What is sealed, in full, for moving it inside the register; nobody is shown it.

    Raises:
        Problem: ``register_key_missing``.
    """

    def opened(worker: UUID, sealed: bytes | None, field: Field) -> str:
        if sealed is None or field not in fields:
            return ""
        if keys is None:
            raise NO_KEY()
        try:
            return keys.open(sealed, place_of(organisation, worker, field))
        except CannotOpenError as error:
            raise NO_KEY() from error

    return [
        Unmasked(
            one.worker,
            one.kind or "",
            opened(one.worker, one.number_sealed, Field.NUMBER),
            one.bank_name,
            opened(one.worker, one.bank_sealed, Field.BANK),
            opened(one.worker, one.address_sealed, Field.ADDRESS),
        )
        for one in kept
    ]
