"""The one fitted number of the matcher: the exponent that makes stated probabilities come true. Refuses too few reviews."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.domain.matching import MatchResult

# Fewer reviewed matches than this say more about themselves than about the model.
LEAST_REVIEWS = 200
_EXPONENTS = np.round(np.arange(0.30, 3.01, 0.02), 2)
# A truth the model held impossible counts as one chance in a thousand, so that one surprise does not rule the fit.
_FLOOR = 1e-3


def fitted_exponent(reviewed: Sequence[tuple[MatchResult, str | None]]) -> float:
    """The calibration exponent under which reviewed truths were most likely (mean logarithm of their probability).

    Each pair is a result as stored and the version id a person chose, None for "no parcel". Results must come from all reports
    that were reviewed, not only from those the machine was unsure of, or the fit is biased. Results without a measured position
    are skipped. Raises ValueError for fewer than LEAST_REVIEWS usable pairs.
    """
    usable = [(result, truth) for result, truth in reviewed if result.ranked and result.inputs.get("used") is not None]
    if len(usable) < LEAST_REVIEWS:
        raise ValueError(f"{len(usable)} reviewed matches are too few to fit; {LEAST_REVIEWS} are needed")
    scores: NDArray[np.float64] = np.zeros(len(_EXPONENTS))
    for result, truth in usable:
        scores += _scores(result, truth)
    return float(_EXPONENTS[int(scores.argmax())])


def _scores(result: MatchResult, truth: str | None) -> NDArray[np.float64]:
    """Logarithm of the truth's probability under each exponent; shape of _EXPONENTS."""
    stated = np.array([parcel.probability for parcel in result.ranked] + [max(result.none_of_these, 1e-12)])
    ids = [parcel.version_id for parcel in result.ranked]
    if truth is not None and truth not in ids:
        return np.full(len(_EXPONENTS), np.log(_FLOOR))
    place = len(ids) if truth is None else ids.index(truth)
    # The stored probabilities already carry the exponent of their policy, which is taken out first.
    powers = (np.log(stated) / float(result.inputs["policy"]["calibration_exponent"]))[None, :] * _EXPONENTS[:, None]
    peak = powers.max(axis=1)
    logs = powers[:, place] - peak - np.log(np.exp(powers - peak[:, None]).sum(axis=1))
    return np.asarray(np.maximum(logs, np.log(_FLOOR)), dtype=np.float64)
