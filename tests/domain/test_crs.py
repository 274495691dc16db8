"""Coordinate systems: the shifts are undone exactly. Refuses a system without a formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from server import problems
from server.domain.crs import LocalFrame, from_cgcs2000, gcj02_to_bd09, to_cgcs2000, wgs84_to_gcj02

GEOD = Geod(a=6378137.0, rf=298.257222101)
LON = st.floats(74.0, 134.0)
LAT = st.floats(4.0, 53.0)


def distance_m(lon_a: object, lat_a: object, lon_b: object, lat_b: object) -> np.ndarray:
    return np.asarray(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2])


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_shifted_coordinate_comes_back_within_a_millimetre_all_over_china(crs: str) -> None:
    rng = np.random.default_rng(4490)
    lon, lat = rng.uniform(74, 134, 5000), rng.uniform(18, 53, 5000)
    back = to_cgcs2000(*from_cgcs2000(lon, lat, crs), crs)
    assert distance_m(lon, lat, *back).max() < 1e-3


@given(LON, LAT)
def test_any_point_survives_the_round_trip_through_gcj02(lon: float, lat: float) -> None:
    back_lon, back_lat = to_cgcs2000(*wgs84_to_gcj02(lon, lat), "gcj02")
    assert distance_m(lon, lat, float(back_lon), float(back_lat)) < 1e-3


@pytest.mark.parametrize(
    ("city", "lon", "lat", "shift_m"),
    [
        ("Suzhou", 120.58, 31.30, 465),
        ("Nanjing", 118.78, 32.04, 542),
        ("Fuzhou", 119.30, 26.08, 591),
        ("Longyan", 117.02, 25.08, 579),
    ],
)
def test_the_shift_of_a_city_is_the_one_measured_elsewhere(city: str, lon: float, lat: float, shift_m: float) -> None:
    measured = float(distance_m(lon, lat, *(float(v) for v in wgs84_to_gcj02(lon, lat))))
    assert measured == pytest.approx(shift_m, rel=0.05), city


def test_baidu_moves_a_gcj02_point_by_about_a_kilometre_to_the_north_east() -> None:
    lon, lat = gcj02_to_bd09(120.0, 31.0)
    assert 120.004 < lon < 120.009
    assert 31.003 < lat < 31.009


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000"])
def test_unshifted_systems_keep_their_numbers(crs: str) -> None:
    lon, lat = to_cgcs2000(np.array([120.1, 121.2]), np.array([31.1, 32.2]), crs)
    assert lon.tolist() == [120.1, 121.2]
    assert lat.tolist() == [31.1, 32.2]


def test_outside_china_gcj02_is_not_shifted() -> None:
    lon, lat = to_cgcs2000(2.35, 48.85, "gcj02")
    assert (float(lon), float(lat)) == (2.35, 48.85)


def test_nan_stays_nan_instead_of_becoming_a_place() -> None:
    lon, lat = to_cgcs2000(float("nan"), 31.0, "gcj02")
    assert np.isnan(lon)
    assert np.isnan(lat)


@pytest.mark.parametrize("crs", ["", "GCJ02", "beijing54", "4490"])
def test_a_system_without_a_formula_is_refused(crs: str) -> None:
    with pytest.raises(problems.Problem) as refused:
        to_cgcs2000(120.0, 31.0, crs)
    assert refused.value.kind is problems.CRS_UNKNOWN


@given(LON, LAT, st.floats(-800, 800), st.floats(-800, 800))
def test_the_local_frame_agrees_with_the_geodesic_within_a_kilometre(lon: float, lat: float, east: float, north: float) -> None:
    frame = LocalFrame(lon, lat)
    there = frame.to_degrees([[east, north]])[0]
    assert float(distance_m(lon, lat, there[0], there[1])) == pytest.approx(np.hypot(east, north), rel=3e-4, abs=1e-3)


@given(LON, LAT, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_metres_and_degrees_are_inverse_to_each_other(lon: float, lat: float, east: float, north: float) -> None:
    frame = LocalFrame(lon, lat)
    assert frame.to_metres(frame.to_degrees([[east, north]]))[0] == pytest.approx([east, north], abs=1e-6)
