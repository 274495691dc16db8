"""The order of the lead queue. Refuses surprises: more of what matters never lowers a score."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server.domain.priority import PriorityFacts, priority

QUIET = PriorityFacts(
    area_m2=0.0,
    farmland_m2=0.0,
    permanent_farmland_m2=0.0,
    overdue_days=0,
    is_in_progress=False,
    evidence_flags=0,
    match_probability=None,
)


def test_a_lead_about_nothing_has_no_points() -> None:
    assert priority(QUIET).score == 0
    assert priority(QUIET).parts == ()


def test_the_worst_lead_has_nearly_all_points() -> None:
    worst = replace(QUIET, area_m2=3e4, farmland_m2=3e4, permanent_farmland_m2=3e4, overdue_days=900, is_in_progress=True)
    assert priority(worst).score == 95


def test_an_act_in_progress_on_permanent_farmland_comes_before_a_large_idle_parcel() -> None:
    digging = replace(QUIET, area_m2=100, farmland_m2=100, permanent_farmland_m2=100, is_in_progress=True)
    idle = replace(QUIET, area_m2=80_000, overdue_days=200)
    assert priority(digging).score > priority(idle).score


def test_doubtful_evidence_lowers_the_score_but_never_below_zero() -> None:
    assert priority(replace(QUIET, area_m2=1000, evidence_flags=9)).score == 0


def test_every_part_says_what_it_was_read_from() -> None:
    parts = priority(replace(QUIET, farmland_m2=2000 / 3, match_probability=0.45)).parts
    assert [(part.name_en, part.points, part.why) for part in parts] == [
        ("farmland", 6, "1.00 mu"),
        ("parcel not sure", -5, "0.45 < 0.9"),
    ]


AREAS = st.floats(0, 1e6)


@given(st.builds(PriorityFacts, AREAS, AREAS, AREAS, st.integers(0, 5000), st.booleans(), st.integers(0, 9), st.none()), AREAS)
def test_more_farmland_never_lowers_a_score(facts: PriorityFacts, more: float) -> None:
    larger = replace(facts, permanent_farmland_m2=facts.permanent_farmland_m2 + more)
    assert priority(larger).score >= priority(facts).score


@given(st.builds(PriorityFacts, AREAS, AREAS, AREAS, st.integers(0, 5000), st.booleans(), st.integers(0, 9), st.floats(0, 1)))
def test_a_score_stays_between_nothing_and_a_hundred(facts: PriorityFacts) -> None:
    assert 0 <= priority(facts).score <= 100
