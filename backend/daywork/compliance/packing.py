"""Makes the pack's files one after the other and zips them as they come.

No more than one file is in memory at a time, and the first bytes leave at once, so that a year of a
big site neither waits nor weighs. Cover and manifest come last: they list the SHA-256 of the rest.
"""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from obstore.store import ObjectStore

from daywork.attendance import paper as attendance_paper
from daywork.attendance import workbook as attendance_book
from daywork.attendance.service import attendance_of
from daywork.compliance import books, queries, words
from daywork.compliance.paper import cover_of
from daywork.compliance.rules import FORMAT, Listed
from daywork.compliance.service import Pack, Stock, totals_of
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.money.books import money_of_month
from daywork.money.workbook import month_book
from daywork.photos import storage
from daywork.register import roster
from daywork.register.rules import Unmasked
from daywork.register.sealing import Keyring
from daywork.summary import workbook as summary_book
from daywork.summary.service import month_in_every_grouping
from daywork.wages import paper as wages_paper
from daywork.wages import paying, settlement_queries, signing_queries, transfers
from daywork.wages import workbook as wages_book
from daywork.wages.printing import printed_version
from daywork.wages.rules import paper_key
from daywork.wages.signing_queries import Document
from daywork.web.downloads import file_name
from daywork.web.figures import month as month_words
from daywork.web.language import gettext as _
from daywork.web.language import speaking

File = tuple[str, str, bytes]
"""Name in the zip, what it is in words, bytes."""


async def files_of(
    pack: Pack,
    stock: Stock,
    opened: Mapping[UUID, Unmasked],
    keys: Keyring | None,
    store: ObjectStore,
) -> AsyncIterator[File]:
    """Every file but cover and manifest, each made when it is asked for."""
    for month in pack.months:
        said = month_words(month.first)
        attendance = await attendance_of(
            pack.actor, pack.site.id, month.text, None, pack.made_at, english=pack.english
        )
        if attendance.crews:
            by = (attendance, pack.made_at, pack.actor.name, pack.company)
            for make, kind in (
                (attendance_book.workbook_of, "xlsx"),
                (attendance_paper.pdf_of, "pdf"),
            ):
                data = await asyncio.to_thread(make, *by)
                yield (
                    f"1 {_('Attendance')}/{month.text}.{kind}",
                    f"{_('Attendance')}, {said}",
                    data,
                )
            del by
        del attendance  # of a large site a hundred megabytes: one thing is held at a time
        async with company_transaction(pack.actor.organisation, snapshot=True):
            lines = await queries.approved_lines(
                pack.actor.organisation, pack.site.id, month.first, month.last
            )
        data = await asyncio.to_thread(books.lines_book, lines, pack.site.time_zone)
        del lines
        yield (
            f"2 {_('Approved sheets')}/{month.text}.xlsx",
            f"{_('Approved sheets')}, {said}",
            data,
        )
        summaries = await month_in_every_grouping(
            pack.actor, pack.site.id, month.text, pack.made_at, english=pack.english
        )
        data = await asyncio.to_thread(
            summary_book.workbook_of, summaries, pack.made_at, pack.actor.name, pack.company
        )
        del summaries
        yield f"3 {_('Labour summary')}/{month.text}.xlsx", f"{_('Labour summary')}, {said}", data
        money = await money_of_month(pack.actor, pack.site.id, month.text, pack.made_at)
        data = await asyncio.to_thread(month_book, money)
        what = _("Advances and payments")
        yield f"5 {what}/{month.text}.xlsx", f"{what}, {said}", data
    async for one in _wages(pack, stock, keys, store):
        yield one
    async for one in _of_the_site(pack, stock, opened, store):
        yield one


