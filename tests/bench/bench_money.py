"""Lists and papers of the office, on a site of a hundred workers and on one of five thousand.

Whole pages are timed through the app; printed are the clock, what processors did, and the size of
the page. Asserted are ratios of one run alone: a page stays as large as it is however long its list
is; what the database cuts costs about the same; what has to be read whole grows no faster than the
site does. A pack of three months needs hardly more memory than one of one.
"""

import asyncio
import resource
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
from obstore.store import MemoryStore

from daywork.compliance.making import make_next
from daywork.compliance.ordering import Asked, ask
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.ground.ids import new_id
from daywork.ground.migrations import migrate
from daywork.ground.postgres import running
from daywork.ground.settings import load_settings
from daywork.people.actor import Actor
from daywork.summary.kept import keep_up
from daywork.summary.rules import Month
from daywork.wages import service as wages
from tests.bench.bench_summary import Place, Took, say, took
from tests.support import big_site
from tests.support.client import client_of
from tests.support.server import serving

FEW = big_site.Size(workers=100, crews=2)
MANY = big_site.Size(workers=5_000, crews=100, days=5)
LAST = Month(date(2026, 5, 1), date(2026, 5, 31))
NOW = datetime(2026, 6, 10, 8, tzinfo=UTC)
REPEATS = 1
MONTHS = 3
TIMES = MANY.workers // FEW.workers
SMALL = 0.05
"""Seconds of processor time below which a ratio says nothing."""
PAGE = 64 * 1024
"""Bytes of a page with a hundred rows or fewer, below which a ratio says nothing."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site with a draft of its month's wages, and a closed sheet of the month before."""

    id: UUID
    draft: UUID
    sheet: UUID


def pages_of(site: Site) -> dict[str, str]:
    """Addresses of the pages that are timed; those whose list the database cuts come first."""
    asked = f"site={site.id}&month={LAST.text}"
    return {
        "roster": f"/settings/sites/{site.id}/workers",
        "roster, one found": f"/settings/sites/{site.id}/workers?find=77",
        "rates": f"/labour/rates?{asked}",
        "disputes": f"/approvals/disputes?site={site.id}",
        "attendance": f"/labour/attendance?{asked}",
        "summary": f"/labour?{asked}",
        "sheets behind": f"/labour/sheets?{asked}",
        "compliance pack": f"/labour/compliance?site={site.id}&first={LAST.text}&last={LAST.text}",
        "money": f"/labour/money?{asked}",
        "advances": f"/labour/advances?{asked}",
        "cross-check": f"/labour/crosscheck?{asked}",
        "wage sheets": f"/labour/wages?{asked}",
        "draft, check list": f"/labour/wages/drafts/{site.draft}",
        "wage sheet": f"/labour/wages/{site.sheet}",
    }


CUT = ("roster", "rates", "disputes", "attendance", "summary", "sheets behind")
"""Cut by the database, or read in part."""
WIDER = 5.0
"""How much more the database may do to find a hundred among five thousand."""


async def live(url: str) -> tuple[Actor, dict[big_site.Size, Site]]:
    connection = await asyncpg.connect(url)
    owner = await big_site.found_company(connection, "bench")
    sites = {}
    for size in (FEW, MANY):
        site = await big_site.found_site(connection, owner, size, f"{size.workers} workers")
        month = LAST
        for _back in range(MONTHS if size is FEW else 2):
            await big_site.live_a_month(
                connection, owner, site, size, month.first, paid=month is not LAST
            )
            month = month.previous
        await big_site.quarrel(connection, owner, site, LAST.first)
        sites[size] = site
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()
    await open_database(url, pool_size=2)
    await keep_up(owner.organisation)
    found = {size: await _papers(owner, site) for size, site in sites.items()}
    await close_database()
    return owner, found


async def _papers(owner: Actor, site: UUID) -> Site:
    before = LAST.previous
    async with company_transaction(owner.organisation):
        draft = await wages.begin(owner, site, None, LAST, NOW)
        older = await wages.begin(owner, site, None, before, NOW)
    async with company_transaction(owner.organisation):
        shown = (await wages.draft_sheet(owner, older, NOW)).fingerprint
        begun = time.perf_counter()
        sheet = await wages.close_sheet(owner, older, shown=shown, seen=True, at=NOW)
        print(f"  a wage sheet closed in {time.perf_counter() - begun:.1f} s")
    return Site(site, draft, sheet)


async def timed(
    place: Place, browser: httpx.AsyncClient, site: Site
) -> dict[str, tuple[Took, int]]:
    found = {}
    for name, path in pages_of(site).items():
        reply = await browser.get(path)
        assert reply.status_code == 200, (path, reply.text[:300])

        async def again(path: str = path) -> None:
            await browser.get(path)

        spent = await took(place, again, REPEATS)
        found[name] = (spent, len(reply.content))
        say(f"{name}, {len(reply.content) // 1024} KB", spent)
    return found


async def packed(place: Place, site: UUID, months: int) -> tuple[float, int]:
    """Seconds, and the most memory this process has had so far, in MiB."""
    first = LAST
    for _back in range(months - 1):
        first = first.previous
    pack = new_id()
    await open_database(place.url, pool_size=2)
    asked = Asked(pack, [site], first, LAST, "en", "example/v")
    await ask(place.owner, asked, None, NOW)
    begun = time.perf_counter()
    assert await make_next(place.owner.organisation, pack, MemoryStore(), None)
    seconds = time.perf_counter() - begun
    await close_database()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(url: str, home: Path) -> None:
    owner, sites = asyncio.run(live(url))
    place = Place(url, home, owner)
    (once, most), (long, later) = (
        asyncio.run(packed(place, sites[FEW].id, months)) for months in (1, MONTHS)
    )
    print(f"  a pack of {FEW.workers} workers: a month {once:.1f} s, at most {most} MiB;"
          f" {MONTHS} months {long:.1f} s, {later} MiB")  # fmt: skip
    settings = replace(
        load_settings({"DAYWORK_HOME": str(home)}), database_url=url, host="127.0.0.1"
    )
    found = {}
    with serving(settings) as base:

        async def look() -> None:
            async with client_of(url, base, owner) as browser:
                for size, site in sites.items():
                    print(f"{size.workers:,} workers in {size.crews} crews: clock, processors")
                    found[size] = await timed(place, browser, site)

        asyncio.run(look())
    for name, (few, little) in found[FEW].items():
        many, much = found[MANY][name]
        assert much < max(little, PAGE) * 3, f"{name}: {little} bytes became {much}"
        times = WIDER if name.startswith(CUT) else TIMES * 1.5
        assert many.cpu < max(few.cpu, SMALL) * times, f"{name}: {few.cpu} became {many.cpu}"
    assert later < most * 1.5, "a pack holds one file at a time, however many months it has"


@pytest.mark.timeout(1200)
def test_a_page_is_as_large_as_it_is_however_long_its_list(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home) as url:
        asyncio.run(migrate(url))
        measure(url, home)
