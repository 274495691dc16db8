"""Map files for tests: written here, or the real parcels of a French commune moved to where a Chinese county could lie.

The move keeps shapes and areas: latitudes shift, longitudes are stretched by the ratio of the cosines. They are French parcels
in a place they never were, with their French columns; nothing about them is Chinese but the coordinates.
"""

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely

FRENCH_LON, FRENCH_LAT = 2.33, 48.67
NEW_LON, NEW_LAT = 120.2, 33.1


def a_square(east: int = 0, north: int = 0, *, side_deg: float = 0.001) -> shapely.Polygon:
    """About 93 m by 111 m of the county, `east` and `north` squares from its corner."""
    left, bottom = NEW_LON + east * side_deg, NEW_LAT + north * side_deg
    return shapely.box(left, bottom, left + side_deg, bottom + side_deg)


def write_map(
    path: Path, shapes: Sequence[Any], columns: Mapping[str, Sequence[Any]], *, epsg: int = 4490, encoding: str = "UTF-8"
) -> Path:
    """A map file with shapes given in EPSG:4490 and stored in another system; None is a row without a shape."""
    rows = np.array([None if shape is None else shapely.to_wkb(in_system(shape, epsg)) for shape in shapes], dtype=object)
    values = [
        np.array(column, dtype=type(column[0]) if isinstance(column[0], int | float) else object) for column in columns.values()
    ]
    kept = encoding if path.suffix == ".shp" else "UTF-8"
    pyogrio.raw.write(path, rows, values, list(columns), geometry_type="Polygon", crs=f"EPSG:{epsg}", encoding=kept)
    return path


def same_shape(one: shapely.Geometry, other: shapely.Geometry, tolerance_deg: float = 1e-8) -> bool:
    """Whether two shapes have the same corners, whichever way round and from wherever they are listed."""
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance=tolerance_deg))


def in_system(shape: shapely.Geometry, epsg: int) -> shapely.Geometry:
    """A shape in EPSG:4490 degrees as another system writes it, x = east."""
    if epsg == 4490:
        return shape
    move = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))


def write_geojson(path: Path, features: Sequence[tuple[Mapping[str, Any], Any]]) -> Path:
    """GeoJSON with the geometry objects as they are given, right or wrong."""
    listed = [{"type": "Feature", "properties": dict(properties), "geometry": geometry} for properties, geometry in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
    return path


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    """A GeoJSON polygon of one ring, closed here; corners in thousandths of a degree from the county's corner."""
    places = [[NEW_LON + x / 1000.0, NEW_LAT + y / 1000.0] for x, y in (*corners, corners[0])]
    return {"type": "Polygon", "coordinates": [places]}


def moved_french_parcels(shared_data: Path, folder: Path) -> Path:
    """The 4,241 parcels of Épinay-sur-Orge as a .json.gz, moved as the module says."""
    with gzip.open(shared_data / "parcels" / "cadastre-91216-parcelles.json.gz", "rt", encoding="utf-8") as file:
        commune = json.load(file)
    stretch = math.cos(math.radians(FRENCH_LAT)) / math.cos(math.radians(NEW_LAT))
    for feature in commune["features"]:
        rings = feature["geometry"]["coordinates"]
        feature["geometry"]["coordinates"] = [
            [[NEW_LON + (lon - FRENCH_LON) * stretch, NEW_LAT + lat - FRENCH_LAT] for lon, lat in one] for one in rings
        ]
    path = folder / "moved-french-parcels.json.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        json.dump(commune, file)
    return path
