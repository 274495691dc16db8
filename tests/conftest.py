"""Fixtures every test may ask for: clock, databases, app, browser, real data. Refuses to import the server unasked.

A test asks for `app`, `client` or `uow` and gets a migrated SQLite database of its own. Marked `both_stores` it runs on
PostgreSQL too; marked `postgresql` it runs there only.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.processes import databases
from tests.processes.chromium import running_chromium
from tests.processes.http_server import serving
from tests.processes.missing import MissingToolError, report_missing
from tests.processes.postgresql import PostgresServer, running_postgresql
from tests.processes.valkey import running_valkey

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page

    from server.store.unit_of_work import UnitOfWork

pytest_plugins = ["tests.patrol"]
WITH_COUNTY = "county_is_wanted"
"""The fixture of tests.patrol by which a test says that its database begins with the synthetic county in it."""
ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Where every test's clock starts: a Monday, 12:00 in Shanghai."""

# A process in an unusual zone shows every place that takes local time for granted.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()

# A shared machine is slow at random moments; a deadline per example would fail tests for that alone.
hypothesis_settings.register_profile("xuntu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("xuntu")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test marked both_stores once per store, and one marked postgresql there only."""
    both = metafunc.definition.get_closest_marker("both_stores")
    only = metafunc.definition.get_closest_marker("postgresql")
    if not (both or only):
        return
    if "store" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{metafunc.definition.nodeid} is marked for a store but asks for no database")
    metafunc.parametrize("store", ["sqlite", "postgresql"] if both else ["postgresql"], indirect=True)


class FixedClock:
    """The clock of a test: stands still until told to move, and is called like the real one."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        """Advance by timedelta's arguments (hours=3) and give the new time."""
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> FixedClock:
    """The time every part of the app is handed in this test."""
    return FixedClock()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photos, parcels and region codes, which are not part of this repository; skipped where they are absent."""
    folder = Path(os.environ.get("XUNTU_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real test data at {folder}; XUNTU_SHARED names the folder that holds data/")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """This worker's own PostgreSQL with PostGIS."""
    try:
        with running_postgresql() as server:
            yield server
    except MissingToolError as missing:
        report_missing(str(missing))


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """URL of this worker's own Valkey; tests ask for valkey_url, which is emptied first."""
    try:
        with running_valkey() as url:
            yield url
    except MissingToolError as missing:
        report_missing(str(missing))


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    """URL of an empty Valkey."""
    import redis

    with redis.Redis.from_url(valkey_server) as connection:
        connection.flushall()
    return valkey_server


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A headless Chromium. Playwright keeps an event loop in the thread while it lives, so it ends with the module."""
    try:
        with running_chromium() as chromium:
            yield chromium
    except MissingToolError as missing:
        report_missing(str(missing))


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page of a fresh profile, as an officer in Jiangsu has it."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="allow")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: sqlite, or postgresql where the test is marked for it."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    return databases.migrated_sqlite_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_template(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a migrated PostgreSQL database that tests copy."""
    return databases.migrated_postgresql(postgres_server, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture
def database_url(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a migrated database of this test alone: empty, or with the county of a test that asks for it."""
    template = f"{store}_{'county_' if WITH_COUNTY in request.fixturenames else ''}template"
    if store == "sqlite":
        yield databases.copied_sqlite(request.getfixturevalue(template), tmp_path)
        return
    server = request.getfixturevalue("postgres_server")
    with databases.copied_postgresql(server, request.getfixturevalue(template)) as url:
        yield url


@pytest.fixture
def empty_database_url(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database without any table, for tests of the migrations themselves."""
    if store == "sqlite":
        yield databases.sqlite_url(tmp_path / "empty.sqlite3")
        return
    with databases.copied_postgresql(request.getfixturevalue("postgres_server"), "template1") as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Any:
    """Settings of a throw-away server below tmp_path; replace() what a test needs different and build the app from it."""
    from server.settings import Settings

    return Settings.for_tests(data_dir=tmp_path, database_url=database_url)


@pytest.fixture
def build_app(clock: FixedClock) -> "Iterator[Callable[[Any], Flask]]":
    """Build an app from settings; every app built is closed when the test ends."""
    from server import create_app

    built: list[Flask] = []

    def build(settings: Any) -> "Flask":
        built.append(create_app(settings, clock=clock))
        return built[-1]

    yield build
    for app in built:
        databases.close(app)


@pytest.fixture
def app(settings: Any, build_app: "Callable[[Any], Flask]") -> "Flask":
    """The whole application on this test's database and clock."""
    return build_app(settings)


@pytest.fixture
def unit_of_work(app: "Flask") -> "Callable[..., UnitOfWork]":
    """Opens units of work of the app: `with unit_of_work() as uow:` commits at the end of the block, as a request does."""
    open_unit: Callable[..., UnitOfWork] = app.extensions["xuntu"].unit_of_work
    return open_unit


@pytest.fixture
def uow(unit_of_work: "Callable[..., UnitOfWork]") -> "Iterator[UnitOfWork]":
    """One open unit of work that is rolled back when the test ends; events appear only in one that commits."""
    unit = unit_of_work(origin="test")
    yield unit
    unit.session.rollback()
    unit.session.close()


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A caller without credentials."""
    return app.test_client()


@pytest.fixture
def live_server(app: "Flask") -> Iterator[str]:
    """Base URL of the app behind a real loopback socket."""
    with serving(app) as url:
        yield url
