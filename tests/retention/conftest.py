"""One database a module, and a company of its own for each test in it."""

from tests.support.shared_database import cast, database_url

__all__ = ["cast", "database_url"]
