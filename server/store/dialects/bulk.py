"""Many rows into one table, fast: prepared values in slices, COPY on PostgreSQL. Refuses rows that lack a column of the first.

SQLAlchemy prepares each value of each row by itself, which costs more than SQLite takes to store it; here a whole column is
prepared at once.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from server.store.base import Base, JsonText, WkbGeometry

ROWS_AT_ONCE = 5_000

Column = list[Any]
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def insert_many(session: Session, row_type: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows given as plain values, all with the same columns; read slice by slice, so a generator stays small."""
    coming = iter(rows)
    table = Base.metadata.tables[row_type.__tablename__]
    connection = session.connection()
    while some := list(islice(coming, ROWS_AT_ONCE)):
        names = list(some[0])
        prepared = zip(*(_prepared(table, name, some, connection) for name in names), strict=True)
        if connection.dialect.name == "postgresql":
            _copy(connection, table, names, prepared)
        else:
            _insert(connection, table, names, list(prepared))


def _insert(connection: Connection, table: Table, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" for _ in names)
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608 - our names


def _copy(connection: Connection, table: Table, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _prepared(table: Table, name: str, rows: list[dict[str, Any]], connection: Connection) -> Column:
    """One column of the rows as the driver takes it."""
    values = [row[name] for row in rows]
    kind = table.c[name].type
    if isinstance(kind, WkbGeometry):
        return list(shapely.to_wkb(np.array(values, dtype=object)).tolist())
    if isinstance(kind, JsonText):
        return [None if value is None else _JSON.encode(value) for value in values]
    process = _processor(kind, connection)
    return values if process is None else _each_once(values, process)


def _processor(kind: TypeEngine[Any], connection: Connection) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)


def _each_once(values: Column, process: Callable[[Any], Any]) -> Column:
    """Days and instants repeat from row to row; each is prepared once."""
    known = {value: process(value) for value in set(values)}
    return [known[value] for value in values]
