"""How urgent a lead is, as a sum of named parts. Refuses to hide its reasons: weights are office policy, not law.

The score orders a queue and decides nothing. Every part says what it looked at, so that a section head can disagree with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.domain.geometry import mu

HIGHEST: Final = 100


@dataclass(frozen=True)
class PriorityFacts:
    """What the office looks at: areas in m², full days overdue, flags of the evidence, and how sure the parcel is (0..1).

    `match_probability` is None where no match was needed or a person chose the parcel.
    """

    area_m2: float
    farmland_m2: float
    permanent_farmland_m2: float
    overdue_days: int
    is_in_progress: bool
    evidence_flags: int
    match_probability: float | None


@dataclass(frozen=True)
class PriorityPart:
    """One reason with its points (negative where it lowers the score) and what it was read from."""

    name_zh: str
    name_en: str
    points: int
    why: str


@dataclass(frozen=True)
class Priority:
    """A score from 0 to 100 and the parts that add up to it before it is cut to that range."""

    score: int
    parts: tuple[PriorityPart, ...]


@dataclass(frozen=True)
class Weight:
    """Points for a quantity: `base` as soon as there is any, rising evenly to `most` at `full`."""

    name_zh: str
    name_en: str
    base: int
    most: int
    full: float
    unit: str
    read: Callable[[PriorityFacts], float]


# Permanent basic farmland outweighs everything else but an act in progress, because neither can be undone later.
# The areas at which a part is full are a section head's choice, near the sizes at which reports to the government begin.
WEIGHTS: Final = (
    Weight("永久基本农田", "permanent basic farmland", 15, 30, 5.0, "mu", lambda facts: mu(facts.permanent_farmland_m2)),
    Weight("耕地", "farmland", 5, 15, 10.0, "mu", lambda facts: mu(facts.farmland_m2)),
    Weight("面积", "area", 1, 15, 30.0, "mu", lambda facts: mu(facts.area_m2)),
    Weight("超期", "overdue", 5, 15, 365.0, "d", lambda facts: float(facts.overdue_days)),
)
IN_PROGRESS_POINTS: Final = 20
DOUBT_ZH, DOUBT_EN = "证据存疑", "doubts about the evidence"
FLAG_POINTS: Final = 3
FLAGS_COUNTED: Final = 5
DOUBT_POINTS: Final = 10
SURE_FROM: Final = 0.9


def priority(facts: PriorityFacts) -> Priority:
    """The priority of a lead; the same facts always give the same score."""
    parts = [part for weight in WEIGHTS if (part := _weigh(weight, facts)) is not None]
    if facts.is_in_progress:
        parts.append(PriorityPart("正在实施", "in progress", IN_PROGRESS_POINTS, "in_progress"))
    if facts.evidence_flags > 0:
        parts.append(doubt_part(facts.evidence_flags))
    if facts.match_probability is not None and facts.match_probability < SURE_FROM:
        points = -round(DOUBT_POINTS * (1 - facts.match_probability / SURE_FROM))
        parts.append(PriorityPart("落图不确定", "parcel not sure", points, f"{facts.match_probability:.2f} < {SURE_FROM}"))
    return added_up(parts)


def with_flags(known: Priority, evidence_flags: int) -> Priority:
    """The same priority with its doubts about the evidence replaced: flags of photos come later than the lead."""
    parts = [part for part in known.parts if part.name_en != DOUBT_EN]
    return added_up([*parts, doubt_part(evidence_flags)] if evidence_flags > 0 else parts)


def doubt_part(evidence_flags: int) -> PriorityPart:
    points = -FLAG_POINTS * min(evidence_flags, FLAGS_COUNTED)
    return PriorityPart(DOUBT_ZH, DOUBT_EN, points, f"{evidence_flags} flags")


def added_up(parts: list[PriorityPart]) -> Priority:
    total = sum(part.points for part in parts)
    return Priority(max(0, min(HIGHEST, total)), tuple(parts))


def _weigh(weight: Weight, facts: PriorityFacts) -> PriorityPart | None:
    amount = weight.read(facts)
    if amount <= 0:
        return None
    points = weight.base + int((weight.most - weight.base) * min(1.0, amount / weight.full))
    return PriorityPart(weight.name_zh, weight.name_en, points, f"{amount:.2f} {weight.unit}")
