"""Weighing leads anew when the flags of a report's photos become known. Touches no lead that is finished."""

from sqlalchemy import select

from server.domain.leads import LeadStatus
from server.domain.permissions import Action, Actor
from server.domain.priority import Priority, PriorityPart, with_flags
from server.services.leads import about, priority_columns
from server.services.priorities import doubtful_flags
from server.store.tables.work import Lead, LeadEvidence
from server.store.unit_of_work import UnitOfWork

UNFINISHED = (LeadStatus.OPEN.value, LeadStatus.VERIFIED.value)


def reweigh_leads(report_id: str, rev: int, *, actor: Actor, uow: UnitOfWork) -> None:
    """Replace the doubts about the evidence in the priority of every unfinished lead that the report feeds."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    uow.lock_county(actor.county)
    fed = (
        select(Lead)
        .join(LeadEvidence, (LeadEvidence.county == Lead.county) & (LeadEvidence.lead_id == Lead.id))
        .where(
            Lead.county == actor.county,
            LeadEvidence.report_id == report_id,
            LeadEvidence.rev == rev,
            Lead.status.in_(UNFINISHED),
        )
        .order_by(Lead.number)
    )
    flags = doubtful_flags(actor.county, report_id, rev, uow=uow)
    for lead in uow.session.scalars(fed).all():
        known = Priority(lead.priority, tuple(PriorityPart(**part) for part in lead.priority_parts))
        weighed = with_flags(known, flags)
        if weighed != known:
            for name, value in priority_columns(weighed).items():
                setattr(lead, name, value)
            uow.record("lead.reweighed", **about(lead, {"report_id": report_id, "flags": flags}, by=actor))
