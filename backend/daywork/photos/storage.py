"""Where photo bytes lie: a local folder by default, ``s3://…`` by URL, through one interface."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

__all__ = ["get_bytes", "has", "open_storage", "put_bytes", "put_once"]


def open_storage(url: str) -> ObjectStore:
    """The store behind ``DAYWORK_STORAGE_URL``; a local folder is made when it is missing.

    Credentials and endpoint of S3 come from the usual ``AWS_…`` variables.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(folder)
    return from_url(url)


async def put_once(store: ObjectStore, key: str, data: bytes) -> None:
    """Store content-addressed bytes; bytes already there are the same ones and stay."""
    try:
        await obstore.put_async(store, key, data, mode="create")
    except AlreadyExistsError:
        return


async def put_bytes(store: ObjectStore, key: str, data: bytes) -> None:
    """Store bytes that can be made again, such as a thumbnail."""
    await obstore.put_async(store, key, data)


async def get_bytes(store: ObjectStore, key: str) -> bytes:
    """The bytes under ``key``.

    Raises:
        FileNotFoundError: there are none.
    """
    result = await obstore.get_async(store, key)
    return bytes(await result.bytes_async())


async def has(store: ObjectStore, key: str) -> bool:
    """Whether there are bytes under ``key``."""
    try:
        await obstore.head_async(store, key)
    except FileNotFoundError:
        return False
    return True
