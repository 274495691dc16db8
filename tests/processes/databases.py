"""Migrated databases, one per test, copied from a template that is migrated once. Refuses to reuse a database."""

import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.processes.postgresql import PostgresServer

TEMPLATE = "migrated"
SQLITE = "sqlite:///"
Load = Callable[[Path, str], None]
"""Fills the database of a URL, with a folder for the files beside it."""


def migrate(data_dir: Path, url: str) -> None:
    """Bring the database at url to the newest schema and let go of it."""
    from server import create_app
    from server.ops import migrate as store_migrate
    from server.settings import Settings

    app = create_app(Settings.for_tests(data_dir=data_dir, database_url=url))
    store_migrate.upgrade(app)
    close(app)


def close(app: Any) -> None:
    """End an app's photo examiner and pooled connections, so that its database can be copied or dropped."""
    composition = app.extensions["xuntu"]
    composition.world.examiner.close()
    composition.engine.dispose()


def sqlite_url(path: Path) -> str:
    """SQLAlchemy URL of a database file."""
    return f"{SQLITE}{path}"


def migrated_sqlite_file(folder: Path) -> Path:
    """A migrated, empty SQLite database in one file without a write-ahead log beside it."""
    path = folder / "template.sqlite3"
    migrate(folder, sqlite_url(path))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def copied_sqlite(template: Path, folder: Path) -> str:
    """URL of a test's own copy of the template."""
    path = folder / "xuntu.sqlite3"
    shutil.copyfile(template, path)
    return sqlite_url(path)


def migrated_postgresql(server: PostgresServer, folder: Path) -> str:
    """Name of a migrated, empty template database of this cluster."""
    migrate(folder, server.create_database(TEMPLATE))
    return TEMPLATE


def sqlite_with(template: Path, folder: Path, load: Load) -> Path:
    """A copy of a template with more in it, in one file."""
    path = Path(copied_sqlite(template, folder).removeprefix(SQLITE))
    load(folder, sqlite_url(path))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def postgresql_with(server: PostgresServer, template: str, name: str, folder: Path, load: Load) -> str:
    """Name of a copy of a template with more in it."""
    load(folder, server.create_database(name, template))
    return name


@contextmanager
def copied_postgresql(server: PostgresServer, template: str) -> Iterator[str]:
    """URL of a test's own copy of the template; it is dropped when the block ends."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    url = server.create_database(name, template)
    try:
        yield url
    finally:
        server.drop_database(name)
