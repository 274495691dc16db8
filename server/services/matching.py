"""落图: which parcel a report shows. The machine ranks and decides only above the threshold; people decide the rest."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from server import problems
from server.domain.geometry import parse_polygon
from server.domain.matching import CandidateParcel, MatchPolicy, MatchQuestion, MatchResult, match, search_box
from server.domain.permissions import Action, Actor
from server.domain.report import Report, report_of
from server.store.dialects.spatial import candidates
from server.store.land import parcels_named
from server.store.tables.registry import ParcelVersion, Task
from server.store.tables.sync import Submission
from server.store.tables.work import Match
from server.store.unit_of_work import UnitOfWork

NONE = "none"
EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
CANDIDATE_COLUMNS = ("parcel_id", "id", "code", "geometry", "area_m2", "region")


def match_report(report_id: str, rev: int, digest: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Rank the parcels near a stored report and keep the answer; running it twice keeps one."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    row = uow.session.get_one(Submission, (actor.county, report_id, rev, digest))
    if row.type != "report" or row.state != "stored" or current_match(actor.county, report_id, rev, uow=uow) is not None:
        return
    report = report_of(row.manifest, row.digest)
    question = question_of(report, county=actor.county, uow=uow)
    nearby = nearby_parcels(question, county=actor.county, uow=uow)
    result = match(question, [candidate_of(found) for found in nearby], policy_of(uow))
    regions = {found.id: found.region for found in nearby}
    kept = keep_match(report, result, regions, actor=actor, uow=uow)
    facts = {"report_id": report_id, "rev": rev, "state": kept.state, "parcel_id": kept.parcel_id}
    uow.record(
        "report.matched" if kept.state == "matched" else "report.left_unplaced",
        county=actor.county,
        aggregate=("report", report_id),
        facts=facts,
        by=actor,
    )


def question_of(report: Report, *, county: str, uow: UnitOfWork) -> MatchQuestion:
    return MatchQuestion(
        position=report.position,
        view=report.view or next((photo.view for photo in report.photos if photo.view is not None), None),
        claim=report.parcel_claim,
        task_parcel_codes=task_parcels(report, county=county, uow=uow),
        sketch=sketch_of(report),
    )


def sketch_of(report: Report) -> Any:
    """The sketch as a shape; an unusable one counts as none (the report itself was accepted long ago)."""
    if report.sketch is None:
        return None
    try:
        return parse_polygon(report.sketch)
    except problems.Problem:
        return None


def task_parcels(report: Report, *, county: str, uow: UnitOfWork) -> frozenset[str]:
    """The code of the parcel that the report's task names, if it names one."""
    if report.task_id is None:
        return frozenset()
    codes = (
        select(ParcelVersion.code)
        .join(Task, (Task.county == ParcelVersion.county) & (Task.parcel_id == ParcelVersion.parcel_id))
        .where(Task.county == county, Task.id == report.task_id, ParcelVersion.valid_to.is_(None))
    )
    return frozenset(uow.session.scalars(codes))


def nearby_parcels(question: MatchQuestion, *, county: str, uow: UnitOfWork) -> list[Any]:
    """The parcels that may be meant: those within reach, and those that the inspector or the task named."""
    named = question.task_parcel_codes | ({question.claim} if question.claim else set())
    found = parcels_named(uow.session, county, named, uow.today)
    box = search_box(question, policy_of(uow))
    if box is not None:
        found += candidates(uow.session, ParcelVersion, county, box, uow.today, columns=CANDIDATE_COLUMNS)
    return list({row.id: row for row in found}.values())


def policy_of(uow: UnitOfWork) -> MatchPolicy:
    """The office's policy without its territory: where a report may come from was judged when it was received."""
    return replace(uow.world.settings.matching, territory=EVERYWHERE)


def candidate_of(row: Any) -> CandidateParcel:
    return CandidateParcel(row.parcel_id, row.id, row.code, row.geometry, row.area_m2)


