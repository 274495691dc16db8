"""Reads one map file whole: shapes checked, columns found, rows refused one by one. Refuses files GDAL cannot read to the end."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from numpy.typing import NDArray

from server import problems
from server.imports.columns import Aliases, find_columns, json_values, texts
from server.imports.coordinates import source_system
from server.imports.readings import Bounds, Origin, Refusal, refusal
from server.imports.shapes import CheckedShapes, checked, largest_corner, shapes_of
from server.imports.sources import OpenedSource, opened

CODE_CHARACTERS = 64
ELSEWHERE = "every shape lies outside China; the file was taken as it is: check the coordinates and the region"
_GDAL_FAILURES = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    UnicodeDecodeError,
)


@dataclass(frozen=True)
class FeatureTable:
    """The rows of a map file. `kept` are the positions that passed every check of shape and code; row = position + 1."""

    origin: Origin
    shapes: CheckedShapes
    codes: list[str | None]
    named: dict[str, list[str | None]]
    others: dict[str, list[Any]]
    kept: list[int]
    refused: tuple[Refusal, ...]

    def attributes(self, at: int) -> dict[str, Any]:
        """What no role claimed, without empty values, and the note of a repair."""
        found = {name: values[at] for name, values in self.others.items() if values[at] is not None}
        if at in self.shapes.repaired:
            found["repaired_outline"] = self.shapes.repaired[at]
        return found

    def bounds(self, at: int) -> Bounds:
        """The box of a kept row."""
        west, south, east, north = self.shapes.bounds[at].tolist()
        return west, south, east, north


def read_features(path: Path, aliases: Aliases, *, crs: int | None, lines_too: bool = False) -> FeatureTable:
    """Read a map file whose columns are known by `aliases` (role → names; role `code` must be there).

    `crs` is the EPSG number to insist on. Raises FILE_UNREADABLE, COLUMN_MISSING, CRS_UNKNOWN; faults of single rows are
    collected in `refused` instead.
    """
    with opened(path) as source, warnings.catch_warnings(record=True) as noticed:
        warnings.simplefilter("always")
        meta, wkb, columns = _read(path, source)
    roles = find_columns(list(columns), aliases, required=("code",))
    raw, unreadable = shapes_of(wkb)
    system = source_system(meta["crs"], crs, largest_corner(raw))
    shapes = checked(raw, unreadable, system, lines_too=lines_too)
    codes = texts(columns[roles["code"]])
    kept, refused = _sorted_out(codes, shapes)
    notes = [
        *([] if system.note is None else [system.note]),
        *([ELSEWHERE] if shapes.elsewhere else []),
        *dict.fromkeys(str(one.message) for one in noticed),
    ]
    origin = Origin(path.name, source.digest, system.name, tuple(notes))
    named = {role: texts(columns[name]) for role, name in roles.items() if role != "code"}
    claimed = {name for role, name in roles.items() if role != "declared_area"}
    others = {name: json_values(values) for name, values in columns.items() if name not in claimed}
    return FeatureTable(origin, shapes, codes, named, others, kept, tuple(refused))


def _read(path: Path, source: OpenedSource) -> tuple[dict[str, Any], NDArray[np.object_], dict[str, NDArray[Any]]]:
    try:
        layers = pyogrio.list_layers(source.path)
        mapped = [str(name) for name, kind in layers if kind is not None]
        if len(mapped) != 1:
            reason = f"one layer with shapes is wanted, there are {len(mapped)}: {', '.join(mapped)}"
            raise problems.FILE_UNREADABLE(path=path.name, reason=reason)
        meta, _, wkb, values = pyogrio.raw.read(source.path, layer=mapped[0], encoding=source.encoding, datetime_as_string=True)
    except _GDAL_FAILURES as broken:
        raise problems.FILE_UNREADABLE(path=path.name, reason=str(broken).replace(str(source.path), path.name)) from broken
    if wkb is None:
        raise problems.FILE_UNREADABLE(path=path.name, reason="the file holds no shapes")
    named = zip(meta["fields"], meta["ogr_types"], values, strict=True)
    return meta, wkb, {str(name): _whole(column) if "Integer" in kind else column for name, kind, column in named}


def _whole(column: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers again, which were read as floats because one of them was missing."""
    if not np.issubdtype(column.dtype, np.floating):
        return column
    return np.array([None if math.isnan(value) else int(value) for value in column.tolist()], dtype=object)


def _sorted_out(codes: list[str | None], shapes: CheckedShapes) -> tuple[list[int], list[Refusal]]:
    """Positions to keep and the refusals, in the order of the file: shape first, then code, then doubles."""
    kept: list[int] = []
    refused: list[Refusal] = []
    seen: set[str] = set()
    for at, code in enumerate(codes):
        problem = shapes.refused.get(at) or _code_problem(code, seen)
        if problem is None and code is not None:
            kept.append(at)
        elif problem is not None:
            refused.append(refusal(at + 1, code, problem))
        if code is not None:
            seen.add(code)
    return kept, refused


def _code_problem(code: str | None, seen: set[str]) -> problems.Problem | None:
    if code is None:
        return problems.ROW_INVALID(reason="the row has no code")
    if len(code) > CODE_CHARACTERS or not code.isprintable():
        return problems.ROW_INVALID(reason=f"a code has at most {CODE_CHARACTERS} printable characters")
    return problems.ROW_DUPLICATE(duplicate=code) if code in seen else None
