"""Measures of lon/lat shapes on the CGCS2000 ellipsoid: area, overlap, distance, boxes. Refuses shapes that are not areas.

Areas are ellipsoidal (椭球面积), not the plane area of a survey grid, which is up to 5e-4 larger; whoever stores an area stores
its method beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from server import problems
from server.domain.crs import ECCENTRICITY_2, INVERSE_FLATTENING, SEMI_MAJOR_M, LocalFrame, to_cgcs2000
from server.domain.report import Position

FloatArray = NDArray[np.float64]

# One mu (亩) is 2000/3 square metres by definition of the unit.
MU_M2 = 2000.0 / 3.0
_GEOD = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
_E = math.sqrt(ECCENTRICITY_2)
_E7 = 1e7
# A sketch drawn by finger has tens of corners; more than this is a mistake or an attack.
_SKETCH_MAX_POINTS = 10_000
_RING_MIN_POINTS = 4


def areas_m2(geometries: Sequence[BaseGeometry]) -> FloatArray:
    """Ellipsoidal area in m² of each polygon or multipolygon in degrees of EPSG:4490; shape (N,). Holes are subtracted.

    Within 1e-5 of the geodesic area for parcels. Shapes without area (points, lines, empty) give 0.
    """
    total: FloatArray = np.zeros(len(geometries))
    parts, owner = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return total
    enclosed = np.abs(_ring_areas_m2(rings))
    # The first ring of a part is its outline, the others are holes.
    outline = np.r_[True, part_of_ring[1:] != part_of_ring[:-1]]
    np.add.at(total, owner[part_of_ring], np.where(outline, enclosed, -enclosed))
    return total


def area_m2(geometry: BaseGeometry) -> float:
    """Ellipsoidal area in m² of one shape in degrees of EPSG:4490, as `areas_m2`."""
    return float(areas_m2([geometry])[0])


def mu(area_m2: float) -> float:
    """Square metres to mu (亩)."""
    return area_m2 / MU_M2


def overlap_area_m2(a: BaseGeometry, b: BaseGeometry) -> float:
    """Area in m² that two shapes in degrees of EPSG:4490 share; touching edges share nothing.

    Raises problems.ROW_GEOMETRY when a shape is so broken that no intersection can be computed.
    """
    try:
        shared = shapely.intersection(a, b)
    except shapely.errors.GEOSException as broken:
        raise problems.ROW_GEOMETRY(reason=f"The overlap cannot be computed: {broken}") from broken
    return area_m2(shared)


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Geodesic distance in metres between two points in degrees of EPSG:4490."""
    return float(_GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2])


def distance_to_shape_m(lon: float, lat: float, geometry: BaseGeometry) -> float:
    """Metres from a point to the nearest place of a shape (degrees of EPSG:4490); 0 inside. For shapes within 10 km."""
    frame = LocalFrame(lon, lat)
    near = shapely.transform(geometry, frame.to_metres)
    return float(shapely.distance(near, shapely.Point(0.0, 0.0)))


@dataclass(frozen=True)
class BoundsE7:
    """A box in integers of 1e-7 degrees of EPSG:4490 (about a centimetre), never smaller than what it was made from.

    Fits SQLite's rtree_i32; the box is rounded outward, so an index built from it misses nothing.
    """

    min_lon: int
    min_lat: int
    max_lon: int
    max_lat: int

    @classmethod
    def of_degrees(cls, min_lon: float, min_lat: float, max_lon: float, max_lat: float) -> "BoundsE7":
        """Round a box in degrees outward. Raises problems.ROW_GEOMETRY when it is not a box on the globe."""
        if not (-180.0 <= min_lon <= max_lon <= 180.0 and -90.0 <= min_lat <= max_lat <= 90.0):
            raise problems.ROW_GEOMETRY(reason=f"Not a box in degrees: {min_lon}, {min_lat}, {max_lon}, {max_lat}")
        low = _outward(np.array([[min_lon, min_lat, max_lon, max_lat]]))[0]
        return cls(*(int(value) for value in low))

    @classmethod
    def of(cls, geometry: BaseGeometry) -> "BoundsE7":
        """The box of a shape in degrees. Raises problems.ROW_GEOMETRY when it is empty or off the globe."""
        return cls.of_degrees(*geometry.bounds) if not geometry.is_empty else cls.of_degrees(*(math.nan,) * 4)

    def degrees(self) -> tuple[float, float, float, float]:
        """The box as (min_lon, min_lat, max_lon, max_lat) in degrees."""
        return self.min_lon / _E7, self.min_lat / _E7, self.max_lon / _E7, self.max_lat / _E7

    def meets(self, other: "BoundsE7") -> bool:
        """Whether the two boxes share a point."""
        across = self.min_lon <= other.max_lon and other.min_lon <= self.max_lon
        return across and self.min_lat <= other.max_lat and other.min_lat <= self.max_lat


def bounds_e7(geometries: Sequence[BaseGeometry]) -> NDArray[np.int64]:
    """Boxes of many shapes in integers of 1e-7 degrees, rounded outward; shape (N, 4) as min_lon, min_lat, max_lon, max_lat.

    Raises problems.ROW_GEOMETRY when one of them is empty or off the globe.
    """
    boxes = shapely.bounds(np.asarray(geometries, dtype=object)).reshape(-1, 4)
    if not bool(np.all(np.abs(boxes) <= (180.0, 90.0, 180.0, 90.0))):
        raise problems.ROW_GEOMETRY(reason="A shape is empty or has coordinates that are not degrees.")
    return _outward(boxes)


