"""A table somebody has in a file, as rows of cells: .xlsx, or CSV in whatever encoding.

What the cells mean, how many rows are too many, and in which words a file is refused, is the
caller's. Rows come one by one, so that what goes on for too long is refused before it is held.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import openpyxl  # type: ignore[import-untyped]  # it ships no types

from daywork.ground.problems import ProblemKind

LARGEST_UNPACKED: Final = 64 * 1024 * 1024
MOST_TAGS: Final = {"xl/worksheets/": 1_500_000, "xl/sharedStrings": 1_500_000}
"""In the parts of a book that hold its cells: thousands of rows of :data:`MOST_COLUMNS` cells. A
file of a hundred kilobytes can be packed so that reading it takes minutes and gigabytes."""
MOST_TAGS_BESIDE: Final = 400_000
"""In every other part: styles, names, what was drawn."""
_CHUNK: Final = 1024 * 1024
MOST_COLUMNS: Final = 60

_BROKEN: Final = (
    ValueError, KeyError, OSError, zipfile.BadZipFile, SyntaxError, TypeError, AttributeError,
    NotImplementedError, RuntimeError, EOFError, IndexError,
)  # fmt: skip
"""What a broken book makes the parsers raise."""


def is_book(data: bytes) -> bool:
    """Whether it is .xlsx, by how it begins."""
    return data[:4] == b"PK\x03\x04"


@contextmanager
def refused_as(unreadable: ProblemKind) -> Iterator[None]:
    """What a broken book raises inside the block, as a refusal that can be read."""
    try:
        yield
    except _BROKEN as error:
        raise unreadable() from error


def worksheets(data: bytes, *, formulas: bool, too_large: Callable[[], Exception]) -> Iterator[Any]:
    """The sheets of a book, to be read row by row under :func:`refused_as`.

    ``formulas``: a cell is its formula, not what it came to.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(one.file_size for one in packed.infolist()) > LARGEST_UNPACKED:
            raise too_large()
        if any(_too_many_tags(packed, one) for one in packed.namelist()):
            raise too_large()
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write them wrong
        yield sheet


def _too_many_tags(packed: zipfile.ZipFile, name: str) -> bool:
    """Whether a part would take too long to read, by what is soon counted."""
    most = next((n for start, n in MOST_TAGS.items() if name.startswith(start)), MOST_TAGS_BESIDE)
    tags = 0
    with packed.open(name) as part:
        while chunk := part.read(_CHUNK):
            tags += chunk.count(b"<")
            if tags > most:
                return True
    return False


def lines_of_text(
    name: str, data: bytes, *, marks: str, head_within: int, unreadable: ProblemKind
) -> Iterator[list[str]]:
    """The lines of a CSV file.

    ``marks`` are what may part the cells: the most frequent one in the first ``head_within`` lines
    does, of equally frequent ones the first.

    Raises:
        Problem: ``unreadable``, also for what its ending says is no text.
    """
    text = _decoded(data, unreadable)
    if "\x00" in text or name.lower().endswith((".xls", ".pdf", ".doc", ".docx")):
        raise unreadable()
    sample = "\n".join(text.splitlines()[:head_within])
    mark = max(marks, key=sample.count)
    if mark == "，":
        text, mark = text.replace("，", ","), ","
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            yield row[:MOST_COLUMNS]
    except csv.Error as error:
        raise unreadable() from error


def _decoded(data: bytes, unreadable: ProblemKind) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else GB18030, which Chinese Excel writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable()
