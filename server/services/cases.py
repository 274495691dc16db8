"""Cases are opened by a person's decision on a verified lead, with its basis; the machine never opens one."""

import uuid
from datetime import date
from typing import Any

from server import problems
from server.domain.assessment import Programme
from server.domain.leads import moved
from server.domain.permissions import Action, Actor
from server.programmes import PROGRAMMES
from server.services.leads import citation_json, lead_snapshot, own_lead, require_reason, snapshot
from server.services.next_steps import first_step, step_columns
from server.store.tables.organisation import User
from server.store.tables.work import Case, Lead
from server.store.unit_of_work import UnitOfWork

FIRST_STAGE = "investigation"
ESTIMATED = "estimated"
"""Until a survey is on file, every area of a case is an estimate and says so (practice: the surveyed area alone counts)."""

CASE_SNAPSHOT = (
    "number",
    "programme",
    "lead_id",
    "parcel_id",
    "parcel_code",
    "region",
    "cause",
    "party",
    "stage",
    "opened_on",
    "opened_by",
    "recorded_at",
    "basis",
    "handler_id",
    "co_handler_id",
    "area_m2",
    "area_source",
    "next_step",
    "next_due",
    "next_citation",
    "closed_on",
    "rectified_on",
    "version",
)
"""Columns that every event of a case carries, so that the events alone tell how the case stood at any position."""


def open_case(
    lead_id: str, *, basis: str, decided_on: date, handler_id: str | None, seen_version: int, actor: Actor, uow: UnitOfWork
) -> Case:
    """立案 by decision: number it, keep the day it was decided and the day it was recorded.

    Raises FORBIDDEN, NOT_FOUND, STALE_VERSION, REASON_REQUIRED, MOVE_NOT_ALLOWED, PERIOD_INVALID for a day to come.
    """
    lead = own_lead(lead_id, Action.CASE_OPEN, seen_version=seen_version, actor=actor, uow=uow)
    require_reason(basis, "open_case")
    if decided_on > uow.today:
        raise problems.PERIOD_INVALID(reason="a case cannot be decided on a day to come")
    if decided_on < lead.found_on:
        raise problems.PERIOD_INVALID(reason=f"a case cannot be decided before the matter was found on {lead.found_on}")
    lead.status = moved(lead.status, "open_case").value
    lead.closed_at, lead.version = uow.now, lead.version + 1
    programme = Programme(lead.programme)
    step = first_step(programme, found_on=lead.found_on, opened_on=decided_on, county=lead.county, uow=uow)
    case = Case(
        county=lead.county,
        id=str(uuid.uuid4()),
        number=case_number(lead.county, decided_on, uow=uow),
        programme=lead.programme,
        lead_id=lead.id,
        parcel_id=lead.parcel_id,
        parcel_code=lead.parcel_code,
        region=lead.region,
        cause=PROGRAMMES[programme].matters[lead.matter][0],
        party=lead.actor or None,
        stage=FIRST_STAGE,
        opened_on=decided_on,
        opened_by=actor.id,
        recorded_at=uow.now,
        basis=basis.strip(),
        handler_id=known_handler(handler_id, actor, uow) or lead.handler_id,
        area_m2=lead.area_m2,
        area_source=ESTIMATED,
        version=1,
        **step_columns(step, citation_json(step.citation)),
    )
    uow.session.add(case)
    uow.session.flush()
    uow.record("case.opened", county=case.county, aggregate=("case", case.id), facts=opening_facts(case, lead), by=actor)
    return case


def opening_facts(case: Case, lead: Lead) -> dict[str, Any]:
    """What the event of an opening says: the decision, and how the case and its lead stand after it."""
    return {
        "lead_id": lead.id,
        "number": case.number,
        "basis": case.basis,
        "decided_on": case.opened_on.isoformat(),
        "lead": lead_snapshot(lead),
        "case": {"id": case.id, **snapshot(case, CASE_SNAPSHOT)},
    }


def case_number(county: str, decided_on: date, *, uow: UnitOfWork) -> str:
    """The next number of the year the case was decided in, as an office writes it: 〔2026〕12号, without leading zeros."""
    number = uow.next_number(county, f"case-{decided_on.year}")
    return f"〔{decided_on.year}〕{number}号"


def known_handler(handler_id: str | None, actor: Actor, uow: UnitOfWork) -> str | None:
    """The handler named, if there is such a person in this county. Raises NOT_FOUND."""
    if handler_id is None:
        return None
    if uow.session.get(User, (actor.county, handler_id)) is None:
        raise problems.NOT_FOUND()
    return handler_id