def keep_match(report: Report, result: MatchResult, regions: dict[str, str], *, actor: Actor, uow: UnitOfWork) -> Match:
    decided = result.decided
    best = decided or next(iter(result.ranked), None)
    kept = Match(
        county=actor.county,
        report_id=report.id,
        rev=report.rev,
        seq=1,
        state="review" if decided is None else "matched",
        parcel_id=None if decided is None else decided.parcel_id,
        version_id=None if decided is None else decided.version_id,
        probability=None if best is None else best.probability,
        ranked=[vars(each) for each in result.ranked[:10]],
        none_of_these=result.none_of_these,
        claim_agrees=result.claim_agrees,
        reason_zh=result.reason_zh,
        reason_en=result.reason_en,
        inputs=result.inputs,
        decided_by="machine",
        decided_at=uow.now,
        current=True,
        region=actor.county if best is None else regions[best.version_id],
    )
    uow.session.add(kept)
    retire_older_revisions(report, county=actor.county, uow=uow)
    return kept


def retire_older_revisions(report: Report, *, county: str, uow: UnitOfWork) -> None:
    """A later revision's match replaces that of the one before on every list."""
    older = (Match.county == county) & (Match.report_id == report.id) & (Match.rev < report.rev)
    uow.session.execute(update(Match).where(older).values(current=False))


def current_match(county: str, report_id: str, rev: int | None, *, uow: UnitOfWork) -> Match | None:
    """The match that counts for a report: of a revision, or of the newest (rev None)."""
    query = select(Match).where(Match.county == county, Match.report_id == report_id, Match.current)
    if rev is not None:
        query = query.where(Match.rev == rev)
    return uow.session.scalar(query.order_by(Match.rev.desc(), Match.seq.desc()).limit(1))


def decide_match(report_id: str, choice: str, *, seq: int, actor: Actor, uow: UnitOfWork) -> Match:
    """A person says which parcel a report shows (`choice` is a candidate's version id, or `none`).

    Raises FORBIDDEN, NOT_FOUND, STALE_VERSION when somebody decided since `seq` was shown, MATCH_CHOICE.
    """
    actor.require(Action.MATCH_DECIDE, on=actor.region)
    uow.lock_county(actor.county)
    open_match = current_match(actor.county, report_id, None, uow=uow)
    if open_match is None:
        raise problems.NOT_FOUND()
    actor.require(Action.MATCH_DECIDE, on=open_match.region)
    if open_match.seq != seq:
        raise problems.STALE_VERSION(current=open_match.seq)
    if open_match.state != "review":
        raise problems.MATCH_DECIDED()
    chosen = chosen_parcel(open_match, choice)
    version = None if chosen is None else uow.session.get_one(ParcelVersion, (actor.county, chosen["version_id"]))
    open_match.current = False
    decided = Match(**copied(open_match), **decision(chosen, version, open_match, actor, uow))
    uow.session.add(decided)
    facts = {"report_id": report_id, "rev": decided.rev, "state": decided.state, "parcel_id": decided.parcel_id, "choice": choice}
    uow.record("match.decided", county=actor.county, aggregate=("report", report_id), facts=facts, by=actor)
    return decided


def chosen_parcel(shown: Match, choice: str) -> dict[str, Any] | None:
    if choice == NONE:
        return None
    found = next((each for each in shown.ranked if each["version_id"] == choice), None)
    if found is None:
        raise problems.MATCH_CHOICE(choice=choice)
    return found


def copied(row: Match) -> dict[str, Any]:
    names = ("county", "report_id", "rev", "ranked", "none_of_these", "claim_agrees", "reason_zh", "reason_en", "inputs")
    return {name: getattr(row, name) for name in names}


def decision(
    chosen: dict[str, Any] | None, version: ParcelVersion | None, shown: Match, actor: Actor, uow: UnitOfWork
) -> dict[str, Any]:
    return {
        "seq": shown.seq + 1,
        "state": NONE if chosen is None else "matched",
        "parcel_id": None if chosen is None else chosen["parcel_id"],
        "version_id": None if chosen is None else chosen["version_id"],
        "probability": None if chosen is None else chosen["probability"],
        "decided_by": actor.id,
        "decided_at": uow.now,
        "current": True,
        "region": shown.region if version is None else version.region,
    }
