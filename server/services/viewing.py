"""What officers' pages show: a lead, a case, a report to place, a photo. Refuses other regions, and records who saw evidence."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import and_, exists, or_, select, true

from server import problems
from server.domain.assessment import Programme
from server.domain.leads import moves_from
from server.domain.permissions import Action, Actor, Role
from server.keys.text import is_digest
from server.programmes import PROGRAMMES
from server.services.map_views import MapShown, map_shown
from server.services.matching import current_match
from server.services.report_views import ReportKey, ReportShown, names_of, reports_shown
from server.store.listing import below
from server.store.tables.organisation import User
from server.store.tables.registry import Duty, ParcelVersion
from server.store.tables.sync import Event, Photo, Submission, SubmissionPhoto
from server.store.tables.work import Case, Lead, LeadEvidence, Match
from server.store.unit_of_work import UnitOfWork

Words = tuple[str, str]

MOVE_ACTIONS: Final[Mapping[str, Action]] = {
    "verify": Action.LEAD_VERIFY,
    "dismiss": Action.LEAD_DISMISS,
    "route_out": Action.LEAD_ROUTE_OUT,
    "open_case": Action.CASE_OPEN,
}
TIMELINE: Final = (
    "report.stored",
    "report.released",
    "report.matched",
    "match.decided",
    "lead.registered",
    "lead.evidence_added",
    "lead.verified",
    "lead.dismissed",
    "lead.routed_out",
    "case.opened",
)
PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "image/heic")
SURVEYED: Final = "surveyed"


@dataclass(frozen=True)
class Happened:
    """One line of 办理过程: what was recorded when, by whom, with its facts."""

    type: str
    recorded_at: datetime
    by: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class LeadShown:
    """A lead and all that it rests on. `moves` maps each move its status allows to whether this actor may make it."""

    lead: Lead
    parcel: ParcelVersion | None
    duties: Sequence[Duty]
    citations: Sequence[Mapping[str, Any]]
    reports: Sequence[ReportShown]
    map: MapShown | None
    moves: Mapping[str, bool]
    case_id: str | None
    handlers: Sequence[tuple[str, str]]
    names: Mapping[str, str]
    timeline: Sequence[Happened]
    today: date


@dataclass(frozen=True)
class CaseShown:
    """A case with the lead it came from. `step` is its next step in words, `missing` what blocks it, as far as is on file."""

    case: Case
    lead: Lead
    parcel: ParcelVersion | None
    duties: Sequence[Duty]
    citations: Sequence[Mapping[str, Any]]
    step: Words | None
    step_law: Mapping[str, Any] | None
    missing: Sequence[str]
    reports: Sequence[ReportShown]
    map: MapShown | None
    names: Mapping[str, str]
    timeline: Sequence[Happened]
    today: date


@dataclass(frozen=True)
class Candidate:
    """One parcel a report may show: its key (1 to 9), version and probability."""

    key: str
    version: ParcelVersion
    probability: float
    is_claimed: bool


@dataclass(frozen=True)
class ReviewShown:
    """A report whose parcel a person chooses, or chose."""

    match: Match
    shown: ReportShown
    candidates: Sequence[Candidate]
    map: MapShown | None
    may_decide: bool
    names: Mapping[str, str]
    today: date


@dataclass(frozen=True)
class PhotoFile:
    """Where bytes lie, what they are, and the name to save them under."""

    path: Path
    media_type: str
    name: str


def programme_words() -> dict[str, Words]:
    """What the programmes are called."""
    return {programme.value: (module.title_zh, module.title_en) for programme, module in PROGRAMMES.items()}


def matter_words() -> dict[str, Words]:
    """What the kinds of lead are called."""
    return {code: words for module in PROGRAMMES.values() for code, words in module.matters.items()}


def view_lead(lead_id: str, *, actor: Actor, uow: UnitOfWork) -> LeadShown:
    """Everything about one lead. Raises FORBIDDEN, NOT_FOUND."""
    lead = uow.session.get(Lead, (actor.county, lead_id))
    actor.require(Action.QUEUE_VIEW, on=actor.region if lead is None else lead.region)
    if lead is None:
        raise problems.NOT_FOUND()
    keys = evidence_of(lead, uow=uow)
    reports = reports_shown(keys, actor=actor, uow=uow)
    parcel = newest_version(lead.county, lead.parcel_id, uow=uow)
    case_id = uow.session.scalar(select(Case.id).where(Case.county == lead.county, Case.lead_id == lead.id))
    moves = {move: actor.may(MOVE_ACTIONS[move], on=lead.region) for move in moves_from(lead.status) if move in MOVE_ACTIONS}
    note_viewing(("lead", lead.id), reports, actor=actor, uow=uow)
    return LeadShown(
        lead=lead,
        parcel=parcel,
        duties=duties_on(lead.county, lead.parcel_id, lead.programme, uow=uow),
        citations=cited(lead.assessment["citations"], lead, uow=uow),
        reports=reports,
        map=map_shown(parcel, (), (each.report for each in reports), actor=actor, uow=uow),
        moves=moves,
        case_id=case_id,
        handlers=handlers_of(lead, uow=uow) if moves.get("open_case") else (),
        names=names_of([each for each in (lead.handler_id, lead.verified_by) if each], lead.county, uow=uow),
        timeline=timeline_of([("lead", lead.id), *(("report", key[0]) for key in keys)], lead.county, uow=uow),
        today=uow.today,
    )


def view_case(case_id: str, *, actor: Actor, uow: UnitOfWork) -> CaseShown:
    """Everything about one case. Raises FORBIDDEN, NOT_FOUND."""
    case = uow.session.get(Case, (actor.county, case_id))
    actor.require(Action.CASE_VIEW, on=actor.region if case is None else case.region)
    if case is None:
        raise problems.NOT_FOUND()
    lead = uow.session.get_one(Lead, (case.county, case.lead_id))
    keys = evidence_of(lead, uow=uow)
    reports = reports_shown(keys, actor=actor, uow=uow)
    parcel = newest_version(case.county, case.parcel_id, uow=uow)
    note_viewing(("case", case.id), reports, actor=actor, uow=uow)
    people = [each for each in (case.handler_id, case.co_handler_id, case.opened_by, lead.verified_by) if each]
    aggregates = [("case", case.id), ("lead", lead.id), *(("report", key[0]) for key in keys)]
    step_law = [case.next_citation] if case.next_citation else []
    return CaseShown(
        case=case,
        lead=lead,
        parcel=parcel,
        duties=duties_on(case.county, case.parcel_id, case.programme, uow=uow),
        citations=cited(lead.assessment["citations"], lead, uow=uow),
        step=step_words(case),
        step_law=next(iter(cited(step_law, lead, uow=uow)), None),
        missing=missing_of(case),
        reports=reports,
        map=map_shown(parcel, (), (each.report for each in reports), actor=actor, uow=uow),
        names=names_of(people, case.county, uow=uow),
        timeline=timeline_of(aggregates, case.county, uow=uow),
        today=uow.today,
    )


def view_review(report_id: str, *, actor: Actor, uow: UnitOfWork) -> ReviewShown:
    """A report with the parcels it may show. Raises FORBIDDEN, NOT_FOUND."""
    match = current_match(actor.county, report_id, None, uow=uow)
    actor.require(Action.QUEUE_VIEW, on=actor.region if match is None else match.region)
    reports = () if match is None else reports_shown([(match.report_id, match.rev)], actor=actor, uow=uow)
    if match is None or not reports:
        raise problems.NOT_FOUND()
    candidates = candidates_of(match, reports[0], uow=uow)
    note_viewing(("report", report_id), reports, actor=actor, uow=uow)
    numbered = [(each.key, each.version) for each in candidates]
    return ReviewShown(
        match=match,
        shown=reports[0],
        candidates=candidates,
        map=map_shown(None, numbered, [reports[0].report], actor=actor, uow=uow),
        may_decide=match.state == "review" and actor.may(Action.MATCH_DECIDE, on=match.region),
        names=names_of([match.decided_by], actor.county, uow=uow),
        today=uow.today,
    )


def map_of_lead(lead_id: str, *, actor: Actor, uow: UnitOfWork) -> MapShown | None:
    """The map of a lead or of its case. Raises FORBIDDEN, NOT_FOUND."""
    lead = uow.session.get(Lead, (actor.county, lead_id))
    actor.require(Action.QUEUE_VIEW, on=actor.region if lead is None else lead.region)
    if lead is None:
        raise problems.NOT_FOUND()
    reports = reports_shown(evidence_of(lead, uow=uow), actor=actor, uow=uow)
    parcel = newest_version(lead.county, lead.parcel_id, uow=uow)
    return map_shown(parcel, (), (each.report for each in reports), actor=actor, uow=uow)


def map_of_case(case_id: str, *, actor: Actor, uow: UnitOfWork) -> MapShown | None:
    """The map of a case. Raises FORBIDDEN, NOT_FOUND."""
    case = uow.session.get(Case, (actor.county, case_id))
    actor.require(Action.CASE_VIEW, on=actor.region if case is None else case.region)
    if case is None:
        raise problems.NOT_FOUND()
    return map_of_lead(case.lead_id, actor=actor, uow=uow)


def map_of_review(report_id: str, *, actor: Actor, uow: UnitOfWork) -> MapShown | None:
    """The map of a report with its numbered candidates. Raises FORBIDDEN, NOT_FOUND."""
    match = current_match(actor.county, report_id, None, uow=uow)
    actor.require(Action.QUEUE_VIEW, on=actor.region if match is None else match.region)
    reports = () if match is None else reports_shown([(match.report_id, match.rev)], actor=actor, uow=uow)
    if match is None or not reports:
        raise problems.NOT_FOUND()
    numbered = [(each.key, each.version) for each in candidates_of(match, reports[0], uow=uow)]
    return map_shown(None, numbered, [reports[0].report], actor=actor, uow=uow)


def view_thumbnail(digest: str, *, actor: Actor, uow: UnitOfWork) -> PhotoFile:
    """The small derivative of a photo that a report in the actor's scope declares. Raises FORBIDDEN, NOT_FOUND."""
    photo = photo_in_scope(digest, actor=actor, uow=uow)
    if photo.thumbnail_digest is None:
        raise problems.NOT_FOUND()
    return PhotoFile(uow.world.blobs.derivative_path(photo.thumbnail_digest), "image/jpeg", f"{digest[7:19]}.jpg")


