"""Thumbnails and marked copies, made where nothing else can be harmed: in a bounded process.

A web or job process has one darkroom, and one picture is in it at a time: the memory all pictures
together can take is ``darkroom_worker.MEMORY``, however many are asked for. A picture that kills
the process twice, or takes too long, has no preview; the next one gets a new process.
"""

import asyncio
import atexit
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Final

import obstore
from obstore.store import ObjectStore

from daywork.photos import darkroom_worker
from daywork.photos.rules import NoPreview

_PASSED_ON: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "HOME", "TMPDIR")
"""What the worker may know of our environment: no address and no password."""


class Dead(Exception):
    """The worker ended in the middle of a picture."""


class Darkroom:
    """One worker process, started when it is needed. To be used by one thread at a time."""

    def __init__(self, seconds: float = darkroom_worker.SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def develop(self, size: int, chunks: Iterable[bytes], card: bytes = b"") -> bytes | NoPreview:
        """A thumbnail of these ``size`` bytes, or with a card (``card.Card`` as JSON) a marked
        copy; or why there is none.

        Raises:
            Dead: the worker ended over it.
        """
        worker, inwards, outwards = self._running()
        slow = threading.Event()

        def end() -> None:
            slow.set()
            worker.kill()

        clock = threading.Timer(self._seconds, end)
        clock.daemon = True
        clock.start()
        try:
            inwards.write(size.to_bytes(8, "big") + len(card).to_bytes(4, "big") + card)
            for chunk in chunks:
                inwards.write(chunk)
            inwards.flush()
            kind = _exactly(outwards, 1)
            answer = _exactly(outwards, int.from_bytes(_exactly(outwards, 4), "big"))
        except (Dead, OSError) as trouble:
            self.close()
            if slow.is_set():
                return NoPreview.TOO_SLOW
            raise Dead from trouble
        except BaseException:
            self.close()  # half a picture has gone in: nothing after it would be understood
            raise
        finally:
            clock.cancel()
        return answer if kind == b"+" else NoPreview(answer.decode())

    @property
    def pid(self) -> int | None:
        """The worker's process, for tests and the curious."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the worker."""
        worker, self._process = self._process, None
        if worker is None:
            return
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _running(self) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
            # Each arena reserves 64 MB of address space, which is what is bounded.
            environment["MALLOC_ARENA_MAX"] = "2"
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no word of a client
                [sys.executable, "-P", "-m", darkroom_worker.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                close_fds=True,
            )
        worker = self._process
        if worker.stdin is None or worker.stdout is None:
            raise Dead
        return worker, worker.stdin, worker.stdout


def _exactly(source: IO[bytes], count: int) -> bytes:
    data = source.read(count)
    if len(data) < count:
        raise Dead
    return data


_room = Darkroom()
_door = ThreadPoolExecutor(max_workers=1, thread_name_prefix="darkroom")
atexit.register(_room.close)


async def develop(store: ObjectStore, key: str, card: bytes = b"") -> bytes | NoPreview:
    """A thumbnail of a stored picture, or with a card a marked copy; or why there is none.

    Raises:
        FileNotFoundError: there is no such picture.
    """
    return await asyncio.get_running_loop().run_in_executor(
        _door, develop_now, _room, store, key, card
    )


def develop_now(
    room: Darkroom, store: ObjectStore, key: str, card: bytes = b""
) -> bytes | NoPreview:
    """Like :func:`develop`, in this thread. The picture is never whole in this process."""
    for _ in range(2):
        picture: Any = obstore.get(store, key)
        with contextlib.suppress(Dead):
            size = picture.meta["size"]
            return room.develop(size, (bytes(one) for one in picture.stream()), card)
    return NoPreview.TOO_HUNGRY
