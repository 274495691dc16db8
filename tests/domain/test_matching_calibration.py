"""The fit of the exponent. Refuses to fit a handful of reviews."""

import numpy as np
import pytest

from server.domain.matching import MatchResult, RankedParcel
from server.domain.matching_calibration import LEAST_REVIEWS, fitted_exponent


def a_result(probabilities: list[float], exponent: float = 1.0, *, measured: bool = True) -> MatchResult:
    ranked = tuple(RankedParcel(f"p{i}", f"v{i}", f"C{i}", p) for i, p in enumerate(probabilities))
    inputs = {"policy": {"calibration_exponent": exponent}, "used": {} if measured else None}
    return MatchResult(ranked, 1.0 - sum(probabilities), None, None, "", "", inputs)


def reviews(stated: list[float], how_often_first: float, exponent: float = 1.0) -> list[tuple[MatchResult, str | None]]:
    count = 400
    first = round(count * how_often_first)
    return [(a_result(stated, exponent), "v0" if i < first else "v1") for i in range(count)]


def test_probabilities_that_come_true_keep_the_exponent_at_one() -> None:
    assert fitted_exponent(reviews([0.7, 0.299], 0.7)) == pytest.approx(1.0, abs=0.06)


def test_a_shy_model_gets_an_exponent_above_one_and_a_bold_one_below() -> None:
    assert fitted_exponent(reviews([0.6, 0.399], 0.8)) > 1.2
    assert fitted_exponent(reviews([0.95, 0.049], 0.7)) < 0.8


def test_the_exponent_the_results_were_made_with_is_taken_out_first() -> None:
    raw = np.array([0.6, 0.399, 0.001])
    squared = (raw**2 / (raw**2).sum()).tolist()
    assert fitted_exponent(reviews(squared[:2], 0.8, 2.0)) == fitted_exponent(reviews([0.6, 0.399], 0.8))


def test_truths_outside_the_list_and_no_parcel_are_allowed_for() -> None:
    pairs = [*reviews([0.7, 0.2], 0.7), (a_result([0.9]), None), (a_result([0.9]), "unheard-of")]
    assert 0.3 < fitted_exponent(pairs) < 3.0


def test_too_few_reviews_or_unmeasured_ones_are_not_fitted() -> None:
    with pytest.raises(ValueError, match="too few"):
        fitted_exponent([(a_result([0.7, 0.2]), "v0")] * (LEAST_REVIEWS - 1))
    with pytest.raises(ValueError, match="too few"):
        fitted_exponent([(a_result([0.7, 0.2], measured=False), "v0")] * 500)
