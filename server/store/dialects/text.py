"""Texts found and ordered alike on both stores, whatever a database's locale. Refuses to let a typed sign act as a wildcard."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

ESCAPE = "\\"
WILDCARDS = "%_\\"


def contains(session: Session, column: Any, text: str) -> ColumnElement[bool]:
    """Rows whose column holds the text, whichever its case.

    SQLite's LIKE ignores the case of ASCII by itself; asked through lower() it would be several times slower.
    """
    pattern = "%" + "".join(f"{ESCAPE}{each}" if each in WILDCARDS else each for each in text) + "%"
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    found: ColumnElement[bool] = (column.ilike if is_postgresql else column.like)(pattern, escape=ESCAPE)
    return found


def bytewise(session: Session, column: Any) -> Any:
    """A column to order by: SQLite compares bytes, so PostgreSQL must not ask its locale."""
    return column.collate("C") if session.get_bind().dialect.name == "postgresql" else column
