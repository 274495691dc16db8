"""How a database fails, in words an edge can act on. Refuses to call a failure temporary that would only come again."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

DatabaseFailure = DBAPIError
"""Whatever the database or its driver raised, as SQLAlchemy hands it on."""


def is_temporary(error: DBAPIError) -> bool:
    """Whether the same request may succeed later: a lock, a full disk, a lost connection."""
    return isinstance(error, OperationalError) or isinstance(error.orig, sqlite3.OperationalError)
