"""A map as inline SVG: no script, no base map, prints as it stands. Refuses nothing; what lies outside the extent is not seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.domain.crs import LocalFrame
from server.services.map_views import MapFeature, MapShown

SCALE_STEPS: Final = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SCALE_SHARE: Final = 0.22
LABEL_SHARE: Final = 0.034
POINT_SHARE: Final = 0.008


@dataclass(frozen=True)
class Shape:
    """One path or point in metres: `css` names its look, `label` is written on it where `at` says."""

    css: str
    path: str
    at: tuple[float, float] | None
    label: str


@dataclass(frozen=True)
class Drawing:
    """Width and height in metres, the shapes in order, and a scale bar of a round length."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    bar_m: int
    text_size: float
    point_size: float


def drawing_of(shown: MapShown) -> Drawing:
    """The map in a flat frame of metres, y downwards, whose origin is the upper left corner."""
    west, south, east, north = shown.extent
    frame = LocalFrame(west, north)
    width, drop = (float(each) for each in frame.to_metres([(east, south)])[0])
    bar = max((step for step in SCALE_STEPS if step <= width * SCALE_SHARE), default=SCALE_STEPS[0])
    shapes = tuple(shape_of(each, frame) for each in shown.features)
    return Drawing(round(width, 1), round(-drop, 1), shapes, bar, round(width * LABEL_SHARE, 1), round(width * POINT_SHARE, 2))


def shape_of(feature: MapFeature, frame: LocalFrame) -> Shape:
    css = f"map-{feature.role} map-{feature.layer}" if feature.layer else f"map-{feature.role}"
    if feature.geometry["type"] == "Point":
        return Shape(css, "", metres([feature.geometry["coordinates"]], frame)[0], "")
    rings = [metres(ring, frame) for ring in rings_of(feature.geometry)]
    path = "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring) + "Z" for ring in rings)
    label = feature.label if feature.role == "candidate" else ""
    return Shape(css, path, middle(rings[0]) if rings and label else None, label)


def rings_of(geometry: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """Every ring of the polygons in a geometry; lines and points among them are left out."""
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon
    for part in geometry.get("geometries", ()):
        yield from rings_of(part)


def metres(points: Sequence[Any], frame: LocalFrame) -> list[tuple[float, float]]:
    return [(float(x), -float(y)) for x, y in frame.to_metres([(point[0], point[1]) for point in points])]


def middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """A place for a label: the centre of the ring's box."""
    across, down = [x for x, _ in ring], [y for _, y in ring]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2


def geojson_of(shown: MapShown) -> dict[str, Any]:
    """The same features for the map in the browser: a FeatureCollection in EPSG:4490 with the extent as its bbox."""
    features = [
        {
            "type": "Feature",
            "geometry": each.geometry,
            "properties": {"role": each.role, "layer": each.layer, "label": each.label},
        }
        for each in shown.features
    ]
    return {"type": "FeatureCollection", "bbox": list(shown.extent), "features": features}
