"""How sure the matcher says it is, and which policies it refuses to work by."""

import pytest

from server.domain.matching import MatchPolicy, probability_words


@pytest.mark.parametrize(
    ("probability", "zh", "en"),
    [
        (0.92, "很可能 92 %", "very likely 92 %"),
        (0.61, "可能 61 %", "likely 61 %"),
        (0.3, "不确定", "uncertain"),
        (1.0, "很可能 99 %", "very likely 99 %"),
    ],
)
def test_probability_is_words_with_a_number_and_never_certain(probability: float, zh: str, en: str) -> None:
    assert probability_words(probability) == (zh, en)


@pytest.mark.parametrize(
    "nonsense", [{"auto_accept": 1.5}, {"claim_odds": 0.0}, {"stand_road": 0.9}, {"samples": 1}, {"accuracy_p": 1.0}]
)
def test_a_policy_without_meaning_is_refused(nonsense: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        MatchPolicy(**nonsense)  # type: ignore[arg-type]
