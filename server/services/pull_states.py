"""The things of the feed as they stand now: tasks, notes, notices, packages. Refuses what lies outside the phone's scope.

Each entity has two readings: the ids of the scope by pages, for a snapshot, and the state of given ids, for changes.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, and_, false, or_, select

from server.services.matters import case_line, lead_line, within
from server.services.pull_cursor import CASE_NOTE, KEPT_DAYS, NOTICE, PACKAGE, REPORT_STATE, TASK, Scope
from server.services.pull_feed import IMPORTS
from server.services.pull_reports import report_states
from server.services.region_names import region_names
from server.store.feed import crew_task_ids, ids_of, newest_of, own_report_ids
from server.store.listing import LEAD_WAITING, below
from server.store.tables.registry import Parcel, ParcelVersion, Task
from server.store.tables.work import Case, Lead, Notice
from server.store.unit_of_work import UnitOfWork

States = dict[str, dict[str, Any] | None]
"""Id → the whole entity, or None where it is gone; ids outside the scope are left out."""

TOWN_DIGITS: Final = (6, 9, 12)
"""Lengths of the codes of county, town and village: the divisions a region lies in."""


class Page(Protocol):
    def __call__(self, scope: Scope, after: str, count: int, *, uow: UnitOfWork) -> list[str]: ...


class Standing(Protocol):
    def __call__(self, ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> States: ...


def package_ids(scope: Scope, after: str, count: int, *, uow: UnitOfWork) -> list[str]:
    """The areas of the scope, once anything was imported."""
    if newest_of(uow.session, scope.county, IMPORTS) is None:
        return []
    return [region for region in sorted(scope.regions) if region > after][:count]


def packages(ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> States:
    changed_at = newest_of(uow.session, scope.county, IMPORTS)
    if changed_at is None:
        return {}
    return {area: {"area": area, "changed_at": changed_at.isoformat()} for area in set(ids) & set(scope.regions)}


def task_ids(scope: Scope, after: str, count: int, *, uow: UnitOfWork) -> list[str]:
    return [] if scope.crew_id is None else crew_task_ids(uow.session, scope.county, scope.crew_id, after, count)


def tasks(ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> States:
    """The crew's tasks, each with a point inside its parcel's newest version (degrees, CGCS2000)."""
    query = select(Task).where(Task.county == scope.county, Task.id.in_(sorted(ids)), Task.crew_id == scope.crew_id)
    found = uow.session.scalars(query).all()
    parcels = newest_parcels({task.parcel_id for task in found}, scope.county, uow=uow)
    named = region_names((parcel["region"] for parcel in parcels.values()), uow=uow)
    return {task.id: task_state(task, parcels.get(task.parcel_id, {}), named) for task in found}


def newest_parcels(ids: set[str], county: str, *, uow: UnitOfWork) -> dict[str, dict[str, Any]]:
    """Code, region, name and place of each parcel, as its newest version has them."""
    columns = (ParcelVersion.parcel_id, ParcelVersion.region, ParcelVersion.name, ParcelVersion.geometry)
    query = select(Parcel.code, *columns).join(
        Parcel, (Parcel.county == ParcelVersion.county) & (Parcel.id == ParcelVersion.parcel_id)
    )
    query = query.where(ParcelVersion.county == county, ParcelVersion.parcel_id.in_(sorted(ids)))
    found = {}
    for row in uow.session.execute(query.order_by(ParcelVersion.valid_from)):
        found[row.parcel_id] = {"code": row.code, "region": row.region, "name": row.name, "geometry": row.geometry}
    return found


def task_state(task: Task, parcel: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    inside = None if not parcel else parcel["geometry"].representative_point()
    code = parcel.get("code", "")
    region = parcel.get("region", task.county)
    return {
        "id": task.id,
        "parcel_id": task.parcel_id,
        "parcel_code": code,
        "region": region,
        "region_name": named.get(region),
        "reason": task.reason,
        "due_on": task.due_on.isoformat(),
        "state": task.state,
        "programme": task.programme,
        "lon": None if inside is None else round(inside.x, 7),
        "lat": None if inside is None else round(inside.y, 7),
        "title": parcel.get("name") or code,
    }


def report_ids(scope: Scope, after: str, count: int, *, uow: UnitOfWork) -> list[str]:
    return own_report_ids(uow.session, scope.county, scope.inspector_id, after, count)


def reports(ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> States:
    return dict(report_states(ids, scope, uow=uow))


def note_ids(scope: Scope, after: str, count: int, *, uow: UnitOfWork) -> list[str]:
    """Open leads and cases share one order of ids."""
    leads = [Lead.county == scope.county, Lead.status.in_(LEAD_WAITING), within(Lead.region, scope.cover)]
    cases = [Case.county == scope.county, Case.closed_on.is_(None), within(Case.region, scope.cover)]
    found = [*ids_of(uow.session, Lead, leads, after, count), *ids_of(uow.session, Case, cases, after, count)]
    return sorted(found)[:count]


def notes(ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> States:
    """Leads and cases of the scope's regions, as lines; None for those that ended."""
    wanted = sorted(ids)
    leads = select(Lead).where(Lead.county == scope.county, Lead.id.in_(wanted), within(Lead.region, scope.cover))
    cases = select(Case, Lead.matter).join(Lead, (Lead.county == Case.county) & (Lead.id == Case.lead_id))
    cases = cases.where(Case.county == scope.county, Case.id.in_(wanted), within(Case.region, scope.cover))
    found: States = {lead.id: lead_line(lead) if lead.status in LEAD_WAITING else None for lead in uow.session.scalars(leads)}
    for case, matter in uow.session.execute(cases):
        found[case.id] = case_line(case, matter) if case.closed_on is None else None
    return found


def addressed(scope: Scope) -> ColumnElement[bool]:
    """Notices to the inspector, to a region within the scope, or to one that the scope lies in."""
    above = {region[:digits] for region in scope.regions for digits in TOWN_DIGITS if digits < len(region)}
    regional = or_(false(), Notice.region.in_(sorted(above)), *(below(Notice.region, region) for region in scope.cover))
    return and_(Notice.county == scope.county, or_(Notice.inspector_id == scope.inspector_id, regional))


def notice_ids(scope: Scope, after: str, count: int, *, uow: UnitOfWork) -> list[str]:
    """What was posted lately; an older notice is no news to a new phone."""
    recent = Notice.posted_at > uow.now - timedelta(days=KEPT_DAYS)
    return ids_of(uow.session, Notice, [addressed(scope), recent], after, count)


def notices(ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> States:
    query = select(Notice).where(Notice.id.in_(sorted(ids)), addressed(scope))
    return {notice.id: notice_state(notice) for notice in uow.session.scalars(query)}


def notice_state(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "at": notice.posted_at.isoformat(),
        "title_zh": notice.title_zh,
        "title_en": notice.title_en,
        "text_zh": notice.text_zh,
        "text_en": notice.text_en,
        "about": notice.about,
    }


PAGES: Final[Mapping[str, Page]] = {
    PACKAGE: package_ids,
    TASK: task_ids,
    REPORT_STATE: report_ids,
    CASE_NOTE: note_ids,
    NOTICE: notice_ids,
}
STATES: Final[Mapping[str, Standing]] = {
    PACKAGE: packages,
    TASK: tasks,
    REPORT_STATE: reports,
    CASE_NOTE: notes,
    NOTICE: notices,
}
