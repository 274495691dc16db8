"""A field report as the phone said it: claims, never facts. Built from a manifest that the wire schema has read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Position:
    """Where the phone believed it stood. lon/lat in degrees in `crs`; `accuracy_m` is the radius that holds with `accuracy_p`."""

    lon: float
    lat: float
    accuracy_m: float
    accuracy_p: float | None
    fixes: int | None
    altitude_m: float | None
    fixed_at: datetime
    source: str
    mocked: bool | None
    crs: str


@dataclass(frozen=True)
class View:
    """Where the camera looked. Azimuth clockwise from north, `azimuth_ref` true or magnetic."""

    azimuth_deg: float
    azimuth_ref: str
    azimuth_error_deg: float | None
    distance_m: float | None


@dataclass(frozen=True)
class DeclaredPhoto:
    digest: str
    bytes: int
    media_type: str
    taken_at: datetime
    kind: str
    position: Position | None
    view: View | None
    source: str


@dataclass(frozen=True)
class Onsite:
    suspect: str | None
    act_started_on: date | None
    state: str | None
    approval_shown: bool | None
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    id: str
    rev: int
    digest: str
    prev: str | None
    device_id: str
    seq: int
    chain: str | None
    inspectors: tuple[str, ...]
    captured_at: datetime
    server_offset_ms: int | None
    position: Position | None
    view: View | None
    task_id: str | None
    parcel_claim: str | None
    sketch: dict[str, Any] | None
    observation: dict[str, Any]
    onsite: Onsite | None
    note: str | None
    photos: tuple[DeclaredPhoto, ...]
