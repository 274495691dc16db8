"""What a map shows of a parcel and the reports about it, as plain features. Refuses to draw beyond the extent it was asked for.

Everything is in degrees of EPSG:4490 (x = lon). Shapes are cut to the extent, so a layer that covers a county costs little.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from server.domain.crs import LocalFrame
from server.domain.geometry import BoundsE7, parse_polygon, place_of
from server.domain.permissions import Action, Actor
from server.domain.report import Position, Report, View
from server.problems import Problem
from server.store.dialects.spatial import candidates
from server.store.land import features_near
from server.store.tables.registry import ParcelVersion
from server.store.unit_of_work import UnitOfWork

NEIGHBOURS_MOST: Final = 400
MARGIN: Final = 0.45
SMALLEST_M: Final = 160.0
ASPECT: Final = 1.5
FARMLAND: Final = "01"
CLASS_KEYS: Final = ("land_use_code", "DLBM", "dlbm")
HIDDEN_LAYERS: Final = frozenset({"plan_zone"})
VIEW_SPREAD_DEG: Final = 15.0
VIEW_LENGTH_M: Final = 60.0
CIRCLE_POINTS: Final = 48
ARC_POINTS: Final = 12
PARCEL_COLUMNS: Final = ("parcel_id", "id", "code", "geometry")


@dataclass(frozen=True)
class MapFeature:
    """One thing on the map. `role` is layer, parcel, candidate, subject, sketch, accuracy, view or position."""

    role: str
    layer: str
    label: str
    geometry: dict[str, Any]


@dataclass(frozen=True)
class MapShown:
    """Features in the order they are drawn, and the extent (min lon, min lat, max lon, max lat) to show."""

    features: tuple[MapFeature, ...]
    extent: tuple[float, float, float, float]

    def layers(self) -> tuple[str, ...]:
        """The layers and roles that occur, for the legend."""
        return tuple(dict.fromkeys(each.layer or each.role for each in self.features))


@dataclass(frozen=True)
class Sight:
    """Where a report or photo was made and looked, in degrees of EPSG:4490."""

    lon: float
    lat: float
    accuracy_m: float
    view: View | None
    label: str


def map_shown(
    subject: ParcelVersion | None,
    others: Sequence[tuple[str, ParcelVersion]],
    reports: Iterable[Report],
    *,
    actor: Actor,
    uow: UnitOfWork,
) -> MapShown | None:
    """The subject (or numbered candidates), its neighbours, the layers and where the reports were made.

    None when nothing of it has a place. Raises FORBIDDEN.
    """
    actor.require(Action.REGISTRY_VIEW, on=actor.region)
    reports = list(reports)
    sights = [sight for report in reports for sight in sights_of(report)]
    sketches = [shape for report in reports if (shape := sketch_shape(report)) is not None]
    shapes = [version.geometry for version in (subject, *(each for _, each in others)) if version is not None]
    extent = extent_of([*shapes, *sketches], sights)
    if extent is None:
        return None
    box = shapely.box(*extent)
    shown = {version.id for version in (subject, *(each for _, each in others)) if version is not None}
    found = [*layer_features(actor.county, box, uow=uow), *neighbours(actor.county, box, shown, uow=uow)]
    found += [feature("candidate", "", label, version.geometry, box) for label, version in others]
    found += [feature("subject", "", subject.code, subject.geometry, box)] if subject is not None else []
    found += [feature("sketch", "", "", shape, box) for shape in sketches]
    found += [each for sight in sights for each in sight_features(sight)]
    return MapShown(tuple(each for each in found if each is not None), extent)


def sights_of(report: Report) -> list[Sight]:
    """The report's own place and view, and those of photos that were taken elsewhere or looked elsewhere."""
    stands = [(report.position, report.view), *((photo.position, photo.view) for photo in report.photos)]
    found: dict[tuple[float, ...], Sight] = {}
    for position, view in stands:
        place = None if position is None else place_or_none(position)
        if place is None or position is None:
            continue
        azimuth = -1.0 if view is None else round(view.azimuth_deg)
        key = (round(place[0], 5), round(place[1], 5), azimuth)
        found.setdefault(key, Sight(place[0], place[1], position.accuracy_m, view, report.id))
    return list(found.values())


def place_or_none(position: Position) -> tuple[float, float] | None:
    """The place of a position; none where its system has no formula, since a map cannot show what nobody can compute."""
    try:
        return place_of(position)
    except Problem:
        return None


def sketch_shape(report: Report) -> BaseGeometry | None:
    try:
        return None if report.sketch is None else parse_polygon(report.sketch)
    except Problem:
        return None


