"""The next step of a case and the last day for it, from the procedure table, the law and the calendar. Refuses no case."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from server.domain.assessment import Programme
from server.domain.citation import Citation
from server.domain.deadlines import Span, deadline
from server.programmes import PROGRAMMES
from server.programmes.procedure import ClockStart
from server.store.land import working_calendar
from server.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class NextStep:
    """The step's code, its legal last day (rolled), the alarm day (as counted), whether the calendar is published."""

    code: str
    due: date
    alarm: date
    provisional: bool
    citation: Citation


def first_step(programme: Programme, *, found_on: date, opened_on: date, county: str, uow: UnitOfWork) -> NextStep:
    """What must follow the opening of a case, by when. Raises LAW_NOT_IN_FORCE for a day the law data does not cover."""
    step = PROGRAMMES[programme].first_step
    start = found_on if step.counts_from is ClockStart.FOUND_ON else opened_on
    answer = uow.world.law.for_province(county)[step.law_id].on(opened_on)
    limit = deadline(start, Span(answer.whole(step.part), "days"), working_calendar(uow.session))
    return NextStep(step.code, limit.due, limit.raw, limit.provisional, answer.citation)


def step_columns(step: NextStep, citation: dict[str, Any]) -> dict[str, Any]:
    """The case's columns: the citation carries the alarm day and whether the date is provisional."""
    return {
        "next_step": step.code,
        "next_due": step.due,
        "next_citation": {**citation, "alarm_on": step.alarm.isoformat(), "provisional": step.provisional},
    }
