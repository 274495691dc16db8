"""Illegal use: is what was built covered by an approval or a supply? Refuses to say "no" where evidence is missing.

The order of reading is the office's (WP-11): approval, supply, registration, facility agriculture, rural road, other, and only
then unlawful. A villager's house belongs to another office (ENF-08).
"""

from dataclasses import replace

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.geometry import MU_M2
from server.programmes.illegal_use.cover import TITLES, Cover, Frame, cover_of, frame_of, say_cover, say_ground
from server.programmes.illegal_use.impact import (
    Impact,
    act_day,
    impact_of,
    with_consequences,
    with_occupied,
    with_surroundings,
)
from server.programmes.illegal_use.seen import (
    Activity,
    aside_class,
    building_activity,
    is_construction_land,
    is_rural_house,
)
from server.programmes.inputs import Inquiry, Sighting
from server.programmes.wording import Draft, Say, law_if_in_force, report_facts, say_area, say_day

LAYER_NAMES = {"approval": ("批文", "approvals"), "supply": ("供地", "supplies")}


def assess(asked: Inquiry) -> list[Assessment]:
    """One assessment of the newest sighting of land use or construction; none where nobody looked."""
    found = asked.seen("construction", "land_use")
    if not found:
        return []
    sighting = found[-1]
    draft = _opening(asked, sighting)
    activity = building_activity(sighting.report.observation)
    if activity is Activity.NOTHING:
        nothing = Say("未见建设行为。", "No building was seen.")
        return [draft.because(nothing).found(Finding.MET)]
    if activity is Activity.UNCLEAR:
        unclear = Say("未记录是否有建设行为，存疑。", "The report does not say whether anything is built.")
        return [draft.because(unclear).found(Finding.UNCERTAIN)]
    return [_route(asked, draft, sighting) or _judge_cover(asked, draft, sighting)]


def _opening(asked: Inquiry, sighting: Sighting) -> Draft:
    parcel = asked.parcel
    day = say_day(sighting.seen_on)
    onsite = sighting.report.onsite
    facts = {
        "parcel_code": parcel.code,
        "parcel_version": parcel.version_id,
        "land_use": [parcel.land_use_scheme, parcel.land_use_code],
    }
    draft = Draft(
        Programme.ILLEGAL_USE,
        "occupation",
        asked.on,
        facts,
        actor=onsite.suspect if onsite else None,
        area_m2=sighting.ground.area_m2,
        since=act_day(sighting)[0],
    )
    seen = Say(f"{day.zh}现场核查：", f"Seen on {day.en}:")
    return draft.because(seen, asked.rule("WP-11"), **report_facts(sighting))


def _route(asked: Inquiry, draft: Draft, sighting: Sighting) -> Assessment | None:
    house = is_rural_house(sighting)
    if house is None:
        unknown = Say(
            "行为人为村民而用途未记录，须查明是否建住宅以确定主管部门。",
            "A villager acts and the use is not recorded; whether it is a house decides which office is competent.",
        )
        return draft.because(unknown, asked.rule("ENF-08")).found(Finding.UNCERTAIN)
    if not house:
        return None
    said = Say(
        "农村村民建住宅，移送农业农村主管部门处理。", "A villager's house: it goes to the agriculture and rural affairs office."
    )
    return draft.because(said, asked.rule("ENF-08")).found(Finding.ROUTED_OUT)


def _judge_cover(asked: Inquiry, draft: Draft, sighting: Sighting) -> Assessment:
    tolerance = asked.rule("WP-17")
    spare_m2 = float(tolerance.share()) * MU_M2
    cover = cover_of(asked, sighting)
    draft = draft.because(
        Say("见建设行为。", "Building was seen.") + say_ground(sighting.ground) + say_cover(cover),
        tolerance,
        covered_least_m2=cover.least_m2,
        covered_most_m2=cover.most_m2,
        titles=[title.feature_code for title in cover.titles],
        layers_loaded=sorted(asked.overlays.loaded),
    )
    if cover.uncovered_most_m2() <= spare_m2:
        return draft.found(Finding.MET)
    frame = frame_of(asked, sighting.ground)
    draft = with_surroundings(draft, impact_of(asked, frame), asked.overlays)
    doubt = _doubt(asked, cover, sighting, spare_m2)
    if doubt is not None:
        said, rules = doubt
        return draft.because(said, *(law_if_in_force(asked.law, rule, asked.on) for rule in rules)).found(Finding.UNCERTAIN)
    return _falls_short(asked, draft, cover, sighting)


