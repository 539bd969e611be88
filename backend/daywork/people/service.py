"""Found a company, and note who did what."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people import queries
from daywork.people.passwords import check_password, hash_password
from daywork.people.rules import COMPANY_EXISTS, login_from


async def create_company(
    name: str,
    owner_name: str,
    login: str,
    password: str,
    language: str = "zh-CN",
    *,
    only_first: bool = False,
) -> tuple[UUID, UUID]:
    """Found a company with its owner; returns the ids of both. Opens its own transaction.

    Raises:
        Problem: ``login_unreadable``, a ``password_…``, or ``company_exists`` when it must be
            the first of this installation and is not.
    """
    known_by = login_from(login)
    check_password(password, known_by.value, owner_name)
    password_hash = await hash_password(password)
    organisation, owner = new_id(), new_id()
    async with company_transaction(organisation):
        await queries.alone_in_founding()
        if only_first and await queries.any_organisation():
            raise COMPANY_EXISTS()
        await queries.insert_organisation(organisation, name, language)
        await queries.insert_member(
            organisation,
            owner,
            name=owner_name,
            login=known_by,
            password_hash=password_hash,
            language=language,
            is_owner=True,
        )
        await record_audit(organisation, owner, "company.founded", detail={"name": name})
    return organisation, owner


async def record_audit(
    organisation: UUID,
    member: UUID | None,
    action: str,
    site: UUID | None = None,
    entry: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the audit trail, in the transaction of what it tells of.

    ``action`` is ``subject.what_happened``; ``detail`` holds JSON values, ids and days as text.
    """
    await queries.insert_audit(organisation, member, action, site, entry, detail or {})
