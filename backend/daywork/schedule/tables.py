"""How tasks hang on one another.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import UUID, SmallInt, Text
from piccolo.table import Table

from daywork.ground.database import DB


class TaskLink(Table, tablename="task_link", db=DB):
    """``task_link``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    predecessor = UUID(primary_key=True, default=None)
    successor = UUID(default=None)
    kind = Text()
    lag = SmallInt()
