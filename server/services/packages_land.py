"""The land of an area as lines of its package: parcels with what covers them, layers' features, duties. Decides nothing.

Rows are read and shaped some at a time, so that a county's package needs no more memory than a village's. Coordinates are
degrees of EPSG:4490, rounded to 7 decimals, about a centimetre.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, func, select

from server.domain.geometry import BoundsE7, areas_m2
from server.exports.package import Line, json_text
from server.services.matters import within
from server.services.region_names import region_names
from server.store.dialects.spatial import candidates
from server.store.tables.registry import Duty, LayerFeature, ParcelVersion
from server.store.unit_of_work import UnitOfWork

AT_ONCE: Final = 1_000
DECIMALS: Final = 7
SMALLEST_SHARE: Final = 0.01
SHARE_DECIMALS: Final = 4
NEVER_COVERS: Final = frozenset({"plan_zone", "road"})
"""Layers of which no part is told at a parcel: zones cover everything, roads are lines."""


@dataclass(frozen=True)
class Extent:
    """Where the parcels of an area lie: the box around them, and the range of their keys in the spatial index."""

    bounds: BoundsE7
    first: int
    last: int


def in_area(county: str, area: str, *, uow: UnitOfWork) -> list[ColumnElement[bool]]:
    """The parcel versions of the area that hold today."""
    return [
        ParcelVersion.county == county,
        within(ParcelVersion.region, [area]),
        ParcelVersion.valid_from <= uow.today,
        ParcelVersion.valid_to.is_(None) | (ParcelVersion.valid_to > uow.today),
    ]


def extent_of(county: str, area: str, *, uow: UnitOfWork) -> Extent | None:
    """The extent of the area's parcels; None while it has none."""
    row: Any = uow.session.execute(
        select(
            func.min(ParcelVersion.min_lon_e7),
            func.min(ParcelVersion.min_lat_e7),
            func.max(ParcelVersion.max_lon_e7),
            func.max(ParcelVersion.max_lat_e7),
            func.min(ParcelVersion.spatial_id),
            func.max(ParcelVersion.spatial_id),
        ).where(*in_area(county, area, uow=uow))
    ).one()
    return None if row[4] is None else Extent(BoundsE7(*row[:4]), row[4], row[5])


