"""Pull, on the service floor: what changed on a site since a phone last asked.

A first pull is the same walk from revision 0, so a snapshot and deltas cannot differ. Each page
is read from one snapshot of the database; revisions are in commit order, so nothing committed
at or below the cursor can be missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from daywork.crosscheck.phone_months import months_for_phones, shows_pay
from daywork.entries.rules import PHONE_DAYS
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.sites.service import site_for, sites_for
from daywork.sync import queries
from daywork.sync.queries import FeedRow
from daywork.sync.rules import (
    AFTER_ALL_SUBJECTS,
    LARGEST_PAGE,
    OWN_MONTH,
    PROTOCOL,
    SCHEMA,
    Cursor,
    Mark,
    cursor_from,
    is_of_another_history,
    marks_from,
    marks_of_sites,
    reset_needed,
    start_of,
)


@dataclass(frozen=True, slots=True)
class PulledRow:
    """One thing as the phone keeps it: subject, id, revision, gone, data."""

    s: str
    id: UUID
    rev: int
    gone: bool
    d: msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes and where to go on."""

    rows: list[PulledRow]
    cursor: str
    more: bool
    revision: int
    reset: str | None


async def pull(
    actor: Actor,
    site_id: UUID,
    cursor_text: str | None,
    limit: int = 500,
    now: datetime | None = None,
    seen: str | None = None,
) -> Page:
    """The next page of a site's feed. ``seen`` are the marks of receipts not yet pulled.

    Raises:
        Problem: ``not_found`` when the actor has no part in the site (any more): the phone then
            forgets that site's rows, never its outbox.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        site = await site_for(actor, site_id, Right.SEE_SITE)
        all_entries = may(actor, Right.SEE_LABOUR, site_id)
        scope = await queries.scope_of(actor, site_id, all_entries=all_entries)
        scope_name = f"{actor.member}:{scope.version}:{'all' if all_entries else 'own'}"
        if await shows_pay(actor, site_id):
            scope_name += ":pay"

        cursor = cursor_from(cursor_text) if cursor_text else None
        if cursor is not None and cursor.site == site_id:
            standing = await queries.standing_of(actor, site_id, cursor.revision)
            reset = reset_needed(cursor, standing, scope_name)
        else:
            standing = await queries.standing_of(actor, site_id, 0)
            reset = "cursor_expired" if cursor_text else None
        if await _lost(actor, site_id, seen):
            reset = "restored"
        if cursor is None or reset:
            cursor = start_of(site_id, scope_name, standing.revision)

        limit = max(1, min(limit, LARGEST_PAGE))
        today = day_at(now or datetime.now(UTC), site.time_zone)
        oldest_day = today - timedelta(days=PHONE_DAYS)
        found = await queries.feed_page(
            actor,
            cursor,
            scope,
            ceiling=standing.revision,
            oldest_day=oldest_day,
            limit=limit + 1,
        )
        more = len(found) > limit
        found = found[:limit]
        rows = await _fill(actor, site_id, found, today)
        if more:
            revision, subject, last = found[-1].revision, found[-1].subject, found[-1].id
        else:
            revision, subject, last = standing.revision, AFTER_ALL_SUBJECTS, None
        nonce = await queries.nonce_of(actor, site_id, revision)
        onward = Cursor(site_id, revision, subject, last, nonce, scope_name, SCHEMA, cursor.floor)
        return Page(rows, onward.encode(), more, standing.revision, reset)


async def _lost(actor: Actor, site: UUID, seen: str | None) -> bool:
    """Whether one of the phone's receipts speaks of a revision that is none of ours any more."""
    for mark in marks_from(seen):
        if await _is_gone(actor, site, mark):
            return True
    return False


async def _restored(actor: Actor, marks: Mapping[UUID, Mark]) -> list[UUID]:
    own = await queries.sites_once_worked(actor, marks) if marks else set()
    return [
        site for site, mark in marks.items() if site in own and await _is_gone(actor, site, mark)
    ]


async def _is_gone(actor: Actor, site: UUID, mark: Mark) -> bool:
    standing = await queries.standing_of(actor, site, mark.revision)
    return is_of_another_history(mark.revision, mark.nonce, standing)


async def _fill(actor: Actor, site: UUID, found: list[FeedRow], today: date) -> list[PulledRow]:
    wanted: dict[str, list[UUID]] = {}
    for row in found:
        if not row.gone:
            wanted.setdefault(row.subject, []).append(row.id)
    data = {
        subject: await months_for_phones(actor, site, ids, today)
        if subject == OWN_MONTH
        else await queries.phone_rows(actor, site, subject, ids)
        for subject, ids in wanted.items()
    }
    rows = []
    for row in found:
        text = None if row.gone else data[row.subject].get(row.id)
        raw = None if text is None else msgspec.Raw(text.encode())
        rows.append(PulledRow(row.subject, row.id, row.revision, text is None, raw))
    return rows


async def introduce(actor: Actor, left: str | None = None) -> dict[str, Any]:
    """What a phone asks first: who am I here, and which sites are mine.

    ``left`` are marks of sites the phone thinks it has left (``site:mark,…``), and ``restored``
    those of them that a restore has put back since: no pull would ever tell of these.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        restored = await _restored(actor, marks_of_sites(left))
        sites = await sites_for(actor, Right.SEE_SITE)
        versions = await queries.scope_versions(actor)
        currency = await currency_of(actor.organisation)
    return {
        "protocol": PROTOCOL,
        "server_time": datetime.now(UTC),
        "currency": currency,
        "member": {
            "id": actor.member,
            "name": actor.name,
            "language": actor.language,
            "organisation": actor.organisation,
            "organisation_name": actor.organisation_name,
            "is_owner": actor.is_owner,
        },
        "restored": restored,
        "sites": [
            {
                "id": site.id,
                "name": site.name,
                "role": actor.roles.get(site.id, "owner"),
                "time_zone": site.time_zone,
                "scope_version": versions.get(site.id, 0),
            }
            for site in sites
            if site.active
        ],
    }
