"""What a reader hands to the services: checked rows, refused rows, and where both came from. Holds no database and no file."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from server.problems import Problem

Bounds = tuple[int, int, int, int]
"""min_lon, min_lat, max_lon, max_lat in degrees × 1e7, rounded outward."""


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken. `row` counts from 1 in the order of the file; `problem` is the code of a Problem."""

    row: int
    code: str | None
    problem: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        """The refusal as the command line prints it and the import run keeps it."""
        return {"row": self.row, "code": self.code, "problem": self.problem, "detail": self.detail}


@dataclass(frozen=True)
class Origin:
    """Which file was read: its name without folder, the sha256 of its bytes, its coordinate system, what was noticed."""

    name: str
    digest: str
    crs: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionRow:
    """An administrative division; `statistical` marks the pseudo-codes of statistics editions, which GB/T 2260 lacks."""

    row: int
    code: str
    name: str
    level: str
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    successor_code: str | None
    statistical: bool


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel of a file: geometry in EPSG:4490, `area_m2` ellipsoidal, `region` as the file says (town or finer) or None."""

    row: int
    code: str
    name: str | None
    region: str | None
    land_use_scheme: str | None
    land_use_code: str | None
    ownership: str | None
    holder: str | None
    area_m2: float
    attributes: dict[str, Any]
    geometry: BaseGeometry
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature of a layer: geometry in EPSG:4490, `area_m2` ellipsoidal (0 for lines)."""

    row: int
    code: str
    name: str | None
    area_m2: float
    attributes: dict[str, Any]
    geometry: BaseGeometry
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class DutyRow:
    """What a party owes on a parcel by a day, as a table of supplies or temporary land says it; areas m², money fen."""

    row: int
    code: str
    parcel_code: str
    programme: str
    kind: str
    party: str | None
    due_on: date | None
    delivered_on: date | None
    supply_no: str | None
    contract_no: str | None
    area_m2: float | None
    amount_fen: int | None
    attributes: dict[str, Any]


@dataclass(frozen=True)
class RegionReading:
    origin: Origin
    rows: tuple[RegionRow, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class ParcelReading:
    origin: Origin
    rows: tuple[ParcelRow, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class LayerReading:
    layer: str
    origin: Origin
    rows: tuple[FeatureRow, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class DutyReading:
    origin: Origin
    rows: tuple[DutyRow, ...]
    refused: tuple[Refusal, ...]


def refusal(row: int, code: str | None, problem: Problem) -> Refusal:
    """The refusal of a row for a Problem."""
    return Refusal(row, code, problem.kind.code, problem.detail)


def digest_of(paths: Iterable[Path]) -> str:
    """sha256 over the bytes of the files in the order given, as `sha256:<hex>`."""
    seen = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                seen.update(block)
    return f"sha256:{seen.hexdigest()}"
