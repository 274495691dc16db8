"""Spatial candidates: the same rows in the same order from R*Tree and GiST, kept in step with every write."""

import uuid
from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.orm import Session

from server.domain.geometry import BoundsE7, bounds_e7
from server.store.dialects.bulk import insert_many
from server.store.dialects.spatial import INDEXED_TABLES, candidates, spatial_index_ddl, spatial_index_drop
from server.store.ids import ascending_ids
from server.store.registry import hilbert_order, reserve_spatial_ids
from server.store.tables.registry import LayerFeature, ParcelVersion

COUNTY, DAY = "320999", date(2026, 11, 23)
ODD_CODES = ("b", "B", "a", "Z", "中", "é", "~", "10", "9")


@pytest.fixture
def engine(database_url):
    made = create_engine(database_url)
    yield made
    made.dispose()


def a_version(number, shape, **different):
    west, south, east, north = bounds_e7([shape])[0].tolist()
    row = {
        "county": COUNTY,
        "id": f"{number:08d}-0000-4000-8000-000000000000",
        "spatial_id": number,
        "parcel_id": f"{number:08d}",
        "code": f"{ODD_CODES[number % len(ODD_CODES)]}{number}",
        "region": COUNTY,
        "area_m2": 1.0,
        "area_method": "ellipsoidal",
        "attributes": {},
        "source": "test",
        "source_crs": "EPSG:4490",
        "valid_from": date(2000, 1, 1),
        "valid_to": None,
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "geometry": shape,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
    }
    return row | different


def scattered(count=400):
    """Boxes of very different sizes, some of them on whole units of the index, where rounding shows."""
    rng = np.random.default_rng(7)
    corners = np.round(rng.uniform((120.0, 33.0), (120.02, 33.02), (count, 2)), 4)
    sizes = rng.uniform(1e-6, 2e-3, (count, 2))
    return [shapely.box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, sizes, strict=True)]


def add(session, *rows):
    session.execute(insert(ParcelVersion.__table__), list(rows))


def found(session, bounds, on=DAY, county=COUNTY):
    return [row.spatial_id for row in candidates(session, ParcelVersion, county, bounds, on, columns=("spatial_id",))]


@pytest.mark.both_stores
def test_both_stores_find_what_comparing_every_row_finds_in_the_same_order(engine, store):
    rows = [a_version(number, shape) for number, shape in enumerate(scattered(), start=1)]
    rng = np.random.default_rng(11)
    with Session(engine) as session:
        add(session, *rows)
        for _ in range(60):
            west, south = rng.uniform((120.0, 33.0), (120.02, 33.02))
            window = BoundsE7.of_degrees(west, south, west + 1e-3, south + 1e-3)
            expected = [
                row
                for row in rows
                if row["max_lon_e7"] >= window.min_lon and row["min_lon_e7"] <= window.max_lon
                and row["max_lat_e7"] >= window.min_lat and row["min_lat_e7"] <= window.max_lat
            ]  # fmt: skip
            in_order = sorted(expected, key=lambda row: (row["code"].encode(), row["id"]))
            assert found(session, window) == [row["spatial_id"] for row in in_order]


@pytest.mark.both_stores
def test_boxes_that_touch_by_one_unit_are_found_and_one_unit_apart_are_not(engine):
    row = a_version(1, shapely.box(120.0, 33.0, 120.001, 33.001))
    with Session(engine) as session:
        add(session, row)
        east, north = row["max_lon_e7"], row["max_lat_e7"]

        assert found(session, BoundsE7(east, north, east + 10, north + 10)) == [1]
        assert found(session, BoundsE7(east + 1, north, east + 10, north + 10)) == []


@pytest.mark.both_stores
def test_a_version_counts_from_its_first_day_up_to_the_first_day_of_the_next(engine):
    shape = shapely.box(120.0, 33.0, 120.001, 33.001)
    window = BoundsE7.of(shape)
    with Session(engine) as session:
        add(
            session,
            a_version(1, shape, valid_from=date(2020, 1, 1), valid_to=date(2024, 5, 1)),
            a_version(2, shape, valid_from=date(2024, 5, 1)),
            a_version(3, shape, county="320998", valid_from=date(2020, 1, 1)),
        )

        assert found(session, window, date(2019, 12, 31)) == []
        assert found(session, window, date(2024, 4, 30)) == [1]
        assert found(session, window, date(2024, 5, 1)) == [2]
        assert found(session, window, DAY, county="320998") == [3]


@pytest.mark.both_stores
def test_the_index_follows_moves_and_removals(engine):
    here, there = shapely.box(120.0, 33.0, 120.001, 33.001), shapely.box(121.0, 34.0, 121.001, 34.001)
    with Session(engine) as session:
        add(session, a_version(1, here))
        moved = {name: a_version(1, there)[name] for name in a_version(1, there) if name.endswith("_e7") or name == "geometry"}
        session.execute(update(ParcelVersion).values(moved))

        assert found(session, BoundsE7.of(here)) == []
        assert found(session, BoundsE7.of(there)) == [1]

        session.execute(delete(ParcelVersion))
        assert found(session, BoundsE7.of(there)) == []


