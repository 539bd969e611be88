"""The real-name register, lists brought in as files, and workers that were known twice.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import JSONB, UUID, Array, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class WorkerIdentity(Table, tablename="worker_identity", db=DB):
    """``worker_identity``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    worker = UUID(primary_key=True, default=None)
    kind = Text(null=True, default=None)
    number_sealed = Bytea(null=True, default=None)
    number_mask = Text()
    number_mark = Bytea(null=True, default=None)
    bank_name = Text()
    bank_sealed = Bytea(null=True, default=None)
    bank_mask = Text()
    bank_mark = Bytea(null=True, default=None)
    address_sealed = Bytea(null=True, default=None)
    changed_by = UUID(null=True, default=None)
    changed_at = Timestamptz(default=None)


class WorkerContract(Table, tablename="worker_contract", db=DB):
    """``worker_contract``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    signed_on = Date(default=None)
    ends_on = Date(null=True, default=None)
    note = Text()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    voided_at = Timestamptz(null=True, default=None)
    voided_by = UUID(null=True, default=None)


class WorkerCertificate(Table, tablename="worker_certificate", db=DB):
    """``worker_certificate``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    worker = UUID(default=None)
    kind = Text()
    name = Text()
    number_sealed = Bytea(null=True, default=None)
    number_mask = Text()
    valid_until = Date(null=True, default=None)
    told_month = Date(null=True, default=None)
    told_week = Date(null=True, default=None)
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    voided_at = Timestamptz(null=True, default=None)
    voided_by = UUID(null=True, default=None)


class Unmasking(Table, tablename="unmasking", db=DB):
    """``unmasking``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    worker = UUID(default=None)
    site = UUID(default=None)
    fields = Array(base_column=Text())
    purpose = Text()
    note = Text()
    how = Text()
    member = UUID(default=None)
    at = Timestamptz(default=None)


class WorkerImport(Table, tablename="worker_import", db=DB):
    """``worker_import``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    file_name = Text()
    sha256 = Bytea()
    rows = Integer()
    sealed = Bytea(null=True, default=None)
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    imported_at = Timestamptz(null=True, default=None)
    added = Integer()
    changed = Integer()


class WorkerMerge(Table, tablename="worker_merge", db=DB):
    """``worker_merge``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    kept = UUID(default=None)
    merged = UUID(default=None)
    found_by = Text()
    reason = Text()
    before = JSONB()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    undone_at = Timestamptz(null=True, default=None)
    undone_by = UUID(null=True, default=None)
    undo_reason = Text()


class WorkerToldApart(Table, tablename="worker_told_apart", db=DB):
    """``worker_told_apart``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    one = UUID(primary_key=True, default=None)
    other = UUID(default=None)
    member = UUID(default=None)
    at = Timestamptz(default=None)