def extent_of(shapes: Sequence[BaseGeometry], sights: Sequence[Sight]) -> tuple[float, float, float, float] | None:
    """A box around everything with a margin, never smaller than SMALLEST_M high, of the map's aspect."""
    points = [(sight.lon, sight.lat) for sight in sights]
    boxes = [shape.bounds for shape in shapes] + [(lon, lat, lon, lat) for lon, lat in points]
    if not boxes:
        return None
    low, high = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
    centre = (low + high) / 2
    frame = LocalFrame(float(centre[0]), float(centre[1]))
    corner = frame.to_metres([high])[0] * (1 + MARGIN)
    reach = max((min(sight.accuracy_m, VIEW_LENGTH_M * 2) for sight in sights), default=0.0)
    half_high = max(float(corner[1]) + reach, SMALLEST_M / 2)
    half_wide = max(float(corner[0]) + reach, half_high * ASPECT)
    half_high = max(half_high, half_wide / ASPECT)
    (west, south), (east, north) = frame.to_degrees([(-half_wide, -half_high), (half_wide, half_high)]).tolist()
    return west, south, east, north


def layer_features(county: str, box: BaseGeometry, *, uow: UnitOfWork) -> list[MapFeature | None]:
    rows = [row for row in features_near(uow.session, county, box, uow.today) if row.layer not in HIDDEN_LAYERS]
    drawn = [row for row in rows if row.layer != "current_land_use" or land_class(row.attributes).startswith(FARMLAND)]
    order = {"current_land_use": 0, "permanent_basic_farmland": 1, "road": 2}
    drawn.sort(key=lambda row: order.get(row.layer, 3))
    return [feature("layer", row.layer, row.name or row.code, row.geometry, box) for row in drawn[:NEIGHBOURS_MOST]]


def land_class(attributes: dict[str, Any]) -> str:
    return next((str(attributes[key]) for key in CLASS_KEYS if attributes.get(key)), "")


def neighbours(county: str, box: BaseGeometry, shown: set[str], *, uow: UnitOfWork) -> list[MapFeature | None]:
    rows = candidates(uow.session, ParcelVersion, county, BoundsE7.of(box), uow.today, columns=PARCEL_COLUMNS)
    others = [row for row in rows if row.id not in shown][:NEIGHBOURS_MOST]
    return [feature("parcel", "", row.code, row.geometry, box) for row in others]


def feature(role: str, layer: str, label: str, shape: BaseGeometry, box: BaseGeometry) -> MapFeature | None:
    """The part of a shape that the extent shows; None when that is nothing."""
    cut = shapely.clip_by_rect(shape, *box.bounds) if role in ("layer", "parcel") else shape
    return None if cut.is_empty else MapFeature(role, layer, label, shapely.geometry.mapping(cut))


def sight_features(sight: Sight) -> list[MapFeature]:
    """The circle of the stated accuracy, the cone of the view and the place itself."""
    frame = LocalFrame(sight.lon, sight.lat)
    found = []
    if sight.accuracy_m > 0 and math.isfinite(sight.accuracy_m):
        turn = np.linspace(0.0, 2 * np.pi, CIRCLE_POINTS)
        ring = frame.to_degrees(np.column_stack([np.sin(turn), np.cos(turn)]) * sight.accuracy_m)
        found.append(MapFeature("accuracy", "", sight.label, polygon(ring)))
    if sight.view is not None and math.isfinite(sight.view.azimuth_deg):
        found.append(MapFeature("view", "", sight.label, polygon(frame.to_degrees(cone(sight.view)))))
    found.append(MapFeature("position", "", sight.label, {"type": "Point", "coordinates": [sight.lon, sight.lat]}))
    return found


def cone(view: View) -> Any:
    """The cone of a view in metres around the place: as wide as the direction is uncertain, as long as the distance stated."""
    spread = np.radians(min(60.0, max(5.0, view.azimuth_error_deg or VIEW_SPREAD_DEG)))
    azimuth = np.radians(view.azimuth_deg % 360.0)
    length = min(400.0, max(20.0, view.distance_m or VIEW_LENGTH_M))
    arc = np.linspace(azimuth - spread, azimuth + spread, ARC_POINTS)
    rim = np.column_stack([np.sin(arc), np.cos(arc)]) * length
    return np.vstack([[(0.0, 0.0)], rim, [(0.0, 0.0)]])


def polygon(ring: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[float(lon), float(lat)] for lon, lat in ring]]}
