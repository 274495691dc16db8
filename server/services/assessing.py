"""Asking the law about a matched report: duties, overlays and sightings of the parcel go in, leads come out."""

from datetime import date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.geometry import area_m2, overlap_area_m2
from server.domain.permissions import Action, Actor
from server.domain.report import Report, report_of
from server.programmes import assess_all
from server.programmes.inputs import DutyFacts, Ground, OverlayFacts, Overlays, ParcelFacts, Sighting
from server.services.discovery import Discovery
from server.services.leads import collect_lead
from server.services.matching import current_match, sketch_of
from server.store.land import duties_of, features_near, loaded_layers, parcel_version, working_calendar
from server.store.tables.registry import Duty, ParcelVersion
from server.store.tables.sync import Submission
from server.store.tables.work import Match
from server.store.unit_of_work import LEGAL_ZONE, UnitOfWork

TITLES = ("approval", "supply")
LEAST_OVERLAP_M2 = 0.5
PARCEL_GROUND = "parcel"
EVIDENCE_OF = {
    Programme.IDLE_LAND: frozenset({"construction"}),
    Programme.ILLEGAL_USE: frozenset({"land_use", "construction"}),
    Programme.RECLAMATION: frozenset({"reclamation", "land_use", "construction"}),
}
"""Which kinds of observation can be evidence in which programme."""
FINDINGS_FOR_PEOPLE = frozenset({Finding.FALLS_SHORT, Finding.ROUTED_OUT})


def assess_report(report_id: str, rev: int, *, actor: Actor, uow: UnitOfWork) -> None:
    """Assess the parcel a report was matched to and register or feed the leads that come of it; safe to repeat."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    decided = current_match(actor.county, report_id, rev, uow=uow)
    if decided is None or decided.state != "matched" or decided.version_id is None:
        return
    version = parcel_version(uow.session, actor.county, decided.version_id)
    sightings = sightings_of(decided, version, uow=uow)
    own = next((each for each in sightings if each.report.id == report_id), None)
    if own is None:
        return
    duties = tuple(duty_facts(duty) for duty in duties_of(uow.session, actor.county, version.parcel_id))
    assessments = assess_all(
        parcel=parcel_facts(version),
        duties=duties,
        overlays=overlays_of(ground_judged(sightings, version), actor.county, own.seen_on, uow=uow),
        sightings=sightings,
        on=uow.today,
        law=uow.world.law.for_province(actor.county),
        calendar=working_calendar(uow.session),
    )
    for assessment in assessments:
        if is_for_people(assessment, own):
            collect_lead(Discovery(assessment, own, version, decided), actor=actor, uow=uow)


def is_for_people(assessment: Assessment, own: Sighting) -> bool:
    """Whether an assessment becomes a lead of this report: what falls short or belongs elsewhere; a doubt only about what
    was seen there. A report that speaks of something else is no evidence of it."""
    if own.kind() not in EVIDENCE_OF[assessment.programme]:
        return False
    doubtful_use = assessment.finding is Finding.UNCERTAIN and assessment.programme is Programme.ILLEGAL_USE
    return assessment.finding in FINDINGS_FOR_PEOPLE or doubtful_use


def ground_judged(sightings: tuple[Sighting, ...], version: ParcelVersion) -> BaseGeometry:
    """The ground of the newest sighting of land use or construction, which is the one illegal use is judged by."""
    seen = [each for each in sightings if each.kind() in EVIDENCE_OF[Programme.ILLEGAL_USE]]
    newest = max(seen, key=lambda each: (each.seen_on, each.report.captured_at), default=None)
    return version.geometry if newest is None else ground_shape(newest.report, version)


def parcel_facts(version: ParcelVersion) -> ParcelFacts:
    return ParcelFacts(
        code=version.code,
        version_id=version.id,
        area_m2=version.area_m2,
        land_use_scheme=version.land_use_scheme,
        land_use_code=version.land_use_code,
        ownership=version.ownership,
    )


def duty_facts(duty: Duty) -> DutyFacts:
    """The duty's row as the programmes read it; days that only some duties have are kept in its attributes."""
    extra = duty.attributes
    return DutyFacts(
        id=duty.id,
        kind=duty.kind,
        programme=Programme(duty.programme),
        party=duty.party,
        due_on=duty.due_on,
        delivered_on=duty.delivered_on,
        contract_no=duty.contract_no,
        supply_no=duty.supply_no,
        area_m2=duty.area_m2,
        amount_fen=duty.amount_fen,
        declared_started_on=optional_day(extra.get("declared_started_on")),
        started_on=optional_day(extra.get("started_on")),
        granted_on=optional_day(extra.get("granted_on")),
        expires_on=optional_day(extra.get("expires_on")),
        is_infrastructure=extra.get("is_infrastructure"),
    )


def optional_day(text: Any) -> date | None:
    return None if not text else date.fromisoformat(text)


def ground_shape(report: Report, version: ParcelVersion) -> BaseGeometry:
    """The ground a report speaks of: its sketch where it has a usable one, else the whole parcel."""
    sketch = sketch_of(report)
    return version.geometry if sketch is None else sketch


def ground_of(report: Report, version: ParcelVersion) -> Ground:
    sketch = sketch_of(report)
    if sketch is not None:
        return Ground(area_m2(sketch), "sketched")
    stated = report.observation.get("area_m2")
    if isinstance(stated, int | float) and 0 < stated <= version.area_m2:
        return Ground(float(stated), "stated")
    return Ground(version.area_m2, PARCEL_GROUND)


def sightings_of(decided: Match, version: ParcelVersion, *, uow: UnitOfWork) -> tuple[Sighting, ...]:
    """Every report whose counting match is this parcel, newest revision each, oldest first."""
    rows = uow.session.scalars(
        select(Submission)
        .join(Match, (Match.county == Submission.county) & (Match.report_id == Submission.id) & (Match.rev == Submission.rev))
        .where(
            Match.county == decided.county,
            Match.parcel_id == version.parcel_id,
            Match.current,
            Match.state == "matched",
            Submission.state == "stored",
        )
        .order_by(Submission.captured_at, Submission.id)
    )
    return tuple(sighting_of(report_of(row.manifest, row.digest), row.received_at, version) for row in rows)


def sighting_of(report: Report, received_at: datetime, version: ParcelVersion) -> Sighting:
    """The report as evidence of the parcel, on the legal day it was made."""
    return Sighting(report, report.made_at(received_at).astimezone(LEGAL_ZONE).date(), ground_of(report, version))


def overlays_of(ground: BaseGeometry, county: str, on: date, *, uow: UnitOfWork) -> Overlays:
    """What the ground overlaps, cut exactly, and how much of it approvals and supplies cover together."""
    found = []
    titles: list[BaseGeometry] = []
    for feature in features_near(uow.session, county, ground, on):
        overlap = overlap_area_m2(ground, feature.geometry)
        if overlap < LEAST_OVERLAP_M2:
            continue
        found.append(OverlayFacts(feature.layer, feature.code, feature.name, feature.attributes, overlap))
        if feature.layer in TITLES:
            titles.append(feature.geometry)
    covered = overlap_area_m2(ground, shapely.union_all(titles)) if titles else 0.0
    return Overlays(tuple(found), loaded_layers(uow.session, county), covered)
