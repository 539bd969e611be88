"""Where pictures and kept files lie."""

from pathlib import Path

import pytest
from obstore.store import ObjectStore

from daywork.photos.storage import open_storage


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    """A folder for pictures and kept files."""
    return open_storage((tmp_path / "photos").as_uri())
