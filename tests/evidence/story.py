"""A day at one site with everything in it that evidence is kept of."""

from datetime import date

from obstore.store import ObjectStore

from daywork.approvals.service import approve, send_back
from daywork.evidence.heads import NotedHead
from daywork.evidence.service import Report, check
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.levels.service import close_month, reopen_month
from daywork.photos.service import receive_bytes
from tests.support.cast import Cast
from tests.support.phone_words import line, mutation, photo_row, report, said, send, sheet

PICTURE = b"\xff\xd8\xff picture"


class Story:
    """An approved sheet that had been returned, a waiting one, a report, a photo, a voided one."""

    def __init__(self, cast: Cast, store: ObjectStore) -> None:
        self.cast, self.store = cast, store
        self.sheet, self.waiting, self.report, self.photo, self.void = (new_id() for _ in range(5))

    async def tell(self) -> None:
        cast = self.cast
        async with company_transaction(cast.organisation):
            await close_month(cast.office, cast.site, date(2026, 2, 1), "paid")
        async with company_transaction(cast.organisation):
            await reopen_month(cast.office, cast.site, date(2026, 2, 1), "a sheet came late")
        first = sheet(cast, line(cast.workers[0], "1.5"), entity_id=self.sheet)
        picture = photo_row(
            cast,
            PICTURE,
            entry=self.sheet,
            latitude=31.23,
            longitude=-0.0,
            accuracy_m=8,
            taken_at="2026-03-05T14:22:01.5+08:00",
            note="L3 钢筋",
        )
        sent = await send(
            cast.foreman,
            first,
            sheet(cast, line(cast.workers[1], "7", unit="hours", overtime_hours="2.5"),
                  entity_id=self.waiting),
            report(cast, "33.335") | {"entity_id": self.report},
            picture | {"entity_id": self.photo},
            sheet(cast, line(cast.workers[2]), entity_id=self.void),
        )  # fmt: skip
        assert set(said(sent)) == {"applied"}
        await receive_bytes(cast.foreman, self.store, self.photo, PICTURE)
        await send_back(cast.supervisor, self.sheet, 1, "half a day too much",
                        questions={cast.workers[0]: "left at noon?"})  # fmt: skip
        again = sheet(
            cast,
            line(cast.workers[0]),
            line(cast.workers[3], "0.5", overtime_hours="1"),
            entity_id=self.sheet,
            base_version=1,
            reason="corrected",
        )
        gone = mutation(
            "entry.void",
            {"site": cast.site, "reason": "wrong day"},
            entity_id=self.void,
            base_version=1,
        )
        assert set(said(await send(cast.foreman, again, gone))) == {"applied"}
        await approve(cast.supervisor, self.sheet, 2)
        await approve(cast.supervisor, self.report, 1)

    async def now(self, noted: list[NotedHead] | None = None) -> list[str]:
        """What the check says."""
        return [fault.what for fault in (await self.check(noted)).faults]

    async def check(self, noted: list[NotedHead] | None = None) -> Report:
        return await check(self.cast.organisation, store=self.store, noted=noted or [])
