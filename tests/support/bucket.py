"""Where pictures and papers lie: a folder, or an S3 of our own on loopback (moto), as the usual
``AWS_…`` variables describe it.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import ObjectStore

from daywork.photos.storage import open_storage


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    """An empty folder."""
    return open_storage((tmp_path / "photos").as_uri())


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Base URL of an S3 that forgets everything at the end."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """``s3://…`` of an empty bucket that this process and its children may use."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": s3_server,
        "AWS_ALLOW_HTTP": "true",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"daywork-{uuid.uuid4().hex[:12]}"
    made = httpx.put(f"{s3_server}/{name}", headers={"host": "s3.amazonaws.com"}, trust_env=False)
    assert made.status_code == 200, made.text
    return f"s3://{name}"


def aws() -> dict[str, str]:
    """The variables a child process needs."""
    return {key: value for key, value in os.environ.items() if key.startswith("AWS_")}
