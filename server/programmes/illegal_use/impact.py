"""What an occupation does to farmland, red line and plan, and how soon one must act. Refuses to compute a fine from overlays."""

from dataclasses import dataclass
from datetime import date

from server.domain.geometry import MU_M2
from server.law import Law, LawAnswer
from server.programmes.illegal_use.cover import Frame
from server.programmes.inputs import FARMLAND_CLASS, Inquiry, OverlayFacts, Overlays, Sighting
from server.programmes.wording import NOTHING, Draft, Say, law_if_in_force, say_area, say_day

ZONE_KEYS = ("zone", "name", "GHFQ")


@dataclass(frozen=True)
class Impact:
    """Areas in m² inside each protecting layer, on all of the frame that was overlapped. Permanent farmland is also farmland."""

    permanent_farmland_m2: float
    farmland_m2: float
    red_line_m2: float

    def other_farmland_m2(self) -> float:
        """Farmland that is not permanent basic farmland, at least."""
        return max(0.0, self.farmland_m2 - self.permanent_farmland_m2)


def impact_of(asked: Inquiry, frame: Frame) -> Impact:
    """The impact on the frame; where no current land use is loaded the parcel's own class speaks for all of it."""
    overlays = asked.overlays
    permanent = _overlap(overlays.of("permanent_basic_farmland"), frame)
    if "current_land_use" in overlays.loaded:
        farmland = _overlap(overlays.farmland(), frame)
    else:
        farmland = frame.frame_m2 if (asked.parcel.land_use_code or "").startswith(FARMLAND_CLASS) else 0.0
    return Impact(permanent, max(farmland, permanent), _overlap(overlays.of("ecological_red_line"), frame))


def _overlap(features: tuple[OverlayFacts, ...], frame: Frame) -> float:
    return min(sum(feature.overlap_m2 for feature in features), frame.frame_m2)


def with_surroundings(draft: Draft, impact: Impact, overlays: Overlays) -> Draft:
    """The draft with what was overlapped, area by area, and the plan zones; of the frame, not yet of what is occupied."""
    for area_m2, zh, en in (
        (impact.permanent_farmland_m2, "永久基本农田", "permanent basic farmland"),
        (impact.other_farmland_m2(), "其他耕地", "other farmland"),
        (impact.red_line_m2, "生态保护红线", "the ecological red line"),
    ):
        if area_m2 > 0:
            area = say_area(area_m2)
            draft = draft.because(Say(f"比对范围内有{zh}{area.zh}。", f"{area.en} of what was compared lie in {en}."))
    for zone in overlays.of("plan_zone"):
        area = say_area(zone.overlap_m2)
        name = next((str(zone.attributes[key]) for key in ZONE_KEYS if zone.attributes.get(key)), zone.name or zone.feature_code)
        draft = draft.because(Say(f"规划分区“{name}”{area.zh}。", f"{area.en} lie in the plan zone {name}."))
    return draft


def with_occupied(draft: Draft, impact: Impact, occupied: Frame) -> tuple[Draft, Impact]:
    """The draft with how much of each kind is occupied at least and at most, and the part that can be asserted."""
    least = Impact(
        occupied.least(impact.permanent_farmland_m2),
        occupied.least(impact.farmland_m2),
        occupied.least(impact.red_line_m2),
    )
    facts = {
        "permanent_farmland_m2": least.permanent_farmland_m2,
        "permanent_farmland_most_m2": occupied.most(impact.permanent_farmland_m2),
        "farmland_m2": least.farmland_m2,
        "farmland_most_m2": occupied.most(impact.farmland_m2),
        "red_line_m2": least.red_line_m2,
        "red_line_most_m2": occupied.most(impact.red_line_m2),
    }
    for name, zh, en in (
        ("permanent_farmland", "永久基本农田", "permanent basic farmland"),
        ("farmland", "耕地（含永久基本农田）", "farmland (permanent included)"),
    ):
        draft = draft.because(_say_bounds(facts[f"{name}_m2"], facts[f"{name}_most_m2"], zh, en))
    return draft.because(NOTHING, **facts), least


def _say_bounds(least: float, most: float, zh: str, en: str) -> Say:
    if most <= 0:
        return NOTHING
    low, high = say_area(least), say_area(most)
    if low == high:
        # Bounds that read alike are one number, whatever their last digits are.
        return Say(f"其中占{zh}{low.zh}。", f"{low.en} of it are {en}.")
    return Say(f"其中占{zh}{low.zh}至{high.zh}，待勘测。", f"Between {low.en} and {high.en} of it are {en}, to be surveyed.")


def with_consequences(draft: Draft, impact: Impact, sighting: Sighting, law: Law) -> Draft:
    """The draft with the fine band of the act's day, the stop notice for an act in progress, and the thresholds reached."""
    draft = _with_band(draft, sighting, law)
    onsite = sighting.report.onsite
    if onsite is not None and onsite.state == "in_progress":
        stop = law_if_in_force(law, "ENF-02", draft.on)
        draft = draft.because(Say("正在施工，应及时制止。", "Works go on; a stop notice is due without delay."), stop)
    return _with_thresholds(draft, impact, act_day(sighting)[0], law)


def act_day(sighting: Sighting) -> tuple[date, Say]:
    """The day of the act as the report claims it, never after it was seen; else the day it was seen."""
    claimed = sighting.report.onsite.act_started_on if sighting.report.onsite else None
    if claimed is not None and claimed <= sighting.seen_on:
        day = say_day(claimed)
        return claimed, Say(f"行为时间{day.zh}（现场填报）", f"The act is dated {day.en} (as reported)")
    day = say_day(sighting.seen_on)
    return sighting.seen_on, Say(
        f"行为时间未查明，暂按发现日{day.zh}", f"The act is not dated; the day it was seen, {day.en}, stands in"
    )


def _with_band(draft: Draft, sighting: Sighting, law: Law) -> Draft:
    acted_on, dated = act_day(sighting)
    band = law_if_in_force(law, "FINE-05", acted_on)
    if band is None:
        missing = Say(f"{dated.zh}，该日的罚款幅度未收录。", f"{dated.en}; the fine band of that day is not recorded here.")
        return draft.because(missing, act_on=acted_on.isoformat())
    rule = law["FINE-05"]
    said = Say(
        f"{dated.zh}，罚款幅度{rule.value_text(band.value, 'zh')}，以勘测面积为准。",
        f"{dated.en}; the fine band is {rule.value_text(band.value, 'en')}, on the surveyed area.",
    )
    return draft.because(said, band, act_on=acted_on.isoformat())


def _with_thresholds(draft: Draft, impact: Impact, acted_on: date, law: Law) -> Draft:
    report = law_if_in_force(law, "ENF-04", draft.on)
    if report is not None and _reaches(impact, report):
        days = report.whole("report_within")
        said = Say(
            f"占用耕地达到重大违法报告标准，核定后{days}个工作日内报告。",
            f"The farmland reaches the size of a major report, due {days} working days after it is confirmed.",
        )
        draft = draft.because(said, report)
    crime = law_if_in_force(law, "ENF-72", acted_on)
    if crime is not None and _reaches(impact, crime):
        said = Say(
            "面积达到“数量较大”，是否大量毁坏须鉴定。", "The area reaches the criminal size; destruction needs an appraisal."
        )
        draft = draft.because(said, crime)
    return draft


def _reaches(impact: Impact, rule: LawAnswer) -> bool:
    permanent_mu, other_mu = impact.permanent_farmland_m2 / MU_M2, impact.other_farmland_m2() / MU_M2
    return permanent_mu >= rule.share("permanent_farmland") or other_mu >= rule.share("other_farmland")
