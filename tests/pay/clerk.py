"""What a clerk types on the pages of pay, and reads there."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import httpx

from daywork.people.actor import Actor
from tests.support.cast import Cast
from tests.support.database import query

Client = Callable[[Actor], httpx.AsyncClient]


def asked(cast: Cast) -> dict[str, str]:
    return {"site": str(cast.site), "month": "2026-03"}


def typed(page: str, name: str) -> str:
    """What a field shows."""
    told = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    assert told is not None, name
    return unescape(told[1])


def held(page: str) -> dict[str, str]:
    """The hidden fields of a preview."""
    return {
        unescape(name): unescape(kept)
        for name, kept in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }


async def agree(browser: httpx.AsyncClient, cast: Cast, whose: str, **other: str) -> httpx.Response:
    form = {"whose": whose, "unit": "man_day", "amount": "320", "valid_from": "2026-04-01"} | other
    return await browser.post("/labour/rates/agree", params=asked(cast), data=form)


def rates_of(cast: Cast) -> list[tuple[Any, ...]]:
    return [
        tuple(row)
        for row in query(
            cast.url,
            "SELECT amount, valid_from::text, valid_to::text FROM rate WHERE organisation = $1"
            " ORDER BY valid_from, amount",
            cast.organisation,
        )
    ]
