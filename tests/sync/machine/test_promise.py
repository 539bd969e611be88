"""What says "Saved" is never lost and never doubled: the shipped JavaScript against the real server
and a real Postgres, with everything going wrong in any order.

A Hypothesis state machine works three phones of two members. Whatever they acknowledged as saved
is looked for after each step, and the fourteen promises of docs/sync.md are checked when all is
quiet. `make soak` runs it for as long as it is told; here it runs for a bounded time.
"""

import contextlib
import hashlib
import os
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from daywork.ground.ids import new_id
from tests.support.database import query
from tests.sync.machine.office import Office
from tests.sync.machine.phone import FATES, Phone
from tests.sync.machine.views import differing, digest, view, waiting

SECONDS = float(os.environ.get("DAYWORK_SOAK_SECONDS", "45"))
TODAY = datetime.now(UTC).date().isoformat()
TEST_TIME = datetime.now(UTC).isoformat()

PHONES = st.integers(0, 2)
TABS = st.integers(0, 1)
PLANS = st.lists(st.sampled_from(FATES[:-1]), min_size=2, max_size=6) | st.just([])
WORK = st.sampled_from(
    [
        "sheet",
        "poison",
        "progress",
        "worker and photo",
        "cross check",
        "correct",
        "correct",
        "mend",
        "void",
        "open",
    ]
)
OFFICE_WORK = {
    "rename": "UPDATE worker SET name = name || '!'",
    "add": "INSERT INTO task (organisation, id, site, code, name, planned_start, planned_finish)"
    " SELECT organisation, gen_random_uuid(), id, '7', 'new', '2026-03-01', '2026-03-02'"
    " FROM site ON CONFLICT DO NOTHING",
    "delete": "DELETE FROM task WHERE code = '7'",
    "return": "UPDATE entry SET state = 'returned', return_reason = 'which crew?'"
    " WHERE state = 'submitted' AND kind = 'labour.sheet'",
    "approve": "UPDATE entry SET state = 'approved' WHERE state = 'submitted'",
    "crew": "UPDATE crew SET foreman = (SELECT foreman FROM crew WHERE name ="
    " CASE WHEN crew.foreman = own.foreman THEN 'Rebar' ELSE 'Carpenters' END LIMIT 1)"
    " FROM crew AS own WHERE own.name = 'Carpenters' AND crew.name = 'Rebar'",
}
"""By raw SQL, so that nothing of it depends on the code that is tested."""
PHONE_TROUBLE = ("die at", "full at", "phone killed", "disk lost", "clock", "late", "server killed")
OFFICE_TROUBLE = ("Postgres killed", "backup", "backup", "restore", "restore")
OFFICE_TROUBLE += ("withdraw", "give back")
COUNTS: Counter[str] = Counter()


class TimeIsUp(KeyboardInterrupt):
    """The one exception that Hypothesis lets through at once."""


