"""Sending what is due: claim, post, write down. Any number of workers may do it at once.

A delivery is claimed and that is committed before its post, and written down right after. A worker
killed in between leaves it claimed; another takes it up when the lease is over and posts it again:
nothing is lost, and what the push service still holds is replaced by topic, what the phone already
shows is replaced by tag. Each claim counts, so what kills workers is given up in the end.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from daywork.ground.database import company_transaction
from daywork.ground.queue import enqueue
from daywork.push import deliveries, queries, words
from daywork.push.deliveries import Delivery, Outcome
from daywork.push.queries import Counts
from daywork.push.rules import (
    CARRIAGE,
    MOST_ATTEMPTS,
    MessageKind,
    pause_after,
    payload,
    told_to_wait,
    topic_of,
)
from daywork.push.service import SEND_JOB
from daywork.push.wire import AT_ONCE, Answer, Postman
from daywork.web.language import speaking

BATCH: Final = 200
"""Claimed at once: at worst so many wait for the lease when a worker is killed."""

LANES: Final = 2
"""While one batch is claimed and worded, another is on its way."""

_SOON: Final = timedelta(minutes=1)
"""Tries that are due sooner get a job of their own; for later ones somebody looks each minute."""

log = logging.getLogger("daywork.push")


class Sender:
    """Sends for one company after the other; keeps in mind which services asked us to wait."""

    def __init__(self, postman: Postman, base_url: str) -> None:
        self._postman = postman
        self._base_url = base_url
        self._paused: dict[str, datetime] = {}
        self._running: dict[UUID, asyncio.Semaphore] = {}

    async def send_due(self, organisation: UUID, *, now: datetime | None = None) -> int:
        """Send everything of the company that is due; how many posts were taken (201 and kin).

        Two at a time: when one waits for a slow service, the next message need not wait for it.
        """
        async with self._running.setdefault(organisation, asyncio.Semaphore(2)):
            async with asyncio.TaskGroup() as group:
                lanes = [group.create_task(self._send_all(organisation, now)) for _ in range(LANES)]
            return sum(lane.result() for lane in lanes)

    async def _send_all(self, organisation: UUID, now: datetime | None) -> int:
        sent = 0
        while True:
            at = now or datetime.now(UTC)
            async with company_transaction(organisation):
                claimed = await deliveries.claim(organisation, at, BATCH)
                members = {one.member for one in claimed}
                counts = await queries.counts_of(organisation, members) if members else {}
            if not claimed:
                return sent
            sent += await self._send(organisation, claimed, counts, at)

    async def _send(
        self,
        organisation: UUID,
        claimed: Sequence[Delivery],
        counts: Mapping[UUID, Counts],
        at: datetime,
    ) -> int:
        """Post a batch, and write down each outcome as soon as it is there."""
        done: asyncio.Queue[tuple[Outcome, str | None] | None] = asyncio.Queue()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(delivery: Delivery) -> None:
            async with gate:
                try:
                    answer, outcome = await self._deliver(organisation, delivery, counts, at)
                except Exception:
                    log.exception("message %s cannot be pushed", delivery.message)
                    answer, outcome = None, Outcome(delivery.key, "dropped", "broken")
            done.put_nowait((outcome, _gone(answer)))

        async def all_of_them() -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for delivery in claimed:
                        group.create_task(one(delivery))
            finally:
                done.put_nowait(None)

        posting = asyncio.create_task(all_of_them())
        try:
            sent = await self._write_down(organisation, done, at)
        finally:
            await posting
        return sent

    async def _write_down(
        self,
        organisation: UUID,
        done: asyncio.Queue[tuple[Outcome, str | None] | None],
        at: datetime,
    ) -> int:
        """Note outcomes as they come, those that came together in one go."""
        sent, open_ = 0, True
        while open_:
            fresh = [await done.get()]
            while not done.empty():
                fresh.append(done.get_nowait())
            open_ = None not in fresh
            known = [one for one in fresh if one is not None]
            if not known:
                continue
            outcomes = [outcome for outcome, _why in known]
            gone = {outcome.key[2]: why for outcome, why in known if why is not None}
            async with company_transaction(organisation):
                await deliveries.mark_outcomes(organisation, outcomes, at)
                await deliveries.mark_gone(organisation, gone, at)
                await _wake_for(organisation, outcomes, at)
            sent += sum(outcome.state == "sent" for outcome in outcomes)
        return sent

    async def _deliver(
        self,
        organisation: UUID,
        delivery: Delivery,
        counts: Mapping[UUID, Counts],
        at: datetime,
    ) -> tuple[Answer | None, Outcome]:
        """Post one, or say why not."""
        if not delivery.wanted:
            return None, Outcome(delivery.key, "dropped", "not wanted any more")
        if delivery.server_key != self._postman.key.public:
            return None, Outcome(delivery.key, "dropped", "made for another key")
        if delivery.attempts > MOST_ATTEMPTS:
            return None, Outcome(delivery.key, "dropped", "tried too often")
        service = urlsplit(delivery.endpoint).netloc
        paused = self._paused.get(service)
        if paused is not None and paused > at:
            return None, Outcome(delivery.key, "waiting", "429", paused, counted=False)
        kind = MessageKind(delivery.kind)
        answer = await self._postman.post(
            delivery.endpoint,
            delivery.p256dh,
            delivery.auth,
            self.content(delivery, counts.get(delivery.member, Counts(0, 0, 0))),
            carriage=CARRIAGE[kind],
            topic=topic_of(str(organisation), delivery.subject),
        )
        if answer.status == 429:
            self._paused[service] = at + told_to_wait(answer.retry_after, at)
        return answer, judge(delivery, answer, at)

    def content(self, delivery: Delivery, counts: Counts) -> bytes:
        """What the phone is told, in its owner's language."""
        with speaking(delivery.language):
            title, body = words.said(delivery.notice, json.loads(delivery.facts))
        return words.fitted(
            payload(
                title=title,
                body=body,
                link=delivery.link,
                message=str(delivery.message),
                tag=delivery.subject,
                language=delivery.language,
                waiting=counts.badge,
                base_url=self._base_url,
            )
        )


