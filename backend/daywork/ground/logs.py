"""What the logs may hold: what happened, where and when.

Not in them, because logs are read by more people and kept in more places than the database: private
addresses (a worker's link, an invitation), what was looked for, and rows. Postgres names the whole
row that it refuses, with its names and amounts, and its driver the value that it could not send.
"""

import logging
import re
from typing import Any, Final

import asyncpg

_SECRET: Final = re.compile(r"^(/w|/join)/[^/]+")
_VALUE: Final = re.compile(r"(?<=invalid input for query argument \$)(\d+).*", re.DOTALL)
_QUOTED: Final = re.compile(r'"[^"]*"')
_BY_VALUE: Final = "22"
"""SQLSTATE class of what Postgres refuses because of a value, which it then quotes."""


def plain_path(address: str) -> str:
    """An address as a log may hold it: without the secret in it, and without its query.

    >>> plain_path("/w/Xb9/dispute?day=2026-03-02")
    '/w/…/dispute'
    """
    return _SECRET.sub(r"\1/…", address.partition("?")[0])


def without_rows(error: BaseException) -> BaseException:
    """The same error, which no longer tells any row; nor do those that led to it."""
    if isinstance(error, asyncpg.PostgresError):
        error.detail = None
        told = _VALUE.sub(r"\1", str(error))
        by_value = str(error.sqlstate).startswith(_BY_VALUE)
        error.args = (_QUOTED.sub('"…"', told) if by_value else told,)
    led_to_it = error.__cause__ or error.__context__
    for one in (*getattr(error, "exceptions", ()), *filter(None, [led_to_it])):
        without_rows(one)
    return error


class _Record(logging.LogRecord):
    """One line of any log, ours or a library's."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if self.exc_info and self.exc_info[1] is not None:
            without_rows(self.exc_info[1])
        if isinstance(self.args, tuple):
            self.args = tuple(_plain(one) for one in self.args)


def _plain(told: Any) -> Any:
    if isinstance(told, BaseException):
        return without_rows(told)
    return plain_path(told) if isinstance(told, str) and told.startswith("/") else told


def keep_private_out() -> None:
    """From now on nothing private comes into any log of this process."""
    logging.setLogRecordFactory(_Record)
