"""Leads: registered by the machine from assessments, verified, dismissed and opened as cases by people. Never doubled."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from server import problems
from server.domain.assessment import Assessment, Finding
from server.domain.citation import Citation
from server.domain.leads import COLLECTING, COLLECTING_ELSEWHERE, LeadStatus, moved
from server.domain.permissions import Action, Actor
from server.domain.priority import Priority
from server.services.discovery import Discovery
from server.services.priorities import priority_of
from server.store.tables.sync import Submission
from server.store.tables.work import Lead, LeadEvidence
from server.store.unit_of_work import UnitOfWork

PATROL = "patrol"

LEAD_SNAPSHOT = (
    "number",
    "programme",
    "matter",
    "parcel_id",
    "parcel_code",
    "actor",
    "region",
    "source",
    "status",
    "found_on",
    "registered_at",
    "closed_at",
    "area_m2",
    "farmland_m2",
    "permanent_farmland_m2",
    "priority",
    "handler_id",
    "verified_by",
    "conclusion",
    "next_due",
    "version",
)
"""Columns that every event of a lead carries, so that the events alone tell how the lead stood at any position.

The assessment and the parts of the priority are left out: they are kept with the evidence they came from.
"""


def collect_lead(discovery: Discovery, *, actor: Actor, uow: UnitOfWork) -> Lead | None:
    """Register a lead, or add the report to the one that is being worked on; None when the report already fed one."""
    actor.require(Action.REPORT_INTERPRET, on=discovery.version.region)
    uow.lock_county(actor.county)
    known = leads_of(discovery, county=actor.county, uow=uow)
    if any(already_feeds(lead, discovery, uow=uow) for lead in known):
        return None
    collecting = COLLECTING_ELSEWHERE if discovery.assessment.finding is Finding.ROUTED_OUT else COLLECTING
    lead = next((lead for lead in known if lead.status in collecting), None)
    if lead is None:
        lead = register_lead(discovery, actor=actor, uow=uow)
    else:
        strengthen_lead(lead, discovery, actor=actor, uow=uow)
    uow.session.add(
        LeadEvidence(
            county=lead.county,
            lead_id=lead.id,
            report_id=discovery.sighting.report.id,
            rev=discovery.sighting.report.rev,
            assessment=assessment_json(discovery.assessment),
            added_at=uow.now,
        )
    )
    return lead


def leads_of(discovery: Discovery, *, county: str, uow: UnitOfWork) -> list[Lead]:
    """Every lead of the same parcel, programme and actor, newest first."""
    query = select(Lead).where(
        Lead.county == county,
        Lead.programme == discovery.assessment.programme.value,
        Lead.parcel_id == discovery.version.parcel_id,
        Lead.actor == (discovery.assessment.actor or ""),
    )
    return list(uow.session.scalars(query.order_by(Lead.registered_at.desc(), Lead.number.desc())))


def already_feeds(lead: Lead, discovery: Discovery, *, uow: UnitOfWork) -> bool:
    report = discovery.sighting.report
    return uow.session.get(LeadEvidence, (lead.county, lead.id, report.id, report.rev)) is not None


def register_lead(discovery: Discovery, *, actor: Actor, uow: UnitOfWork) -> Lead:
    assessment, version = discovery.assessment, discovery.version
    year = uow.today.year
    number = uow.next_number(actor.county, f"lead-{year}")
    priority = priority_of(discovery, uow=uow)
    farmland, permanent = farmland_overlaps(discovery.assessment)
    lead = Lead(
        county=actor.county,
        id=str(uuid.uuid4()),
        number=f"{actor.county}-{year}-{number:05d}",
        programme=assessment.programme.value,
        matter=assessment.matter,
        parcel_id=version.parcel_id,
        parcel_code=version.code,
        actor=assessment.actor or "",
        region=version.region,
        source=PATROL,
        status=LeadStatus.OPEN.value,
        found_on=discovery.sighting.seen_on,
        registered_at=uow.now,
        area_m2=assessment.area_m2,
        farmland_m2=farmland,
        permanent_farmland_m2=permanent,
        assessment=assessment_json(assessment),
        version=1,
        **priority_columns(priority),
    )
    uow.session.add(lead)
    uow.session.flush()
    uow.record("lead.registered", **about(lead, first_report(discovery, uow=uow), by=actor))
    return lead


def first_report(discovery: Discovery, *, uow: UnitOfWork) -> dict[str, Any]:
    """The report a lead began with, when it was made and when it reached the server: the two differ for a late one."""
    report = discovery.sighting.report
    of_report = (Submission.county == discovery.version.county) & (Submission.id == report.id) & (Submission.rev == report.rev)
    received = uow.session.scalar(select(Submission.received_at).where(of_report, Submission.digest == report.digest))
    return {
        "report_id": report.id,
        "seen_on": discovery.sighting.seen_on.isoformat(),
        "received_at": None if received is None else received.isoformat(),
    }


def strengthen_lead(lead: Lead, discovery: Discovery, *, actor: Actor, uow: UnitOfWork) -> None:
    """Later evidence of the same matter: the newest assessment stands, the priority is computed anew."""
    farmland, permanent = farmland_overlaps(discovery.assessment)
    if discovery.sighting.seen_on >= lead.found_on:
        lead.matter = discovery.assessment.matter
        lead.assessment = assessment_json(discovery.assessment)
        lead.area_m2 = discovery.assessment.area_m2
    lead.found_on = min(lead.found_on, discovery.sighting.seen_on)
    lead.farmland_m2, lead.permanent_farmland_m2 = max(lead.farmland_m2, farmland), max(lead.permanent_farmland_m2, permanent)
    for name, value in priority_columns(priority_of(discovery, uow=uow)).items():
        setattr(lead, name, value)
    lead.version += 1
    uow.record("lead.evidence_added", **about(lead, {"report_id": discovery.sighting.report.id}, by=actor))


def farmland_overlaps(assessment: Assessment) -> tuple[float, float]:
    """Farmland and permanent basic farmland surely occupied, in m²; 0 where the programme asks for neither."""
    return float(assessment.facts.get("farmland_m2") or 0), float(assessment.facts.get("permanent_farmland_m2") or 0)


def priority_columns(priority: Priority) -> dict[str, Any]:
    return {"priority": priority.score, "priority_parts": [vars(part) for part in priority.parts]}


def citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "law_id": citation.law_id,
        "instrument": citation.instrument,
        "article": citation.article,
        "in_force_from": citation.in_force_from.isoformat(),
        "mark": citation.mark,
        "reviewed_by": citation.reviewed_by,
        "reviewed_on": None if citation.reviewed_on is None else citation.reviewed_on.isoformat(),
    }


def assessment_json(assessment: Assessment) -> dict[str, Any]:
    return {
        "programme": assessment.programme.value,
        "matter": assessment.matter,
        "finding": assessment.finding.value,
        "on": assessment.on.isoformat(),
        "reason_zh": assessment.reason_zh,
        "reason_en": assessment.reason_en,
        "citations": [citation_json(citation) for citation in assessment.citations],
        "facts": assessment.facts,
        "actor": assessment.actor,
        "area_m2": assessment.area_m2,
        "since": None if assessment.since is None else assessment.since.isoformat(),
    }


def about(lead: Lead, facts: dict[str, Any], *, by: Actor) -> dict[str, Any]:
    """What an event of a lead says beside its type: the facts of the change, and how the lead stands after it."""
    told = {"version": lead.version, "number": lead.number, **facts, "lead": lead_snapshot(lead)}
    return {"county": lead.county, "aggregate": ("lead", lead.id), "facts": told, "by": by}


def lead_snapshot(lead: Lead) -> dict[str, Any]:
    """The lead as it stands, for its event; `area_method` tells how the ground was measured."""
    return {"id": lead.id, **snapshot(lead, LEAD_SNAPSHOT), "area_method": lead.assessment["facts"].get("ground_method")}


def snapshot(row: object, columns: Iterable[str]) -> dict[str, Any]:
    """Columns of a row as JSON values, days and instants as ISO text."""
    values = {name: getattr(row, name) for name in columns}
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in values.items()}


def own_lead(lead_id: str, action: Action, *, seen_version: int | None, actor: Actor, uow: UnitOfWork) -> Lead:
    """The lead, if the actor may do this to it and saw its newest version. Raises FORBIDDEN, NOT_FOUND, STALE_VERSION."""
    actor.require(action, on=actor.region)
    uow.lock_county(actor.county)
    lead = uow.session.get(Lead, (actor.county, lead_id), populate_existing=True)
    if lead is None:
        raise problems.NOT_FOUND()
    actor.require(action, on=lead.region)
    if seen_version is not None and lead.version != seen_version:
        raise problems.STALE_VERSION(current=lead.version)
    return lead


def verify_lead(lead_id: str, conclusion: str, *, seen_version: int, actor: Actor, uow: UnitOfWork) -> Lead:
    """核查: a person confirms that the lead is worth a case, in words."""
    lead = own_lead(lead_id, Action.LEAD_VERIFY, seen_version=seen_version, actor=actor, uow=uow)
    require_reason(conclusion, "verify")
    lead.status = moved(lead.status, "verify").value
    lead.conclusion, lead.verified_by, lead.handler_id = conclusion.strip(), actor.id, lead.handler_id or actor.id
    lead.version += 1
    uow.record("lead.verified", **about(lead, {"conclusion": lead.conclusion}, by=actor))
    return lead


def dismiss_lead(lead_id: str, reason: str, *, seen_version: int, actor: Actor, uow: UnitOfWork) -> Lead:
    """不予立案: a person closes the lead with a reason."""
    lead = own_lead(lead_id, Action.LEAD_DISMISS, seen_version=seen_version, actor=actor, uow=uow)
    end_lead(lead, "dismiss", reason, uow)
    uow.record("lead.dismissed", **about(lead, {"reason": lead.conclusion}, by=actor))
    return lead


def route_out_lead(lead_id: str, reason: str, *, seen_version: int, actor: Actor, uow: UnitOfWork) -> Lead:
    """移送: a person sends the matter to the office it belongs to, and the lead ends here."""
    lead = own_lead(lead_id, Action.LEAD_ROUTE_OUT, seen_version=seen_version, actor=actor, uow=uow)
    end_lead(lead, "route_out", reason, uow)
    uow.record("lead.routed_out", **about(lead, {"reason": lead.conclusion}, by=actor))
    return lead


def end_lead(lead: Lead, move: str, reason: str, uow: UnitOfWork) -> None:
    """The move that ends a lead, with its reason. Raises REASON_REQUIRED, MOVE_NOT_ALLOWED."""
    require_reason(reason, move)
    lead.status = moved(lead.status, move).value
    lead.conclusion, lead.closed_at = reason.strip(), uow.now
    lead.version += 1


def require_reason(reason: str, move: str) -> None:
    if not reason.strip():
        raise problems.REASON_REQUIRED(move=move)
