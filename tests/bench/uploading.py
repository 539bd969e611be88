"""Photos of 300 kB a second through tus, against bare writes with fsync on the same disk."""

import os
import time
from pathlib import Path

from tests.bench.house import REPEATS, House, middle
from tests.support.client import client_of
from tests.support.uploads import Phone, noise

SIZE, COUNT = 300_000, 20


def bare(folder: Path, pictures: list[bytes]) -> float:
    """Seconds to write these as files that survive a power cut."""
    folder.mkdir(exist_ok=True)
    begun = time.perf_counter()
    for number, data in enumerate(pictures):
        path = folder / f"{begun}-{number}"
        with path.open("xb", buffering=0) as file:
            file.write(data)
            os.fsync(file.fileno())
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return time.perf_counter() - begun


async def measure(house: House) -> dict[str, tuple[float, str]]:
    """Photos a second, one after another as a phone sends them."""
    rates, ratios = [], []
    async with client_of(house.url, house.base_url, house.cast.foreman) as http:
        phone = Phone(http, house.cast)
        for _ in range(REPEATS):
            pictures = [
                noise(SIZE, seed=int.from_bytes(os.urandom(4), "big")) for _ in range(COUNT)
            ]
            rows = [await phone.announce(data) for data in pictures]
            begun = time.perf_counter()
            for photo, data in zip(rows, pictures, strict=True):
                answer = await phone.begin(photo, SIZE, body=data)
                assert answer.headers["x-daywork-photo"] == "complete", answer.text
            took = time.perf_counter() - begun
            rates.append(COUNT / took)
            ratios.append(bare(house.settings.home / "bare", pictures) / took)
    note = f"{middle(ratios):.0%} of bare writes with fsync"
    return {"300 kB photos/s": (middle(rates), note)}
