"""Versions of parcels and features: what is new, what changed, what is known already. Never rewrites a version, closes it.

A version holds from its first day up to, not including, the first day of the next one. What was there when a county was first
loaded holds since before records began, so that a report from before the load still finds its parcel.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
import shapely

from server import problems
from server.imports.readings import FeatureRow, Origin, ParcelRow, Refusal, refusal
from server.services.registry_report import source_name
from server.store.ids import ascending_ids
from server.store.registry import hilbert_order, reserve_spatial_ids
from server.store.unit_of_work import UnitOfWork

BEFORE_RECORDS = date(1900, 1, 1)
AREA_METHOD = "ellipsoidal"
# Two readings of one boundary may differ in the last decimal kept.
_SAME_DEG = 2e-9

SpatialRow = TypeVar("SpatialRow", ParcelRow, FeatureRow)


@dataclass(frozen=True)
class Plan:
    """What an import would do: rows to add as first versions, rows to add after closing a version, rows known already."""

    added: list[Any]
    changed: list[tuple[Any, str]]
    unchanged: int
    refused: list[Refusal]


def plan_versions(
    rows: Sequence[SpatialRow],
    in_force: Callable[[str], dict[str, Any] | None],
    contents: Callable[[SpatialRow], dict[str, Any]],
    valid_from: date,
) -> Plan:
    """Compare rows with the versions in force; a change that would begin before the version it replaces is refused."""
    plan = Plan([], [], 0, [])
    unchanged = 0
    for row in rows:
        standing = in_force(row.code)
        if standing is None:
            plan.added.append(row)
        elif _same(row, standing, contents(row)):
            unchanged += 1
        elif valid_from < standing["valid_from"]:
            late = problems.ROW_INVALID(reason=f"the register has a version that began later, on {standing['valid_from']}")
            plan.refused.append(refusal(row.row, row.code, late))
        else:
            plan.changed.append((row, standing["id"]))
    return Plan(plan.added, plan.changed, unchanged, plan.refused)


def _same(row: ParcelRow | FeatureRow, standing: dict[str, Any], contents: dict[str, Any]) -> bool:
    if any(standing[name] != value for name, value in contents.items()):
        return False
    old, new = standing["geometry"], row.geometry
    if shapely.equals_exact(new, old, tolerance=_SAME_DEG):
        return True
    # A Shapefile turns rings the other way round than a GeoPackage; the land is the same.
    return bool(shapely.equals_exact(shapely.normalize(new), shapely.normalize(old), tolerance=_SAME_DEG))


def place_versions(
    rows: Sequence[tuple[SpatialRow, date]],
    own: Callable[[SpatialRow], dict[str, Any]],
    table_name: str,
    county: str,
    *,
    origin: Origin,
    uow: UnitOfWork,
) -> Iterator[dict[str, Any]]:
    """Rows of a spatially indexed table for (row, first day), in the order of the map, keys reserved.

    `own` gives the values that only this table has.
    """
    if not rows:
        return
    boxes = np.array([row.bounds for row, _ in rows], dtype=np.int64)
    keys = reserve_spatial_ids(uow.session, county, table_name, len(rows))
    ids = ascending_ids(len(rows), now=uow.now)
    for key, new_id, at in zip(keys, ids, hilbert_order(boxes).tolist(), strict=True):
        row, valid_from = rows[at]
        west, south, east, north = row.bounds
        yield {
            "county": county,
            "id": new_id,
            "spatial_id": key,
            "code": row.code,
            "area_m2": row.area_m2,
            "source": source_name(origin),
            "source_crs": origin.crs,
            "valid_from": valid_from,
            "valid_to": None,
            "recorded_at": uow.now,
            "geometry": row.geometry,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            **own(row),
        }
