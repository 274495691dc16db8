"""A patrol of the synthetic county for tests: the county loaded, a phone enrolled, reports made at its spots."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.imports.synthetic import SyntheticCounty, synthetic_county
from server.services.synthetic import load_synthetic_county
from server.store.tables.organisation import Region
from tests.builders import Phone, a_phone, an_enrolment_code
from tests.processes import databases
from tests.processes.postgresql import PostgresServer

if TYPE_CHECKING:
    from flask import Flask


@cache
def drawn(day: date) -> SyntheticCounty:
    """The county is drawn once a day: it never differs."""
    return synthetic_county(day=day)


@pytest.fixture
def county_is_wanted() -> bool:
    """Whoever asks for it gets a database that begins as a copy of one with the county in it."""
    return True


def load_county(folder: Path, url: str) -> None:
    """The county as it stands on every test's first day, in the database of a URL."""
    from server import create_app
    from server.settings import Settings
    from tests.conftest import FixedClock

    app = create_app(Settings.for_tests(data_dir=folder, database_url=url), clock=FixedClock())
    with app.extensions["xuntu"].unit_of_work() as uow:
        load_synthetic_county(drawn(uow.today), uow=uow)
    databases.close(app)


@pytest.fixture(scope="session")
def sqlite_county_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the county in it, loaded once a worker; tests copy it."""
    return databases.sqlite_with(sqlite_template, tmp_path_factory.mktemp("county"), load_county)


@pytest.fixture(scope="session")
def postgresql_county_template(
    postgres_server: PostgresServer, postgresql_template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Name of a PostgreSQL database with the county in it, loaded once a worker; tests copy it."""
    folder = tmp_path_factory.mktemp("county")
    return databases.postgresql_with(postgres_server, postgresql_template, "county", folder, load_county)


@pytest.fixture
def county(county_is_wanted: bool, unit_of_work: Callable[..., Any], store: str) -> SyntheticCounty:
    """The synthetic county as it stands on the test's day, in the test's store."""
    assert county_is_wanted
    assert store
    with unit_of_work(read_only=True) as uow:
        made = drawn(uow.today)
        assert uow.session.get(Region, made.code) is not None, "this test's database is not the copy that database_url made"
    return made


@pytest.fixture
def phone(app: "Flask", county: SyntheticCounty) -> Phone:
    """The phone of the county's first inspector."""
    assert county.users
    return a_phone(app, code=an_enrolment_code(app, "inspector-1"))


def spot_of(county: SyntheticCounty, scenario: str) -> dict[str, Any]:
    return next(each for each in county.spots if each["scenario"] == scenario)


def at_the_spot(spot: dict[str, Any], **differences: Any) -> dict[str, Any]:
    """What a manifest says of a report made at the stand of a spot, looking at its parcel and tapping it."""
    lon, lat = spot["stand"]
    position = {
        "lon": lon,
        "lat": lat,
        "accuracy_m": 3,
        "accuracy_p": 0.68,
        "fixed_at": "2026-11-23T10:00:00+08:00",
        "source": "gnss",
        "mocked": False,
        "crs": "cgcs2000",
    }
    said = {
        "captured_at": "2026-11-23T10:00:00+08:00",
        "position": position,
        "view": {"azimuth_deg": spot["azimuth_deg"], "azimuth_ref": "true"},
        "parcel_claim": spot["parcel_code"],
        "task_id": spot["task_id"],
    }
    return said | differences


def nothing_started() -> dict[str, Any]:
    return {"kind": "construction", "sign_board": False, "foundation": "other", "foundation_share": 0, "stage": "none"}


def a_factory() -> dict[str, Any]:
    return {"kind": "land_use", "use": "factory", "area_m2": 600, "area_method": "estimated", "buildings": 1}
