"""Keeping a worker's entry in the register: identity, bank, contract, certificates.

Each use case runs on the open transaction of the company, with a site from ``site_for``. The audit
says which fields changed, never what they hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.register import entry_queries, queries, service
from daywork.register.numbers import Paper, read_account, read_number, tidy
from daywork.register.queries import Kept
from daywork.register.rules import NO_KEY, Change, Entry, Field, masked
from daywork.register.sealing import Keyring, place_of
from daywork.sites.site import Site


async def entry_for(site: Site, worker: UUID) -> Entry:
    """A worker's entry in the register of a site.

    Raises:
        Problem: ``not_found``, also for one that was merged into another.
    """
    found = await entry_queries.entry_of(site.organisation, site.id, worker)
    if found is None:
        raise NOT_FOUND()
    return found


def read_change(change: Change, today: date) -> Change:
    """The change with its numbers as they are kept.

    Raises:
        Problem: ``identity_…``, ``paper_number``, ``bank_number``.
    """
    number, bank = change.number, change.bank
    if number:
        number = read_number(Paper(change.kind or Paper.RESIDENT), number, today)
    if bank:
        bank = read_account(bank)
    return replace(change, number=number, bank=bank)


def changed(
    organisation: UUID, keys: Keyring | None, before: Kept, change: Change
) -> tuple[Kept, list[str]]:
    """The row as it becomes, and the names of what changes. ``change`` came from
    :func:`read_change`.

    Raises:
        Problem: ``register_key_missing``.
    """
    if keys is None:
        raise NO_KEY()
    worker, after = before.worker, before
    fields: list[str] = []

    def sealed(value: str, field: Field) -> bytes | None:
        return keys.seal(value, place_of(organisation, worker, field)) if value else None

    def is_same(value: str, mark: bytes | None, field: Field) -> bool:
        if not value or mark is None:
            return not value and mark is None
        return mark in keys.marks(value, organisation, field)

    if change.number is not None:
        same = is_same(change.number, before.number_mark, Field.NUMBER)
        if not same or (change.number and change.kind and change.kind != before.kind):
            fields.append(Field.NUMBER)
            number = change.number
            after = replace(
                after,
                kind=(change.kind or Paper.RESIDENT) if number else None,
                number_sealed=sealed(number, Field.NUMBER),
                number_mask=masked(number),
                number_mark=keys.mark(number, organisation, Field.NUMBER) if number else None,
            )
    if change.bank is not None and not is_same(change.bank, before.bank_mark, Field.BANK):
        fields.append(Field.BANK)
        bank = change.bank
        after = replace(
            after,
            bank_sealed=sealed(bank, Field.BANK),
            bank_mask=masked(bank),
            bank_mark=keys.mark(bank, organisation, Field.BANK) if bank else None,
        )
    if change.bank_name is not None and change.bank_name != before.bank_name:
        fields.append("bank_name")
        after = replace(after, bank_name=change.bank_name)
    if change.address is not None and (change.address or before.address_sealed is not None):
        fields.append(Field.ADDRESS)
        after = replace(after, address_sealed=sealed(change.address, Field.ADDRESS))
    return after, fields


def nothing_kept(worker: UUID) -> Kept:
    """The row of a worker of whom nothing is known yet."""
    return Kept(worker, None, None, "", None, "", None, "", None, None)


async def record_identity(
    actor: Actor, site: Site, keys: Keyring | None, worker: UUID, change: Change, today: date
) -> list[queries.Bearer]:
    """Keep who a worker is on paper; returns who else has the same number or account.

    Raises:
        Problem: ``not_found``; ``identity_…``, ``paper_number``, ``bank_number``;
            ``register_key_missing``.
    """
    await entry_for(site, worker)
    read = read_change(change, today)
    await entry_queries.lock_worker(actor.organisation, worker)
    before = (await queries.kept_identities(actor.organisation, [worker])).get(worker)
    after, fields = changed(actor.organisation, keys, before or nothing_kept(worker), read)
    if fields:
        await queries.save_identities(actor.organisation, actor.member, [after])
        await _note(actor, site, "register.changed", worker, fields=fields)
    return await queries.others_with(actor.organisation, worker, after.number_mark, after.bank_mark)


# Two records of one worker


async def carry_over(
    actor: Actor, keys: Keyring | None, source: UUID, target: UUID
) -> dict[str, str]:
    """Give the record that is kept what only the other one has, sealed for its new place.

    Returns the mask of each field that was carried, to know it again by :func:`take_away`.

    Raises:
        Problem: ``register_key_missing`` when something must be opened.
    """
    organisation = actor.organisation
    rows = await queries.kept_identities(organisation, [source, target])
    before, other = rows.get(target, nothing_kept(target)), rows.get(source)
    if other is None:
        return {}
    carried = [field for field in Field if _has(other, field) and not _has(before, field)]
    if not carried:
        return {}
    opened = service.opened_of(
        organisation, keys, await queries.sealed_identities(organisation, [source]), carried
    )[0]
    change = Change(
        kind=other.kind if Field.NUMBER in carried else None,
        number=opened.number if Field.NUMBER in carried else None,
        bank_name=opened.bank_name if Field.BANK in carried else None,
        bank=opened.bank if Field.BANK in carried else None,
        address=opened.address if Field.ADDRESS in carried else None,
    )
    after, _fields = changed(organisation, keys, before, change)
    await queries.save_identities(organisation, actor.member, [after])
    return {field.value: _mask(after, field) for field in carried}


async def take_away(
    actor: Actor, keys: Keyring | None, worker: UUID, carried: Mapping[str, str]
) -> None:
    """Take back what :func:`carry_over` gave; what was changed since stays.

    Raises:
        Problem: ``register_key_missing``.
    """
    before = (await queries.kept_identities(actor.organisation, [worker])).get(worker)
    gone = [Field(name) for name in carried]
    if before is None or not gone:
        return
    still = {field for field in gone if carried[field.value] == _mask(before, field)}
    change = Change(
        number="" if Field.NUMBER in still else None,
        bank_name="" if Field.BANK in still else None,
        bank="" if Field.BANK in still else None,
        address="" if Field.ADDRESS in still else None,
    )
    after, fields = changed(actor.organisation, keys, before, change)
    if fields:
        await queries.save_identities(actor.organisation, actor.member, [after])


def _has(kept: Kept, field: Field) -> bool:
    sealed = {
        Field.NUMBER: kept.number_sealed,
        Field.BANK: kept.bank_sealed,
        Field.ADDRESS: kept.address_sealed,
    }
    return sealed[field] is not None


def _mask(kept: Kept, field: Field) -> str:
    return {Field.NUMBER: kept.number_mask, Field.BANK: kept.bank_mask, Field.ADDRESS: ""}[field]


# Contracts and certificates


async def add_contract(
    actor: Actor, site: Site, worker: UUID, signed_on: date, ends_on: date | None, note: str
) -> None:
    """A labour contract on this site; the latest one counts.

    Raises:
        Problem: ``not_found``.
    """
    await entry_for(site, worker)
    contract = new_id()
    await entry_queries.insert_contract(
        actor.organisation,
        contract,
        site=site.id,
        worker=worker,
        signed_on=signed_on,
        ends_on=ends_on,
        note=note,
        made_by=actor.member,
    )
    await _note(
        actor,
        site,
        "contract.added",
        worker,
        contract=contract,
        signed_on=signed_on,
        ends_on=ends_on,
    )


async def void_contract(actor: Actor, site: Site, worker: UUID, contract: UUID) -> None:
    """It was entered by mistake; its row stays.

    Raises:
        Problem: ``not_found``.
    """
    if not await entry_queries.mark_contract_void(
        actor.organisation, site.id, worker, contract, actor.member
    ):
        raise NOT_FOUND()
    await _note(actor, site, "contract.voided", worker, contract=contract)


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A paper as it is typed."""

    kind: str
    name: str
    number: str
    valid_until: date | None