def view_original(digest: str, *, actor: Actor, uow: UnitOfWork) -> PhotoFile:
    """The original bytes, never altered; taking them is recorded. Raises FORBIDDEN, NOT_FOUND."""
    photo = photo_in_scope(digest, actor=actor, uow=uow)
    media_type = str((photo.facts or {}).get("media_type"))
    known = media_type if media_type in PICTURES else "application/octet-stream"
    suffix = known.removeprefix("image/").replace("jpeg", "jpg") if known in PICTURES else "bin"
    facts = {"shown": "original", "digest": digest}
    uow.record("evidence.viewed", county=actor.county, aggregate=("photo", digest), facts=facts, by=actor)
    return PhotoFile(uow.world.blobs.path(digest), known, f"{digest[7:19]}.{suffix}")


def photo_in_scope(digest: str, *, actor: Actor, uow: UnitOfWork) -> Photo:
    """A stored photo, if a report of the actor's county and region declares it; another county's photo is not there."""
    actor.require(Action.EVIDENCE_VIEW, on=actor.region)
    photo = uow.session.get(Photo, (actor.county, digest)) if is_digest(digest) else None
    same = and_(
        Submission.county == SubmissionPhoto.county,
        Submission.id == SubmissionPhoto.id,
        Submission.rev == SubmissionPhoto.rev,
        Submission.digest == SubmissionPhoto.digest,
    )
    declared = exists().where(
        same,
        SubmissionPhoto.county == actor.county,
        SubmissionPhoto.photo_digest == digest,
        Submission.state == "stored",
        true() if actor.region in ("", actor.county) else match_below(actor),
    )
    if photo is None or photo.quarantined or not uow.session.scalar(select(declared)):
        raise problems.NOT_FOUND()
    return photo


