"""Putting together what is printed: a version with its signatures, its code and its numbers."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from daywork.chain.queries import links_about
from daywork.chain.rules import code_of
from daywork.chain.wage_contents import WAGES
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.register.rules import Field, How
from daywork.register.sealing import Keyring
from daywork.register.service import unmask
from daywork.wages import queries, signing_queries
from daywork.wages.paper import Printed
from daywork.wages.rules import total_of
from daywork.wages.service import version_for
from daywork.wages.signing_queries import WageSignature


def latest_by_worker(signatures: Iterable[WageSignature]) -> dict[UUID, WageSignature]:
    """Of each worker the last signature that counts, else the last word there is."""
    found: dict[UUID, WageSignature] = {}
    for one in signatures:
        known = found.get(one.worker)
        if known is None or one.counts or not known.counts:
            found[one.worker] = one
    return found


async def code_about(organisation: UUID, kind: str, document: UUID) -> str:
    """The check code of a version or a settlement, by its kind in the chain."""
    links = await links_about(organisation, kind, [document])
    return code_of(links[-1].hash) if links else ""


async def printed_version(
    actor: Actor,
    sheet_id: UUID,
    *,
    verify_at: str,
    at: datetime,
    kind: str,
    keys: Keyring | None = None,
    purpose: str | None = None,
) -> Printed:
    """A version ready to be printed, on the running transaction; noted in the audit trail.

    With a ``purpose`` identity and bank numbers stand on it in full, and each is noted in the
    register's list of who has looked.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``purpose_missing`` or ``register_key_missing``.
    """
    version, site = await version_for(actor, sheet_id, Right.SEE_PAY)
    lines = await queries.lines_of(actor.organisation, version.id)
    signatures = await signing_queries.signatures_of(actor.organisation, ("sheet", version.id))
    full = {}
    if purpose is not None:
        full = await unmask(
            actor,
            site,
            keys,
            [line.worker for line in lines],
            [Field.NUMBER, Field.BANK],
            purpose=purpose,
            note=f"{version.month:%Y-%m} {version.crew_name}".strip(),
            how=How.PRINT if kind == "pdf" else How.EXCEL,
            at=at,
        )
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.printed",
        site.id,
        detail={"sheet": version.id, "kind": kind, "full": purpose is not None},
    )
    return Printed(
        version,
        lines,
        total_of(line.figures for line in lines),
        latest_by_worker(signatures),
        await code_about(actor.organisation, WAGES, version.id),
        verify_at,
        site.time_zone,
        at,
        actor.name,
        full,
    )
