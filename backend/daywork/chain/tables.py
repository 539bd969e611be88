"""The links of all chains.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class ChainLink(Table, tablename="chain_link", db=DB):
    """``chain_link``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    number = BigInt(primary_key=True)
    kind = Text()
    subject = UUID(default=None)
    version = Integer()
    content = Bytea()
    detail = Text()
    previous = Bytea()
    hash = Bytea()
    at = Timestamptz(default=None)