def parcel_lines(county: str, area: str, extent: Extent, *, uow: UnitOfWork) -> Iterator[Line]:
    """Every parcel of the area, in the order of the spatial index, so that neighbours are read together."""
    last = extent.first - 1
    while last < extent.last:
        page = select(ParcelVersion).where(
            *in_area(county, area, uow=uow), ParcelVersion.spatial_id > last, ParcelVersion.spatial_id <= extent.last
        )
        rows = uow.session.scalars(page.order_by(ParcelVersion.spatial_id).limit(AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].spatial_id
        covered = covered_by(county, [row.geometry for row in rows], uow=uow)
        shapes = shapely.to_geojson(rounded([row.geometry for row in rows]))
        named = region_names((row.region for row in rows), uow=uow)
        for row, cover, shape in zip(rows, covered, shapes, strict=True):
            yield "parcel", with_geometry(parcel_facts(row, named.get(row.region)) | {"covered_by": cover}, shape)


def parcel_facts(row: ParcelVersion, region_name: str | None) -> dict[str, Any]:
    use = None if row.land_use_code is None else {"scheme": row.land_use_scheme, "code": row.land_use_code}
    return {
        "entity": "parcel",
        "id": row.parcel_id,
        "version_id": row.id,
        "code": row.code,
        "region": row.region,
        "region_name": region_name,
        "name": row.name,
        "holder": row.holder,
        "ownership": row.ownership,
        "land_use": use,
        "area_m2": row.area_m2,
        "area_method": row.area_method,
        "valid_from": row.valid_from.isoformat(),
    }


def covered_by(county: str, parcels: Sequence[BaseGeometry], *, uow: UnitOfWork) -> list[list[dict[str, Any]]]:
    """For each parcel the features that cover a hundredth of it or more, with the share (0 to 1), by layer and id."""
    box = BoundsE7.of(shapely.box(*shapely.total_bounds(parcels)))
    found = candidates(uow.session, LayerFeature, county, box, uow.today, columns=("id", "layer", "geometry"))
    features = [row for row in found if row.layer not in NEVER_COVERS]
    owners, whose, shares = overlaps(np.asarray(parcels, dtype=object), [row.geometry for row in features])
    covers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for owner, which, share in zip(owners.tolist(), whose.tolist(), shares.tolist(), strict=True):
        if share >= SMALLEST_SHARE:
            feature = features[which]
            covers[owner].append({"layer": feature.layer, "id": feature.id, "share": round(min(1.0, share), SHARE_DECIMALS)})
    return [sorted(covers[index], key=lambda each: (each["layer"], each["id"])) for index in range(len(parcels))]


def overlaps(parcels: Any, features: Sequence[BaseGeometry]) -> tuple[Any, Any, Any]:
    """Pairs (parcel, feature) whose boxes meet, and the share of the parcel's area that lies in the feature."""
    owners, whose = shapely.STRtree(features).query(parcels)
    mine, theirs = parcels[owners], np.asarray(features, dtype=object)[whose]
    # Most parcels lie wholly within a layer's large outlines or wholly outside: prepared, that is told without cutting.
    shapely.prepare(theirs)
    shares = np.where(shapely.covers(theirs, mine), 1.0, 0.0)
    partly = np.flatnonzero((shares == 0.0) & shapely.intersects(theirs, mine))
    whole = areas_m2(parcels)[owners[partly]]
    shared = areas_m2(cut_out(mine[partly], theirs[partly]))
    shares[partly] = np.divide(shared, whole, out=np.zeros(len(partly)), where=whole > 0)
    return owners, whose, shares


def cut_out(mine: Any, theirs: Any) -> Any:
    """What each pair of shapes shares; an outline that crosses itself somewhere must not cost an area its package."""
    try:
        return shapely.intersection(mine, theirs)
    except shapely.errors.GEOSException:
        return shapely.intersection(shapely.make_valid(mine), shapely.make_valid(theirs))


def feature_lines(county: str, extent: Extent, *, uow: UnitOfWork) -> Iterator[Line]:
    """Every feature of every layer that reaches into the extent, cut to it, by code and id."""
    box = shapely.box(*extent.bounds.degrees())
    ids = [row.id for row in candidates(uow.session, LayerFeature, county, extent.bounds, uow.today, columns=("id",))]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        query = select(LayerFeature).where(LayerFeature.county == county, LayerFeature.id.in_(some))
        by_id = {row.id: row for row in uow.session.scalars(query)}
        rows = [by_id[one] for one in some]
        cut = rounded([cut_to(row.geometry, box) for row in rows])
        for row, shape, geojson in zip(rows, cut, shapely.to_geojson(cut), strict=True):
            if not shape.is_empty:
                yield "feature", with_geometry(feature_facts(row), geojson)


def feature_facts(row: LayerFeature) -> dict[str, Any]:
    return {
        "entity": "feature",
        "id": row.id,
        "layer": row.layer,
        "code": row.code,
        "name": row.name,
        "attributes": row.attributes,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": None if row.valid_to is None else row.valid_to.isoformat(),
    }


def cut_to(shape: BaseGeometry, box: BaseGeometry) -> BaseGeometry:
    """The part of a shape that lies in the box, of the shape's own dimension: no points where an area only touches it."""
    if shapely.contains_properly(box, shape):
        return shape
    inside = shapely.intersection(shape if shape.is_valid else shapely.make_valid(shape), box)
    parts = [part for part in shapely.get_parts(inside) if shapely.get_dimensions(part) == shapely.get_dimensions(shape)]
    return inside if len(parts) == 1 and inside.geom_type == parts[0].geom_type else shapely.union_all(parts)


def duty_lines(county: str, area: str, *, uow: UnitOfWork) -> Iterator[Line]:
    """What is owed on the area's parcels, by code."""
    here = select(ParcelVersion.parcel_id).where(*in_area(county, area, uow=uow))
    query = select(Duty).where(Duty.county == county, Duty.parcel_id.in_(here)).order_by(Duty.code, Duty.id)
    for row in uow.session.scalars(query.execution_options(yield_per=AT_ONCE)):
        yield "duty", json_text(duty_facts(row))


def duty_facts(row: Duty) -> dict[str, Any]:
    return {
        "entity": "duty",
        "id": row.id,
        "code": row.code,
        "parcel_id": row.parcel_id,
        "programme": row.programme,
        "kind": row.kind,
        "party": row.party,
        "due_on": None if row.due_on is None else row.due_on.isoformat(),
        "delivered_on": None if row.delivered_on is None else row.delivered_on.isoformat(),
        "supply_no": row.supply_no,
        "contract_no": row.contract_no,
        "area_m2": row.area_m2,
        "attributes": row.attributes,
    }


def rounded(shapes: Sequence[BaseGeometry]) -> Any:
    return shapely.transform(np.asarray(shapes, dtype=object), lambda points: np.round(points, DECIMALS))


def with_geometry(facts: dict[str, Any], geojson: str) -> str:
    """The JSON of a line with its geometry last, which is JSON already."""
    return f'{json_text(facts)[:-1]},"geometry":{geojson}}}'