def match_below(actor: Actor) -> Any:
    """Whether the submission's report was placed in the actor's region."""
    placed = and_(Match.county == Submission.county, Match.report_id == Submission.id, Match.current)
    return exists().where(placed, below(Match.region, actor.region))


def note_viewing(aggregate: tuple[str, str], reports: Sequence[ReportShown], *, actor: Actor, uow: UnitOfWork) -> None:
    """Opening a page with somebody's evidence on it is recorded, since a page shows places, names and pictures."""
    if not reports:
        return
    facts = {"shown": "page", "reports": [each.report.id for each in reports]}
    uow.record("evidence.viewed", county=actor.county, aggregate=aggregate, facts=facts, by=actor)


def evidence_of(lead: Lead, *, uow: UnitOfWork) -> list[ReportKey]:
    query = select(LeadEvidence.report_id, LeadEvidence.rev).where(
        LeadEvidence.county == lead.county, LeadEvidence.lead_id == lead.id
    )
    return [(row.report_id, row.rev) for row in uow.session.execute(query.order_by(LeadEvidence.added_at))]


def newest_version(county: str, parcel_id: str, *, uow: UnitOfWork) -> ParcelVersion | None:
    query = select(ParcelVersion).where(ParcelVersion.county == county, ParcelVersion.parcel_id == parcel_id)
    return uow.session.scalar(query.order_by(ParcelVersion.valid_from.desc()).limit(1))