async def _wages(
    pack: Pack, stock: Stock, keys: Keyring | None, store: ObjectStore
) -> AsyncIterator[File]:
    purpose = pack.purpose or None
    for due in stock.dues:
        version = due.version
        async with company_transaction(pack.actor.organisation):
            printed = await printed_version(
                pack.actor,
                version.id,
                verify_at=pack.verify_at,
                at=pack.made_at,
                kind="pdf",
                keys=keys,
                purpose=purpose,
            )
        who = version.crew_name or _("All crews")
        named = (
            f"4 {_('Wage sheets')}/{version.month:%Y-%m} {file_name(who) or '-'} v{version.version}"
        )
        said = f"{_('Wage sheet')}, {month_words(version.month)}, {who}"
        yield f"{named}.pdf", said, await asyncio.to_thread(wages_paper.pdf_of, printed)
        yield f"{named}.xlsx", said, await asyncio.to_thread(wages_book.workbook_of, printed)
        async for paper in _signed_papers(pack, ("sheet", version.id), named, said, store):
            yield paper
        if purpose and version.latest and due.total:
            async with company_transaction(pack.actor.organisation):
                found = await paying.pay_outs(
                    pack.actor,
                    version.id,
                    keys,
                    kind="transfer_list",
                    identity=True,
                    at=pack.made_at,
                )
            data = await asyncio.to_thread(
                transfers.transfer_list, found, pack.made_at, pack.actor.name
            )
            yield f"{named} {_('Transfer list')}.xlsx", f"{_('Transfer list')}, {said}", data
    if stock.dues:
        data = await asyncio.to_thread(books.payout_book, stock.dues)
        yield f"4 {_('Wage sheets')}/{_('Pay-out')}.xlsx", _("Pay-out"), data


async def _signed_papers(
    pack: Pack, document: Document, named: str, said: str, store: ObjectStore
) -> AsyncIterator[File]:
    """The photos and scans of what was signed on paper: whole numbers stand on them, so they are
    in packs with whole numbers alone."""
    if not pack.in_full:
        return
    async with company_transaction(pack.actor.organisation, snapshot=True):
        papers = await signing_queries.papers_of(pack.actor.organisation, document)
    for place, paper in enumerate(papers, 1):
        what = _("Signed paper")
        key = paper_key(pack.actor.organisation, pack.site.id, paper.sha256)
        try:
            data = await storage.get_bytes(store, key)
        except FileNotFoundError:  # `daywork verify` says whose fault that is
            told = _(
                "This paper was kept and is lost. Its SHA-256 was %(hash)s.",
                hash=paper.sha256.hex(),
            )
            yield f"{named} {what} {place}.txt", f"{what}, {said}", told.encode()
            continue
        yield f"{named} {what} {place}{paper.ending}", f"{what}, {said}", data


async def _of_the_site(
    pack: Pack, stock: Stock, opened: Mapping[UUID, Unmasked], store: ObjectStore
) -> AsyncIterator[File]:
    organisation, site = pack.actor.organisation, pack.site
    period = (organisation, site.id, pack.first, pack.last)
    async with company_transaction(pack.actor.organisation, snapshot=True):
        settled = await settlement_queries.settlements_until(*period)
        signatures = await queries.signatures_between(*period)
        disputes = await queries.disputes_between(*period)
        papers = await queries.papers_of(
            organisation, site.id, [entry.worker for entry in stock.entries]
        )
        photos = await queries.photos_between(*period)
    if settled:
        yield f"6 {_('Settlements')}.xlsx", _("Settlements"), books.settlements_book(settled)
    for one in settled:
        named = f"6 {_('Settlements')}/{one.until_day} {file_name(one.person.name)} v{one.version}"
        said = f"{_('Settlement')}, {one.person.name}"
        async for paper in _signed_papers(pack, ("settlement", one.id), named, said, store):
            yield paper
    data = books.signatures_book(signatures, disputes, site.time_zone)
    yield f"7 {_('Signatures')}.xlsx", _("Signatures"), data
    rows = roster.roster_of(
        stock.entries,
        opened,
        day_at(pack.made_at, site.time_zone),
        f"{pack.actor.name} · {pack.company}",
        english=pack.english,
    )
    data = await asyncio.to_thread(roster.workbook_of, rows, site.name, pack.company)
    yield f"8 {_('Real-name roster')}.xlsx", _("Real-name roster"), data
    what = _("Contracts and certificates")
    yield f"8 {what}.xlsx", what, books.papers_book(papers)
    data = await asyncio.to_thread(books.photos_book, photos, site.time_zone)
    yield f"9 {_('Photos')}.xlsx", _("Index of photos with check codes"), data


