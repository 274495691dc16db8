"""Queries of the feed to phones: positions, events of a stretch, ids of a scope by pages. Decides nothing.

Positions rise in the order of commits, because the county's counter is locked while an event gets one: whoever has read the
counter may read every event up to it, and none will ever appear below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.store.tables.organisation import CountyCounter
from server.store.tables.registry import Task
from server.store.tables.sync import Event, Submission, SubmissionPhoto
from server.store.tables.work import Case, Lead, LeadEvidence, Notice
from server.store.unit_of_work import POSITION


@dataclass(frozen=True)
class EventSeen:
    """An event as the feed needs it: what happened to what, at which position; its facts are not asked."""

    position: int
    type: str
    aggregate: str
    aggregate_id: str


def committed_position(session: Session, county: str) -> int:
    """The position of the county's newest committed event, 0 before the first."""
    counted = select(CountyCounter.value).where(CountyCounter.county == county, CountyCounter.name == POSITION)
    return session.scalar(counted) or 0


def events_between(session: Session, county: str, after: int, upto: int, types: Iterable[str]) -> list[EventSeen]:
    """The events of these types in a stretch of positions, in order."""
    query = select(Event.position, Event.type, Event.aggregate, Event.aggregate_id).where(
        Event.county == county, Event.position > after, Event.position <= upto, Event.type.in_(sorted(types))
    )
    return [EventSeen(*row) for row in session.execute(query.order_by(Event.position))]


def newest_of(session: Session, county: str, types: Iterable[str]) -> datetime | None:
    """When the newest event of one of the types was recorded."""
    newest = [
        session.execute(
            select(Event.position, Event.recorded_at)
            .where(Event.county == county, Event.type == one)
            .order_by(Event.position.desc())
            .limit(1)
        ).first()
        for one in sorted(types)
    ]
    return max((row.recorded_at for row in newest if row is not None), default=None)


def own_report(inspector_id: str) -> ColumnElement[bool]:
    """What an inspector wrote, or delivered."""
    return or_(Submission.inspector_id == inspector_id, Submission.pushed_by == inspector_id)


def own_report_ids(session: Session, county: str, inspector_id: str, after: str, count: int) -> list[str]:
    """Ids of the inspector's own reports, ascending, beyond `after`. Each way a report can be one's own has its index."""
    found: set[str] = set()
    for own in (Submission.inspector_id == inspector_id, Submission.pushed_by == inspector_id):
        query = select(Submission.id).where(Submission.county == county, own, Submission.id > after, Submission.type == "report")
        found |= set(session.scalars(query.distinct().order_by(Submission.id).limit(count)))
    return sorted(found)[:count]


def crew_task_ids(session: Session, county: str, crew_id: str, after: str, count: int) -> list[str]:
    """Ids of the crew's tasks, ascending, beyond `after`."""
    query = select(Task.id).where(Task.county == county, Task.crew_id == crew_id, Task.id > after)
    return list(session.scalars(query.order_by(Task.id).limit(count)))


def ids_of(
    session: Session, table: type[Lead] | type[Case] | type[Notice], where: Sequence[ColumnElement[bool]], after: str, count: int
) -> list[str]:
    """Ids of the rows that fulfil every condition, ascending, beyond `after`."""
    return list(session.scalars(select(table.id).where(*where, table.id > after).order_by(table.id).limit(count)))


def reports_declaring(session: Session, county: str, inspector_id: str, photos: Iterable[str]) -> dict[str, set[str]]:
    """Photo digest → ids of the inspector's own reports that declare it."""
    same = (Submission.county == SubmissionPhoto.county) & (Submission.id == SubmissionPhoto.id)
    query = (
        select(SubmissionPhoto.photo_digest, SubmissionPhoto.id)
        .join(Submission, same)
        .where(SubmissionPhoto.county == county, SubmissionPhoto.photo_digest.in_(sorted(photos)), own_report(inspector_id))
    )
    return grouped((row.photo_digest, row.id) for row in session.execute(query.distinct()))


def reports_feeding(session: Session, county: str, inspector_id: str, leads: Iterable[str]) -> dict[str, set[str]]:
    """Lead id → ids of the inspector's own reports that feed it."""
    same = (Submission.county == LeadEvidence.county) & (Submission.id == LeadEvidence.report_id)
    query = (
        select(LeadEvidence.lead_id, LeadEvidence.report_id)
        .join(Submission, same)
        .where(LeadEvidence.county == county, LeadEvidence.lead_id.in_(sorted(leads)), own_report(inspector_id))
    )
    return grouped((row.lead_id, row.report_id) for row in session.execute(query.distinct()))


def leads_of_cases(session: Session, county: str, cases: Iterable[str]) -> dict[str, str]:
    """Case id → the lead it came from."""
    query = select(Case.id, Case.lead_id).where(Case.county == county, Case.id.in_(sorted(cases)))
    return {row.id: row.lead_id for row in session.execute(query)}


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found