def duties_on(county: str, parcel_id: str, programme: str, *, uow: UnitOfWork) -> Sequence[Duty]:
    query = select(Duty).where(Duty.county == county, Duty.parcel_id == parcel_id, Duty.programme == programme)
    return uow.session.scalars(query.order_by(Duty.due_on, Duty.code)).all()


def candidates_of(match: Match, shown: ReportShown, *, uow: UnitOfWork) -> list[Candidate]:
    """The ranked parcels, at most nine, so that each has a key of its own."""
    ranked = match.ranked[:9]
    ids = [each["version_id"] for each in ranked]
    query = select(ParcelVersion).where(ParcelVersion.county == match.county, ParcelVersion.id.in_(ids))
    versions = {version.id: version for version in uow.session.scalars(query)}
    known = [each for each in ranked if each["version_id"] in versions]
    return [
        Candidate(str(number), versions[each["version_id"]], each["probability"], each["code"] == shown.report.parcel_claim)
        for number, each in enumerate(known, start=1)
    ]


def cited(citations: Iterable[Mapping[str, Any]], lead: Lead, *, uow: UnitOfWork) -> list[Mapping[str, Any]]:
    """Each citation with what its rule says in words on the day it was asked, where the law data still knows it."""
    law = uow.world.law.for_province(lead.county)
    found: list[Mapping[str, Any]] = []
    for citation in citations:
        try:
            told = law.describe(citation["law_id"], on=date.fromisoformat(lead.assessment["on"]))
        except problems.Problem:
            told = {}
        found.append({**told, **citation})
    return found


def step_words(case: Case) -> Words | None:
    step = PROGRAMMES[Programme(case.programme)].first_step
    return (step.name_zh, step.name_en) if case.next_step == step.code else None


def missing_of(case: Case) -> list[str]:
    """What the evidence gates of a case want and the file does not have yet."""
    found = ["surveyed_area"] if case.area_source != SURVEYED else []
    return [*found, "co_handler"] if case.co_handler_id is None else found


def handlers_of(lead: Lead, *, uow: UnitOfWork) -> list[tuple[str, str]]:
    """Who can be made the handler of a case there: active handlers whose scope holds the place."""
    query = select(User.id, User.name, User.region).where(
        User.county == lead.county, User.role == Role.HANDLER.value, User.active
    )
    return [(row.id, row.name) for row in uow.session.execute(query.order_by(User.name)) if lead.region.startswith(row.region)]


def timeline_of(aggregates: Sequence[tuple[str, str]], county: str, *, uow: UnitOfWork) -> list[Happened]:
    """What happened to these, in the order of the county's log."""
    wanted = or_(*(and_(Event.aggregate == kind, Event.aggregate_id == id_) for kind, id_ in aggregates))
    query = select(Event).where(Event.county == county, Event.type.in_(TIMELINE), wanted).order_by(Event.position)
    events = uow.session.scalars(query).all()
    names = names_of((event.actor for event in events), county, uow=uow)
    return [
        Happened(event.type, event.recorded_at, names.get(event.actor, event.actor), json.loads(event.body).get("facts", {}))
        for event in events
    ]
