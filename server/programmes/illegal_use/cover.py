"""How much of the ground approvals and supplies cover, as bounds. Refuses to add overlaps up: approvals lie on one another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from server.programmes.inputs import DutyFacts, Ground, OverlayFacts, Overlays, Sighting
from server.programmes.wording import Say, say_area, say_share

TITLES = ("approval", "supply")


@dataclass(frozen=True)
class Cover:
    """Covered area in m², at least and at most; both equal where the union was measured. `titles` are what covers."""

    area_m2: float
    least_m2: float
    most_m2: float
    titles: tuple[OverlayFacts, ...]
    temporary: tuple[OverlayFacts, ...]

    def uncovered_least_m2(self) -> float:
        """Ground that no reading of the overlaps covers."""
        return max(0.0, self.area_m2 - self.most_m2)

    def uncovered_most_m2(self) -> float:
        """Ground that is not surely covered."""
        return max(0.0, self.area_m2 - self.least_m2)


def cover_of(overlays: Overlays, duties: tuple[DutyFacts, ...], sighting: Sighting) -> Cover:
    """The cover of the sighted ground by approvals and supplies.

    A registered contract or supply is a title to its parcel even where the supply layer lacks its outline: on the whole
    parcel it covers all; of a sketched ground it may cover all.
    """
    area = sighting.ground.area_m2
    titles = overlays.of(*TITLES)
    least, most = _bounds(titles, overlays.covered_m2, area)
    if any(duty.names_a_supply() for duty in duties) and not overlays.of("supply"):
        most = area
        least = least if sighting.ground.has_outline() else area
    return Cover(area, least, most, titles, valid_temporary(overlays, sighting.seen_on))


def _bounds(titles: tuple[OverlayFacts, ...], covered_m2: float | None, area: float) -> tuple[float, float]:
    if covered_m2 is not None:
        exact = min(max(covered_m2, 0.0), area)
        return exact, exact
    overlaps = [title.overlap_m2 for title in titles]
    return min(max(overlaps, default=0.0), area), min(sum(overlaps), area)


def valid_temporary(overlays: Overlays, on: date) -> tuple[OverlayFacts, ...]:
    """Temporary-land approvals that have not expired by a day, or whose term is not recorded."""
    return tuple(feature for feature in overlays.of("temporary_land") if not _expired(feature, on))


def _expired(feature: OverlayFacts, on: date) -> bool:
    ends = expiry_of(feature)
    return ends is not None and ends < on


def expiry_of(feature: OverlayFacts) -> date | None:
    """The last day of a temporary use from the feature's `expires_on`, or None where it is missing or no date."""
    ends: Any = feature.attributes.get("expires_on")
    if isinstance(ends, date):
        return ends
    try:
        return date.fromisoformat(ends) if isinstance(ends, str) else None
    except ValueError:
        return None


def say_ground(ground: Ground) -> Say:
    """The area looked at and where it comes from."""
    area = say_area(ground.area_m2)
    zh, en = METHODS.get(ground.method, METHODS["stated"])
    return Say(f"现场用地{area.zh}（{zh}）。", f"The ground is {area.en} ({en}).")


METHODS = {
    "surveyed": ("勘测面积", "surveyed"),
    "sketched": ("现场勾绘", "sketched on site"),
    "stated": ("填报面积，无范围线", "stated without an outline"),
    "parcel": ("按整宗地块", "the whole parcel"),
}


def say_cover(cover: Cover) -> Say:
    """What covers the ground, by how much, and what is left."""
    named_zh = "、".join(_name(title) for title in cover.titles[:3])
    named_en = ", ".join(_name(title) for title in cover.titles[:3])
    if not cover.titles and cover.least_m2 == 0:
        return Say("批文、供地均未覆盖。", "No approval or supply covers it.")
    if cover.least_m2 == cover.most_m2:
        share = say_share(cover.least_m2, cover.area_m2)
        left = say_area(cover.uncovered_least_m2())
        by_zh = f"（{named_zh}）" if named_zh else ""
        by_en = f" ({named_en})" if named_en else ""
        return Say(
            f"批文、供地{by_zh}覆盖{share}，未覆盖{left.zh}。",
            f"Approvals and supplies{by_en} cover {share}; {left.en} are left.",
        )
    low, high = say_share(cover.least_m2, cover.area_m2), say_share(cover.most_m2, cover.area_m2)
    return Say(
        f"批文、供地（{named_zh}）相互重叠，覆盖{low}至{high}。",
        f"Approvals and supplies ({named_en}) lie on one another and cover {low} to {high}.",
    )


def _name(feature: OverlayFacts) -> str:
    return feature.name or feature.feature_code
