"""What a lead's priority is computed from: overlaps, overdue days, whether the act goes on, doubts about the evidence."""

from datetime import date

from sqlalchemy import func, select

from server.domain.evidence import INFORMATION
from server.domain.priority import Priority, PriorityFacts, priority
from server.services.discovery import Discovery
from server.store.tables.sync import PhotoFlag
from server.store.unit_of_work import UnitOfWork

MACHINE = "machine"
IN_PROGRESS = "in_progress"


def priority_of(discovery: Discovery, *, uow: UnitOfWork) -> Priority:
    """The priority as the evidence stands now; the same facts always give the same score."""
    facts, report = discovery.assessment.facts, discovery.sighting.report
    return priority(
        PriorityFacts(
            area_m2=discovery.assessment.area_m2 or discovery.sighting.ground.area_m2,
            farmland_m2=float(facts.get("farmland_most_m2") or 0),
            permanent_farmland_m2=float(facts.get("permanent_farmland_most_m2") or 0),
            overdue_days=overdue(discovery.assessment.since, discovery.assessment.on),
            is_in_progress=report.onsite is not None and report.onsite.state == IN_PROGRESS,
            evidence_flags=doubtful_flags(discovery.version.county, report.id, report.rev, uow=uow),
            match_probability=discovery.decided.probability if discovery.decided.decided_by == MACHINE else None,
        )
    )


def overdue(since: date | None, on: date) -> int:
    return 0 if since is None else max(0, (on - since).days)


def doubtful_flags(county: str, report_id: str, rev: int, *, uow: UnitOfWork) -> int:
    """How many flags of the report and its photos lower trust (information does not)."""
    count = (
        select(func.count())
        .select_from(PhotoFlag)
        .where(
            PhotoFlag.county == county,
            PhotoFlag.report_id == report_id,
            PhotoFlag.rev == rev,
            PhotoFlag.code.not_in(sorted(INFORMATION)),
        )
    )
    return uow.session.scalar(count) or 0