def place_of(position: Position) -> tuple[float, float] | None:
    """Where a phone's position lies, as lon, lat in degrees of EPSG:4490; None when it is no place (NaN, out of range).

    Raises problems.CRS_UNKNOWN for a coordinate system without a formula.
    """
    if not (abs(position.lon) <= 180.0 and abs(position.lat) <= 89.0):
        return None
    lon, lat = to_cgcs2000(position.lon, position.lat, position.crs)
    return float(lon), float(lat)


def search_bounds(position: Position, reach_m: float) -> BoundsE7 | None:
    """The box that holds everything within `reach_m` of a phone's position, whatever its coordinate system.

    None when the position is no place: there is nowhere to look. Raises problems.CRS_UNKNOWN as `place_of`.
    """
    place = place_of(position)
    if place is None:
        return None
    frame = LocalFrame(*place)
    corners = frame.to_degrees(np.array([[-reach_m, -reach_m], [reach_m, reach_m]]))
    (west, south), (east, north) = np.clip(corners, (-180.0, -90.0), (180.0, 90.0)).tolist()
    return BoundsE7.of_degrees(west, south, east, north)


def shapes_containing(shapes: NDArray[Any], points: FloatArray) -> NDArray[np.bool_]:
    """Which shapes hold which points: shapes (K,) and points (M, 2) in the same plane or degrees give booleans (K, M)."""
    # The tree stands over the points, so each shape is prepared once and asked about the few points in its box.
    shape, point = shapely.STRtree(shapely.points(points)).query(shapes, predicate="intersects")
    held = np.zeros((len(shapes), len(points)), dtype=np.bool_)
    held[shape, point] = True
    return held


def parse_polygon(geojson: object) -> shapely.Polygon | shapely.MultiPolygon:
    """Read a sketch: a GeoJSON Polygon or MultiPolygon object in degrees (RFC 7946, unshifted); heights are dropped.

    Raises problems.ROW_GEOMETRY with the first thing that is wrong: type, nesting, not a number, out of range, ring not
    closed, too many points, self-crossing, no area.
    """
    if not isinstance(geojson, dict) or geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise problems.ROW_GEOMETRY(reason="A sketch is a GeoJSON Polygon or MultiPolygon.")
    coordinates = geojson.get("coordinates")
    polygons = _items([coordinates] if geojson["type"] == "Polygon" else coordinates, "polygons")
    rings = [[_ring(ring) for ring in _items(polygon, "rings")] for polygon in polygons]
    if sum(len(ring) for polygon in rings for ring in polygon) > _SKETCH_MAX_POINTS:
        raise problems.ROW_GEOMETRY(reason=f"A sketch may have {_SKETCH_MAX_POINTS} points.")
    shapes = [shapely.Polygon(polygon[0], polygon[1:]) for polygon in rings]
    shape = shapes[0] if geojson["type"] == "Polygon" else shapely.MultiPolygon(shapes)
    if not shape.is_valid:
        raise problems.ROW_GEOMETRY(reason=f"The outline is not simple: {shapely.is_valid_reason(shape)}")
    if not area_m2(shape) > 0.0:
        raise problems.ROW_GEOMETRY(reason="The outline encloses no area.")
    return shape


def _items(value: object, what: str) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise problems.ROW_GEOMETRY(reason=f"Coordinates must be a non-empty list of {what}.")
    return list(value)


def _ring(value: object) -> list[tuple[float, float]]:
    points = [_point(point) for point in _items(value, "points")]
    if len(points) < _RING_MIN_POINTS or points[0] != points[-1]:
        raise problems.ROW_GEOMETRY(reason="A ring has at least four points and ends where it began.")
    return points


def _point(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 3:
        raise problems.ROW_GEOMETRY(reason="A point is a list of longitude and latitude.")
    lon, lat = value[0], value[1]
    # JSON true is an int to Python, and NaN passes most readers of JSON.
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in (lon, lat)):
        raise problems.ROW_GEOMETRY(reason="Longitude and latitude are numbers.")
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise problems.ROW_GEOMETRY(reason=f"({lon}, {lat}) is not a place in degrees.")
    return float(lon), float(lat)


def _ring_areas_m2(rings: NDArray[Any]) -> FloatArray:
    """Signed area of each ring: shoelace in the cylindrical equal-area projection, whose plane area is the true one."""
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.searchsorted(ring, ring)
    sine = np.sin(np.radians(coords[:, 1]))
    wave = _E * sine
    authalic = (1.0 - ECCENTRICITY_2) * (sine / (1.0 - wave * wave) + np.arctanh(wave) / _E)
    x = np.radians(coords[:, 0])
    y = authalic * (SEMI_MAJOR_M * SEMI_MAJOR_M / 2.0)
    # Taken from each ring's first corner, the products stay small and nothing cancels.
    x, y = x - x[first], y - y[first]
    same = ring[1:] == ring[:-1]
    cross = np.where(same, x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    return np.bincount(ring[:-1], cross, minlength=len(rings)) / 2.0


def _outward(boxes: FloatArray) -> NDArray[np.int64]:
    """Boxes (N, 4) in degrees to integers, one float step further out, because the product itself was rounded."""
    scaled = boxes * _E7
    low = np.floor(np.nextafter(scaled[:, :2], -np.inf))
    high = np.ceil(np.nextafter(scaled[:, 2:], np.inf))
    # The ends of the globe stay where they are.
    limit = np.array([1_800_000_000.0, 900_000_000.0])
    return np.hstack([np.maximum(low, -limit), np.minimum(high, limit)]).astype(np.int64)
