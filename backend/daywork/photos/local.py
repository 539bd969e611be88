"""Files that are still there after a power cut.

obstore's folder store writes a file and gives it its name, but never asks the disk to keep either:
after a power cut the name may be gone, or stand for an empty file. A phone drops its picture on
our word, so in a folder we write ourselves: bytes to disk, then the name, then the folders.
"""

import errno
import os
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

INCOMING: Final = "incoming"
"""Folder of files that have no name yet; what a crash leaves there is swept."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_settled: set[Path] = set()
"""Folders whose own names this process has seen onto the disk."""


class Draft:
    """A file being written; nobody sees it before :meth:`publish`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        folder = root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / uuid4().hex
        self._file: IO[bytes] = open(self._path, "xb", buffering=0)  # noqa: SIM115 - published later

    def write(self, data: bytes) -> None:
        """Add bytes."""
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def publish(self, key: str, *, replace: bool = False) -> bool:
        """Give it its name, for good. False when there was one of this name, which then stays."""
        os.fsync(self._file.fileno())
        self._file.close()
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = True
        try:
            if replace:
                os.replace(self._path, target)
            else:
                fresh = _link(self._path, target)
        finally:
            self._path.unlink(missing_ok=True)
        _sync_folder(target.parent)
        _settle(target.parent, self._root)
        return fresh

    def discard(self) -> None:
        """Forget it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def write_file(root: Path, key: str, data: bytes, *, replace: bool = False) -> bool:
    """A small file in one go; False when there was one of this name, which then stays."""
    draft = Draft(root)
    try:
        draft.write(data)
        return draft.publish(key, replace=replace)
    except BaseException:
        draft.discard()
        raise


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            return False
        os.replace(source, target)  # a file system without links: names are hashes, so all agree
    return True


def _settle(folder: Path, root: Path) -> None:
    """See the names of new folders onto the disk, up to the root, once a process."""
    while folder not in _settled:
        _settled.add(folder)
        if folder == root:
            return
        folder = folder.parent
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows cannot; NTFS journals its names
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
