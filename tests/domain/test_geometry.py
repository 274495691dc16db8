"""Areas, overlaps, distances and boxes agree with an independent geodesic library. Refuses shapes that are not areas."""

import math
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from server import problems
from server.domain.crs import LocalFrame, wgs84_to_gcj02
from server.domain.geometry import (
    MU_M2,
    BoundsE7,
    area_m2,
    areas_m2,
    bounds_e7,
    distance_m,
    distance_to_shape_m,
    mu,
    overlap_area_m2,
    parse_polygon,
    search_bounds,
)
from server.domain.report import Position

GEOD = Geod(a=6378137.0, rf=298.257222101)
SUZHOU = (120.6, 31.3)


def rectangle(lon: float, lat: float, east_m: float, north_m: float) -> shapely.Polygon:
    frame = LocalFrame(lon, lat)
    return shapely.Polygon(frame.to_degrees(np.array([[0, 0], [east_m, 0], [east_m, north_m], [0, north_m]])))


def a_position(lon: float = SUZHOU[0], lat: float = SUZHOU[1], crs: str = "cgcs2000") -> Position:
    return Position(lon, lat, 5.0, 0.68, 1, None, datetime(2026, 3, 2, tzinfo=UTC), "gnss", False, crs)


@given(st.floats(74, 134), st.floats(18, 53), st.floats(3, 400), st.floats(3, 400))
def test_a_parcel_has_the_geodesic_area(lon: float, lat: float, east_m: float, north_m: float) -> None:
    shape = rectangle(lon, lat, east_m, north_m)
    assert area_m2(shape) == pytest.approx(abs(GEOD.geometry_area_perimeter(shape)[0]), rel=2e-5, abs=1e-4)


def test_holes_are_subtracted_and_parts_are_added() -> None:
    lon, lat = SUZHOU
    frame = LocalFrame(lon, lat)
    ring = frame.to_degrees([[0, 0], [100, 0], [100, 100], [0, 100]])
    hole = frame.to_degrees([[20, 20], [60, 20], [60, 60], [20, 60]])
    far = frame.to_degrees([[200, 0], [210, 0], [210, 10], [200, 10]])
    shape = shapely.MultiPolygon([shapely.Polygon(ring, [hole]), shapely.Polygon(far)])
    assert area_m2(shape) == pytest.approx(10_000 - 1_600 + 100, rel=1e-4)
    assert areas_m2([shape, shapely.Polygon(ring), shapely.Polygon(far)]) == pytest.approx([8_500, 10_000, 100], rel=1e-4)


def test_shapes_without_area_measure_nothing() -> None:
    assert areas_m2([shapely.Point(*SUZHOU), shapely.LineString([SUZHOU, (121, 32)]), shapely.Polygon()]).tolist() == [0, 0, 0]
    assert areas_m2([]).tolist() == []


def test_fifteen_mu_are_a_hectare() -> None:
    assert mu(10_000.0) == pytest.approx(15.0)
    assert pytest.approx(666.667, abs=1e-3) == MU_M2


def test_two_parcels_share_what_lies_in_both_and_a_common_edge_is_nothing() -> None:
    lon, lat = SUZHOU
    frame = LocalFrame(lon, lat)
    left = shapely.box(*frame.to_degrees([[0, 0], [50, 40]]).ravel())
    right = shapely.box(*frame.to_degrees([[30, 10], [90, 80]]).ravel())
    neighbour = shapely.box(left.bounds[2], left.bounds[1], left.bounds[2] + 0.001, left.bounds[3])
    assert overlap_area_m2(left, right) == pytest.approx(20 * 30, rel=1e-4)
    assert overlap_area_m2(left, neighbour) == 0.0


def test_a_broken_shape_is_reported_instead_of_measured() -> None:
    bowtie = shapely.Polygon([(120, 31), (121, 32), (121, 31), (120, 32)])
    with pytest.raises(problems.Problem) as refused:
        overlap_area_m2(bowtie, shapely.box(120, 31, 120.5, 32))
    assert refused.value.kind is problems.ROW_GEOMETRY


def test_distance_is_the_geodesic_one() -> None:
    assert distance_m(120.0, 31.0, 121.0, 32.0) == pytest.approx(GEOD.inv(120, 31, 121, 32)[2])


