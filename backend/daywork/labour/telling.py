"""Telling of double bookings and of what was decided on them: both authors and both sites'
supervisors, once a pair of sheets.

A whole crew on two sheets is one message, not thirty. Nobody reads the name of a site or crew here
that he has no part in: "another site" is enough to ask the office.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from daywork.labour.double_queries import (
    BOTH_STAND,
    ONE_COUNTED,
    Claimant,
    OpenDay,
    answered_between,
    claimants,
    open_between,
)
from daywork.push.queries import deciders_of, readers_among
from daywork.push.rules import Fact, MessageKind, Named, Notice
from daywork.push.service import correct, settle, tell
from daywork.web.language import gettext, speaking


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


DOUBLE_BOOKED = Notice(
    "double_booked",
    MessageKind.DOUBLE_BOOKING,
    _("Booked twice: %(worker)s, %(day)s"),
    _("%(mine)s and %(others)s, %(total)s man-days in all. Please settle which sheet is right."),
)
CREW_DOUBLE_BOOKED = Notice(
    "crew_double_booked",
    MessageKind.DOUBLE_BOOKING,
    ngettext("Booked twice: %(n)s worker, %(day)s", "Booked twice: %(n)s workers, %(day)s"),
    _("%(mine)s and %(others)s: %(worker)s. Please settle which sheet is right."),
)
DOUBLE_STANDS = Notice(
    "double_stands",
    MessageKind.DOUBLE_BOOKING,
    _("Booked twice, settled: %(worker)s, %(day)s"),
    _("%(mine)s and %(others)s: all of them stand and count for pay. Why: %(reason)s"),
)
DOUBLE_COUNTS = Notice(
    "double_counts",
    MessageKind.DOUBLE_BOOKING,
    _("Booked twice: %(worker)s, %(day)s"),
    _("%(mine)s counts, the rest is to be corrected; until then pay waits. Why: %(reason)s"),
)
DOUBLE_COUNTS_NOT = Notice(
    "double_counts_not",
    MessageKind.DOUBLE_BOOKING,
    _("Please correct: %(worker)s, %(day)s"),
    _("Another sheet counts, not %(mine)s. Until it is corrected pay waits. Why: %(reason)s"),
)
DOUBLE_OVER = Notice(
    "double_over",
    MessageKind.DOUBLE_BOOKING,
    _("Booked twice, settled: %(worker)s, %(day)s"),
    _("%(mine)s and %(others)s: a sheet was corrected or returned. Pay waits no longer."),
)
ENDS: Final = {BOTH_STAND: DOUBLE_STANDS, ONE_COUNTED: DOUBLE_OVER}

MOST_TOLD: Final = 30
"""Pairs of sheets told of one batch. Beyond it (an outbox sent under new ids) the approvals and the
list of double bookings show the rest, and no phone rings a thousand times."""

NAMED: Final = 3
"""So many workers of a crew are named."""


async def tell_doubles(
    organisation: UUID, days: Collection[date], opened: Collection[str], eased: Collection[str]
) -> None:
    """Tell of what opened or changed between these sheets, and settle what is over.

    ``opened`` and ``eased`` are sheets as :attr:`OpenDay.sheets` joins them: more is booked twice
    between the former, less between the latter, for which nobody is woken.
    """
    pairs = {
        pair: list(of_pair)
        for pair, of_pair in groupby(
            await open_between(organisation, days, {*opened, *eased}), lambda day: day.sheets
        )
    }
    for pair, of_pair in [one for one in pairs.items() if one[0] in opened][:MOST_TOLD]:
        booked = DOUBLE_BOOKED if len(of_pair) == 1 else CREW_DOUBLE_BOOKED
        await _tell(
            organisation,
            pair,
            partial(_always, booked),
            subject=subject_of(pair),
            facts=_who(of_pair),
        )
    for pair in set(eased) - set(opened):
        if pair in pairs:
            await correct(
                organisation, MessageKind.DOUBLE_BOOKING, subject_of(pair), _who(pairs[pair])
            )
    over = [subject_of(pair) for pair in {*opened, *eased} if pair not in pairs]
    if over:
        await settle(organisation, MessageKind.DOUBLE_BOOKING, *over)


def subject_of(pair: str) -> str:
    """What a message about these sheets is known by; there may be many of them."""
    return str(uuid5(NAMESPACE_OID, pair))


def _always(notice: Notice, _sheet: Claimant) -> Notice:
    return notice


def _who(days: Sequence[OpenDay]) -> dict[str, Fact]:
    """Who is booked twice, and how much: 工 in all of the one, or the most of several."""
    names = [day.worker_name for day in days]

    def said(language: str, comma: str) -> str:
        with speaking(language):
            named = comma.join(names[:NAMED])
            if len(names) <= NAMED:
                return named
            return gettext(_("%(names)s and %(n)s more"), names=named, n=len(names) - NAMED)

    most = max(day.booked for day in days)
    return {
        "n": len(names),
        "worker": Named(said("zh-CN", "、"), said("en", ", ")),
        "total": f"{most.normalize():f}",
    }


async def tell_answer(
    organisation: UUID, day: date, pair: str, answer: str, *, by: UUID | None = None
) -> None:
    """Tell what was said of workers booked twice by these sheets, but not whoever has said it.

    Those of a crew who were answered alike are one message. It takes the place of an answer to
    the same sheets that nobody is left to whom it applies.
    """
    answered = await answered_between(organisation, day, pair)
    alike = [one for one in answered if one.answer == answer]
    left = {one.answer for one in answered}
    gone = [
        _answer_subject(pair, one)
        for one in (BOTH_STAND, ONE_COUNTED, *pair.split(","))
        if one not in left
    ]
    await settle(organisation, MessageKind.DOUBLE_BOOKING, *gone)
    if not alike:
        return

    def notice(sheet: Claimant) -> Notice:
        if answer in ENDS:
            return ENDS[answer]
        return DOUBLE_COUNTS if str(sheet.sheet) == answer else DOUBLE_COUNTS_NOT

    await _tell(
        organisation,
        pair,
        notice,
        subject=_answer_subject(pair, answer),
        facts={"reason": alike[-1].reason, **_who(alike)},
        but=by,
    )


def _answer_subject(pair: str, answer: str) -> str:
    return f"{subject_of(pair)}:{answer}"


async def _tell(
    organisation: UUID,
    pair: str,
    notice: Callable[[Claimant], Notice],
    *,
    subject: str,
    facts: Mapping[str, Fact],
    but: UUID | None = None,
) -> None:
    sheets = await claimants(organisation, [UUID(sheet) for sheet in pair.split(",")])
    sites = {sheet.site for sheet in sheets}
    deciders = {site: await deciders_of(organisation, site) for site in sites}
    everybody = {sheet.author for sheet in sheets}
    everybody |= {member for members in deciders.values() for member in members}
    parts = {
        site: {one.member for one in await readers_among(organisation, everybody, site)}
        for site in sites
    }
    groups: dict[tuple[UUID, str, frozenset[UUID]], list[UUID]] = {}
    for member, (sheet, link) in _audience(sheets, deciders).items():
        if member != but:
            seen = frozenset(site for site in sites if member in parts[site])
            groups.setdefault((sheet.sheet, link, seen), []).append(member)
    of_sheet = {sheet.sheet: sheet for sheet in sheets}
    for (one, link, seen), members in groups.items():
        mine = of_sheet[one]
        others = [sheet for sheet in sheets if sheet.sheet != one]
        await tell(
            organisation,
            members,
            notice(mine),
            subject=subject,
            site=mine.site,
            entry=one,
            link=link,
            facts={
                "day": mine.work_day,
                "mine": _place(mine),
                "others": _places(mine, others, seen),
                **facts,
            },
        )


def _audience(
    sheets: Sequence[Claimant], deciders: Mapping[UUID, list[UUID]]
) -> dict[UUID, tuple[Claimant, str]]:
    """Each reader once, with the latest sheet of his own or of his site, and the way to it."""
    found: dict[UUID, tuple[Claimant, str]] = {}
    for sheet in sheets:
        for member in deciders[sheet.site]:
            found.setdefault(member, (sheet, f"/approvals/{sheet.sheet}"))
    for sheet in sheets:
        link = f"/m/?day={sheet.work_day}&crew={sheet.crew}&site={sheet.site}"
        found.setdefault(sheet.author, (sheet, link))
    return found


def _place(sheet: Claimant) -> str:
    return f"{sheet.crew_name} · {sheet.site_name}"


def _places(mine: Claimant, others: Sequence[Claimant], seen: frozenset[UUID]) -> Named:
    """Where else, in both languages: those sites by name that the reader has a part in."""

    def said(language: str, comma: str) -> str:
        with speaking(language):
            return comma.join(dict.fromkeys(place(sheet) for sheet in others))

    def place(sheet: Claimant) -> str:
        if sheet.site not in seen:
            return gettext(_("another site"))
        if sheet.crew == mine.crew:
            return gettext(_("another sheet of the same crew"))
        return _place(sheet)

    return Named(said("zh-CN", "、"), said("en", ", "))
