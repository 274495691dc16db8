"""Checks the outlines of a map file one by one and measures them. Refuses what is no area or strays out of China, and says why.

A broken outline is repaired only where the repair changes nothing that matters: at most a thousandth of its area.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from server import problems
from server.domain.geometry import areas_m2, bounds_e7
from server.imports.coordinates import CGCS2000, WGS84, SourceSystem, in_china
from server.problems import Problem

Shapes = NDArray[np.object_]

_AREAL = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)
_LINEAR = (shapely.GeometryType.LINESTRING.value, shapely.GeometryType.MULTILINESTRING.value)
# What a repair may change, as a share of the area.
_REPAIR_SHARE = 1e-3
_SMALLEST_M2 = 0.01


@dataclass(frozen=True)
class CheckedShapes:
    """Shapes in EPSG:4490 (N,), their areas in m² (N,), boxes e7 (N, 4), and by position who was refused or repaired.

    Where `refused` has an entry, the shape, area and box at that position mean nothing.
    """

    shapes: Shapes
    areas_m2: NDArray[np.float64]
    bounds: NDArray[np.int64]
    refused: dict[int, Problem]
    repaired: dict[int, str]
    elsewhere: bool
    """Whether the whole file lies outside China: then it is taken as it is, and the reader says so."""


def shapes_of(wkb: Shapes) -> tuple[Shapes, NDArray[np.bool_]]:
    """Shapes of WKB values (N,), heights dropped, None where there is none; and which of them were there but unreadable."""
    # A coordinate that is not a number is refused further on, with its row; here it is only noise.
    with np.errstate(invalid="ignore"):
        shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    given = np.array([value is not None for value in wkb], dtype=np.bool_)
    return shapes, given & shapely.is_missing(shapes)


def largest_corner(shapes: Shapes) -> tuple[float, float]:
    """The largest finite |x| and |y| of all shapes; (0, 0) when there is no coordinate."""
    xy = np.abs(shapely.get_coordinates(shapes))
    xy = xy[np.isfinite(xy).all(axis=1)]
    return (0.0, 0.0) if len(xy) == 0 else (float(xy[:, 0].max()), float(xy[:, 1].max()))


def checked(shapes: Shapes, unreadable: NDArray[np.bool_], system: SourceSystem, *, lines_too: bool = False) -> CheckedShapes:
    """Check shapes (N,) as the file has them, bring them to EPSG:4490, repair small faults, measure what remains."""
    refused: dict[int, Problem] = {}
    _refuse(refused, unreadable, lambda _: "the geometry cannot be read")
    _refuse(refused, shapely.is_missing(shapes), lambda _: "there is no geometry")
    _refuse(refused, shapely.is_empty(shapes), lambda _: "the geometry is empty")
    kinds = _AREAL + _LINEAR if lines_too else _AREAL
    _refuse(refused, ~np.isin(shapely.get_type_id(shapes), kinds), lambda at: f"a {shapes[at].geom_type} is not an area")
    _refuse(refused, _not_finite(shapes), lambda _: "a coordinate is not a number")
    good = _left(len(shapes), refused)
    lonlat = np.full(len(shapes), None, dtype=object)
    lonlat[good] = system.to_lonlat(shapes[good])
    elsewhere = lies_elsewhere(shapes, lonlat, good, system)
    if not elsewhere:
        _refuse_outside(refused, shapes, lonlat, good, system)
    repaired = _repair(lonlat, refused)
    return _measured(lonlat, refused, repaired, elsewhere)


def lies_elsewhere(shapes: Shapes, lonlat: Shapes, good: NDArray[np.int64], system: SourceSystem) -> bool:
    """Whether no usable shape lies in China and none would with its axes swapped: land of another country, not an error.

    Only degrees are believed so far: metres that land abroad were given a wrong zone. A single shape abroad in a file of
    Chinese land is an error and is refused.
    """
    if system.epsg not in (CGCS2000, WGS84) or len(good) == 0 or in_china(lonlat[good]).any():
        return False
    west, south, east, north = shapely.total_bounds(lonlat[good]).tolist()
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        return False
    return not any(system.swapped_fits(shapes[at]) for at in good.tolist())


def _refuse(refused: dict[int, Problem], which: NDArray[np.bool_], reason: Callable[[int], str]) -> None:
    for at in np.flatnonzero(which).tolist():
        if at not in refused:
            refused[at] = problems.ROW_GEOMETRY(reason=reason(at))


def _left(count: int, refused: dict[int, Problem]) -> NDArray[np.int64]:
    return np.setdiff1d(np.arange(count), np.fromiter(refused, dtype=np.int64, count=len(refused)))


def _not_finite(shapes: Shapes) -> NDArray[np.bool_]:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    spoilt = np.zeros(len(shapes), dtype=np.bool_)
    spoilt[owner[~np.isfinite(xy).all(axis=1)]] = True
    return spoilt


def _refuse_outside(
    refused: dict[int, Problem], shapes: Shapes, lonlat: Shapes, good: NDArray[np.int64], system: SourceSystem
) -> None:
    for at in good[~in_china(lonlat[good])].tolist():
        x, y = (float(value) for value in shapely.get_coordinates(shapes[at])[0])
        reason = f"({x:.3f}, {y:.3f}) in {system.name} is not in China"
        if system.swapped_fits(shapes[at]):
            reason = f"{reason}; x and y look swapped (north is given first)"
        refused[at] = problems.ROW_GEOMETRY(reason=reason)


def _repair(lonlat: Shapes, refused: dict[int, Problem]) -> dict[int, str]:
    """Repair the invalid shapes in place; those whose area a repair would change are refused."""
    repaired: dict[int, str] = {}
    areal = np.isin(shapely.get_type_id(lonlat), _AREAL)
    for at in np.flatnonzero(~shapely.is_valid(lonlat) & areal).tolist():
        if at in refused:
            continue
        fault = shapely.is_valid_reason(lonlat[at])
        whole = shapely.make_valid(lonlat[at], method="structure", keep_collapsed=False)
        before, after = areas_m2([lonlat[at]])[0], areas_m2([whole])[0]
        if shapely.get_type_id(whole) not in _AREAL or not after > 0.0 or abs(after - before) > _REPAIR_SHARE * before:
            refused[at] = problems.ROW_GEOMETRY(reason=f"the outline is broken: {fault}")
        else:
            lonlat[at] = whole
            repaired[at] = fault
    return repaired


def _measured(lonlat: Shapes, refused: dict[int, Problem], repaired: dict[int, str], elsewhere: bool) -> CheckedShapes:
    good = _left(len(lonlat), refused)
    areas = np.zeros(len(lonlat))
    bounds = np.zeros((len(lonlat), 4), dtype=np.int64)
    areas[good] = areas_m2(list(lonlat[good]))
    bounds[good] = bounds_e7(list(lonlat[good]))
    areal = np.isin(shapely.get_type_id(lonlat), _AREAL)
    speck = np.zeros(len(lonlat), dtype=np.bool_)
    speck[good] = areal[good] & (areas[good] < _SMALLEST_M2)
    _refuse(refused, speck, lambda _: "the outline encloses no area")
    kept = {at: fault for at, fault in repaired.items() if at not in refused}
    return CheckedShapes(lonlat, areas, bounds, refused, kept, elsewhere)