def _doubt(asked: Inquiry, cover: Cover, sighting: Sighting, spare_m2: float) -> tuple[Say, tuple[str, ...]] | None:
    """Why the uncovered ground cannot be called unlawful by overlay alone, with the rules to cite; None where it can."""
    onsite = sighting.report.onsite
    if onsite is not None and onsite.approval_shown:
        return Say("当事人出示批文，须核实后入库。", "The party showed an approval; it is to be verified and loaded."), ()
    if not asked.overlays.loaded.intersection(TITLES):
        return Say("批文、供地图层均未导入，存疑。", "Neither approvals nor supplies are loaded, so nothing is proved."), ()
    aside = aside_class(asked.parcel, sighting)
    if aside is not None:
        said = Say(f"涉及{aside[0]}，须核对备案材料。", f"It concerns {aside[1]}; its filing is to be checked.")
        return said, ("FAC-01",)
    if is_construction_land(asked.parcel) and cover.most_m2 == 0:
        return Say("现状为建设用地，须核对登记发证。", "The register calls it construction land; its title is to be checked."), ()
    if cover.temporary and cover.unaccounted_m2() <= spare_m2:
        named = cover.temporary[0].name or cover.temporary[0].feature_code
        said = Say(
            f"在临时用地（{named}）内，须查是否永久性建筑物。",
            f"It lies in temporary land ({named}); whether it is permanent is to be seen.",
        )
        return said, ("TMP-01", "FINE-07")
    if cover.unaccounted_m2() <= spare_m2:
        return Say("是否全部覆盖须量测。", "Whether all of it is covered must be measured."), ()
    if cover.most_m2 + cover.temporary_m2 > 0 and not sighting.ground.has_outline():
        return Say(
            "建设位置无范围线，须勾绘或勘测。", "Where on the parcel they build is not drawn; a sketch or survey is needed."
        ), ()
    return None


def _falls_short(asked: Inquiry, draft: Draft, cover: Cover, sighting: Sighting) -> Assessment:
    frame = frame_of(asked, sighting.ground)
    surroundings = impact_of(asked, frame)
    if sighting.ground.method == "parcel":
        # Something is built on the parcel, but nobody has said how much: to call all of it occupied would be an invention.
        draft, occupied = _with_unknown_area(draft, surroundings), Impact(0.0, 0.0, 0.0)
    else:
        draft, occupied = _with_known_area(draft, surroundings, Frame(frame.frame_m2, cover.unaccounted_m2()))
    missing = [name for layer, name in LAYER_NAMES.items() if layer not in asked.overlays.loaded]
    if missing:
        draft = draft.because(
            Say(f"{missing[0][0]}图层未导入，未比对。", f"No {missing[0][1]} are loaded, so they were not compared.")
        )
    return with_consequences(draft, occupied, sighting, asked.law).found(Finding.FALLS_SHORT)


def _with_known_area(draft: Draft, surroundings: Impact, occupied: Frame) -> tuple[Draft, Impact]:
    area = say_area(occupied.piece_m2)
    said = Say(f"涉嫌未经批准占用土地{area.zh}。", f"{area.en} are suspected to be occupied without approval.")
    draft = replace(draft, area_m2=occupied.piece_m2).because(said, uncovered_m2=occupied.piece_m2)
    return with_occupied(draft, surroundings, occupied)


def _with_unknown_area(draft: Draft, surroundings: Impact) -> Draft:
    said = Say(
        "涉嫌未经批准占用土地，占地面积待勘测。", "Land is suspected to be occupied without approval; how much is to be surveyed."
    )
    return replace(draft, area_m2=None).because(
        said,
        uncovered_m2=None,
        permanent_farmland_m2=0.0,
        permanent_farmland_most_m2=surroundings.permanent_farmland_m2,
        farmland_m2=0.0,
        farmland_most_m2=surroundings.farmland_m2,
        red_line_m2=0.0,
        red_line_most_m2=surroundings.red_line_m2,
    )
