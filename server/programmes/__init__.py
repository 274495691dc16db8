"""The programmes over one machine: each judges duties and sightings by the law of a day. Refuses an unregistered programme.

A new programme is a folder with an `assess(Inquiry)`, its law in `server/law`, and one line in `PROGRAMMES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.deadlines import Calendar
from server.law import Law
from server.problems import LAW_NOT_IN_FORCE, Problem
from server.programmes.idle_land import procedure as idle_land
from server.programmes.idle_land.assess import assess as assess_idle_land
from server.programmes.illegal_use import procedure as illegal_use
from server.programmes.illegal_use.assess import assess as assess_illegal_use
from server.programmes.inputs import DutyFacts, Inquiry, Overlays, ParcelFacts, Sighting
from server.programmes.procedure import Step
from server.programmes.reclamation import procedure as reclamation
from server.programmes.reclamation.assess import assess as assess_reclamation


@dataclass(frozen=True)
class Module:
    """One programme: its names, the kinds of lead it can raise with theirs, its judgement, and the first step of a case."""

    title_zh: str
    title_en: str
    matters: Mapping[str, tuple[str, str]]
    assess: Callable[[Inquiry], list[Assessment]]
    first_step: Step


PROGRAMMES: Final[Mapping[Programme, Module]] = {
    Programme.IDLE_LAND: Module(
        "闲置土地",
        "idle land",
        {
            "not_started": ("满一年未动工", "not started for a year"),
            "not_started_two_years": ("满两年未动工", "not started for two years"),
            "halted": ("中止开发满一年", "halted for a year"),
        },
        assess_idle_land,
        idle_land.FIRST_STEP,
    ),
    Programme.ILLEGAL_USE: Module(
        "违法用地",
        "illegal use",
        {"occupation": ("涉嫌非法占用土地", "suspected unlawful occupation")},
        assess_illegal_use,
        illegal_use.FIRST_STEP,
    ),
    Programme.RECLAMATION: Module(
        "土地复垦",
        "reclamation",
        {"temporary_land_overdue": ("临时用地逾期未复垦", "temporary land not reclaimed in time")},
        assess_reclamation,
        reclamation.FIRST_STEP,
    ),
}


def assess_all(
    *,
    parcel: ParcelFacts,
    duties: tuple[DutyFacts, ...],
    overlays: Overlays,
    sightings: tuple[Sighting, ...],
    on: date,
    law: Law,
    calendar: Calendar,
) -> list[Assessment]:
    """Every programme's answers, in the order registered. A day the law data does not cover gives UNCERTAIN, not an error."""
    asked = Inquiry(parcel, duties, overlays, sightings, on, law, calendar)
    found: list[Assessment] = []
    for programme, module in PROGRAMMES.items():
        try:
            found += module.assess(asked)
        except Problem as problem:
            if problem.kind is not LAW_NOT_IN_FORCE:
                raise
            found.append(_not_covered(programme, module, asked, problem))
    return found


def _not_covered(programme: Programme, module: Module, asked: Inquiry, problem: Problem) -> Assessment:
    law_id = problem.extras["id"]
    return Assessment(
        programme=programme,
        matter=next(iter(module.matters)),
        finding=Finding.UNCERTAIN,
        on=asked.on,
        reason_zh=f"规则{law_id}未收录适用于该日的版本，须查当时文本。",
        reason_en=f"No version of {law_id} for that day is recorded; the text of the time must be read.",
        citations=(),
        facts={"parcel_code": asked.parcel.code, "law_id": law_id, "day": problem.extras["day"]},
        actor=None,
        area_m2=asked.parcel.area_m2,
        since=None,
    )
