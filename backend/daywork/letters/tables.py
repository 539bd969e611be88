"""The office's decisions on letters. The letters themselves are rows of the ledger."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class LetterDecision(Table, tablename="letter_decision", db=DB):
    """``letter_decision``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    letter = UUID(default=None)
    member = UUID(default=None)
    how = Text()
    reason = Text()
    mutation = UUID(null=True, default=None)
    at = Timestamptz(default=None)