class Promise(RuleBasedStateMachine):
    """Three phones (two of the foreman's, one of another's), one office, and bad luck."""

    office: ClassVar[Office]
    folder: ClassVar[Path]
    until: ClassVar[float]

    def __init__(self) -> None:
        super().__init__()
        if time.monotonic() > self.until:
            raise TimeIsUp
        self.office.begin()
        self.cast = self.office.cast
        home = Path(tempfile.mkdtemp(dir=self.folder))
        names = ("foreman", "foreman", "other_foreman")
        self.phones = [
            Phone(self.office, name, home / f"phone-{number}") for number, name in enumerate(names)
        ]
        self.acknowledged: list[set[str]] = [set(), set(), set()]
        self.days: list[str] = []
        COUNTS["runs"] += 1

    # What people do

    def record(self, phone: Phone, kind: str, payload: dict[str, Any], **more: Any) -> Any:
        name = more.pop("entity_id", None) or str(new_id())
        return {
            "id": str(new_id()),
            "type": kind,
            "entity_id": name,
            "base_version": 0,
            "payload": {"site": str(self.cast.site), **payload},
            "client_time": TEST_TIME,
        } | more

    def sheet(self, phone: Phone, workers: list[str], amount: str, **more: Any) -> Any:
        own = self.cast.crew if phone.name == "foreman" else self.cast.other_crew
        payload = {
            "work_day": TODAY,
            "crew": str(own),
            "task": None,
            "note": "",
            "lines": [
                {"id": str(new_id()), "worker": worker, "unit": "man_days", "amount": amount}
                for worker in workers
            ],
            "reason": more.pop("reason", None),
        }
        return self.record(phone, "labour.sheet", payload, **more)

    def save(self, number: int, tab: int, *records: Any) -> None:
        """Tap "Save": what is said to be saved is looked for ever after."""
        COUNTS["operations"] += 1
        said = self.phones[number].do("save", tab=tab, records=list(records))
        if said and said["saved"]:
            self.acknowledged[number] |= {one["id"] for one in records}
            self.phones[number].do("quiet")
        elif said:
            shown = {item["id"] for item in self.phones[number].look()["items"]}
            assert not shown & {one["id"] for one in records}, (
                "not saved, so nothing of it is there"
            )
        self.check(number)

    def work(self, number: int, tab: int, plan: list[str], what: str) -> None:
        """One piece of a day's work on one phone, with these fates for its requests."""
        phone = self.phones[number]
        phone.plan = list(plan)
        match what:
            case "sheet":
                self.save(number, tab, self.sheet(phone, [str(self.cast.workers[0])], "1"))
            case "poison":
                self.save(number, tab, self.sheet(phone, [str(self.cast.workers[1])], "30"))
            case "progress":
                payload = {"work_day": TODAY, "task": str(self.cast.task), "status": "going"}
                self.save(
                    number,
                    tab,
                    self.record(phone, "progress.report", payload | {"percent": "40"}),
                )
            case "cross check":
                said = {
                    "worker": str(self.cast.workers[0]),
                    "month": TODAY[:7],
                    "name": "Wang Wu",
                    "shown": {TODAY: ["1", "0"]},
                }
                self.save(number, tab, self.record(phone, "labour.cross_check", said))
            case "worker and photo":
                self.save_a_worker_his_sheet_and_a_photo(number, tab)
            case "correct" | "mend" | "void":
                self.change_a_record(number, tab, what)
            case _:
                COUNTS["operations"] += 1
                phone.wake(tab)
                self.check(number)

    def save_a_worker_his_sheet_and_a_photo(self, number: int, tab: int) -> None:
        phone = self.phones[number]
        crew = self.cast.crew if phone.name == "foreman" else self.cast.other_crew
        worker = self.record(
            phone, "sites.worker", {"crew": str(crew), "name": "Lao Wang", "joined_on": TODAY}
        )
        sheet = self.sheet(phone, [worker["entity_id"]], "1", leans_on=[worker["entity_id"]])
        data = b"\xff\xd8\xff" + os.urandom(400)
        picture = {
            "work_day": TODAY,
            "entry": sheet["entity_id"],
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "width": 10,
            "height": 10,
            "media_type": "image/jpeg",
        }
        photo = self.record(phone, "photo.record", picture, leans_on=[sheet["entity_id"]])
        photo["photo"] = {
            "id": photo["entity_id"],
            "bytes": list(data),
            "thumb": [1],
            "media_type": "image/jpeg",
            "sha256": picture["sha256"],
        }
        self.save(number, tab, worker, sheet)
        self.save(number, tab, photo)

    def change_a_record(self, number: int, tab: int, how: str) -> None:
        """Correct, mend or void the latest on the screen, from whatever phone it came."""
        phone = self.phones[number]
        site = phone.look()["sites"].get(str(self.cast.site), {"shown": []})
        shown = [
            entry
            for entry in site["shown"]
            if entry["kind"] == "labour.sheet"
            and entry["state"] != "void"
            and (how != "mend" or entry["word"] == "needs")
        ]
        if not shown:
            return
        entry = shown[-1]
        if how == "void":
            changed = self.record(phone, "entry.void", {"reason": "not so"})
        else:
            changed = self.sheet(phone, [str(self.cast.workers[1])], "0.5", reason="one more")
        changed |= {"entity_id": entry["id"], "base_version": entry["version"]}
        self.save(number, tab, changed)

    @rule(
        number=PHONES,
        tab=TABS,
        plan=PLANS,
        what=WORK,
        trouble=st.sampled_from([*[""] * 8, *PHONE_TROUBLE, *OFFICE_TROUBLE, *OFFICE_WORK]),
        at=st.integers(0, 15),
    )
    def a_day_goes_by(
        self, number: int, tab: int, plan: list[str], what: str, trouble: str, at: int
    ) -> None:
        """Something goes wrong, or not; then somebody works, and all of it may come to rest.

        One rule and not one for each trouble: Hypothesis leaves whole rules out of a run, and the
        troubles are to meet one another.
        """
        COUNTS[f"trouble: {trouble}"] += 1
        self.days.append(f"{number=}, {tab=}, {plan=}, {what=}, {trouble=}, {at=}")
        with self.told_at_once():
            if trouble in PHONE_TROUBLE:
                plan = self.trouble_on_a_phone(number, plan, trouble, at)
            elif trouble:
                self.trouble_in_the_office(number, trouble, at)
            self.work(number, tab, plan, what)
            if at == 15:
                self.come_to_rest()

    @contextlib.contextmanager
    def told_at_once(self) -> Iterator[None]:
        """Hypothesis runs a failure again and tells of that. With processes that are killed in
        the middle the second run may end otherwise, so what happened first is told first.
        """
        try:
            yield
        except Exception:
            print("\n".join(["", *self.days, traceback.format_exc()]), flush=True)
            raise

    def trouble_on_a_phone(self, number: int, plan: list[str], trouble: str, at: int) -> list[str]:
        """Returns the fates of its next requests."""
        phone = self.phones[number]
        match trouble:
            case "die at" | "full at":
                # At the n-th write or commit from now, whatever it will be.
                phone.do("trouble", at=at + 1, how="die" if trouble == "die at" else "quota")
            case "phone killed":
                phone.die()
            case "disk lost":
                # Saving fails visibly until the app is launched again, as it does by itself.
                lost = self.sheet(phone, [str(self.cast.workers[0])], "1")
                if phone.do("close") is not None:
                    said = phone.do("save", tab=0, records=[lost])
                    assert said is None or said["saved"] is False
                    phone.die()
            case "clock":
                phone.do("clock", years=(-10, 0, 10)[at % 3])
            case "late":
                phone.deliver_late()
            case "server killed":
                # Somewhere in the middle of a request.
                return [*["deliver"] * (at % 3), "kill_server"]
        return plan

    def trouble_in_the_office(self, number: int, trouble: str, at: int) -> None:
        office = self.office
        match trouble:
            case "Postgres killed":
                office.kill_postgres()
            case "backup":
                if len(office.backups) < 3:
                    office.back_up()
            case "restore":
                if office.backups:
                    office.restore(office.backups[at % len(office.backups)])
            case "withdraw" | "give back":
                site = self.cast.far_site if at % 4 == 0 else self.cast.site
                name = self.phones[number].name
                office.role(name, site, withdrawn=trouble == "withdraw")
            case _:
                query(office.url, OFFICE_WORK[trouble])

    # What must hold, at any time

    def check(self, number: int) -> dict[str, Any]:
        """Nothing acknowledged has left the phone, and nothing of one's own the screen."""
        phone = self.phones[number]
        seen = phone.look()
        items = {item["id"]: item for item in seen["items"]}
        lost = self.acknowledged[number] - set(items)
        COUNTS["losses"] += len(lost)
        assert not lost, f"the outbox is not whole: {lost}"
        self.acknowledged[number] |= set(items)
        for item in items.values():
            site = seen["sites"][item["site"]]
            if item["status"] in ("refused", "quarantined"):
                assert item["problem"]["title"], "refused, and nobody is told why"
            if item["status"] not in ("replaced", "discarded") and item["type"] in (
                "labour.sheet",
                "progress.report",
                "photo.record",
            ):
                shown = {entry["id"] for entry in site["shown"]}
                assert item["entity_id"] in shown, f"vanished from the screen: {item}"
            if item["type"] == "sites.worker" and item["status"] in ("waiting", "confirmed"):
                assert item["entity_id"] in site["workers"]
        held = {photo["id"] for photo in seen["photos"]} - set(seen["bytes"])
        assert not held, "bytes left the phone"
        return seen

    def check_the_books(self) -> None:
        doubled = {name: n for name, n in self.office.effects().items() if n > 1}
        COUNTS["duplicates"] += len(doubled) + self.office.lines_astray()
        assert not doubled
        assert self.office.lines_astray() == 0

    # What must hold when all is quiet

    def come_to_rest(self) -> None:
        COUNTS["quiet checks"] += 1
        for phone in self.phones:
            phone.plan = []
            phone.deliver_late()
            phone.do("trouble", at=0, how="")
        for _round in range(2):
            for phone in self.phones:
                for _ in range(12):
                    phone.wake()
                    if not waiting(phone.look()):
                        break
        for phone in self.phones:
            phone.wake()
        verdicts, effects = self.office.verdicts(), self.office.effects()
        for number, phone in enumerate(self.phones):
            self.check_at_rest(number, phone, verdicts, effects)
        self.check_the_books()

    def check_at_rest(
        self, number: int, phone: Phone, verdicts: dict[str, str], effects: Counter[str]
    ) -> None:
        seen = self.check(number)
        stuck = waiting(seen)
        assert not stuck, f"still waiting although all is well: {stuck}"
        for item in seen["items"]:
            if item["status"] == "confirmed":
                if verdicts.get(item["id"]) != "applied":
                    COUNTS["losses"] += 1
                assert verdicts.get(item["id"]) == "applied", f"confirmed and lost: {item}"
                if item["type"] != "sites.worker":
                    assert effects[item["id"]] == 1
            elif item["status"] == "quarantined":
                assert verdicts.get(item["id"]) == "quarantined", f"the office has lost {item}"
            elif not item.get("elsewhere"):
                # What another phone of the member recorded is that one's to give again.
                assert effects[item["id"]] == 0, f"not said to be applied, and it is: {item}"
        complete = {
            str(row["id"])
            for row in query(self.office.url, "SELECT id FROM photo WHERE state = 'complete'")
        }
        for photo in seen["photos"]:
            assert photo["status"] != "confirmed" or photo["id"] in complete
        for site, held in seen["sites"].items():
            server = view(phone, site) if site in seen["mine"] else {}
            mirror = {
                (row["s"], row["id"]): row["d"] for rows in held["rows"].values() for row in rows
            }
            assert digest(mirror) == digest(server), differing(mirror, server)

    def teardown(self) -> None:
        try:
            with self.told_at_once():
                self.come_to_rest()
            for phone in self.phones:
                COUNTS.update(phone.fates)
                COUNTS["phone deaths"] += phone.deaths
        finally:
            for phone in self.phones:
                phone.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


@pytest.mark.timeout(SECONDS * 2 + 300)
def test_the_promise_holds_whatever_goes_wrong(office: Office, tmp_path: Path) -> None:
    Promise.office, Promise.folder = office, tmp_path
    Promise.until = time.monotonic() + SECONDS
    chosen = settings(
        max_examples=10_000,
        stateful_step_count=40,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(Promise, settings=chosen)
    except (TimeIsUp, FlakyStrategyDefinition):
        # The second is how Hypothesis takes it that a run ended before it had begun.
        if time.monotonic() < Promise.until:
            raise
    finally:
        counted = {name: COUNTS[name] for name in ("runs", "operations", "losses", "duplicates")}
        print(f"\nsoak: {counted} {dict(COUNTS.most_common())}", flush=True)
    assert (COUNTS["losses"], COUNTS["duplicates"]) == (0, 0)
