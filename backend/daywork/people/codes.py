"""Six digits that stand for a member or an invitation until they are typed into another device."""

import secrets
from datetime import timedelta
from uuid import UUID

from daywork.people import queries
from daywork.people.passwords import hash_of

PAIRING_CODE_LIFE = timedelta(minutes=15)


async def new_pairing_code(organisation: UUID, member: UUID) -> str:
    """Six digits that sign this member in on another device within 15 minutes, once.

    Runs on the open transaction of the company; earlier codes of the member are void.
    """
    await queries.alone_with_codes()
    await queries.mark_codes_of_member_used(organisation, member)
    return await _new_digits(organisation, PAIRING_CODE_LIFE, member=member)


async def new_invitation_code(organisation: UUID, invitation: UUID, life: timedelta) -> str:
    """Six digits that stand for the invitation, together with the login that was invited."""
    await queries.alone_with_codes()
    await queries.mark_codes_of_invitation_used(organisation, invitation)
    return await _new_digits(organisation, life, invitation=invitation)


async def _new_digits(
    organisation: UUID,
    life: timedelta,
    *,
    member: UUID | None = None,
    invitation: UUID | None = None,
) -> str:
    while True:
        digits = f"{secrets.randbelow(1_000_000):06d}"
        if len(set(digits)) > 2 and not await queries.code_is_open(hash_of(digits)):
            break
    await queries.insert_code(
        organisation, hash_of(digits), life, member=member, invitation=invitation
    )
    return digits
