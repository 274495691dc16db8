"""Builders of what a programme is told, each showing only the difference. Refuses nothing."""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from server.domain.assessment import Programme
from server.domain.calendar_days import WorkingCalendar
from server.domain.report import Onsite, Report
from server.imports.calendar_seed import seed_rows
from server.law import LAW_FOLDER, Law, load_law
from server.programmes.inputs import DutyFacts, DutyKind, Ground, Inquiry, OverlayFacts, Overlays, ParcelFacts, Sighting

DUTY_PROGRAMMES = {
    DutyKind.START_CONSTRUCTION: Programme.IDLE_LAND,
    DutyKind.RECLAIM_TEMPORARY_LAND: Programme.RECLAMATION,
}
NOTHING_LOADED = Overlays((), frozenset())


@cache
def the_law() -> Law:
    return load_law(LAW_FOLDER)


@cache
def the_calendar() -> WorkingCalendar:
    return WorkingCalendar.from_rows((row.day, row.kind) for row in seed_rows())


def a_report(observation: dict[str, Any], *, on: date, onsite: dict[str, Any] | None = None) -> Report:
    said = {"suspect": None, "act_started_on": None, "state": None, "approval_shown": None, "measures": ()} | (onsite or {})
    return Report(
        id="4c2f5b1e-7f0e-4a43-9d53-0a8a4bb2f6d1",
        rev=1,
        digest="sha256:" + "0" * 64,
        prev=None,
        device_id="0d0f1c6a-93ae-4f0a-9a55-4a3c3f7f2f10",
        seq=1,
        chain=None,
        inspectors=("inspector-1",),
        captured_at=datetime.combine(on, time(2, 0), UTC),
        server_offset_ms=None,
        position=None,
        view=None,
        task_id=None,
        parcel_claim=None,
        sketch=None,
        observation=observation,
        onsite=None if onsite is None else Onsite(**said),
        note=None,
        photos=(),
    )


def a_sighting(
    observation: dict[str, Any],
    *,
    on: date,
    onsite: dict[str, Any] | None = None,
    area_m2: float = 1000.0,
    method: str = "sketched",
) -> Sighting:
    return Sighting(a_report(observation, on=on, onsite=onsite), on, Ground(area_m2, method))


def a_parcel(**different: Any) -> ParcelFacts:
    known: dict[str, Any] = {"code": "320583001001GB00001", "version_id": "v1", "area_m2": 20_000.0}
    return ParcelFacts(**(known | different))


def a_duty(kind: str = DutyKind.START_CONSTRUCTION, **different: Any) -> DutyFacts:
    known: dict[str, Any] = {"id": "duty-1", "kind": kind, "programme": DUTY_PROGRAMMES[DutyKind(kind)], "party": "甲公司"}
    return DutyFacts(**(known | different))


def overlays(*features: dict[str, Any], loaded: tuple[str, ...] | None = None, covered_m2: float | None = None) -> Overlays:
    facts = tuple(
        OverlayFacts(
            layer=feature["layer"],
            feature_code=feature.get("code", f"{feature['layer']}-{number}"),
            name=feature.get("name"),
            attributes=feature.get("attributes", {}),
            overlap_m2=feature["overlap_m2"],
        )
        for number, feature in enumerate(features, 1)
    )
    layers = {feature.layer for feature in facts} | {"approval", "supply"} if loaded is None else set(loaded)
    return Overlays(facts, frozenset(layers), covered_m2)


def an_inquiry(on: date, **different: Any) -> Inquiry:
    known: dict[str, Any] = {
        "parcel": a_parcel(),
        "duties": (),
        "overlays": NOTHING_LOADED,
        "sightings": (),
        "on": on,
        "law": the_law(),
        "calendar": the_calendar(),
    }
    return Inquiry(**(known | different))
