"""One site, checked: every link against the one before it, every row against its link.

Two questions meet here. Is there a row that no link speaks of (slipped in), a link whose row is
gone (removed), or a row that says otherwise than when it was chained (altered)? And do the rooms'
own rows still follow from what the phones sent? The first is asked here, the second in
``particulars``. What cannot be told from inside (a chain cut short or written anew) needs a head
noted outside: see ``heads``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from daywork.chain.contents import (
    DECISION,
    MONTH,
    PAY,
    PHOTO,
    PURGE,
    QUESTIONS,
    SIGNATURE,
    VERSION,
    ClosingSaid,
    DecisionSaid,
    LinePay,
    PhotoSaid,
    PurgeSaid,
    SignatureSaid,
    VersionSaid,
    pay_happening,
    questions_happening,
)
from daywork.chain.rules import Happening, Head, Link
from daywork.chain.wage_contents import WAGE_KINDS, wage_happening
from daywork.evidence import particulars, queries
from daywork.evidence.wages import wage_rows, wage_words
from daywork.ground.terms import EntryKind, EntryState

Row = Mapping[str, Any]

KINDS: Final = frozenset(
    {VERSION, DECISION, QUESTIONS, PHOTO, PAY, PURGE, SIGNATURE, MONTH, *WAGE_KINDS}
)

WORDS: Final = {
    EntryKind.LABOUR_SHEET: "labour sheet",
    EntryKind.PROGRESS_REPORT: "progress report",
    EntryKind.PHOTO: "photo",
    EntryKind.ADVANCE: "advance",
    EntryKind.DELAY: "delay report",
}


@dataclass
class SiteCheck:
    """The check of one site; ``run`` it inside a snapshot of the whole database."""

    organisation: UUID
    site: UUID
    faults: list[str] = field(default_factory=list)
    head: Head = field(default_factory=Head)
    counted: dict[str, int] = field(default_factory=dict)
    """How many of each kind were looked at."""
    purged: list[PurgeSaid] = field(default_factory=list)
    """What went after its time, as the chain knows it."""
    _links: dict[tuple[str, UUID, int], Link] = field(default_factory=dict)
    _decisions: dict[tuple[UUID, int], list[Row]] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at everything the site holds."""
        await self._walk()
        self._take_decisions(await queries.decisions_of(self.organisation, self.site))
        self._take_questions(await queries.questions_at(self.organisation, self.site))
        self._take_signatures(await queries.signatures_at(self.organisation, self.site))
        self._take_closings(await queries.closings_of(self.organisation, self.site))
        async for page in queries.entries_of(self.organisation, self.site):
            await self._look_at_entries(page)
        await self._look_at_wages()
        for row in await queries.purges_of(self.organisation, self.site):
            said = PurgeSaid(**row)
            self._compare(f"the purge {said.id}", said.happening())
            self.purged.append(said)
        for row in await queries.stray_lines(self.organisation, self.site):
            self.faults.append(
                f"a line of {row['name']} belongs to no version of a sheet of this site"
                f" ({row['sheet']}, version {row['version']})"
            )
        for link in self._links.values():
            self.faults.append(f"{_about(link)} was removed: link {link.number} speaks of it")

    async def run_for(self, entries: Sequence[UUID]) -> None:
        """Look at these entries of the site alone: rows, lines, decisions and pay."""
        decisions = await queries.decisions_on(self.organisation, entries)
        signatures = await queries.signatures_on(self.organisation, entries)
        named = [*entries, *(row["id"] for row in (*decisions, *signatures))]
        for link in await queries.links_naming(self.organisation, named):
            if not link.holds:
                self.faults.append(f"link {link.number} ({_about(link)}) was altered")
            self._links[link.kind, link.subject, link.version] = link
        self._take_decisions(decisions)
        self._take_questions(await queries.questions_on(self.organisation, entries))
        self._take_signatures(signatures)
        await self._look_at_entries(await queries.entries_named(self.organisation, entries))
        for link in self._links.values():
            self.faults.append(f"{_about(link)} was removed: link {link.number} speaks of it")

    async def run_for_wages(self, kind: str, subject: UUID) -> None:
        """Look at this one wage sheet, settlement, signature or paper alone."""
        for link in await queries.links_naming(self.organisation, [subject]):
            if not link.holds:
                self.faults.append(f"link {link.number} ({_about(link)}) was altered")
            self._links[link.kind, link.subject, link.version] = link
        await self._look_at_wages((kind, subject))
        for link in self._links.values():
            self.faults.append(f"{_about(link)} was removed: link {link.number} speaks of it")

    async def _look_at_wages(self, only: tuple[str, UUID] | None = None) -> None:
        for kind, row, lines in await wage_rows(self.organisation, self.site, only):
            self._compare(wage_words(kind, row), wage_happening(kind, row, lines))

    # The chain by itself

    async def _walk(self) -> None:
        async for link in queries.links_of(self.organisation, self.site):
            if link.number != self.head.number + 1:
                missing = link.number - self.head.number - 1
                self.faults.append(
                    f"{missing} link{'s' if missing > 1 else ''} of the chain removed"
                    f" after link {self.head.number}"
                )
            elif link.previous != self.head.hash:
                self.faults.append(f"link {link.number} does not follow on link {self.head.number}")
            if not link.holds:
                self.faults.append(f"link {link.number} ({_about(link)}) was altered")
            if link.kind not in KINDS:
                self.faults.append(
                    f"link {link.number} is of the unknown kind “{link.kind}”:"
                    " check it with the Daywork that wrote it"
                )
            else:
                key = (link.kind, link.subject, link.version)
                if key in self._links and link.kind != PAY:
                    self.faults.append(f"{_about(link)} was chained twice, again as {link.number}")
                self._links[key] = link
                self.counted[link.kind] = self.counted.get(link.kind, 0) + 1
            self.head = Head(link.number, link.hash)

    def _compare(self, what: str, now: Happening) -> None:
        """A row's content against its link, which is then done with."""
        link = self._links.pop((now.kind, now.subject, now.version), None)
        if link is None:
            self.faults.append(f"{what} was slipped in: the chain does not know it")
        elif link.content != now.content:
            self.faults.append(f"{what} was altered after it was accepted (link {link.number})")

    def _detail(self, kind: str, subject: UUID, version: int) -> str:
        link = self._links.get((kind, subject, version))
        return "" if link is None else link.detail

    # What it speaks of

    def _take_decisions(self, rows: Sequence[Row]) -> None:
        order: dict[UUID, int] = {}
        for row in rows:
            said = DecisionSaid(**row)
            link = self._links.get((DECISION, said.id, said.version))
            order[said.id] = link.number if link else 0
            self._compare(
                f"the decision “{said.outcome}” on version {said.version} of {said.entry}",
                said.happening(),
            )
            self._decisions.setdefault((said.entry, said.version), []).append(row)
        for made in self._decisions.values():
            made.sort(key=lambda row: order[row["id"]])

    def _take_questions(self, rows: Sequence[Row]) -> None:
        """What one decision asked is one link, so that none of it can be taken out."""
        for decision, asked in _grouped(rows, "decision").items():
            for sheet, version in {(row["sheet"], row["version"]) for row in asked}:
                said = {row["worker"]: row["question"] for row in asked}
                self._compare(
                    f"what was asked about lines of version {version} of {sheet}",
                    questions_happening(self.site, decision, sheet, version, said),
                )

    def _take_closings(self, rows: Sequence[Row]) -> None:
        for row in rows:
            said = ClosingSaid(**row)
            self._compare(f"the month {said.month:%Y-%m} “{said.what}”", said.happening())

    def _take_signatures(self, rows: Sequence[Row]) -> None:
        for row in rows:
            said = SignatureSaid(**row)
            what = f"the signature of {said.name} on version {said.version} of {said.entry}"
            self._compare(what, said.happening())

    async def _look_at_entries(self, page: Sequence[Row]) -> None:
        ids = [entry["id"] for entry in page]
        versions = _grouped(await queries.versions_of(self.organisation, ids), "entry")
        lines = _grouped(await queries.lines_of(self.organisation, ids), "sheet")
        rooms = {
            table: await queries.particulars_of(table, self.organisation, ids)
            for table in ("labour_sheet", "progress_report", "advance", "photo", "delay_report")
        }
        for entry in page:
            self._look_at_entry(
                entry,
                versions.get(entry["id"], []),
                lines.get(entry["id"], []),
                {table: rows.get(entry["id"]) for table, rows in rooms.items()},
            )

    def _look_at_entry(
        self,
        entry: Row,
        versions: Sequence[Row],
        lines: Sequence[Row],
        rooms: Mapping[str, Row | None],
    ) -> None:
        what = f"the {WORDS[EntryKind(entry['kind'])]} of {entry['work_day']} ({entry['id']})"
        if not versions:
            self.faults.append(f"{what} was slipped in: it has no version")
            return
        payloads: dict[int, Any] = {}
        for row in versions:
            payloads[row["version"]] = json.loads(row["payload"])
            said = {name: row[name] for name in row if name != "payload"}
            happening = VersionSaid(
                **said,
                site=self.site,
                kind=entry["kind"],
                crew=entry["crew"],
                work_day=entry["work_day"],
            ).happening()
            detail = self._detail(VERSION, entry["id"], row["version"])
            self._compare(f"{what}, version {row['version']},", happening)
            if "lines" in payloads[row["version"]]:
                of_version = [line for line in lines if line["version"] == row["version"]]
                faults = particulars.line_faults(payloads[row["version"]], detail, of_version)
                self._note(f"{what}, version {row['version']}", faults)
            if (
                entry["kind"] == EntryKind.PROGRESS_REPORT
                and row["version"] == entry["version"]
                and "work_day" in payloads[row["version"]]
            ):
                faults = particulars.report_faults(
                    payloads[row["version"]], detail, rooms["progress_report"]
                )
                self._note(what, faults)
        self._note(what, self._standing_faults(entry, versions, payloads))
        told = [number for number, payload in payloads.items() if "work_day" in payload]
        if told:
            self._look_at_particulars(what, entry, payloads, max(told), lines, rooms)

    def _look_at_particulars(
        self,
        what: str,
        entry: Row,
        payloads: Mapping[int, Any],
        last: int,
        lines: Sequence[Row],
        rooms: Mapping[str, Row | None],
    ) -> None:
        """``last`` is the last version that tells something; a void one does not."""
        if entry["kind"] == EntryKind.LABOUR_SHEET:
            live = [line for line in lines if line["live"]]
            self._note(what, particulars.state_faults(entry, last, lines))
            self._note(what, particulars.sheet_faults(payloads[last], rooms["labour_sheet"], live))
            self._look_at_pay(what, entry, live)
        elif entry["kind"] == EntryKind.ADVANCE:
            self._note(
                what,
                particulars.advance_faults(payloads[last], entry["state"], rooms["advance"]),
            )
        elif entry["kind"] == EntryKind.DELAY:
            self._note(what, particulars.delay_faults(payloads[last], rooms["delay_report"]))
        elif entry["kind"] == EntryKind.PHOTO:
            photo = rooms["photo"]
            self._note(what, particulars.photo_faults(payloads[last], photo))
            self._note(what, particulars.first_photo_faults(payloads[min(payloads)], photo))
            if photo is not None and photo["completed_at"] is not None:
                said = {name: photo[name] for name in PhotoSaid.__dataclass_fields__}
                self._compare(
                    f"the picture of {what.removeprefix('the ')}", PhotoSaid(**said).happening()
                )

    def _look_at_pay(self, what: str, entry: Row, live: Sequence[Row]) -> None:
        """Pay stands exactly where an approval fixed it; that of earlier approvals is history."""
        if entry["state"] == EntryState.APPROVED:
            pay = [
                LinePay(
                    line["id"],
                    line["rate"],
                    line["rate_unit"],
                    line["rate_amount"],
                    line["earned"],
                    line["overtime_earned"],
                )
                for line in live
            ]
            self._compare(
                f"the pay of {what}",
                pay_happening(self.site, entry["id"], entry["version"], pay),
            )
        elif any(line["earned"] is not None or line["rate"] is not None for line in live):
            self.faults.append(f"{what}: pay was slipped in, nobody has approved it")
        for key in [key for key in self._links if key[:2] == (PAY, entry["id"])]:
            del self._links[key]

    def _standing_faults(
        self, entry: Row, versions: Sequence[Row], payloads: Mapping[int, Any]
    ) -> Iterator[str]:
        """What the entry says of itself against its versions and decisions."""
        newest = versions[-1]
        if entry["version"] != newest["version"]:
            yield f"says version {entry['version']}, the newest is {newest['version']}"
        if len(versions) != newest["version"]:
            yield "not all of its versions are here"
        if entry["author"] != versions[0]["author"]:
            yield "has another author than its first version"
        if entry["received_at"] != newest["received_at"]:
            yield "says another time of arrival than its newest version"
        payload = payloads[newest["version"]]
        task = payload.get("task")
        if (entry["task"] and str(entry["task"])) != (task and task.lower()):
            yield "was moved to another task"
        made = self._decisions.get((entry["id"], newest["version"]), [])
        state = _state_after(made) if "work_day" in payload else EntryState.VOID
        if entry["state"] != state:
            yield f"is “{entry['state']}”, by its versions and decisions it is “{state}”"
        elif state in (EntryState.APPROVED, EntryState.RETURNED) and (
            (entry["decided_by"], entry["decided_at"]) != (made[-1]["member"], made[-1]["at"])
        ):
            yield "names another decision than its last one"

    def _note(self, what: str, faults: Iterator[str]) -> None:
        self.faults += [f"{what}: {fault}" for fault in faults]


def _state_after(made: Sequence[Row]) -> EntryState:
    if not made:
        return EntryState.SUBMITTED
    return {
        "approved": EntryState.APPROVED,
        "returned": EntryState.RETURNED,
        "reopened": EntryState.SUBMITTED,
        "passed": EntryState.SUBMITTED,
    }[made[-1]["outcome"]]


def _about(link: Link) -> str:
    """What a link speaks of, by its id: its row may be gone."""
    return {
        VERSION: f"version {link.version} of the record {link.subject}",
        DECISION: f"the decision {link.subject} on a version {link.version}",
        PHOTO: f"the picture of the photo {link.subject}",
        QUESTIONS: f"what the decision {link.subject} asked about lines",
        MONTH: f"the closing or reopening {link.subject} of a month",
        PURGE: f"the purge {link.subject}",
        SIGNATURE: f"the signature {link.subject} on a version {link.version}",
        PAY: f"the pay of the sheet {link.subject}, version {link.version}",
    }.get(link.kind, f"“{link.kind}” of {link.subject}")


def _grouped(rows: Sequence[Row], key: str) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found
