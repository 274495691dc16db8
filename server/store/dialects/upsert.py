"""INSERT … ON CONFLICT DO NOTHING, spelt alike for both databases. Never updates a row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.store.base import Base


def insert_or_skip(
    session: Session, row_type: type[Base], rows: Sequence[dict[str, Any]], *, key: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Insert the rows that break no UNIQUE constraint; returns the key columns of those inserted, in no promised order."""
    if not rows:
        return []
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    columns = [getattr(row_type, name) for name in key]
    statement = insert(row_type).on_conflict_do_nothing().returning(*columns)
    return [tuple(row) for row in session.execute(statement, list(rows))]