class Wire(io.RawIOBase):
    """Takes what the zip writes, until somebody sends it on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        """What came since the last time."""
        piece = bytes(self._held)
        self._held.clear()
        return piece


@dataclass(frozen=True)
class Archive:
    """A zip being written, all its files with one time."""

    zip: zipfile.ZipFile
    stamp: tuple[int, int, int, int, int, int]

    def put(self, name: str, data: bytes) -> None:
        """A whole file, compressed."""
        info = zipfile.ZipInfo(name, self.stamp)
        info.compress_type = zipfile.ZIP_DEFLATED
        self.zip.writestr(info, data)

    def begin(self, name: str) -> IO[bytes]:
        """A file that is written bite by bite, of any size, as it is."""
        return self.zip.open(zipfile.ZipInfo(name, self.stamp), "w", force_zip64=True)


@contextmanager
def open_archive(wire: Wire, at: datetime) -> Iterator[Archive]:
    """A zip onto the wire; its directory is written when the block ends."""
    year, month, day, hour, minute, second = at.timetuple()[:6]
    with zipfile.ZipFile(wire, "w") as archive:
        yield Archive(archive, (year, month, day, hour, minute, second))


async def zipped(
    pack: Pack,
    stock: Stock,
    opened: Mapping[UUID, Unmasked],
    keys: Keyring | None,
    store: ObjectStore,
    language: str,
) -> AsyncIterator[bytes]:
    """The zip, piece by piece. Rights and keys were checked before its first byte."""
    wire = Wire()
    listed: list[Listed] = []
    with open_archive(wire, pack.made_at) as archive:

        def put(name: str, what: str, data: bytes) -> bytes:
            archive.put(name, data)
            listed.append(Listed(name, what, hashlib.sha256(data).hexdigest(), len(data)))
            return wire.taken()

        made = files_of(pack, stock, opened, keys, store)
        while (file := await _next(made, language)) is not None:
            yield await asyncio.to_thread(put, *file)
        changed = await totals_of(pack) != stock.months
        with speaking(language):
            data = await asyncio.to_thread(cover_of, pack, stock, listed, changed=changed)
            what = _("Cover page")
        yield put(f"0 {what}.pdf", what, data)
        yield put(
            "manifest.json",
            "",
            manifest_of(pack, stock, listed, changed=changed, language=language),
        )
    yield wire.taken()


async def _next(made: AsyncIterator[File], language: str) -> File | None:
    """The next file, made in the language of whoever asked: replies stream outside of it."""
    with speaking(language):
        return await anext(made, None)


def manifest_of(
    pack: Pack, stock: Stock, listed: list[Listed], *, changed: bool, language: str
) -> bytes:
    """The same facts for a machine: every figure a decimal as text."""
    with speaking(language):
        missing = [
            one.plain() | {"words": words.missing_words(one, stock.currency)}
            for one in stock.missing
        ]
    return json.dumps(
        {
            "format": FORMAT,
            "company": pack.company,
            "site": {"id": str(pack.site.id), "name": pack.site.name},
            "from": pack.first.isoformat(),
            "to": pack.last.isoformat(),
            "made_at": pack.made_at.isoformat(),
            "made_by": pack.actor.name,
            "currency": stock.currency,
            "numbers": "full" if pack.in_full else "masked",
            "purpose": pack.purpose or None,
            "changed_while_made": changed,
            "months": [one.plain() for one in stock.months],
            "missing": missing,
            "files": [one.plain() for one in listed],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()
