"""The inside of the darkroom: a process that decodes pictures and may die of them.

It knows no password, writes no file, and may use only so much memory and time. Pictures come in by
standard input as eight bytes of length, four bytes of the card's length, the card (none: a
thumbnail is wanted) and the bytes; back goes one letter (``+`` a JPEG, ``-`` a reason), four bytes
of length, and that.
"""

import contextlib
import os
import select
from typing import IO, Final

MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of address space: the process, its libraries and one picture. Not heeded by macOS."""
SECONDS: Final = 20
"""Of wall clock for one picture; the other side ends a slower one."""
IDLE: Final = 60
"""Seconds without a picture after which the process goes."""


def bound() -> None:
    """Give up whatever decoding does not need."""
    try:
        import resource
    except ImportError:  # Windows: only the time is bounded
        return
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bound_time() -> None:
    """The processor's own clock, should the other side not be there to look at the wall's."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + 2 * SECONDS, hard))


def _exactly(source: IO[bytes], count: int) -> bytes | None:
    held = bytearray()
    while len(held) < count:
        more = source.read(min(count - len(held), 1 << 20))
        if not more:
            return None
        held += more
    return bytes(held)


def main() -> None:
    """Decode until nobody asks any more."""
    bound()
    import msgspec

    from daywork.photos.card import Card, marked
    from daywork.photos.pictures import Undecodable, thumbnail
    from daywork.photos.rules import NoPreview

    source = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints does not spoil the answer
    while select.select([source], [], [], IDLE)[0]:
        head = _exactly(source, 12)
        if head is None:
            return
        _bound_time()
        card = _exactly(source, int.from_bytes(head[8:], "big"))
        data = _exactly(source, int.from_bytes(head[:8], "big"))
        if data is None or card is None:
            return
        try:
            made = marked(data, msgspec.json.decode(card, type=Card)) if card else thumbnail(data)
            kind, answer = b"+", made
        except Undecodable as refusal:
            kind, answer = b"-", refusal.why.value.encode()
        except MemoryError:
            kind, answer = b"-", NoPreview.TOO_HUNGRY.value.encode()
        del data
        answers.write(kind + len(answer).to_bytes(4, "big") + answer)


if __name__ == "__main__":
    main()
