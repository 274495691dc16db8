"""Engines that keep the promises of the design: SQLite with WAL, FULL sync and immediate writers; PostgreSQL as it comes."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 30
CACHE_KIB = 65_536
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_SECONDS * 1000}",
    f"cache_size=-{CACHE_KIB}",
)


def prepare_engine(engine: Engine) -> Engine:
    """The same engine, made safe: on SQLite every transaction that may write begins IMMEDIATE, so no upgrade can deadlock."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
