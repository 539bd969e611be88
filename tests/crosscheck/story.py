"""A worker with a cheap phone, and the link that is made for him."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from uuid import UUID

import httpx

from daywork.people.actor import Actor
from tests.support.cast import Cast

MARCH = "2026-03"
PHONE = ("+8613800138001", "8001")
Client = Callable[[Actor], httpx.AsyncClient]


@dataclass
class Worker:
    """A cheap phone: no sign-in, only the address."""

    http: httpx.AsyncClient
    path: str

    async def look(self) -> httpx.Response:
        return await self.http.get(self.path)

    async def prove(self, digits: str = PHONE[1]) -> httpx.Response:
        return await self.http.post(self.path, data={"digits": digits})

    async def say(self, what: str, **form: str) -> httpx.Response:
        return await self.http.post(f"{self.path}/{what}", data=form)


Phones = Callable[[str], Worker]


async def link_of(browser: httpx.AsyncClient, cast: Cast, worker: UUID | None = None) -> str:
    """A link made by this person, as a path."""
    form = {"site": str(cast.site), "month": MARCH, "worker": str(worker or cast.workers[0])}
    reply = await browser.post("/labour/crosscheck/links", data=form)
    assert reply.status_code == 200, reply.text[:300]
    return re.findall(r"(/w/[\w-]{43})", reply.text)[0]


async def opened(phone: Phones, path: str) -> tuple[Worker, str]:
    worker = phone(path)
    assert (await worker.prove()).status_code == 303
    reply = await worker.look()
    assert reply.status_code == 200
    return worker, unescape(reply.text)


def money_in(html: str) -> list[str]:
    return re.findall(r"[-−]?¥[\d,.]+", html)


def hidden(html: str, field: str) -> str:
    return re.findall(rf'name="{field}" value="([^"]*)"', html)[0]
