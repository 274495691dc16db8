"""What the matcher says in cases a person can check. Refuses to be surprised by order, place or bad coordinates."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from server import problems
from server.domain.crs import LocalFrame, wgs84_to_gcj02
from server.domain.geometry import area_m2, search_bounds
from server.domain.matching import (
    CandidateParcel,
    MatchPolicy,
    MatchQuestion,
    MatchResult,
    match,
    reach_m,
    search_box,
)
from server.domain.report import Position, View

HOME = (120.6, 31.3)


def parcel(
    code: str, west: float, south: float, east: float, north: float, *, home: tuple[float, float] = HOME
) -> CandidateParcel:
    """A rectangle in metres east and north of home."""
    corners = np.array([[west, south], [east, south], [east, north], [west, north]], dtype=float)
    shape = shapely.Polygon(LocalFrame(*home).to_degrees(corners))
    return CandidateParcel(f"parcel-{code}", f"version-{code}", code, shape, area_m2(shape))


def a_question(
    east_m: float = 0.0,
    north_m: float = 0.0,
    *,
    accuracy_m: float = 5.0,
    azimuth: float | None = None,
    distance_m: float | None = None,
    claim: str | None = None,
    task: Sequence[str] = (),
    home: tuple[float, float] = HOME,
    **position: object,
) -> MatchQuestion:
    lon, lat = LocalFrame(*home).to_degrees(np.array([[east_m, north_m]]))[0]
    fix = Position(float(lon), float(lat), accuracy_m, 0.68, 1, None, datetime(2026, 3, 2, tzinfo=UTC), "gnss", False, "cgcs2000")
    view = None if azimuth is None else View(azimuth, "true", None, distance_m)
    return MatchQuestion(replace(fix, **position), view, claim, frozenset(task), None)  # type: ignore[arg-type]


# A street of 8 m runs north through x = 0; fields of 40 m by 30 m lie on both sides.
STREET = [
    parcel("W1", -44, 0, -4, 30),
    parcel("W2", -44, 30, -4, 60),
    parcel("W3", -44, 60, -4, 90),
    parcel("E1", 4, 0, 44, 30),
    parcel("E2", 4, 30, 44, 60),
    parcel("E3", 4, 60, 44, 90),
]


def chance(result: MatchResult, code: str) -> float:
    return sum(ranked.probability for ranked in result.ranked if ranked.code == code)


def total(result: MatchResult) -> float:
    return sum(ranked.probability for ranked in result.ranked) + result.none_of_these


# ------------------------------------------------------------------------------------------------ cases a person can read


def test_standing_in_the_middle_of_a_big_field_with_a_good_fix_needs_nobody() -> None:
    field, neighbour = parcel("A", -100, -100, 100, 100), parcel("B", 100, -100, 300, 100)
    result = match(a_question(accuracy_m=4), [field, neighbour])
    assert result.decided is not None
    assert result.decided.code == "A"
    assert "自动落图" in result.reason_zh
    assert "very likely" in result.reason_en


def test_from_the_street_the_camera_says_which_side_is_meant() -> None:
    east = match(a_question(0, 45, azimuth=90), STREET)
    west = match(a_question(0, 45, azimuth=270), STREET)
    assert east.ranked[0].code == "E2"
    assert west.ranked[0].code == "W2"
    assert chance(east, "E2") > 0.6
    assert chance(east, "W2") < 0.15


def test_without_an_azimuth_both_sides_of_the_street_are_possible_and_nobody_is_chosen() -> None:
    result = match(a_question(0, 45), STREET)
    assert result.decided is None
    assert chance(result, "E2") == pytest.approx(chance(result, "W2"), abs=0.08)
    assert "不确定" in result.reason_zh


def test_a_view_along_a_boundary_leaves_two_parcels_open() -> None:
    result = match(a_question(0, 30, azimuth=90, accuracy_m=8), STREET)
    assert {ranked.code for ranked in result.ranked[:2]} == {"E1", "E2"}
    assert result.decided is None
    assert result.ranked[1].probability > 0.2


def test_a_stated_distance_reaches_the_parcel_behind_the_first() -> None:
    rows = [parcel("near", 4, -40, 34, 40), parcel("far", 34, -40, 64, 40)]
    assert match(a_question(0, 0, azimuth=90), rows).ranked[0].code == "near"
    assert match(a_question(0, 0, azimuth=90, distance_m=50), rows).ranked[0].code == "far"


def test_a_claim_that_fits_the_view_is_accepted() -> None:
    result = match(a_question(0, 45, azimuth=90, claim="E2"), STREET)
    assert result.claim_agrees is True
    assert result.decided is not None
    assert result.decided.code == "E2"


def test_a_claim_for_the_wrong_side_of_the_street_is_found_out_and_goes_to_a_person() -> None:
    result = match(a_question(-24, 45, azimuth=270, accuracy_m=2, claim="E2"), STREET)
    assert result.claim_agrees is False
    assert result.ranked[0].code == "W2"
    assert result.decided is None
    assert "E2" in result.reason_zh


def test_a_claim_for_a_parcel_far_away_does_not_agree_even_if_it_is_not_a_candidate() -> None:
    assert match(a_question(24, 45, accuracy_m=3, claim="elsewhere"), STREET).claim_agrees is False


def test_a_claim_between_two_plausible_parcels_is_neither_confirmed_nor_contradicted() -> None:
    result = match(a_question(0, 30, azimuth=90, accuracy_m=8, claim="E3"), STREET)
    assert result.claim_agrees in (None, False)
    assert match(a_question(0, 45), STREET).claim_agrees is None


def test_a_task_list_lifts_its_parcel_above_the_neighbour() -> None:
    bare = match(a_question(0, 30, azimuth=90, accuracy_m=8), STREET)
    tasked = match(a_question(0, 30, azimuth=90, accuracy_m=8, task=["E1"]), STREET)
    assert tasked.ranked[0].code == "E1"
    assert chance(tasked, "E1") > chance(bare, "E1") + 0.3


def test_claim_and_task_for_one_parcel_count_once() -> None:
    question = a_question(0, 30, azimuth=90, accuracy_m=8, task=["E1"])
    both = match(replace(question, claim="E1"), STREET)
    assert chance(both, "E1") == pytest.approx(chance(match(question, STREET), "E1"))


def test_a_sketch_inside_one_parcel_lifts_it() -> None:
    question = a_question(0, 30, azimuth=90, accuracy_m=8)
    drawn = parcel("sketch", 10, 35, 20, 45).geometry
    assert chance(match(replace(question, sketch=drawn), STREET), "E2") > chance(match(question, STREET), "E2") + 0.3


def test_a_registry_area_that_is_missing_or_zero_does_not_win_by_division() -> None:
    broken = [replace(p, area_m2=0.0 if p.code == "W2" else math.nan if p.code == "W1" else p.area_m2) for p in STREET]
    result = match(a_question(24, 45, azimuth=90), broken)
    assert result.ranked[0].code == "E2"
    assert total(result) == pytest.approx(1.0)


def test_two_overlapping_parcels_both_count() -> None:
    twice = [parcel("A", -100, -100, 100, 100), parcel("B", -100, -100, 100, 100)]
    result = match(a_question(), twice)
    assert [ranked.code for ranked in result.ranked] == ["A", "B"]
    assert chance(result, "A") == pytest.approx(chance(result, "B"))
    assert result.decided is None


def test_far_from_every_parcel_it_is_none_of_these() -> None:
    result = match(a_question(600, 600), STREET)
    assert result.ranked == ()
    assert result.none_of_these == 1.0
    assert "没有登记地块" in result.reason_zh


def test_a_crew_in_open_land_beside_a_lone_parcel_may_well_mean_the_open_land() -> None:
    lone = [parcel("A", 30, 30, 60, 60)]
    result = match(a_question(0, 0, azimuth=225, accuracy_m=5), lone)
    assert result.decided is None
    assert result.none_of_these > 0.5


@pytest.mark.parametrize("change", [{"mocked": True}, {"source": "manual"}])
def test_a_mocked_or_hand_chosen_position_never_decides(change: dict[str, object]) -> None:
    result = match(a_question(accuracy_m=3, **change), [parcel("A", -100, -100, 100, 100)])  # type: ignore[arg-type]
    assert result.ranked[0].probability > 0.9
    assert result.decided is None
    assert "人工" in result.reason_zh


def test_a_magnetic_azimuth_is_trusted_less_and_the_reason_says_so() -> None:
    question = a_question(0, 45, azimuth=90)
    magnetic = replace(question, view=View(90, "magnetic", None, None))
    result = match(magnetic, STREET)
    assert chance(result, "E2") < chance(match(question, STREET), "E2")
    assert "磁偏角" in result.reason_zh
    assert "declination" in result.reason_en


@pytest.mark.parametrize("view", [View(90, "true", -1.0, None), View(math.nan, "true", None, None)])
def test_an_azimuth_the_phone_calls_invalid_is_not_used(view: View) -> None:
    question = a_question(0, 45)
    assert match(replace(question, view=view), STREET).ranked == match(question, STREET).ranked


def test_a_radius_that_holds_more_often_means_a_better_fix() -> None:
    centre = a_question(24, 45, accuracy_m=12)
    assert centre.position is not None
    surer = replace(centre, position=replace(centre.position, accuracy_p=0.95))
    assert chance(match(surer, STREET), "E2") > chance(match(centre, STREET), "E2")


def test_a_position_in_the_shifted_system_of_a_map_service_matches_the_same_parcel() -> None:
    lon, lat = (float(v) for v in wgs84_to_gcj02(*HOME))
    shifted = a_question(lon=lon, lat=lat, crs="gcj02")
    result = match(shifted, [parcel("A", -100, -100, 100, 100)])
    assert result.decided is not None


# ------------------------------------------------------------------------------------------------ nothing, or nonsense, measured


def test_without_a_position_claim_and_task_rank_but_never_decide() -> None:
    question = replace(a_question(claim="E2", task=["E2", "W1"]), position=None)
    result = match(question, STREET)
    assert {ranked.code for ranked in result.ranked} == {"E2", "W1"}
    assert result.decided is None
    assert total(result) == pytest.approx(1.0)
    assert reach_m(question) == 0.0


def test_a_position_as_vague_as_a_village_counts_as_none() -> None:
    result = match(a_question(24, 45, accuracy_m=2000, claim="E2"), STREET)
    assert result.decided is None
    assert result.ranked[0].code == "E2"
    assert "仅按勾选" in result.reason_zh


def test_without_a_position_the_search_box_is_that_of_the_sketch() -> None:
    nothing = replace(a_question(), position=None)
    assert search_box(nothing) is None
    sketch = STREET[0].geometry
    box = search_box(replace(nothing, sketch=sketch))
    assert box is not None
    assert box.degrees() == pytest.approx(sketch.bounds, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "word"),
    [
        (math.nan, 31.3, "不是有效"),
        (120.6, math.inf, "不是有效"),
        (0.0, 0.0, "没有真正定位"),
        (2.44, 48.45, "不在辖区"),
        (31.3, 120.6, "颠倒"),
        (400.0, 31.0, "不是有效"),
    ],
)
def test_coordinates_that_are_no_place_here_match_nothing_and_say_why(lon: float, lat: float, word: str) -> None:
    question = a_question(lon=lon, lat=lat, claim="E2")
    result = match(question, STREET)
    assert (result.ranked, result.none_of_these, result.decided) == ((), 1.0, None)
    assert word in result.reason_zh
    assert search_box(question) is None
    json.dumps(result.inputs, allow_nan=False)


@pytest.mark.parametrize("accuracy_m", [0.0, -1.0, math.nan])
def test_a_phone_that_states_no_accuracy_is_taken_to_be_poor(accuracy_m: float) -> None:
    result = match(a_question(24, 45, accuracy_m=accuracy_m), STREET)
    assert result.ranked == match(a_question(24, 45, accuracy_m=MatchPolicy().accuracy_unknown_m), STREET).ranked
    assert "未报精度" in result.reason_zh


def test_an_unknown_coordinate_system_is_a_problem_not_a_guess() -> None:
    with pytest.raises(problems.Problem) as refused:
        match(a_question(crs="beijing54"), STREET)
    assert refused.value.kind is problems.CRS_UNKNOWN


# ------------------------------------------------------------------------------------------------ what always holds

QUESTIONS = st.builds(
    a_question,
    st.floats(-80, 80),
    st.floats(-40, 130),
    accuracy_m=st.floats(1, 60),
    azimuth=st.none() | st.floats(0, 359.9),
    distance_m=st.none() | st.floats(1, 200),
    claim=st.sampled_from([None, "E1", "W3", "absent"]),
    task=st.sets(st.sampled_from(["E1", "E2", "W1"])),
)


@settings(max_examples=60, deadline=None)
@given(QUESTIONS, st.permutations(STREET))
def test_the_order_of_candidates_changes_nothing_and_probabilities_add_up(
    question: MatchQuestion, order: list[CandidateParcel]
) -> None:
    result = match(question, STREET)
    assert match(question, order) == result
    assert match(question, order + order[:2]) == result
    assert total(result) == pytest.approx(1.0)
    assert [r.probability for r in result.ranked] == sorted((r.probability for r in result.ranked), reverse=True)
    json.dumps(result.inputs, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(QUESTIONS)
def test_parcels_outside_the_search_box_change_nothing(question: MatchQuestion) -> None:
    box = search_box(question)
    assert box is not None
    inside = [p for p in STREET if shapely.box(*box.degrees()).intersects(p.geometry)]
    few, all_of_them = match(question, inside), match(question, STREET)
    assert few.none_of_these == pytest.approx(all_of_them.none_of_these)
    assert [r.code for r in few.ranked] == [r.code for r in all_of_them.ranked]
    assert [r.probability for r in few.ranked] == pytest.approx([r.probability for r in all_of_them.ranked])


@settings(max_examples=30, deadline=None)
@given(QUESTIONS)
def test_the_search_box_lies_within_reach(question: MatchQuestion) -> None:
    assert question.position is not None
    box, around = search_box(question), search_bounds(question.position, reach_m(question) + 0.01)
    assert box is not None
    assert around is not None
    assert around.min_lon <= box.min_lon
    assert around.max_lon >= box.max_lon
    assert around.min_lat <= box.min_lat
    assert around.max_lat >= box.max_lat


@settings(max_examples=30, deadline=None)
@given(st.floats(80, 130), st.floats(20, 50), st.floats(-40, 40), st.floats(0, 90), st.none() | st.floats(0, 359))
def test_the_same_scene_elsewhere_in_china_gives_the_same_answer(
    lon: float, lat: float, east: float, north: float, azimuth: float | None
) -> None:
    there = [parcel("E1", 4, 0, 44, 30, home=(lon, lat)), parcel("E2", 4, 30, 44, 60, home=(lon, lat))]
    here = [parcel("E1", 4, 0, 44, 30), parcel("E2", 4, 30, 44, 60)]
    moved = match(a_question(east, north, azimuth=azimuth, home=(lon, lat)), there)
    kept = match(a_question(east, north, azimuth=azimuth), here)
    # A sample point on an edge may fall to either side after rounding; each is worth less than two per cent.
    assert chance(moved, "E1") == pytest.approx(chance(kept, "E1"), abs=0.03)
    assert moved.none_of_these == pytest.approx(kept.none_of_these, abs=0.03)


@settings(max_examples=30, deadline=None)
@given(st.floats(-15, 15), st.floats(-15, 15), st.floats(1, 40), st.floats(2, 5))
def test_a_better_fix_never_makes_the_field_around_it_less_likely(
    east: float, north: float, accuracy_m: float, worse: float
) -> None:
    fields = [parcel("A", -60, -60, 60, 60), parcel("B", 60, -60, 180, 60), parcel("C", -180, -60, -60, 60)]
    good = match(a_question(east, north, accuracy_m=accuracy_m), fields)
    poor = match(a_question(east, north, accuracy_m=accuracy_m * worse), fields)
    # Two sample points of 256 may cross an edge the wrong way.
    assert chance(good, "A") >= chance(poor, "A") - 0.03


@settings(max_examples=30, deadline=None)
@given(QUESTIONS, st.floats(1.5, 200))
def test_better_odds_for_a_claim_never_lower_it(question: MatchQuestion, odds: float) -> None:
    claimed = replace(question, claim="E1", task_parcel_codes=frozenset())
    weak, strong = MatchPolicy(claim_odds=1.2), MatchPolicy(claim_odds=odds)
    assert chance(match(claimed, STREET, strong), "E1") >= chance(match(claimed, STREET, weak), "E1") - 1e-12


def test_the_inputs_name_everything_the_answer_rests_on() -> None:
    result = match(a_question(0, 45, azimuth=90, claim="E2", task=["E2"]), STREET)
    inputs = json.loads(json.dumps(result.inputs))
    assert inputs["model"] == "parcel-posterior-1"
    assert inputs["candidates"] == sorted(p.version_id for p in STREET)
    again = MatchPolicy(**{name: tuple(value) if isinstance(value, list) else value for name, value in inputs["policy"].items()})
    assert again == MatchPolicy()
