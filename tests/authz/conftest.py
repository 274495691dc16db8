"""One world for all cells of a worker: two counties, four places, every kind of caller. Nothing in it changes by being asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.keys.passwords import hash_password
from tests.authz.asking import PASSWORD, Callers, device_rows, officer_rows
from tests.authz.places import FOREIGN, OWN, PLACES, TOWN
from tests.authz.seeding import seed
from tests.conftest import FixedClock
from tests.processes import databases

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture(scope="session")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Flask]":
    """The application on a database with everything in it."""
    from server import create_app
    from server.settings import Settings
    from server.store.tables.organisation import Region

    folder = tmp_path_factory.mktemp("authz")
    clock = FixedClock()
    app = create_app(Settings.for_tests(folder, databases.copied_sqlite(sqlite_template, folder)), clock=clock)
    counties = {"320583": "昆山市", "350128": FOREIGN.canary("countyname")}
    towns = {OWN.region: "巴城镇", TOWN.region: "周市镇", FOREIGN.region: FOREIGN.canary("townname")}
    with app.extensions["xuntu"].unit_of_work(origin="world") as uow:
        uow.session.add_all(Region(code=code, name=name, level="county") for code, name in counties.items())
        uow.session.add_all(Region(code=code, name=name, level="town", parent_code=code[:6]) for code, name in towns.items())
        uow.session.add_all([*officer_rows(hash_password(PASSWORD)), *device_rows(clock.now)])
        for place in PLACES.values():
            seed(place, uow=uow)
    for place in PLACES.values():
        app.extensions["xuntu"].world.blobs.begin(place.id("upload"))
    yield app
    databases.close(app)


@pytest.fixture(scope="session")
def find_caller(world: "Flask") -> Callers:
    """The caller of a kind, signed in once a worker."""
    return Callers(world)
