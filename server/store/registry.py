"""Queries and bulk writes of the registry: regions, parcels, layers, duties. Decides nothing; it is told which rows to write."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, bindparam, literal, select, text, update
from sqlalchemy.orm import Session

from server.store.base import Base
from server.store.dialects.bulk import insert_many
from server.store.tables.organisation import Region
from server.store.tables.registry import Duty, LayerFeature, Parcel, ParcelVersion

IMPORTS = "imports"
# Codes asked for at once: SQLite takes 32,766 parameters in one statement.
_CODES_AT_ONCE = 5_000
# Spatial ids of a county stand together, so that neighbours share pages of the index; a county has room for 10^10.
_IDS_PER_COUNTY = 10**10
_HILBERT_BITS = 16

_COUNT_UP = text(
    "INSERT INTO county_counters (county, name, value) VALUES (:county, :name, :step) "
    "ON CONFLICT (county, name) DO UPDATE SET value = county_counters.value + :step RETURNING value"
)


@dataclass(frozen=True)
class StandingParcel:
    """A parcel of the register and its version in force, None when the last one was closed."""

    parcel_id: str
    version: dict[str, Any] | None


def lock_imports(session: Session, county: str) -> int:
    """Let one import of a county work at a time; gives how many there were. Phones' pushes do not wait for it."""
    return int(session.execute(_COUNT_UP, {"county": county, "name": IMPORTS, "step": 1}).scalar_one())


def reserve_spatial_ids(session: Session, county: str, table_name: str, count: int) -> range:
    """Keys for `count` new rows of a spatially indexed table, unique over all counties."""
    last = int(session.execute(_COUNT_UP, {"county": county, "name": f"spatial.{table_name}", "step": count}).scalar_one())
    start = int(county) * _IDS_PER_COUNTY
    return range(start + last - count + 1, start + last + 1)


def region_of(session: Session, code: str) -> Region | None:
    """The division of a code, or None."""
    return session.get(Region, code)


def regions_by_code(session: Session) -> dict[str, dict[str, Any]]:
    """Every division as plain values, by code."""
    return {row["code"]: dict(row) for row in session.execute(select(_table(Region))).mappings()}


def region_codes_below(session: Session, county: str) -> frozenset[str]:
    """Codes of the towns and villages of a county."""
    return frozenset(session.scalars(select(Region.code).where(Region.code.startswith(county), Region.code != county)))


def has_parcels(session: Session, county: str) -> bool:
    """Whether the county has any parcel yet."""
    return session.execute(select(literal(1)).where(Parcel.county == county).limit(1)).first() is not None


def has_features(session: Session, county: str, layer: str) -> bool:
    """Whether the county has any feature of the layer yet."""
    query = select(literal(1)).where(LayerFeature.county == county, LayerFeature.layer == layer).limit(1)
    return session.execute(query).first() is not None


def parcels_by_code(session: Session, county: str, codes: Iterable[str]) -> dict[str, StandingParcel]:
    """The parcels with these codes and their versions in force, geometry included."""
    versions = _table(ParcelVersion)
    standing: dict[str, StandingParcel] = {}
    for some in _in_slices(codes):
        ids = {
            row.id: row.code
            for row in session.execute(select(Parcel.id, Parcel.code).where(Parcel.county == county, Parcel.code.in_(some)))
        }
        in_force = select(versions).where(
            versions.c.county == county, versions.c.parcel_id.in_(list(ids)), versions.c.valid_to.is_(None)
        )
        by_parcel = {row["parcel_id"]: dict(row) for row in session.execute(in_force).mappings()}
        standing |= {code: StandingParcel(parcel_id, by_parcel.get(parcel_id)) for parcel_id, code in ids.items()}
    return standing


def parcel_ids_by_code(session: Session, county: str, codes: Iterable[str]) -> dict[str, str]:
    """Parcel id by parcel code, for those that exist."""
    found: dict[str, str] = {}
    for some in _in_slices(codes):
        rows = session.execute(select(Parcel.code, Parcel.id).where(Parcel.county == county, Parcel.code.in_(some)))
        found |= {row.code: row.id for row in rows}
    return found


def features_by_code(session: Session, county: str, layer: str, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Features in force of a layer, by code."""
    features = _table(LayerFeature)
    found: dict[str, dict[str, Any]] = {}
    for some in _in_slices(codes):
        query = select(features).where(
            features.c.county == county, features.c.layer == layer, features.c.code.in_(some), features.c.valid_to.is_(None)
        )
        found |= {row["code"]: dict(row) for row in session.execute(query).mappings()}
    return found


def duties_by_code(session: Session, county: str, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Duties as plain values, by code."""
    duties = _table(Duty)
    found: dict[str, dict[str, Any]] = {}
    for some in _in_slices(codes):
        query = select(duties).where(duties.c.county == county, duties.c.code.in_(some))
        found |= {row["code"]: dict(row) for row in session.execute(query).mappings()}
    return found


def add_rows(session: Session, row_type: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Insert plain values, all with the same columns."""
    insert_many(session, row_type, rows)


def close_versions(
    session: Session, row_type: type[ParcelVersion] | type[LayerFeature], county: str, ids: Sequence[str], on: date
) -> None:
    """End the validity of versions: from the day on they are history."""
    rows = _table(row_type)
    statement = update(rows).where(rows.c.county == bindparam("of_county"), rows.c.id == bindparam("of_id"))
    if ids:
        session.connection().execute(statement.values(valid_to=on), [{"of_county": county, "of_id": one} for one in ids])


def replace_duties(session: Session, county: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write changed duties over those of the same code."""
    if not rows:
        return
    names = [name for name in rows[0] if name not in ("county", "id", "code")]
    duties = _table(Duty)
    statement = update(duties).where(duties.c.county == county, duties.c.code == bindparam("of_code"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in names})
    values = [{"of_code": row["code"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    session.connection().execute(statement, values)


def replace_regions(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write changed divisions over those of the same code."""
    for row in rows:
        session.execute(update(Region).where(Region.code == row["code"]).values(row))


def hilbert_order(bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions that sort boxes (N, 4, e7) along a Hilbert curve through their centres: neighbours come one after another."""
    if len(bounds) == 0:
        return np.zeros(0, dtype=np.int64)
    centre = bounds[:, :2] + bounds[:, 2:]
    low, high = centre.min(axis=0), centre.max(axis=0)
    cells = (centre - low) * (2**_HILBERT_BITS - 1) // np.maximum(high - low, 1)
    return np.argsort(_hilbert_distance(cells[:, 0], cells[:, 1]), kind="stable")


def _hilbert_distance(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distance of cells along the curve, turned quadrant by quadrant."""
    distance = np.zeros_like(x)
    side = 1 << (_HILBERT_BITS - 1)
    while side > 0:
        right, upper = (x & side) > 0, (y & side) > 0
        distance += side * side * ((3 * right) ^ upper)
        flip = ~upper & right
        x, y = (
            np.where(flip, side - 1 - (x & (side - 1)), x & (side - 1)),
            np.where(flip, side - 1 - (y & (side - 1)), y & (side - 1)),
        )
        x, y = np.where(upper, x, y), np.where(upper, y, x)
        side >>= 1
    return distance


def _table(row_type: type[Base]) -> Table:
    """The plain table of a row type: writes and reads of many rows go around the object layer."""
    return Base.metadata.tables[row_type.__tablename__]


def _in_slices(codes: Iterable[str]) -> Iterator[list[str]]:
    wanted = list(codes)
    for start in range(0, len(wanted), _CODES_AT_ONCE):
        yield wanted[start : start + _CODES_AT_ONCE]
