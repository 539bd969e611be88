"""The check of a whole company, as an auditor runs it: believes nothing the database says twice."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from obstore.store import ObjectStore

from daywork.chain.queries import link_by_number
from daywork.evidence import queries
from daywork.evidence.checking import SiteCheck
from daywork.evidence.heads import NotedHead
from daywork.evidence.wages import papers_kept
from daywork.ground.database import whole_database
from daywork.photos import storage
from daywork.photos.rules import storage_key
from daywork.wages.rules import paper_key


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was accepted."""

    where: str
    """Company and site."""
    what: str


@dataclass
class Report:
    """What a check has found."""

    faults: list[Fault] = field(default_factory=list)
    heads: list[NotedHead] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    purged: list[str] = field(default_factory=list)
    """In words: what went after its time, and is on record."""
    pictures: int = 0
    """Whose bytes were read and hashed."""


async def check(
    company: UUID | None = None,
    *,
    store: ObjectStore | None = None,
    noted: Sequence[NotedHead] = (),
) -> Report:
    """Check one company or all, as of one instant; the pool is the database owner's.

    With ``store`` every picture's bytes are hashed, too; ``noted`` are heads kept outside.
    """
    report = Report()
    async with whole_database():
        for site in await queries.sites_of(company):
            where = f"{site['company']} / {site['name']}"
            one = SiteCheck(site["organisation"], site["id"])
            await one.run()
            report.faults += [Fault(where, fault) for fault in one.faults]
            report.heads.append(
                NotedHead(site["organisation"], site["id"], one.head.number, one.head.hash, where)
            )
            report.purged += [
                f"{where}: {len(said.photos)} pictures and {len(said.workers)} workers, to be kept"
                f" until {said.kept_until}, purged on {said.at:%Y-%m-%d}: {said.reason}"
                for said in one.purged
            ]
            for kind, number in one.counted.items():
                report.counted[kind] = report.counted.get(kind, 0) + number
            if store is not None:
                pictures = await queries.complete_photos(site["organisation"], site["id"])
                papers = await papers_kept(site["organisation"], site["id"])
                report.pictures += len(pictures) + len(papers)
                at = (site["organisation"], site["id"])
                report.faults += [
                    Fault(where, fault)
                    for fault in (
                        *await _byte_faults(store, *at, pictures, storage_key, "photo"),
                        *await _byte_faults(store, *at, papers, paper_key, "signed paper"),
                    )
                ]
        for chain in await queries.chains_without_site(company):
            report.faults.append(
                Fault(str(chain["site"]), f"the site was removed; {chain['links']} links name it")
            )
        report.faults += await _head_faults(report.heads, _of(company, noted))
    return report


def _of(company: UUID | None, noted: Sequence[NotedHead]) -> list[NotedHead]:
    return [head for head in noted if company is None or head.organisation == company]


async def _head_faults(heads: Iterable[NotedHead], noted: Sequence[NotedHead]) -> list[Fault]:
    """Chains against what somebody noted of them before."""
    now = {(head.organisation, head.site): head for head in heads}
    faults = []
    for then in noted:
        head = now.get((then.organisation, then.site))
        if head is None:
            faults.append(Fault(then.name, "the site was noted and is not here any more"))
            continue
        if then.number == 0:
            continue
        if head.number < then.number:
            lost = then.number - head.number
            faults.append(
                Fault(
                    head.name,
                    f"{lost} link{'s' if lost > 1 else ''} cut off the end: {then.number} were"
                    f" noted, {head.number} are here",
                )
            )
            continue
        link = await link_by_number(then.organisation, then.site, then.number)
        if link is None or link.hash != then.hash:
            faults.append(
                Fault(
                    head.name,
                    f"the chain was written anew: link {then.number} is not the one noted",
                )
            )
    return faults


async def _byte_faults(
    store: ObjectStore,
    organisation: UUID,
    site: UUID,
    kept: Sequence[queries.Row],
    key_of: Callable[[UUID, UUID, bytes], str],
    what: str,
) -> list[str]:
    """Bytes that are gone, or are not those their row names."""
    faults = []
    for one in kept:
        digest = hashlib.sha256()
        key = key_of(organisation, site, one["sha256"])
        try:
            async for data in storage.read(store, key):
                digest.update(data)
        except FileNotFoundError:
            faults.append(f"the bytes of the {what} {one['id']} are gone from the store")
            continue
        if digest.digest() != one["sha256"]:
            faults.append(f"the bytes of the {what} {one['id']} were altered in the store")
    return faults
