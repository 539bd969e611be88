"""Uploads under way and their pieces; the migration is the authority, a test compares."""

from piccolo.columns import UUID, BigInt, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class Upload(Table, tablename="upload", db=DB):
    """``upload``: how far the bytes of one picture have come."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    member = UUID(default=None)
    photo = UUID(default=None)
    kind = Text()
    length = BigInt()
    received = BigInt()
    metadata = Text()
    created_at = Timestamptz()
    expires_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)


class UploadPiece(Table, tablename="upload_piece", db=DB):
    """``upload_piece``: one object of the store, and which bytes of the picture it holds."""

    organisation = UUID(default=None)
    upload = UUID(primary_key=True, default=None)
    start = BigInt()
    bytes = BigInt()
    name = Text()
