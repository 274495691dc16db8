"""Sentences of an assessment, Chinese and English side by side. Refuses words of likelihood: it names numbers and days."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.citation import Citation
from server.domain.geometry import mu
from server.law import Law, LawAnswer
from server.problems import LAW_NOT_IN_FORCE, Problem
from server.programmes.inputs import Sighting


@dataclass(frozen=True)
class Say:
    """One or more sentences in both languages."""

    zh: str
    en: str

    def __add__(self, other: "Say") -> "Say":
        return Say(self.zh + other.zh, f"{self.en} {other.en}".strip())


NOTHING = Say("", "")


def say_day(day: date) -> Say:
    """A day as each language writes it."""
    return Say(f"{day.year}年{day.month}月{day.day}日", day.isoformat())


def say_area(area_m2: float) -> Say:
    """An area in m² with 亩 beside it."""
    return Say(f"{area_m2:,.2f}平方米（{mu(area_m2):,.2f}亩）", f"{area_m2:,.2f} m² ({mu(area_m2):,.2f} mu)")


def say_share(part: float, whole: float) -> str:
    """A share in per cent with one decimal, never rounded up to a full hundred."""
    percent = 100 * part / whole if whole else 0.0
    return f"{min(percent, 99.9) if part < whole else 100.0:.1f}%"


def law_if_in_force(law: Law, law_id: str, on: date) -> LawAnswer | None:
    """The answer of a rule that only accompanies a finding, or None on a day for which it is not encoded."""
    try:
        return law[law_id].on(on)
    except Problem as problem:
        if problem.kind is LAW_NOT_IN_FORCE:
            return None
        raise


@dataclass(frozen=True)
class Draft:
    """An assessment while its reasons are being gathered; each step returns a new draft."""

    programme: Programme
    matter: str
    on: date
    facts: dict[str, Any]
    actor: str | None = None
    area_m2: float | None = None
    since: date | None = None
    said: Say = NOTHING
    citations: tuple[Citation, ...] = ()

    def because(self, said: Say, *answers: LawAnswer | None, **facts: Any) -> "Draft":
        """With one more sentence, the rules it rests on (each cited once) and the facts it compared."""
        cited = self.citations
        for answer in answers:
            if answer is not None and answer.citation not in cited:
                cited = (*cited, answer.citation)
        return replace(self, said=self.said + said, citations=cited, facts={**self.facts, **facts})

    def found(self, finding: Finding) -> Assessment:
        """The finished assessment."""
        return Assessment(
            programme=self.programme,
            matter=self.matter,
            finding=finding,
            on=self.on,
            reason_zh=self.said.zh,
            reason_en=self.said.en,
            citations=self.citations,
            facts=self.facts,
            actor=self.actor,
            area_m2=self.area_m2,
            since=self.since,
        )


def report_facts(sighting: Sighting) -> dict[str, Any]:
    """Which report was used, so that the assessment can be computed again."""
    report = sighting.report
    return {
        "report_id": report.id,
        "report_rev": report.rev,
        "report_digest": report.digest,
        "seen_on": sighting.seen_on.isoformat(),
        "ground_m2": sighting.ground.area_m2,
        "ground_method": sighting.ground.method,
        "observation": {key: json_fact(value) for key, value in report.observation.items()},
    }


def json_fact(value: Any) -> Any:
    """A fact as JSON keeps it: days as ISO dates, the rest unchanged."""
    return value.isoformat() if isinstance(value, date) else value
