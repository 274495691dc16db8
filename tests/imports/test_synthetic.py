"""The synthetic county: the same for the same seed, without gaps or overlaps, and its situations hold on any day."""

import json
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
import shapely

from server.domain.crs import LocalFrame
from server.domain.geometry import areas_m2
from server.domain.layers import LAYERS
from server.domain.permissions import Role
from server.imports.regions import read_regions
from server.imports.synthetic import synthetic_county
from server.imports.synthetic_layout import CENTRE_LAT, CENTRE_LON

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def county():
    return synthetic_county(day=DAY)


def test_the_same_seed_and_day_give_the_same_county(county):
    assert synthetic_county(day=DAY) == county
    assert synthetic_county(1, day=DAY).parcels != county.parcels


def test_parcels_share_edges_and_never_overlap(county):
    shapes = np.array([row.geometry for row in county.parcels])

    assert 2900 < len(shapes) < 3400
    assert shapely.coverage_is_valid(shapes)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    shared = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    assert areas_m2(list(shared)).max() < 1.0
    touching = np.zeros(len(shapes), dtype=bool)
    touching[pairs[shapely.length(shared) > 0].ravel()] = True
    assert touching.all()


def test_roads_touch_parcels_and_cover_none(county):
    parcels = np.array([row.geometry for row in county.parcels])
    roads = shapely.union_all([row.geometry for row in county.layers["road"]])

    assert areas_m2(list(shapely.intersection(parcels, roads))).max() < 1.0


def test_everything_says_that_it_is_synthetic(county):
    assert all(row.attributes["synthetic"] is True for row in county.parcels)
    assert all(row.attributes["synthetic"] is True for rows in county.layers.values() for row in rows)
    assert all(row.attributes["synthetic"] is True for row in county.duties)
    assert all("合成数据" in row.name for row in county.regions)
    assert all(user.name.startswith("演示") for user in county.users)
    assert all(duty.party.startswith("虚构") for duty in county.duties)


def test_its_code_is_no_real_county(shared_data, county):
    real = {row.code for row in read_regions(shared_data / "regions" / "dist" / "areas.json.gz").rows}

    assert county.code not in real


def test_it_fills_every_layer_an_assessment_knows(county):
    assert county.layers.keys() == LAYERS.keys()
    assert all(county.layers.values())


def test_codes_are_unique_and_of_the_standard_form(county):
    codes = [row.code for row in county.parcels]

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 19 and code.startswith(county.code) for code in codes)
    assert len({duty.code for duty in county.duties}) == len(county.duties)


@pytest.mark.parametrize("day", [DAY, date(2024, 2, 29), date(2031, 1, 1)])
def test_the_situations_hold_whatever_the_day(day):
    county = synthetic_county(day=day)
    starts = [duty for duty in county.duties if duty.kind == "start_construction"]
    ends = [date.fromisoformat(duty.attributes["expires_on"]) for duty in county.duties if duty.kind == "reclaim_temporary_land"]
    year = timedelta(days=366)

    assert sum(duty.due_on is not None and duty.due_on + year < day for duty in starts) == 18
    assert sum(duty.due_on is not None and duty.due_on > day for duty in starts) == 6
    assert sum(duty.due_on is None and duty.delivered_on + 2 * year < day for duty in starts) == 4
    assert sum(end + year < day for end in ends) == 9
    assert sum(day - year < end < day for end in ends) == 2
    assert sum(end > day for end in ends) == 2


def test_the_office_is_staffed(county):
    roles = Counter(user.role for user in county.users)

    assert len(county.crews) == 2
    assert roles[Role.INSPECTOR] == 6
    assert sum(user.certificate_no is not None for user in county.users) == 4
    assert (roles[Role.HANDLER], roles[Role.SECTION_HEAD], roles[Role.DIRECTOR], roles[Role.AUDITOR]) == (3, 1, 1, 1)


def test_every_scenario_is_walked_and_the_plan_is_json(county):
    scenarios = Counter(spot["scenario"] for spot in county.spots)

    assert set(scenarios) == {
        "idle_not_started", "idle_started", "illegal_on_farmland", "illegal_approved", "rural_house", "temporary_overdue",
        "temporary_reclaimed", "routine",
    }  # fmt: skip
    assert len({spot["parcel_code"] for spot in county.spots}) == len(county.spots)
    assert json.loads(json.dumps(county.spots)) == list(county.spots)


def test_a_spot_stands_on_a_road_near_its_parcel_and_looks_at_it(county):
    frame = LocalFrame(CENTRE_LON, CENTRE_LAT)
    parcels = {row.code: shapely.transform(row.geometry, frame.to_metres) for row in county.parcels}
    roads = shapely.transform(shapely.union_all([row.geometry for row in county.layers["road"]]), frame.to_metres)
    for spot in county.spots:
        stand, target = shapely.points(frame.to_metres([spot["stand"], [spot["lon"], spot["lat"]]]))
        parcel = parcels[spot["parcel_code"]]
        azimuth = np.degrees(np.arctan2(target.x - stand.x, target.y - stand.y)) % 360.0

        assert roads.buffer(0.1).contains(stand)
        assert 9.9 <= parcel.distance(stand) <= 25.1
        assert parcel.contains(target)
        assert abs((azimuth - spot["azimuth_deg"] + 180.0) % 360.0 - 180.0) < 1.0


def test_tasks_send_crews_to_parcels_that_owe_something_or_were_reported(county):
    ids = [spot["task_id"] for spot in county.spots if spot["task_id"]]

    assert len(ids) == len(set(ids)) == len(county.tasks)
    assert {task.crew for task in county.tasks} <= {crew.key for crew in county.crews}
