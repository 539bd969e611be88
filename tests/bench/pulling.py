"""The first pull of a phone: 500 sheets, which are 10,000 lines."""

import time

import httpx

from tests.bench.house import REPEATS, House, middle
from tests.bench.pushing import envelopes, sheets, through_the_api
from tests.support.client import client_of

SHEETS = 500


async def pull(client: httpx.AsyncClient, site: str) -> int:
    """Fetch all there is, as a new phone does; how many entries came."""
    entries, cursor = 0, ""
    while True:
        words = {"site": site, "limit": "500"} | ({"cursor": cursor} if cursor else {})
        answer = await client.get("/api/sync/pull", params=words)
        page = answer.raise_for_status().json()
        entries += sum(row["s"] == "entry" for row in page["rows"])
        cursor = page["cursor"]
        if not page["more"]:
            return entries


async def measure(house: House) -> dict[str, tuple[float, str]]:
    """Seconds; the first call also records the sheets of the last weeks."""
    async with client_of(house.url, house.base_url, house.cast.foreman) as client:
        site = str(house.cast.site)
        missing = SHEETS - await pull(client, site)
        if missing > 0:
            many = sheets(house.cast, house.workers, missing, days=(1, 50))
            await through_the_api(client, envelopes([many]))
        took = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            assert await pull(client, site) == SHEETS
            took.append(time.perf_counter() - begun)
    return {"first pull of 10,000 lines, s": (middle(took), "aim 0.7")}
