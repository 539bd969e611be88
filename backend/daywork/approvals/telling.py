"""What approvals tell people: that something waits for them, that something of theirs came back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from daywork.approvals import queries
from daywork.approvals.queries import Record
from daywork.approvals.rules import UNDO_SHOWN_FOR
from daywork.entries.rules import EntryFacts
from daywork.levels.service import rule_of
from daywork.people.actor import Actor
from daywork.push.queries import deciders_of, waiting_on
from daywork.push.rules import Fact, MessageKind, Named, Notice
from daywork.push.service import correct, settle, tell
from daywork.sites.queries import site_by_id


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


WAITING = Notice(
    "approvals_waiting",
    MessageKind.APPROVALS,
    ngettext("%(site)s: %(n)s waiting", "%(site)s: %(n)s waiting"),
    ngettext(
        "A record is waiting for your approval.", "%(n)s records are waiting for your approval."
    ),
)
SHEET_RETURNED = Notice(
    "sheet_returned",
    MessageKind.RETURNED,
    _("Returned: %(crew)s, %(day)s"),
    _("%(reason)s – mend the sheet and send it again."),
)
REPORT_RETURNED = Notice(
    "report_returned",
    MessageKind.RETURNED,
    _("Returned: progress of %(task)s, %(day)s"),
    _("%(reason)s – mend the report and send it again."),
)
DELAY_RETURNED = Notice(
    "delay_returned",
    MessageKind.RETURNED,
    _("Returned: delay of %(task)s, %(day)s"),
    _("%(reason)s – mend the report and send it again."),
)


ADVANCE_RETURNED = Notice(
    "advance_returned",
    MessageKind.RETURNED,
    _("Returned: advance of %(worker)s, %(day)s"),
    _("%(reason)s – mend the advance and send it again."),
)


async def tell_waiting(organisation: UUID, site: UUID, at: datetime) -> None:
    """Tell those who decide on the site how much waits; nothing when nothing does any more."""
    waiting = await _by_audience(organisation, site)
    found = await site_by_id(organisation, site)
    if found is None or not found.active:
        return
    for passed, n in waiting.items():
        if n:
            await tell(
                organisation,
                await deciders_of(organisation, site, passed),
                WAITING,
                subject=_subject(site, passed),
                site=site,
                link=f"/approvals?site={site}",
                facts={"site": found.name, "n": n},
                at=at,
            )


async def _by_audience(organisation: UUID, site: UUID) -> dict[int, int]:
    """What waits for the first step and what for the second; one step takes all."""
    waiting = await waiting_on(organisation, site)
    rule = await rule_of(organisation, site)
    if rule.steps == 1:
        return {0: sum(waiting.values()), 1: 0}
    return {0: waiting.get(0, 0), 1: waiting.get(1, 0)}


def _subject(site: UUID, passed: int) -> str:
    """What a message about waiting records is about: each step has its own readers."""
    return f"{site}:{passed}" if passed else str(site)


async def tell_decided(
    actor: Actor, known: Sequence[EntryFacts], reason: str | None, *, returned: bool
) -> None:
    """Tell the authors of what was returned, and bring the numbers told before up to date."""
    if returned:
        records = await queries.records_by_id(actor, [fact.id for fact in known])
        for record in records.values():
            if record.author != actor.member:
                await _tell_author(actor, record, reason or "")
    await recount(actor.organisation, {fact.site for fact in known})


async def recount(organisation: UUID, sites: Collection[UUID]) -> None:
    """Unread messages say how much waits now; where nothing does they count as read."""
    for site in sorted(sites):
        for passed, n in (await _by_audience(organisation, site)).items():
            subject = _subject(site, passed)
            if n:
                await correct(organisation, MessageKind.APPROVALS, subject, {"n": n})
            else:
                await settle(organisation, MessageKind.APPROVALS, subject)


async def _tell_author(actor: Actor, record: Record, reason: str) -> None:
    facts: dict[str, Fact] = {"day": record.work_day, "reason": reason}
    if record.is_sheet:
        notice, facts["crew"] = SHEET_RETURNED, record.crew_name
    elif record.is_advance:
        notice, facts["worker"] = ADVANCE_RETURNED, record.worker_name
    else:
        notice = DELAY_RETURNED if record.is_delay else REPORT_RETURNED
        facts["task"] = Named(record.task_name, record.task_name_en)
    await tell(
        actor.organisation,
        [record.author],
        notice,
        subject=record.id,
        site=record.site,
        entry=record.id,
        link=_way_to(record),
        facts=facts,
        hold=UNDO_SHOWN_FOR,
    )


def _way_to(record: Record) -> str:
    """The capture app opens these without a network, too."""
    if record.is_sheet:
        return f"/m/?day={record.work_day}&crew={record.crew}&site={record.site}"
    if record.is_advance:
        return f"/m/advances?mend={record.id}&site={record.site}"
    return f"/m/tasks/{record.task}?site={record.site}"
