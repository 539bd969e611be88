"""What every test may ask for; the fixtures themselves stand in `tests/support/`."""

import pytest

pytest_plugins = [
    "tests.support.database",
    "tests.support.server",
    "tests.support.bucket",
    "tests.support.browser",
    "tests.support.cast",
    "tests.support.push_service",
]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio alone, as the app does."""
    return "asyncio"
