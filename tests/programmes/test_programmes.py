"""What holds for every programme and every case: facts are JSON, sentences name numbers, law gaps are doubts."""

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.assessment import Finding, Programme
from server.programmes import PROGRAMMES, assess_all
from server.programmes.idle_land.construction import Started, judge_start
from server.programmes.illegal_use.cover import Frame, cover_of
from server.programmes.illegal_use.seen import Activity, building_activity
from server.programmes.inputs import Inquiry
from server.programmes.wording import say_share
from tests.programmes.facts import a_duty, a_parcel, a_sighting, an_inquiry, overlays
from tests.test_cases import inquiry_of, judged_cases

THIRD = Fraction(1, 3)
LIKELY = ("可能", "大概", "probab", "likely", "perhaps", "probable")


@pytest.mark.parametrize("case", judged_cases())
def test_an_assessment_can_be_stored_and_computed_again(case: dict[str, object]) -> None:
    asked = inquiry_of(case)
    module = PROGRAMMES[Programme(str(case["programme"]))]
    first, again = module.assess(asked), module.assess(asked)
    assert first == again
    assert json.loads(json.dumps(first[0].facts)) == first[0].facts


@pytest.mark.parametrize("case", judged_cases())
def test_reasons_are_given_in_both_languages_without_words_of_likelihood(case: dict[str, object]) -> None:
    found = PROGRAMMES[Programme(str(case["programme"]))].assess(inquiry_of(case))[0]
    assert found.reason_zh.endswith("。")
    assert found.reason_en.endswith(".")
    assert not [word for word in LIKELY if word in found.reason_zh + found.reason_en]


@pytest.mark.parametrize("case", judged_cases())
def test_a_lead_names_only_registered_matters(case: dict[str, object]) -> None:
    module = PROGRAMMES[Programme(str(case["programme"]))]
    assert {found.matter for found in module.assess(inquiry_of(case))} <= set(module.matters)


def ask(asked: Inquiry) -> list[Finding]:
    found = assess_all(
        parcel=asked.parcel,
        duties=asked.duties,
        overlays=asked.overlays,
        sightings=asked.sightings,
        on=asked.on,
        law=asked.law,
        calendar=asked.calendar,
    )
    return [each.finding for each in found]


def test_a_day_before_the_law_is_a_doubt_and_no_failure() -> None:
    asked = an_inquiry(date(2010, 1, 1), duties=(a_duty(due_on=date(2008, 1, 1)),))
    assert ask(asked) == [Finding.UNCERTAIN]


def test_a_parcel_without_duties_and_sightings_has_nothing_to_say() -> None:
    assert ask(an_inquiry(date(2026, 3, 2))) == []


def test_one_report_of_works_answers_every_programme_it_concerns() -> None:
    seen = a_sighting({"kind": "construction", "stage": "structure", "permit_no": "S-1"}, on=date(2026, 3, 2))
    duty = a_duty(due_on=date(2024, 3, 15), contract_no="3205832024CR0001")
    asked = an_inquiry(
        date(2026, 3, 2), duties=(duty,), sightings=(seen,), overlays=overlays({"layer": "supply", "overlap_m2": 1000})
    )
    assert ask(asked) == [Finding.MET, Finding.MET]


def test_two_duties_are_judged_each_for_itself() -> None:
    duties = (a_duty(id="a", due_on=date(2024, 3, 15)), a_duty(id="b", due_on=date(2026, 3, 15)))
    assert ask(an_inquiry(date(2026, 3, 2), duties=duties)) == [Finding.UNCERTAIN, Finding.MET]


def test_a_duty_of_another_programme_is_left_alone() -> None:
    duty = a_duty(due_on=date(2024, 3, 15), programme=Programme.RECLAMATION)
    assert ask(an_inquiry(date(2026, 3, 2), duties=(duty,))) == []


# The start of construction


@given(st.integers(0, 1000))
def test_the_share_of_a_foundation_is_compared_as_written(thousandths: int) -> None:
    observation = {"stage": "foundation", "permit_no": "S-1", "foundation": "other", "foundation_share": thousandths / 1000}
    started = judge_start(observation, THIRD).answer
    assert (started is Started.YES) == (Fraction(thousandths, 1000) >= THIRD)


@given(st.integers(0, 300), st.integers(1, 300))
def test_only_all_piles_are_a_start(done: int, total: int) -> None:
    observation = {"stage": "foundation", "permit_no": "S-1", "foundation": "piles", "piles_done": done, "piles_total": total}
    wanted = Started.UNCLEAR if done > total else Started.YES if done == total else Started.NO
    assert judge_start(observation, THIRD).answer is wanted


@pytest.mark.parametrize("foundation", ["deep_pit", "piles", "other"])
def test_works_without_numbers_are_unclear(foundation: str) -> None:
    observation = {"stage": "foundation", "permit_no": "S-1", "foundation": foundation}
    assert judge_start(observation, THIRD).answer is Started.UNCLEAR


# Cover: bounds must hold wherever the piece lies, so they are compared with pieces put everywhere on a strip of cells.

STRIP = 12
SPANS = st.tuples(st.integers(0, STRIP), st.integers(0, STRIP)).map(sorted)


@given(SPANS, SPANS)
def test_the_bounds_of_a_piece_hold_wherever_it_lies(layer: list[int], piece: list[int]) -> None:
    covered = set(range(*layer))
    cells = set(range(*piece))
    frame = Frame(float(STRIP), float(len(cells)))
    truth = len(covered & cells)
    assert frame.least(float(len(covered))) <= truth <= frame.most(float(len(covered)))


@given(st.lists(SPANS, min_size=1, max_size=4))
def test_single_overlaps_bound_their_union(spans: list[list[int]]) -> None:
    sizes = [len(range(*span)) for span in spans]
    union = len(set().union(*(range(*span) for span in spans)))
    seen = a_sighting({"kind": "land_use"}, on=date(2026, 3, 2), area_m2=float(STRIP))
    titles = overlays(*({"layer": "approval", "overlap_m2": float(size)} for size in sizes))
    cover = cover_of(an_inquiry(date(2026, 3, 2), overlays=titles, parcel=a_parcel()), seen)
    assert cover.least_m2 <= union <= cover.most_m2


def test_a_share_just_below_all_is_not_rounded_to_all() -> None:
    assert (say_share(9999.9, 10_000), say_share(10_000, 10_000), say_share(0, 0)) == ("99.9%", "100.0%", "100.0%")


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (True, Activity.BUILDING),
        (3, Activity.BUILDING),
        ("两栋", Activity.BUILDING),
        (False, Activity.NOTHING),
        (0, Activity.NOTHING),
        ("无", Activity.NOTHING),
        (None, Activity.UNCLEAR),
    ],
)
def test_buildings_are_read_in_any_form_a_phone_may_send(claim: object, wanted: Activity) -> None:
    assert building_activity({"kind": "land_use", "buildings": claim}) is wanted
