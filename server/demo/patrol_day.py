"""What the demonstration needs from the server: a plan with codes, and what came of the day. Only for the synthetic county."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from server import problems
from server.domain.permissions import Action, Actor, Role
from server.imports.synthetic import synthetic_county
from server.programmes import PROGRAMMES
from server.services.enrolment import issue_code
from server.store.tables.organisation import User
from server.store.tables.sync import Job
from server.store.tables.work import Lead, LeadEvidence
from server.store.unit_of_work import UnitOfWork

PHONES = 5


def patrol_plan(*, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """Five phones with fresh codes, and the spots they visited yesterday and bring today.

    Raises REGION_UNKNOWN where there is no synthetic county.
    """
    county = synthetic_county(day=uow.today)
    actor.require(Action.DEVICE_ENROL, on=county.code)
    inspectors = uow.session.scalars(
        select(User).where(User.county == county.code, User.role == Role.INSPECTOR.value).order_by(User.login).limit(PHONES)
    ).all()
    if len(inspectors) < PHONES:
        raise problems.REGION_UNKNOWN(region=county.code)
    phones = [
        {
            "label": f"演示终端{number}",
            "code": issue_code(user.login, actor=actor, uow=uow)["code"],
            "inspector": {"id": user.id, "name": user.name, "certificate_no": user.certificate_no},
        }
        for number, user in enumerate(inspectors, start=1)
    ]
    yesterday = uow.today - timedelta(days=1)
    return {"day": yesterday.isoformat(), "phones": phones, "spots": list(county.spots)}


def leads_found(*, actor: Actor, uow: UnitOfWork) -> list[dict[str, Any]]:
    """Every lead with its matter, parcel, priority, and how many reports feed it."""
    actor.require(Action.QUEUE_VIEW, on=actor.county)
    reports = (
        select(LeadEvidence.lead_id, func.count().label("reports")).group_by(LeadEvidence.lead_id, LeadEvidence.county).subquery()
    )
    query = (
        select(Lead, reports.c.reports).join(reports, reports.c.lead_id == Lead.id).order_by(Lead.priority.desc(), Lead.number)
    )
    names = {matter: named for module in PROGRAMMES.values() for matter, named in module.matters.items()}
    return [
        {
            "number": lead.number,
            "programme": lead.programme,
            "title": names[lead.matter][0],
            "parcel_code": lead.parcel_code,
            "status": lead.status,
            "priority": lead.priority,
            "reports": count,
        }
        for lead, count in uow.session.execute(query)
    ]


def jobs_waiting(*, actor: Actor, uow: UnitOfWork) -> int:
    """How many jobs are waiting or running."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    waiting = select(func.count()).select_from(Job).where(Job.state.in_(("waiting", "running")))
    return uow.session.scalar(waiting) or 0
