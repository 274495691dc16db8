"""Loading the synthetic county: everything arrives, through the ordinary imports, once."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, func, select

from server import problems
from server.domain.geometry import BoundsE7
from server.imports.synthetic import synthetic_county
from server.problems import Problem
from server.services.synthetic import load_synthetic_county
from server.store.dialects.spatial import candidates
from server.store.engine import prepare_engine
from server.store.tables.organisation import Crew, Region, User
from server.store.tables.registry import Duty, ParcelVersion, Task
from server.store.unit_of_work import UnitOfWork

DAY = date(2026, 11, 23)


@pytest.fixture
def open_unit(database_url):
    engine = prepare_engine(create_engine(database_url))
    yield lambda: UnitOfWork(engine, None, now=datetime(2026, 11, 23, 4, 0, tzinfo=UTC), origin="test")
    engine.dispose()


@pytest.mark.both_stores
def test_the_county_arrives_whole_and_a_second_one_is_refused(open_unit):
    county = synthetic_county(day=DAY)
    with open_unit() as uow:
        reports = load_synthetic_county(county, uow=uow)

    assert [report.refused for report in reports.values() if report.refused] == []
    assert reports["parcels"].imported == len(county.parcels)
    assert reports["duties"].imported == len(county.duties)
    with open_unit() as uow:
        counted = [uow.session.scalar(select(func.count()).select_from(kind)) for kind in (Region, Crew, User, Task, Duty)]
        assert counted == [len(rows) for rows in (county.regions, county.crews, county.users, county.tasks, county.duties)]
        spot = county.spots[0]
        window = BoundsE7.of_degrees(spot["lon"], spot["lat"], spot["lon"], spot["lat"])
        codes = [row.code for row in candidates(uow.session, ParcelVersion, county.code, window, DAY, columns=("code",))]
        assert spot["parcel_code"] in codes
    with pytest.raises(Problem) as caught, open_unit() as uow:
        load_synthetic_county(county, uow=uow)
    assert caught.value.kind is problems.REGION_TAKEN


def test_the_spots_stay_the_same_on_later_days_so_a_plan_fits_the_county_loaded_before():
    assert synthetic_county(day=date(2026, 12, 24)).spots == synthetic_county(day=DAY).spots
