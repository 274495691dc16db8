"""Brings map coordinates to CGCS2000 lon/lat (EPSG:4490). Refuses old datums and grids whose zone the file does not tell.

Xi'an 80 and Beijing 54 differ from CGCS2000 by tens of metres and need transformation parameters that are not public: such a
file is refused even when the caller names another system, because a new label does not move a boundary.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from server import problems

CGCS2000 = 4490
WGS84 = 4326
# Numbers of China's first 3° zone and first 6° zone of each kind, with and without the zone in front of the easting.
_ZONES_3, _ZONES_6 = range(25, 46), range(13, 24)
_EPSG_OF_ZONE_3, _EPSG_OF_ZONE_6 = 4488, 4478
_GRIDS = range(4491, 4555)
_OLD_DATUMS = ("xian", "xi'an", "beijing", "1954", "1980")
# Where a point of China can lie, in degrees; anything else is in another country, another unit or the wrong order.
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
_DEGREES = 360.0
_PREFIXED_FROM_M, _PLAIN_FROM_M = 1e7, 1e5
# A tenth of a millimetre: one coordinate of a shared boundary becomes one number, whatever the last bits of a projection say.
_DECIMALS = 9

Coordinates = NDArray[np.float64]


@dataclass(frozen=True)
class SourceSystem:
    """The system of a file and how it was found out; `epsg` is 4490, 4326 or a CGCS2000 grid (4491–4554)."""

    epsg: int
    note: str | None

    @property
    def name(self) -> str:
        """As stored beside every version: `EPSG:4528`."""
        return f"EPSG:{self.epsg}"

    def to_lonlat(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes (N,) in this system, x = east, to EPSG:4490 degrees, x = longitude, rounded to 1e-9 degrees."""
        if self.epsg in (CGCS2000, WGS84):
            # The two differ by decimetres, less than a boundary is known to: the numbers are kept.
            return _transformed(shapes, _rounded)
        move = pyproj.Transformer.from_crs(self.epsg, CGCS2000, always_xy=True)
        return _transformed(shapes, lambda xy: _rounded(np.column_stack(move.transform(xy[:, 0], xy[:, 1]))))

    def swapped_fits(self, shape: shapely.Geometry) -> bool:
        """Whether the shape (as in the file) would lie in China if its x and y were exchanged."""
        turned = self.to_lonlat(np.array([shapely.transform(shape, lambda xy: xy[:, ::-1])], dtype=object))
        return bool(in_china(turned)[0])


def source_system(declared: str | None, asked: int | None, corner: tuple[float, float]) -> SourceSystem:
    """The system to read a file with.

    `declared` is what the file says (authority code or WKT), `asked` the EPSG number the caller insists on, `corner` the
    largest finite (|x|, |y|) in the file, which tells grids from degrees where the file says nothing. Raises CRS_UNKNOWN.
    """
    crs = _parsed(declared)
    if crs is not None:
        _refuse_old_datum(crs)
    if asked is not None:
        return SourceSystem(_acceptable(asked), f"read as EPSG:{asked} because the caller said so")
    epsg = None if crs is None else _epsg_of(crs)
    if crs is not None and epsg is None:
        raise problems.CRS_UNKNOWN(
            reason=f"the file is in {crs.name}, not in CGCS2000 or WGS 84; say which zone it is with --crs"
        )
    # GeoJSON readers say WGS 84 whatever the numbers are; metres are never degrees.
    if epsg is not None and not (epsg in (CGCS2000, WGS84) and max(corner) > _DEGREES):
        return SourceSystem(epsg, None)
    return _from_numbers(corner)


def in_china(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes (N,) in degrees lie wholly in the box around China; empty shapes do not."""
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    inside = (west >= CHINA_LON[0]) & (east <= CHINA_LON[1]) & (south >= CHINA_LAT[0]) & (north <= CHINA_LAT[1])
    return np.asarray(inside, dtype=np.bool_)


def _parsed(declared: str | None) -> pyproj.CRS | None:
    if not declared:
        return None
    try:
        return pyproj.CRS.from_user_input(declared)
    except pyproj.exceptions.CRSError as broken:
        raise problems.CRS_UNKNOWN(reason=f"the file's coordinate system cannot be understood: {broken}") from broken


def _refuse_old_datum(crs: pyproj.CRS) -> None:
    names = f"{crs.name} {crs.datum.name if crs.datum else ''}".lower()
    if any(old in names for old in _OLD_DATUMS):
        raise problems.CRS_UNKNOWN(
            reason=f"the file is in {crs.name}; convert it to CGCS2000 with the surveying authority's parameters first"
        )


def _epsg_of(crs: pyproj.CRS) -> int | None:
    if crs.to_authority() == ("OGC", "CRS84") or crs.name.startswith("WGS 84 (CRS84)"):
        return WGS84
    epsg = crs.to_epsg()
    return epsg if epsg is not None and (epsg in (CGCS2000, WGS84) or epsg in _GRIDS) else None


def _acceptable(epsg: int) -> int:
    if epsg in (CGCS2000, WGS84) or epsg in _GRIDS:
        return epsg
    raise problems.CRS_UNKNOWN(reason=f"EPSG:{epsg} is not CGCS2000 (4490, 4491–4554) or WGS 84 (4326)")


def _from_numbers(corner: tuple[float, float]) -> SourceSystem:
    """Guess by size: eastings with the zone in front tell the zone, degrees are degrees, anything else tells nothing."""
    largest = max(corner)
    if largest <= _DEGREES:
        return SourceSystem(CGCS2000, "the file names no coordinate system; its numbers are degrees, taken as CGCS2000")
    if largest >= _PREFIXED_FROM_M:
        zone = int(largest // 1e6)
        if zone in _ZONES_3 or zone in _ZONES_6:
            epsg = zone + (_EPSG_OF_ZONE_3 if zone in _ZONES_3 else _EPSG_OF_ZONE_6)
            return SourceSystem(
                epsg, f"the file names no coordinate system; eastings begin with zone {zone}, taken as EPSG:{epsg}"
            )
    if largest >= _PLAIN_FROM_M:
        raise problems.CRS_UNKNOWN(reason="metres without a zone number; say the zone with --crs (4534–4554 or 4502–4512)")
    raise problems.CRS_UNKNOWN(reason="the numbers are neither degrees nor a survey grid; say the system with --crs")


def _transformed(shapes: NDArray[np.object_], move: Callable[[Coordinates], Coordinates]) -> NDArray[np.object_]:
    moved: NDArray[np.object_] = shapely.transform(shapes, move)
    return moved


def _rounded(xy: Coordinates) -> Coordinates:
    return np.round(xy, _DECIMALS)