def judge(delivery: Delivery, answer: Answer, at: datetime) -> Outcome:
    """What an answer means: sent, gone, or another try later."""
    if answer.refused:
        return Outcome(delivery.key, "dropped", "address not allowed")
    if 200 <= answer.status < 300:
        return Outcome(delivery.key, "sent")
    if delivery.attempts >= MOST_ATTEMPTS:
        return Outcome(delivery.key, "dropped", f"tried too often, last {answer.status}")
    if answer.status == 429:
        wait = told_to_wait(answer.retry_after, at)
        return Outcome(delivery.key, "waiting", "429", at + wait)
    if answer.status == 0 or answer.status >= 500 or answer.status == 408:
        wait = pause_after(delivery.attempts)
        if answer.retry_after:
            wait = max(wait, told_to_wait(answer.retry_after, at))
        return Outcome(delivery.key, "waiting", str(answer.status), at + wait)
    return Outcome(delivery.key, "dropped", str(answer.status))


def _gone(answer: Answer | None) -> str | None:
    """Why a browser is not posted to any more; None to go on."""
    if answer is None:
        return None
    if answer.refused:
        return "address not allowed"
    return str(answer.status) if answer.status in (404, 410) else None


async def _wake_for(organisation: UUID, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Queue a job for the first of the tries that are due again soon."""
    times = [one.not_before for one in outcomes if one.not_before is not None]
    if times and min(times) - at < _SOON:
        await enqueue(
            SEND_JOB,
            {"organisation": str(organisation)},
            after=max(min(times) - at, timedelta(milliseconds=1)),
        )
