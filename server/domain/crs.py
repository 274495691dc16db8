"""Coordinate systems of phones and maps, brought to CGCS2000 longitude/latitude. Refuses names it has no formula for.

WGS 84 as phones report it and CGCS2000 differ by decimetres, less than any phone can see, so the numbers are kept as they
are. GCJ-02 and BD-09 are the shifted systems of commercial Chinese map services; the published formula is inverted exactly,
but how closely that formula follows the licensed transform is unknown, so the source system must be stored beside the result.
Survey grids and older datums (Xi'an 80, Beijing 54) are an import's business: they need parameters, not a formula.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from server import problems

FloatArray = NDArray[np.float64]
LonLat = tuple[FloatArray, FloatArray]

PHONE_SYSTEMS = ("wgs84", "cgcs2000", "gcj02", "bd09")

# The CGCS2000 ellipsoid (GB/T 30170 / EPSG 1024): semi-major axis in metres and inverse flattening.
SEMI_MAJOR_M = 6378137.0
INVERSE_FLATTENING = 298.257222101
FLATTENING = 1.0 / INVERSE_FLATTENING
ECCENTRICITY_2 = FLATTENING * (2.0 - FLATTENING)

# The shift formula was published with the Krasovsky ellipsoid, whatever datum its input has.
_KRASOVSKY_M = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
# The rectangle (degrees) inside which map services shift; outside it GCJ-02 equals WGS 84.
_SHIFTED_LON = (72.004, 137.8347)
_SHIFTED_LAT = (0.8293, 55.8271)
# Each pass shrinks the error about 150-fold; five leave nanometres, where three left 0.2 mm.
_INVERSE_PASSES = 5
_BD_TURN = np.pi * 3000.0 / 180.0
_BD_EAST, _BD_NORTH = 0.0065, 0.006


def to_cgcs2000(lon: ArrayLike, lat: ArrayLike, crs: str) -> LonLat:
    """Bring coordinates of a phone system to CGCS2000 (EPSG:4490, x = longitude).

    `lon` and `lat` are scalars or arrays of one shape, in degrees of `crs` (`wgs84`, `cgcs2000`, `gcj02` or `bd09`). Returns
    new arrays of the same shape (0-dimensional for scalars), exact to well under a millimetre against the forward formula.
    NaN stays NaN. Raises problems.CRS_UNKNOWN for any other name.
    """
    x, y = _as_arrays(lon, lat)
    if crs in ("wgs84", "cgcs2000"):
        return x, y
    if crs == "gcj02":
        return _inverse(wgs84_to_gcj02, x, y, x, y)
    if crs == "bd09":
        # Undoing Baidu's second shift leaves GCJ-02; the closed form is a good start and the iteration finishes it.
        gcj = _inverse(gcj02_to_bd09, x, y, x - _BD_EAST, y - _BD_NORTH)
        return _inverse(wgs84_to_gcj02, *gcj, *gcj)
    raise problems.CRS_UNKNOWN(reason=f"{crs!r} is not one of {', '.join(PHONE_SYSTEMS)}")


def from_cgcs2000(lon: ArrayLike, lat: ArrayLike, crs: str) -> LonLat:
    """Bring CGCS2000 degrees to a phone system, for display on a shifted map only; shapes and errors as `to_cgcs2000`."""
    x, y = _as_arrays(lon, lat)
    if crs in ("wgs84", "cgcs2000"):
        return x, y
    if crs == "gcj02":
        return wgs84_to_gcj02(x, y)
    if crs == "bd09":
        return gcj02_to_bd09(*wgs84_to_gcj02(x, y))
    raise problems.CRS_UNKNOWN(reason=f"{crs!r} is not one of {', '.join(PHONE_SYSTEMS)}")


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Apply the published GCJ-02 shift to WGS 84 degrees (arrays of one shape); outside China the numbers stay."""
    x, y = _as_arrays(lon, lat)
    east, north = x - 105.0, y - 35.0
    # Both offsets share one wave in east-west direction.
    ripple = (20.0 * np.sin(6.0 * np.pi * east) + 20.0 * np.sin(2.0 * np.pi * east)) * 2.0 / 3.0
    root = np.sqrt(np.abs(east))
    metres_north = (
        -100.0 + 2.0 * east + 3.0 * north + 0.2 * north * north + 0.1 * east * north + 0.2 * root + ripple
        + (20.0 * np.sin(np.pi * north) + 40.0 * np.sin(np.pi / 3.0 * north)) * 2.0 / 3.0
        + (160.0 * np.sin(np.pi / 12.0 * north) + 320.0 * np.sin(np.pi / 30.0 * north)) * 2.0 / 3.0
    )  # fmt: skip
    metres_east = (
        300.0 + east + 2.0 * north + 0.1 * east * east + 0.1 * east * north + 0.1 * root + ripple
        + (20.0 * np.sin(np.pi * east) + 40.0 * np.sin(np.pi / 3.0 * east)) * 2.0 / 3.0
        + (150.0 * np.sin(np.pi / 12.0 * east) + 300.0 * np.sin(np.pi / 30.0 * east)) * 2.0 / 3.0
    )  # fmt: skip
    per_lon, per_lat = _metres_per_degree(y, _KRASOVSKY_M, _KRASOVSKY_E2)
    # Asked this way round, NaN is not "outside" and runs through the formula, so both numbers of the pair become NaN.
    outside = (x < _SHIFTED_LON[0]) | (x > _SHIFTED_LON[1]) | (y < _SHIFTED_LAT[0]) | (y > _SHIFTED_LAT[1])
    return np.where(outside, x, x + metres_east / per_lon), np.where(outside, y, y + metres_north / per_lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Apply Baidu's second shift to GCJ-02 degrees (arrays of one shape)."""
    x, y = _as_arrays(lon, lat)
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_TURN)
    return radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH


@dataclass(frozen=True)
class LocalFrame:
    """A flat frame in metres (x east, y north) around one point in degrees of EPSG:4490.

    Lengths are right to about 1e-5 within a kilometre and 1e-4 within ten; it is not for anything larger.
    """

    lon0: float
    lat0: float
    metres_per_lon: float = field(init=False)
    metres_per_lat: float = field(init=False)

    def __post_init__(self) -> None:
        per_lon, per_lat = _metres_per_degree(np.float64(self.lat0), SEMI_MAJOR_M, ECCENTRICITY_2)
        object.__setattr__(self, "metres_per_lon", float(per_lon))
        object.__setattr__(self, "metres_per_lat", float(per_lat))

    def to_metres(self, lonlat: ArrayLike) -> FloatArray:
        """Degrees (N, 2) as lon, lat to metres (N, 2) as east, north of the origin."""
        degrees = np.asarray(lonlat, dtype=np.float64)
        return (degrees - (self.lon0, self.lat0)) * (self.metres_per_lon, self.metres_per_lat)

    def to_degrees(self, metres: ArrayLike) -> FloatArray:
        """Metres (N, 2) as east, north of the origin to degrees (N, 2) as lon, lat."""
        return np.asarray(metres, dtype=np.float64) / (self.metres_per_lon, self.metres_per_lat) + (self.lon0, self.lat0)


def _as_arrays(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)


def _inverse(
    forward: Callable[[FloatArray, FloatArray], LonLat], x: FloatArray, y: FloatArray, x0: FloatArray, y0: FloatArray
) -> LonLat:
    """Solve forward(source) = (x, y) by fixed point from (x0, y0); the shift varies slowly, so every pass contracts."""
    for _ in range(_INVERSE_PASSES):
        fx, fy = forward(x0, y0)
        x0, y0 = x0 + (x - fx), y0 + (y - fy)
    return x0, y0


def _metres_per_degree(lat: FloatArray | np.float64, semi_major_m: float, e2: float) -> tuple[FloatArray, FloatArray]:
    phi = np.radians(lat)
    w2 = 1.0 - e2 * np.sin(phi) ** 2
    per_lon = np.radians(semi_major_m / np.sqrt(w2) * np.cos(phi))
    per_lat = np.radians(semi_major_m * (1.0 - e2) / w2**1.5)
    return per_lon, per_lat