def test_distance_to_a_parcel_is_zero_inside_and_metres_outside() -> None:
    lon, lat = SUZHOU
    frame = LocalFrame(lon, lat)
    parcel = shapely.box(*frame.to_degrees([[-10, -10], [10, 10]]).ravel())
    outside = frame.to_degrees([[40, 0]])[0]
    assert distance_to_shape_m(lon, lat, parcel) == 0.0
    assert distance_to_shape_m(outside[0], outside[1], parcel) == pytest.approx(30.0, abs=1e-3)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_box_is_rounded_outward_and_by_less_than_three_centimetres(lon: float, lat: float) -> None:
    box = BoundsE7.of(shapely.Point(lon, lat))
    for low, value, high in ((box.min_lon, lon, box.max_lon), (box.min_lat, lat, box.max_lat)):
        exact = Fraction(value) * 10_000_000
        assert low <= exact <= high
        assert high - low <= 2


def test_boxes_of_many_shapes_equal_the_boxes_one_by_one() -> None:
    shapes = [rectangle(120 + i / 10, 31, 30, 40) for i in range(5)]
    one_by_one = [[b.min_lon, b.min_lat, b.max_lon, b.max_lat] for b in map(BoundsE7.of, shapes)]
    assert bounds_e7(shapes).tolist() == one_by_one


@pytest.mark.parametrize("shape", [shapely.Polygon(), shapely.Point(40_500_000, 3_500_000)])
def test_an_empty_or_projected_shape_has_no_box(shape: shapely.Geometry) -> None:
    with pytest.raises(problems.Problem):
        BoundsE7.of(shape)
    with pytest.raises(problems.Problem):
        bounds_e7([shape])


@given(st.floats(74, 134), st.floats(18, 53), st.floats(0, 1000), st.floats(0, 2 * math.pi))
def test_everything_within_reach_is_in_the_search_box(lon: float, lat: float, reach_m: float, angle: float) -> None:
    box = search_bounds(a_position(lon, lat), reach_m)
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, math.degrees(angle), reach_m * 0.9999)
    assert box is not None
    assert box.meets(BoundsE7.of(shapely.Point(there_lon, there_lat)))


def test_the_search_box_of_a_shifted_position_lies_around_the_true_place() -> None:
    lon, lat = (float(v) for v in wgs84_to_gcj02(*SUZHOU))
    assert search_bounds(a_position(lon, lat, "gcj02"), 50) == search_bounds(a_position(), 50)


@pytest.mark.parametrize(("lon", "lat"), [(math.nan, 31.0), (120.0, math.nan), (math.inf, 31.0), (31.3, 120.6), (200.0, 31.0)])
def test_a_position_that_is_no_place_has_no_search_box(lon: float, lat: float) -> None:
    assert search_bounds(a_position(lon, lat), 50) is None


RING = [[120.0, 31.0], [120.001, 31.0], [120.001, 31.001], [120.0, 31.0]]


def test_a_sketch_with_heights_is_read_and_the_heights_are_dropped() -> None:
    shape = parse_polygon({"type": "Polygon", "coordinates": [[[*point, 4.5] for point in RING]]})
    assert shape.equals(shapely.Polygon(RING))
    assert not shape.has_z


def test_a_sketch_of_several_parts_is_read() -> None:
    other = [[lon + 1, lat] for lon, lat in RING]
    assert parse_polygon({"type": "MultiPolygon", "coordinates": [[RING], [other]]}).geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    "sketch",
    [
        None,
        [],
        {"type": "Point", "coordinates": [120, 31]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [RING[:3]]},
        {"type": "Polygon", "coordinates": [[*RING[:3], [math.nan, 31.0]]]},
        {"type": "Polygon", "coordinates": [[[math.nan, math.nan]] * 4]},
        {"type": "Polygon", "coordinates": [[[31.0, 120.0], [31.1, 120.0], [31.1, 120.1], [31.0, 120.0]]]},
        {"type": "Polygon", "coordinates": [[["120", "31"]] * 4]},
        {"type": "Polygon", "coordinates": [[[True, False]] * 4]},
        {"type": "Polygon", "coordinates": [[[120.0, 31.0]] * 4]},
        {"type": "Polygon", "coordinates": [[[120, 31], [121, 32], [121, 31], [120, 32], [120, 31]]]},
        {"type": "Polygon", "coordinates": [RING[:1] + [[120.001, 31.0]] * 10_001 + RING[-1:]]},
    ],
)
def test_a_sketch_that_is_no_area_is_refused(sketch: object) -> None:
    with pytest.raises(problems.Problem) as refused:
        parse_polygon(sketch)
    assert refused.value.kind is problems.ROW_GEOMETRY


def test_areas_of_a_cadastre_sized_batch_do_not_depend_on_the_batch() -> None:
    rng = np.random.default_rng(7)
    shapes = [rectangle(120 + x, 31 + y, 20 + 30 * x, 20 + 30 * y) for x, y in rng.random((50, 2))]
    assert areas_m2(shapes).tolist() == [area_m2(shape) for shape in shapes]
