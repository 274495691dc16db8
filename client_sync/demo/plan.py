"""Reads plan.json: which phones enrol, which spots they visit, on which day. Refuses a plan with a field missing."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

SCENARIOS = (
    "idle_not_started",
    "idle_started",
    "illegal_on_farmland",
    "illegal_approved",
    "rural_house",
    "temporary_overdue",
    "temporary_reclaimed",
    "routine",
)


class PlanError(ValueError):
    """The plan cannot be walked; the message says which field."""


@dataclass(frozen=True)
class PhonePlan:
    """One phone: its label, the one-time enrolment code and the inspector `{"id", "certificate_no"}` it is bound to."""

    label: str
    code: str
    inspector: dict[str, Any]


@dataclass(frozen=True)
class Spot:
    """A place to look at. lon, lat and `stand` in degrees (WGS 84); `azimuth_deg` from the stand, clockwise from true north."""

    parcel_code: str
    lon: float
    lat: float
    stand: tuple[float, float]
    azimuth_deg: float
    scenario: str
    task_id: str | None


@dataclass(frozen=True)
class Plan:
    """A day's work: at least one phone and one spot."""

    day: date
    phones: tuple[PhonePlan, ...]
    spots: tuple[Spot, ...]


def read_plan(path: Path) -> Plan:
    """The plan in a file; raises PlanError when it is not one."""
    try:
        return plan_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as fault:
        raise PlanError(f"{path}: {fault}") from fault


def plan_from(content: dict[str, Any]) -> Plan:
    """The plan in a JSON object; raises PlanError naming the first field that is missing or wrong."""
    try:
        plan = Plan(
            day=date.fromisoformat(content["day"]),
            phones=tuple(_phone(entry) for entry in content["phones"]),
            spots=tuple(_spot(entry) for entry in content["spots"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise PlanError(f"the plan is not readable: {type(fault).__name__} {fault}") from fault
    if not plan.phones or not plan.spots:
        raise PlanError("a plan needs at least one phone and one spot")
    return plan


def _phone(entry: dict[str, Any]) -> PhonePlan:
    inspector = entry["inspector"]
    author = {"id": str(inspector["id"]), "certificate_no": inspector.get("certificate_no")}
    return PhonePlan(str(entry["label"]), str(entry["code"]), author)


def _spot(entry: dict[str, Any]) -> Spot:
    if entry["scenario"] not in SCENARIOS:
        raise ValueError(f"scenario {entry['scenario']!r} is none of {', '.join(SCENARIOS)}")
    lon, lat = entry["stand"]
    return Spot(
        parcel_code=str(entry["parcel_code"]),
        lon=float(entry["lon"]),
        lat=float(entry["lat"]),
        stand=(float(lon), float(lat)),
        azimuth_deg=float(entry["azimuth_deg"]) % 360.0,
        scenario=entry["scenario"],
        task_id=None if entry.get("task_id") is None else str(entry["task_id"]),
    )
