"""What says "Saved" is never lost and never doubled: the shipped JavaScript against the real server
and a real Postgres, with everything going wrong in any order.

A Hypothesis state machine works three phones of two members. Whatever they acknowledged as saved
is looked for after each step, and the fourteen promises of docs/sync.md are checked when all is
quiet. `make soak` runs it for as long as it is told; here it runs for a bounded time.
"""

import contextlib
import os
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.support.database import query
from tests.sync.machine import words
from tests.sync.machine.office import Office
from tests.sync.machine.phone import Phone
from tests.sync.machine.plans import (
    OFFICE_TROUBLE,
    OFFICE_WORK,
    PHONE_TROUBLE,
    PHONES,
    PLANS,
    TABS,
    WORK,
)
from tests.sync.machine.views import differing, digest, view, waiting

SECONDS = float(os.environ.get("DAYWORK_SOAK_SECONDS", "45"))
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
                self.save(number, tab, self.sheet_of(number, worker=0))
            case "poison":
                self.save(number, tab, self.sheet_of(number, worker=1, amount="30"))
            case "progress":
                self.save(number, tab, words.progress(self.cast))
            case "cross check":
                self.save(number, tab, words.cross_check(self.cast))
            case "worker and photo":
                self.save_a_worker_his_sheet_and_a_photo(number, tab)
            case "correct" | "mend" | "void":
                self.change_a_record(number, tab, what)
            case _:
                COUNTS["operations"] += 1
                phone.wake(tab)
                self.check(number)

    def sheet_of(self, number: int, worker: int, amount: str = "1", **more: Any) -> dict[str, Any]:
        """A sheet of the crew of that phone's foreman."""
        workers = [str(self.cast.workers[worker])]
        return words.sheet(self.cast, self.phones[number].name, workers, amount, **more)

    def save_a_worker_his_sheet_and_a_photo(self, number: int, tab: int) -> None:
        name = self.phones[number].name
        worker = words.new_worker(self.cast, name)
        his = worker["entity_id"]
        sheet = words.sheet(self.cast, name, [his], "1", leans_on=[his])
        photo = words.photo_of(self.cast, sheet["entity_id"])
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
            changed = words.record(self.cast, "entry.void", {"reason": "not so"})
        else:
            changed = self.sheet_of(number, worker=1, amount="0.5", reason="one more")
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
                lost = self.sheet_of(number, worker=0)
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