@pytest.mark.both_stores
def test_the_index_can_be_taken_away_and_built_again_over_existing_rows(engine, store):
    shape = shapely.box(120.0, 33.0, 120.001, 33.001)
    with Session(engine) as session:
        add(session, a_version(1, shape))
        for statement in [*spatial_index_drop(store, "parcel_versions"), *spatial_index_ddl(store, "parcel_versions")]:
            session.execute(text(statement))

        assert found(session, BoundsE7.of(shape)) == [1]


@pytest.mark.both_stores
def test_a_layer_is_asked_for_alone_and_geometry_comes_back(engine):
    shape = shapely.box(120.0, 33.0, 120.001, 33.001)
    foreign = ("parcel_id", "region", "area_method")
    rows = [a_version(number, shape, layer=layer, name=None) for number, layer in ((1, "road"), (2, "approval"))]
    with Session(engine) as session:
        kept = [{name: value for name, value in row.items() if name not in foreign} for row in rows]
        session.execute(insert(LayerFeature.__table__), kept)

        (row,) = candidates(session, LayerFeature, COUNTY, BoundsE7.of(shape), DAY, layer="road")
        assert (row.layer, row.attributes) == ("road", {})
        assert row.geometry.equals(shape)
        assert len(candidates(session, LayerFeature, COUNTY, BoundsE7.of(shape), DAY)) == 2


@pytest.mark.both_stores
def test_spatial_ids_are_never_given_twice(engine):
    with Session(engine) as session:
        first = reserve_spatial_ids(session, COUNTY, "parcel_versions", 3)
        second = reserve_spatial_ids(session, COUNTY, "parcel_versions", 2)
        other = reserve_spatial_ids(session, "320998", "parcel_versions", 2)

    assert list(first) == [3_209_990_000_000_001 + at for at in range(3)]
    assert second.start == first.stop
    assert not set(first) & set(other)


def test_sqlite_asks_the_tree_first(engine):
    statement = (
        "EXPLAIN QUERY PLAN SELECT v.id FROM parcel_versions_rtree t JOIN parcel_versions v ON v.spatial_id = t.id "
        "WHERE +v.county = '320999' AND t.max_lon >= 1 AND t.min_lon <= 2"
    )
    with Session(engine) as session:
        plan = [row[3] for row in session.execute(text(statement))]

    assert "VIRTUAL TABLE" in plan[0]
    assert "spatial_id" in plan[1]


@pytest.mark.parametrize(("dialect", "table"), [("mysql", "parcel_versions"), ("sqlite", "users; DROP TABLE users")])
def test_only_known_stores_and_tables_are_indexed(dialect, table):
    with pytest.raises(ValueError, match="index"):
        spatial_index_ddl(dialect, table)


def test_the_indexed_tables_are_those_with_bounds():
    assert {model.__tablename__ for model in (ParcelVersion, LayerFeature)} == set(INDEXED_TABLES)


def test_neighbours_on_the_ground_are_neighbours_on_the_hilbert_curve():
    side = 16
    boxes = np.array([[x, y, x, y] for y in range(side) for x in range(side)], dtype=np.int64) * 1000
    walk = boxes[hilbert_order(boxes), :2] // 1000
    steps = np.abs(np.diff(walk, axis=0)).sum(axis=1)

    assert sorted(map(tuple, walk.tolist())) == sorted((x, y) for y in range(side) for x in range(side))
    assert steps.max() == 1


@pytest.mark.both_stores
def test_rows_written_in_bulk_read_back_as_they_were(engine):
    shape = shapely.box(120.0, 33.0, 120.001, 33.001)
    odd = {"中": "值\t\\\n", "n": None, "list": [1, 2.5, True]}
    rows = [
        a_version(number, shape, attributes=odd if number == 1 else {}, name=None, holder="a\tb\\N")
        for number in range(1, 12_002)
    ]
    with Session(engine) as session:
        insert_many(session, ParcelVersion, (row for row in rows))
        stored = session.execute(select(ParcelVersion.__table__).order_by(ParcelVersion.spatial_id)).mappings().all()

    assert len(stored) == len(rows)
    assert {name: stored[0][name] for name in rows[0] if name != "geometry"} == {
        name: value for name, value in rows[0].items() if name != "geometry"
    }
    assert stored[0]["geometry"].equals(shape)


def test_ids_made_together_ascend_and_never_repeat():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    ids = ascending_ids(5_000, now=now)

    assert ids == sorted(set(ids))
    assert {uuid.UUID(one).version for one in ids} == {7}
    assert not set(ids) & set(ascending_ids(5_000, now=now))
