"""Spatial candidates by bounding box: an R*Tree on SQLite, GiST on PostGIS, one answer. Refuses tables it does not index.

Both indexes only shorten the search. What decides is the comparison of the integer bounds (degrees × 1e7, rounded outward),
which is the same on both stores, so the same question gets the same rows in the same order.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, column, func, literal_column, or_, select, table
from sqlalchemy.orm import Session

from server.domain.geometry import BoundsE7
from server.store.tables.registry import LayerFeature, ParcelVersion

SpatialRow = type[ParcelVersion] | type[LayerFeature]
INDEXED_TABLES = ("parcel_versions", "layer_features")

_BOUNDS = ("min_lon", "max_lon", "min_lat", "max_lat")
# PostGIS keeps boxes as rounded floats and true bounds, not ours: a microdegree more makes its answer a superset of ours.
_MARGIN_DEG = 1e-6


def spatial_index_ddl(dialect_name: str, table_name: str) -> list[str]:
    """Statements that build the spatial index of a table and keep it in step; for existing rows as well as later ones.

    `dialect_name` is SQLAlchemy's (`sqlite` or `postgresql`), `table_name` one of INDEXED_TABLES; anything else is a ValueError.
    SQLite drops triggers with their table, so a migration that rebuilds the table must run these again afterwards.
    """
    _require_indexed(table_name)
    if dialect_name == "sqlite":
        return _sqlite_ddl(table_name)
    if dialect_name == "postgresql":
        return [
            "CREATE EXTENSION IF NOT EXISTS postgis",
            f"ALTER TABLE {table_name} ADD COLUMN geom geometry GENERATED ALWAYS AS (ST_GeomFromWKB(geometry, 4490)) STORED",
            f"CREATE INDEX gist_{table_name}_geom ON {table_name} USING gist (geom)",
        ]
    raise ValueError(f"no spatial index for {dialect_name}")


def spatial_index_drop(dialect_name: str, table_name: str) -> list[str]:
    """Statements that take the spatial index away again; arguments as for `spatial_index_ddl`."""
    _require_indexed(table_name)
    if dialect_name == "sqlite":
        triggers = [f"DROP TRIGGER IF EXISTS {table_name}_rtree_{verb}" for verb in ("insert", "delete", "update")]
        return [*triggers, f"DROP TABLE IF EXISTS {table_name}_rtree"]
    return [f"DROP INDEX IF EXISTS gist_{table_name}_geom", f"ALTER TABLE {table_name} DROP COLUMN IF EXISTS geom"]


def candidates(
    session: Session,
    table_model: SpatialRow,
    county: str,
    bounds: BoundsE7,
    on: date,
    *,
    layer: str | None = None,
    columns: Sequence[str] | None = None,
) -> list[Row[Any]]:
    """Rows of one county whose bounds meet `bounds` (closed, degrees × 1e7) and that are valid on the day, by code and id.

    A version is valid from `valid_from` up to, not including, `valid_to`. `columns` names the columns wanted (all, when
    None); `layer` keeps one layer of `layer_features`. Geometry comes as shapely in EPSG:4490.
    """
    dialect = session.get_bind().dialect.name
    query = _statement(dialect, table_model, tuple(columns) if columns is not None else None, layer is not None)
    values = {
        "county": county,
        "day": on,
        "min_lon": bounds.min_lon,
        "min_lat": bounds.min_lat,
        "max_lon": bounds.max_lon,
        "max_lat": bounds.max_lat,
    }
    if layer is not None:
        values["layer"] = layer
    return list(session.execute(query, values))


@cache
def _statement(dialect: str, model: SpatialRow, columns: tuple[str, ...] | None, with_layer: bool) -> Select[Any]:
    rows = model.__table__
    wanted = [rows.c[name] for name in columns] if columns is not None else list(rows.c)
    # The plus hides the county from SQLite's planner, which would else read the whole county instead of asking the tree.
    county = literal_column(f"+{model.__tablename__}.county") if dialect == "sqlite" else rows.c.county
    query = select(*wanted).where(
        county == bindparam("county"),
        rows.c.valid_from <= bindparam("day"),
        or_(rows.c.valid_to.is_(None), rows.c.valid_to > bindparam("day")),
    )
    if with_layer:
        query = query.where(rows.c.layer == bindparam("layer"))
    query = _by_rtree(query, model) if dialect == "sqlite" else _by_gist(query, model)
    if dialect == "sqlite":
        return query.order_by(rows.c.code, rows.c.id)
    # SQLite compares bytes; whatever the locale of a PostgreSQL database, it must do the same.
    return query.order_by(rows.c.code.collate("C"), rows.c.id.collate("C"))


def _by_rtree(query: Select[Any], model: SpatialRow) -> Select[Any]:
    rows = model.__table__
    tree = table(f"{model.__tablename__}_rtree", column("id"), *(column(name) for name in _BOUNDS))
    return query.select_from(tree.join(rows, tree.c.id == rows.c.spatial_id)).where(
        tree.c.max_lon >= bindparam("min_lon"),
        tree.c.min_lon <= bindparam("max_lon"),
        tree.c.max_lat >= bindparam("min_lat"),
        tree.c.min_lat <= bindparam("max_lat"),
    )


def _by_gist(query: Select[Any], model: SpatialRow) -> Select[Any]:
    rows = model.__table__
    window = func.ST_MakeEnvelope(
        bindparam("min_lon") / 1e7 - _MARGIN_DEG,
        bindparam("min_lat") / 1e7 - _MARGIN_DEG,
        bindparam("max_lon") / 1e7 + _MARGIN_DEG,
        bindparam("max_lat") / 1e7 + _MARGIN_DEG,
        4490,
    )
    return query.where(
        column("geom").op("&&")(window),
        rows.c.max_lon_e7 >= bindparam("min_lon"),
        rows.c.min_lon_e7 <= bindparam("max_lon"),
        rows.c.max_lat_e7 >= bindparam("min_lat"),
        rows.c.min_lat_e7 <= bindparam("max_lat"),
    )


def _require_indexed(table_name: str) -> None:
    if table_name not in INDEXED_TABLES:
        raise ValueError(f"{table_name} has no spatial index")


def _sqlite_ddl(table_name: str) -> list[str]:
    tree = f"{table_name}_rtree"
    row = "spatial_id, {0}min_lon_e7, {0}max_lon_e7, {0}min_lat_e7, {0}max_lat_e7"
    new = "new." + row.format("new.")
    insert = f"INSERT INTO {tree} (id, min_lon, max_lon, min_lat, max_lat)"
    delete = f"DELETE FROM {tree} WHERE id = old.spatial_id"  # noqa: S608 - the name is one of INDEXED_TABLES
    moved = "spatial_id, min_lon_e7, max_lon_e7, min_lat_e7, max_lat_e7"
    return [
        f"CREATE VIRTUAL TABLE {tree} USING rtree_i32(id, min_lon, max_lon, min_lat, max_lat)",
        f"{insert} SELECT {row.format('')} FROM {table_name} ORDER BY spatial_id",  # noqa: S608 - as above
        f"CREATE TRIGGER {tree}_insert AFTER INSERT ON {table_name} BEGIN {insert} VALUES ({new}); END",  # noqa: S608
        f"CREATE TRIGGER {tree}_delete AFTER DELETE ON {table_name} BEGIN {delete}; END",
        f"CREATE TRIGGER {tree}_update AFTER UPDATE OF {moved} ON {table_name} BEGIN {delete}; {insert} VALUES ({new}); END",
    ]
