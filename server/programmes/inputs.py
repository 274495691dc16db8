"""What a programme is told about a parcel, its duties, its surroundings and what was seen. Refuses no fact: it has no opinion.

Areas in m², money in fen, days as dates in Asia/Shanghai. None always means "not known", never "no".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from server.domain.assessment import Programme
from server.domain.deadlines import Calendar
from server.domain.report import Report
from server.law import Law, LawAnswer

FARMLAND_CLASS = "01"
CLASS_KEYS = ("land_use_code", "DLBM", "dlbm")


class DutyKind(StrEnum):
    """What is owed. The days that count for each kind stand in `DutyFacts`."""

    START_CONSTRUCTION = "start_construction"
    FINISH_CONSTRUCTION = "finish_construction"
    PAY = "pay"
    RECLAIM_TEMPORARY_LAND = "reclaim_temporary_land"
    RECLAIM = "reclaim"


@dataclass(frozen=True)
class ParcelFacts:
    """The version of the parcel that counts. `land_use_code` is read in `land_use_scheme`; ownership `state` or `collective`."""

    code: str
    version_id: str | None
    area_m2: float
    land_use_scheme: str | None = None
    land_use_code: str | None = None
    ownership: str | None = None


@dataclass(frozen=True)
class DutyFacts:
    """One duty (履约监管事项) as registered.

    `due_on` is the agreed day itself: of start (动工日期) for START_CONSTRUCTION; for RECLAIM_TEMPORARY_LAND the day by
    which the approval wants the land reclaimed, where it names one. `delivered_on` is the day of the 交地确认书. `granted_on`
    and `expires_on` bound a temporary use, `is_infrastructure` says which term it may have. `declared_started_on` is what
    the party declared; `started_on` only what the office has verified.
    """

    id: str
    kind: str
    programme: Programme
    party: str | None
    due_on: date | None = None
    delivered_on: date | None = None
    contract_no: str | None = None
    supply_no: str | None = None
    area_m2: float | None = None
    amount_fen: int | None = None
    declared_started_on: date | None = None
    started_on: date | None = None
    granted_on: date | None = None
    expires_on: date | None = None
    is_infrastructure: bool | None = None

    def names_a_supply(self) -> bool:
        """Whether the duty rests on a contract or supply, which is itself a title to the parcel."""
        return bool(self.contract_no or self.supply_no)


@dataclass(frozen=True)
class OverlayFacts:
    """A layer feature that the ground overlaps; `layer` is one of `domain.layers.LAYERS`, `overlap_m2` lies on the ground."""

    layer: str
    feature_code: str
    name: str | None
    attributes: Mapping[str, Any]
    overlap_m2: float

    def land_class(self) -> str | None:
        """The land-use code of a feature of the current land use, under whichever usual name it stands."""
        for key in CLASS_KEYS:
            if self.attributes.get(key):
                return str(self.attributes[key])
        return None

    def expires_on(self) -> date | None:
        """The last day of a temporary use, from `expires_on`; None where it is missing or no date."""
        ends = self.attributes.get("expires_on")
        if isinstance(ends, date):
            return ends
        try:
            return date.fromisoformat(ends) if isinstance(ends, str) else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Overlays:
    """All that the ground overlaps: the sighted outline where there is one, else the whole parcel.

    `loaded` names the layers that the county has any data of: an absent layer proves nothing. `covered_m2` is the part of it
    inside the union of approvals and supplies where the caller measured it; without it the single overlaps bound it.
    """

    features: tuple[OverlayFacts, ...]
    loaded: frozenset[str]
    covered_m2: float | None = None

    def of(self, *layers: str) -> tuple[OverlayFacts, ...]:
        """The features of some layers, in the order given."""
        return tuple(feature for feature in self.features if feature.layer in layers)

    def farmland(self) -> tuple[OverlayFacts, ...]:
        """The features of the current land use that are farmland (耕地, class 01)."""
        found = self.of("current_land_use")
        return tuple(feature for feature in found if (feature.land_class() or "").startswith(FARMLAND_CLASS))


@dataclass(frozen=True)
class Ground:
    """The ground a sighting speaks of. `method` is surveyed or sketched (an outline), stated (a number without outline) or
    parcel (nothing but the parcel is known, so `area_m2` is the parcel's and says nothing of what is built).
    """

    area_m2: float
    method: str

    def has_outline(self) -> bool:
        """Whether overlaps were cut with the ground itself and not with the whole parcel."""
        return self.method in ("surveyed", "sketched")


@dataclass(frozen=True)
class Sighting:
    """A report as evidence: the newest revision, the legal day on which it was captured, and the ground it speaks of."""

    report: Report
    seen_on: date
    ground: Ground

    def kind(self) -> str | None:
        """The observation's kind: construction, land_use, reclamation, routine."""
        kind = self.report.observation.get("kind")
        return kind if isinstance(kind, str) else None


@dataclass(frozen=True)
class Inquiry:
    """One question to a programme: this parcel, on this day, by the law of its province and the working calendar.

    `overlays` are cut with the ground of the newest sighting of land use or construction; without one, with the parcel.
    """

    parcel: ParcelFacts
    duties: tuple[DutyFacts, ...]
    overlays: Overlays
    sightings: tuple[Sighting, ...]
    on: date
    law: Law
    calendar: Calendar

    def seen(self, *kinds: str) -> list[Sighting]:
        """The sightings of some kinds made up to the day asked for, oldest first."""
        return newest_last(self.sightings, *kinds, on=self.on)

    def rule(self, law_id: str) -> LawAnswer:
        """What a rule says on the day asked for; raises LAW_NOT_IN_FORCE."""
        return self.law[law_id].on(self.on)


def newest_last(sightings: tuple[Sighting, ...], *kinds: str, on: date) -> list[Sighting]:
    """The sightings of some kinds made up to a day, oldest first. The phone's clock orders them only within one day."""
    fitting = [each for each in sightings if each.kind() in kinds and each.seen_on <= on]
    return sorted(fitting, key=lambda each: (each.seen_on, each.report.captured_at))