async def add_certificate(
    actor: Actor, site: Site, keys: Keyring | None, worker: UUID, paper: NewCertificate
) -> None:
    """A certificate of a worker; it counts on every site.

    Raises:
        Problem: ``not_found``; ``register_key_missing`` when it has a number.
    """
    await entry_for(site, worker)
    certificate, number = new_id(), tidy(paper.number)
    if number and keys is None:
        raise NO_KEY()
    place = place_of(actor.organisation, worker, f"certificate.{certificate}")
    await entry_queries.insert_certificate(
        actor.organisation,
        certificate,
        worker=worker,
        kind=paper.kind,
        name=paper.name,
        number_sealed=keys.seal(number, place) if keys and number else None,
        number_mask=masked(number),
        valid_until=paper.valid_until,
        made_by=actor.member,
    )
    await _note(
        actor,
        site,
        "certificate.added",
        worker,
        certificate=certificate,
        kind=paper.kind,
        valid_until=paper.valid_until,
    )


async def void_certificate(actor: Actor, site: Site, worker: UUID, certificate: UUID) -> None:
    """It does not count any more; its row stays.

    Raises:
        Problem: ``not_found``.
    """
    await entry_for(site, worker)
    if not await entry_queries.mark_certificate_void(
        actor.organisation, worker, certificate, actor.member
    ):
        raise NOT_FOUND()
    await _note(actor, site, "certificate.voided", worker, certificate=certificate)


async def _note(actor: Actor, site: Site, action: str, worker: UUID, **detail: Any) -> None:
    told: Mapping[str, Any] = {"worker": worker, **detail}
    await record_audit(actor.organisation, actor.member, action, site.id, detail=told)
