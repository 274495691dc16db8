"""A field report as the phone said it: claims, never facts. Built from a manifest that the wire schema has read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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

    def made_at(self, received_at: datetime) -> datetime:
        """When the report was made by the server's clock, as far as the phone knew the difference; never after its arrival.

        The phone's own time is a claim: a clock a year off must not move the day on which something was found.
        """
        try:
            corrected = self.captured_at + timedelta(milliseconds=self.server_offset_ms or 0)
        except OverflowError:
            return received_at
        return min(corrected, received_at)


def report_of(manifest: str, digest: str) -> Report:
    """The report of a manifest that was stored as good. Raises KeyError or ValueError for one that never was."""
    claims = json.loads(manifest)
    return Report(
        id=claims["id"].lower(),
        rev=claims["rev"],
        digest=digest,
        prev=claims["prev"],
        device_id=claims["device_id"].lower(),
        seq=claims["seq"],
        chain=claims["chain"],
        inspectors=tuple(each["id"] for each in claims["inspectors"]),
        captured_at=datetime.fromisoformat(claims["captured_at"]),
        server_offset_ms=claims["clock"].get("server_offset_ms"),
        position=position_of(claims["position"]),
        view=view_of(claims.get("view")),
        task_id=claims.get("task_id"),
        parcel_claim=claims.get("parcel_claim"),
        sketch=claims.get("sketch"),
        observation=claims["observation"],
        onsite=onsite_of(claims.get("onsite")),
        note=claims.get("note"),
        photos=tuple(photo_of(each) for each in claims["photos"]),
    )


def position_of(claim: Mapping[str, Any] | None) -> Position | None:
    if claim is None:
        return None
    return Position(
        lon=float(claim["lon"]),
        lat=float(claim["lat"]),
        accuracy_m=float(claim["accuracy_m"]),
        accuracy_p=claim.get("accuracy_p"),
        fixes=claim.get("fixes"),
        altitude_m=claim.get("altitude_m"),
        fixed_at=datetime.fromisoformat(claim["fixed_at"]),
        source=claim["source"],
        mocked=claim.get("mocked"),
        crs=claim["crs"],
    )


def view_of(claim: Mapping[str, Any] | None) -> View | None:
    if claim is None:
        return None
    return View(float(claim["azimuth_deg"]), claim["azimuth_ref"], claim.get("azimuth_error_deg"), claim.get("distance_m"))


def photo_of(claim: Mapping[str, Any]) -> DeclaredPhoto:
    return DeclaredPhoto(
        digest=claim["digest"],
        bytes=claim["bytes"],
        media_type=claim["media_type"],
        taken_at=datetime.fromisoformat(claim["taken_at"]),
        kind=claim["kind"],
        position=position_of(claim.get("position")),
        view=view_of(claim.get("view")),
        source=claim["source"],
    )


def onsite_of(claim: Mapping[str, Any] | None) -> Onsite | None:
    if claim is None:
        return None
    started = claim.get("act_started_on")
    return Onsite(
        suspect=claim.get("suspect"),
        act_started_on=None if started is None else date.fromisoformat(started),
        state=claim.get("state"),
        approval_shown=claim.get("approval_shown"),
        measures=tuple(claim.get("measures") or ()),
    )
