"""How much of the ground approvals and supplies cover, as bounds. Refuses to add overlaps up: approvals lie on one another."""

from dataclasses import dataclass

from server.programmes.inputs import DutyFacts, Ground, Inquiry, OverlayFacts, Sighting
from server.programmes.wording import Say, say_area, say_share

TITLES = ("approval", "supply")


@dataclass(frozen=True)
class Frame:
    """What overlaps were cut with, and the piece of it that is looked at: the same outline, or a piece lying anywhere in it."""

    frame_m2: float
    piece_m2: float

    def least(self, overlap_m2: float) -> float:
        """How much of the piece a layer covers wherever the piece lies, if it covers so much of the frame."""
        return min(self.piece_m2, max(0.0, overlap_m2 + self.piece_m2 - self.frame_m2))

    def most(self, overlap_m2: float) -> float:
        """How much of the piece a layer can cover."""
        return min(self.piece_m2, max(0.0, overlap_m2))


def frame_of(asked: Inquiry, ground: Ground) -> Frame:
    """The frame of a ground: itself where it has an outline, else the parcel (or the ground where that is stated larger)."""
    if ground.has_outline():
        return Frame(ground.area_m2, ground.area_m2)
    return Frame(max(asked.parcel.area_m2, ground.area_m2), ground.area_m2)


@dataclass(frozen=True)
class Cover:
    """Covered area in m², at least and at most, with what covers; `contract_no` is a title whose outline is not loaded.

    `temporary_m2` is the most that running temporary-land approvals can cover besides.
    """

    area_m2: float
    least_m2: float
    most_m2: float
    titles: tuple[OverlayFacts, ...]
    contract_no: str | None
    temporary: tuple[OverlayFacts, ...]
    temporary_m2: float

    def uncovered_most_m2(self) -> float:
        """Ground that is not surely covered."""
        return max(0.0, self.area_m2 - self.least_m2)

    def unaccounted_m2(self) -> float:
        """Ground that no reading of the overlaps covers, not even for a time."""
        return max(0.0, self.area_m2 - self.most_m2 - self.temporary_m2)


def cover_of(asked: Inquiry, sighting: Sighting) -> Cover:
    """The cover of the sighted ground by approvals and supplies.

    A registered contract or supply is a title to its parcel even where the supply layer lacks its outline: of the whole
    parcel it covers all; of an outline it may cover all.
    """
    overlays, ground = asked.overlays, sighting.ground
    frame = frame_of(asked, ground)
    titles = overlays.of(*TITLES)
    if overlays.covered_m2 is None:
        overlaps = [title.overlap_m2 for title in titles]
        least, most = frame.least(max(overlaps, default=0.0)), frame.most(sum(overlaps))
    else:
        least, most = frame.least(overlays.covered_m2), frame.most(overlays.covered_m2)
    contract_no = None if overlays.of("supply") else _contract(asked.duties)
    if contract_no is not None:
        most = ground.area_m2
        least = least if ground.has_outline() else ground.area_m2
    temporary = tuple(
        each for each in overlays.of("temporary_land") if (each.expires_on() or sighting.seen_on) >= sighting.seen_on
    )
    temporary_m2 = frame.most(sum(each.overlap_m2 for each in temporary))
    return Cover(ground.area_m2, least, most, titles, contract_no, temporary, temporary_m2)


def _contract(duties: tuple[DutyFacts, ...]) -> str | None:
    return next((duty.contract_no or duty.supply_no for duty in duties if duty.names_a_supply()), None)


METHODS = {
    "surveyed": ("勘测面积", "surveyed"),
    "sketched": ("现场勾绘", "sketched on site"),
    "stated": ("填报面积，无范围线", "stated without an outline"),
}


def say_ground(ground: Ground) -> Say:
    """The area looked at and where it comes from."""
    area = say_area(ground.area_m2)
    if ground.method == "parcel":
        return Say(f"未勾绘范围，按宗地{area.zh}比对。", f"Nothing was outlined, so the whole parcel of {area.en} was compared.")
    zh, en = METHODS.get(ground.method, METHODS["stated"])
    return Say(f"现场用地{area.zh}（{zh}）。", f"The ground is {area.en} ({en}).")


def say_cover(cover: Cover) -> Say:
    """What covers the ground, by how much, and what is left."""
    if not cover.titles and cover.contract_no is not None:
        return Say(
            f"地块已供应（{cover.contract_no}），供地图层无其范围线。",
            f"The parcel is supplied under {cover.contract_no}, whose outline is not loaded.",
        )
    if not cover.titles:
        return Say("批文、供地均未覆盖。", "No approval or supply covers it.")
    zh = f"批文、供地（{'、'.join(_name(title) for title in cover.titles[:3])}）"
    en = f"Approvals and supplies ({', '.join(_name(title) for title in cover.titles[:3])})"
    if cover.least_m2 >= cover.area_m2:
        return Say(f"{zh}全部覆盖。", f"{en} cover all of it.")
    low, high = say_share(cover.least_m2, cover.area_m2), say_share(cover.most_m2, cover.area_m2)
    if cover.least_m2 == cover.most_m2:
        left = say_area(cover.uncovered_most_m2())
        return Say(f"{zh}覆盖{low}，未覆盖{left.zh}。", f"{en} cover {low}; {left.en} are left.")
    return Say(f"{zh}覆盖{low}至{high}。", f"{en} cover between {low} and {high}.")


def _name(feature: OverlayFacts) -> str:
    return feature.name or feature.feature_code
