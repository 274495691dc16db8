"""A private PostgreSQL 15 or newer with PostGIS, in its own folder, behind a Unix socket. Refuses to touch any other cluster.

Speed is bought with `fsync=off`; a test of crashes asks for `durable=True`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.processes.missing import MissingToolError

OLDEST_MAJOR = 15
START_SECONDS = 30.0

# A locale that orders texts otherwise than by bytes, as most installations have one, shows every place that counts on bytes.
LOCALE = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh")
# A server in another zone than the tests' shows every place that forgot to say UTC.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "listen_addresses": "",
    "jit": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "Asia/Kathmandu",
    "log_min_messages": "error",
}


def find_programs() -> Path:
    """The folder with initdb and postgres of the newest suitable major version. Raises MissingToolError."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]), reverse=True)
    on_path = shutil.which("initdb")
    for initdb in [*debian, *([Path(on_path).resolve()] if on_path else [])]:
        answer = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=False).stdout
        major = answer.rsplit(" ", 1)[-1].split(".")[0].strip()
        if major.isdigit() and int(major) >= OLDEST_MAJOR:
            return initdb.parent
    raise MissingToolError(
        f"PostgreSQL {OLDEST_MAJOR} or newer is not installed (apt install postgresql-15 postgresql-15-postgis-3)"
    )


def unprivileged() -> dict[str, Any]:
    """Arguments that make a child run as `postgres` where the tests run as root, which PostgreSQL refuses."""
    if os.getuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@dataclass(frozen=True)
class PostgresServer:
    """One running cluster; databases in it are named by the caller."""

    folder: Path

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database in this cluster."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def run(self, statement: sql.Composed | sql.SQL, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement outside any transaction; rows come back as tuples."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, name: str, template: str = "template1") -> str:
        """Copy a template database under a new name; gives the new database's URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self.run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending whoever is still connected to it."""
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers. Raises RuntimeError with its log when it ends or stays silent."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            server.run(sql.SQL("SELECT 1"))
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def make_cluster(programs: Path, folder: Path, as_user: dict[str, Any]) -> Path:
    """An empty cluster below folder; gives its data directory."""
    data = folder / "data"
    command = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", *LOCALE]
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, **as_user)
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    return data


@contextlib.contextmanager
def running_postgresql(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A fresh cluster with PostGIS in every new database. Raises MissingToolError where a part is not installed."""
    programs = find_programs()
    as_user = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="xuntu-pg-"))
    if as_user:
        try:
            shutil.chown(folder, user="postgres", group="postgres")
        except LookupError:
            raise MissingToolError("tests run as root and there is no user `postgres` to start PostgreSQL as") from None
    server = PostgresServer(folder)
    options = SETTINGS | {"unix_socket_directories": str(folder)} | ({} if durable else QUICK)
    log = folder / "log"
    process = None
    try:
        data = make_cluster(programs, folder, as_user)
        command = [str(programs / "postgres"), "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, **as_user)
        wait_until_ready(server, process, log)
        install_postgis(server)
        yield server
    finally:
        if process is not None:
            stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def install_postgis(server: PostgresServer) -> None:
    """Put PostGIS into template1. Raises MissingToolError where the extension is not installed."""
    try:
        server.run(sql.SQL("CREATE EXTENSION postgis"), "template1")
    except psycopg.errors.FeatureNotSupported:
        raise MissingToolError("PostGIS is not installed (apt install postgresql-15-postgis-3)") from None


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the cluster: fast shutdown first, at once if that takes too long."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=10)
