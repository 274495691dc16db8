"""Which parcel a report is about, as probabilities over nearby parcels. Refuses to decide without a measured position.

The crew stands at X, a normal error away from the reported position, and looks at T, some distance along the azimuth. A parcel's
likelihood is the share of sample points whose T lies in it, told apart by where X stands, divided by its area, times the odds of
what people said; docs/decisions/0004-matching-model.md explains why. Candidates without a sample point cannot change the answer,
so any store that returns at least the parcels of `search_box` gives the same result.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from server.domain import matching_reasons as reasons
from server.domain import matching_samples as samples
from server.domain.crs import LocalFrame
from server.domain.geometry import BoundsE7, areas_m2, place_of, shapes_containing
from server.domain.matching_policy import DEFAULT_POLICY, MatchPolicy
from server.domain.matching_reasons import Words, probability_words
from server.domain.report import Position, View

__all__ = [
    "DEFAULT_POLICY",
    "MODEL",
    "CandidateParcel",
    "MatchPolicy",
    "MatchQuestion",
    "MatchResult",
    "RankedParcel",
    "match",
    "probability_words",
    "reach_m",
    "search_box",
]

# Stored with every match: a result can be recomputed only by the model that made it.
MODEL = "parcel-posterior-1"

FloatArray = NDArray[np.float64]
Shape: TypeAlias = shapely.Polygon | shapely.MultiPolygon


@dataclass(frozen=True)
class CandidateParcel:
    """One parcel version that may be meant: geometry in degrees of EPSG:4490, ellipsoidal or surveyed area in m²."""

    parcel_id: str
    version_id: str
    code: str
    geometry: Shape
    area_m2: float


@dataclass(frozen=True)
class MatchQuestion:
    """What a report says about its place: position and view of the phone, parcel code the inspector tapped, parcel codes of
    the task, and a sketch in degrees of EPSG:4490."""

    position: Position | None
    view: View | None
    claim: str | None
    task_parcel_codes: frozenset[str]
    sketch: Shape | None


@dataclass(frozen=True)
class RankedParcel:
    """One parcel version and the probability (0 to 1) that the report is about it."""

    parcel_id: str
    version_id: str
    code: str
    probability: float


@dataclass(frozen=True)
class MatchResult:
    """The answer: parcels by falling probability, which add up to 1 with `none_of_these`.

    `decided` is the parcel that stands without a person, if any. `claim_agrees` is True when the claimed parcel ranks first,
    False when position and view contradict it, None when there is no claim or they cannot tell. `inputs` holds the JSON values
    from which, with the candidate versions, the result can be computed again.
    """

    ranked: tuple[RankedParcel, ...]
    none_of_these: float
    decided: RankedParcel | None
    claim_agrees: bool | None
    reason_zh: str
    reason_en: str
    inputs: dict[str, Any]


def match(question: MatchQuestion, candidates: Sequence[CandidateParcel], policy: MatchPolicy = DEFAULT_POLICY) -> MatchResult:
    """Weigh the candidates (in any order) for one report.

    Coordinates that are no place of the territory give an empty result; a missing or useless position ranks what people said
    and decides nothing. Raises problems.CRS_UNKNOWN when the position's coordinate system has no formula.
    """
    known = sorted({parcel.version_id: parcel for parcel in candidates}.values(), key=lambda p: (p.code, p.version_id))
    refusal = _refusal(question.position, policy)
    sight = None if refusal else _sight(question, policy)
    inputs = _inputs(question, known, policy, sight)
    if refusal:
        return MatchResult((), 1.0, None, None, *refusal, inputs)
    odds, none_odds = _statement_odds(question, known, policy)
    if sight is None:
        return _by_statements(known, odds, none_odds, inputs)
    likelihood, none_likelihood = _likelihoods(sight, known, policy)
    weights = np.append(likelihood * odds, none_likelihood * none_odds)
    shares = _normalised(weights, policy.calibration_exponent)
    ranked = _ranking(known, shares[:-1])
    return _concluded(question, ranked, float(shares[-1]), sight=sight, policy=policy, inputs=inputs)


def reach_m(question: MatchQuestion, policy: MatchPolicy = DEFAULT_POLICY) -> float:
    """How far from the reported position, in metres, candidates can matter; 0 without a usable position."""
    sight = None if _refusal(question.position, policy) else _sight(question, policy)
    if sight is None:
        return 0.0
    return float(np.sqrt((np.vstack([sight.cloud.stand, sight.cloud.target]) ** 2).sum(axis=1).max()))


def search_box(question: MatchQuestion, policy: MatchPolicy = DEFAULT_POLICY) -> BoundsE7 | None:
    """The smallest box whose parcels can matter: of the sample points, or of the sketch without a usable position.

    With an azimuth it is several times smaller than the square of `reach_m`. None when there is nowhere to look.
    """
    if _refusal(question.position, policy):
        return None
    sight = _sight(question, policy)
    if sight is None:
        return BoundsE7.of(question.sketch) if question.sketch is not None else None
    points = sight.points()
    return BoundsE7.of_degrees(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


@dataclass(frozen=True)
class _Sight:
    """The measured part of a question, as the model takes it. `view_scale_m` multiplies `view_distances` to metres."""

    position: Position
    view: View | None
    frame: LocalFrame
    accuracy_m: float
    accuracy_p: float
    sigma_m: float
    azimuth_sigma_deg: float | None
    distance_m: float | None
    view_distances: FloatArray
    view_scale_m: float
    cloud: samples.Cloud

    def points(self) -> FloatArray:
        """Stand points, then target points, in degrees; shape (2N, 2)."""
        return self.frame.to_degrees(np.vstack([self.cloud.stand, self.cloud.target]))


def _refusal(position: Position | None, policy: MatchPolicy) -> Words | None:
    if position is None:
        return None
    place = place_of(position)
    west, south, east, north = policy.territory
    if place is not None and west <= place[0] <= east and south <= place[1] <= north:
        return None
    return reasons.bad_place(position, policy.territory)


def _sight(question: MatchQuestion, policy: MatchPolicy) -> _Sight | None:
    """Read position and view; None when there is no position, or one too vague to tell parcels apart."""
    position = question.position
    place = place_of(position) if position is not None else None
    if position is None or place is None:
        return None
    stated = math.isfinite(position.accuracy_m) and position.accuracy_m > 0.0
    accuracy_m = position.accuracy_m if stated else policy.accuracy_unknown_m
    if accuracy_m > policy.accuracy_useless_m:
        return None
    p = position.accuracy_p if position.accuracy_p is not None and 0.0 < position.accuracy_p < 1.0 else policy.accuracy_p
    # The radius of a circle that holds the probability p is a quantile of the Rayleigh distribution.
    sigma_m = math.hypot(accuracy_m / math.sqrt(-2.0 * math.log(1.0 - p)), policy.registry_sigma_m)
    azimuth_sigma = _azimuth_sigma_deg(question.view, policy)
    distance = _stated_distance_m(question.view, policy)
    if distance is None:
        scale, distances = (
            1.0,
            samples.gamma_distances_m(policy.samples, policy.view_mean_m, policy.view_shape, policy.view_cut_m),
        )
    else:
        scale, distances = distance, samples.relative_distances(policy.samples, policy.stated_distance_spread)
    azimuth = question.view.azimuth_deg if question.view is not None and azimuth_sigma is not None else None
    deviations = samples.bearings_rad(policy.samples, azimuth_sigma, policy.azimuth_lost_share) if azimuth_sigma else None
    cloud = samples.cloud(sigma_m, azimuth, deviations, distances * scale)
    frame = LocalFrame(*place)
    return _Sight(
        position, question.view, frame, accuracy_m, p, sigma_m, azimuth_sigma, distance, distances, scale, cloud
    )  # fmt: skip


def _azimuth_sigma_deg(view: View | None, policy: MatchPolicy) -> float | None:
    """How far the azimuth is trusted; None when there is none or the phone itself says that it is not valid."""
    if view is None or not math.isfinite(view.azimuth_deg):
        return None
    error = view.azimuth_error_deg if view.azimuth_error_deg is not None else 0.0
    # iOS states a negative error for a heading that is not valid.
    if not 0.0 <= error <= 180.0:
        return None
    sigma = max(policy.azimuth_sigma_deg, error)
    return sigma if view.azimuth_ref == "true" else math.hypot(sigma, policy.magnetic_sigma_deg)


def _stated_distance_m(view: View | None, policy: MatchPolicy) -> float | None:
    distance = view.distance_m if view is not None else None
    return distance if distance is not None and 0.0 < distance <= policy.stated_distance_limit_m else None


def _statement_odds(question: MatchQuestion, known: Sequence[CandidateParcel], policy: MatchPolicy) -> tuple[FloatArray, float]:
    """Odds of each candidate (K,) and of none, from claim, task and sketch: the strongest statement counts."""
    claimed = np.array([parcel.code == question.claim for parcel in known], dtype=np.bool_)
    on_task = np.array([parcel.code in question.task_parcel_codes for parcel in known], dtype=np.bool_)
    odds = np.maximum(np.where(claimed, policy.claim_odds, 1.0), np.where(on_task, policy.task_odds, 1.0))
    if question.sketch is None or not question.sketch.area > 0.0:
        return odds, 1.0
    # Shares of areas in square degrees equal shares in m² to 1e-6 at the size of a sketch.
    shapes = shapely.make_valid(np.array([parcel.geometry for parcel in known], dtype=object))
    shares = np.clip(shapely.area(shapely.intersection(shapes, question.sketch)) / question.sketch.area, 0.0, 1.0)
    gain = policy.sketch_odds - 1.0
    return np.maximum(odds, 1.0 + gain * shares), 1.0 + gain * max(0.0, 1.0 - float(shares.sum()))


def _likelihoods(sight: _Sight, known: Sequence[CandidateParcel], policy: MatchPolicy) -> tuple[FloatArray, float]:
    """Likelihood of each candidate (K,) and of none, per square metre."""
    held = shapes_containing(np.array([parcel.geometry for parcel in known], dtype=object), sight.points())
    stands, targets = held[:, : policy.samples], held[:, policy.samples :]
    on_road, off_target = ~stands.any(axis=0), ~targets.any(axis=0)
    seen = np.count_nonzero(targets, axis=1)
    from_inside = np.count_nonzero(targets & stands, axis=1)
    from_road = np.count_nonzero(targets & on_road, axis=1)
    from_other = seen - from_inside - from_road
    # Each share is compared with what a view from a random place would give, so that standing on a road is evidence.
    trusted = policy.road_share_samples
    road = (policy.road_share * trusted + np.count_nonzero(off_target)) / (trusted + policy.samples)
    areas = _areas_m2(known)
    own = np.clip(samples.self_view_chance(areas / sight.view_scale_m**2, sight.view_distances), 0.02, 0.98)
    likelihood = (
        policy.stand_inside * from_inside / own
        + policy.stand_road * from_road / ((1.0 - own) * road)
        + policy.stand_other * from_other / ((1.0 - own) * (1.0 - road))
    ) / (areas * policy.samples)
    # Land of no parcel weighs per square metre like the parcels around it, by their mean area as the samples see it.
    usual_m2 = float((seen * areas).sum() / seen.sum()) if seen.any() else 1.0
    own_road = min(0.98, road + (1.0 - road) * policy.road_self_view)
    none = (policy.stand_inside + policy.stand_road) * np.count_nonzero(off_target & on_road) / own_road
    none += policy.stand_other * np.count_nonzero(off_target & ~on_road) / (1.0 - own_road)
    return likelihood, policy.none_odds * float(none) / (usual_m2 * policy.samples)


def _areas_m2(known: Sequence[CandidateParcel]) -> FloatArray:
    """Registered areas (K,), measured where the registry has none: a missing area or a sliver must not divide by nothing."""
    areas = np.array([parcel.area_m2 for parcel in known], dtype=np.float64)
    missing = np.flatnonzero(~(areas > 0.0))
    if len(missing):
        areas[missing] = areas_m2([known[i].geometry for i in missing.tolist()])
    return np.maximum(areas, 1.0)


def _normalised(weights: FloatArray, exponent: float) -> FloatArray:
    """Weights to probabilities that sum to 1; the last entry takes everything when no weight is left."""
    if not weights.max() > 0.0:
        return np.append(np.zeros(len(weights) - 1), 1.0)
    powers = (weights / weights.max()) ** exponent
    shares: FloatArray = powers / powers.sum()
    return shares


def _ranking(known: Sequence[CandidateParcel], shares: FloatArray) -> tuple[RankedParcel, ...]:
    """Candidates of any probability, likeliest first; equals in the order of their codes."""
    pairs = zip(known, shares.tolist(), strict=True)
    ranked = [RankedParcel(parcel.parcel_id, parcel.version_id, parcel.code, share) for parcel, share in pairs if share > 0.0]
    return tuple(sorted(ranked, key=lambda parcel: -parcel.probability))


def _by_statements(known: Sequence[CandidateParcel], odds: FloatArray, none_odds: float, inputs: dict[str, Any]) -> MatchResult:
    """Rank what people said when nothing was measured; a person must confirm it."""
    weights = np.append(np.where(odds > 1.0, odds, 0.0), none_odds)
    shares = _normalised(weights, 1.0)
    ranked = _ranking(known, shares[:-1])
    reason = reasons.ONLY_STATEMENTS if ranked else reasons.NOTHING_TO_GO_ON
    return MatchResult(ranked, float(shares[-1]), None, None, *reason, inputs)


def _concluded(
    question: MatchQuestion,
    ranked: tuple[RankedParcel, ...],
    none: float,
    *,
    sight: _Sight,
    policy: MatchPolicy,
    inputs: dict[str, Any],
) -> MatchResult:
    """Decide or not, check the claim, and say why."""
    first = ranked[0] if ranked else None
    agrees = _claim_agrees(question.claim, ranked, policy)
    obstacle = _obstacle(question.claim, first, sight.position, policy)
    decided = first if first is not None and first.probability >= policy.auto_accept and obstacle is None else None
    based_on = [reasons.position_words(sight.position, sight.accuracy_m, sight.accuracy_p)]
    based_on += reasons.view_words(sight.view, sight.azimuth_sigma_deg, sight.distance_m)
    based_on += reasons.statement_words(question.claim, bool(question.task_parcel_codes), question.sketch is not None)
    if first is None:
        outcome = reasons.NO_PARCEL_NEAR
    else:
        outcome = reasons.outcome_words(first.code, first.probability, none, policy, obstacle=obstacle)
    zh, en = reasons.sentence(tuple(based_on), outcome)
    return MatchResult(ranked, none, decided, agrees, zh, en, inputs)


def _claim_agrees(claim: str | None, ranked: tuple[RankedParcel, ...], policy: MatchPolicy) -> bool | None:
    if claim is None:
        return None
    if ranked and ranked[0].code == claim:
        return True
    believed = sum(parcel.probability for parcel in ranked if parcel.code == claim)
    return False if believed < policy.claim_contradicted_below else None


def _obstacle(claim: str | None, first: RankedParcel | None, position: Position, policy: MatchPolicy) -> Words | None:
    """Why even a near-certain parcel goes to a person: contradiction and statements are not for a machine to settle."""
    if claim is not None and first is not None and first.code != claim:
        return reasons.against_claim(claim)
    if position.mocked:
        return reasons.MOCKED
    return reasons.STATED_POSITION if position.source in policy.stated_sources else None


def _inputs(
    question: MatchQuestion, known: Sequence[CandidateParcel], policy: MatchPolicy, sight: _Sight | None
) -> dict[str, Any]:
    position, view = question.position, question.view
    measured = None
    if sight is not None:
        measured = {
            "lon": sight.frame.lon0,
            "lat": sight.frame.lat0,
            "accuracy_m": sight.accuracy_m,
            "accuracy_p": sight.accuracy_p,
            "sigma_m": sight.sigma_m,
            "azimuth_sigma_deg": sight.azimuth_sigma_deg,
            "distance_m": sight.distance_m,
        }
    stated = ("lon", "lat", "accuracy_m", "accuracy_p", "source", "mocked", "crs")
    return {
        "model": MODEL,
        "position": None if position is None else {name: _plain(getattr(position, name)) for name in stated},
        "view": None if view is None else {name: _plain(value) for name, value in vars(view).items()},
        "used": measured,
        "claim": question.claim,
        "task_parcel_codes": sorted(question.task_parcel_codes),
        "sketch": None if question.sketch is None else shapely.to_wkt(question.sketch, rounding_precision=9),
        "candidates": [parcel.version_id for parcel in known],
        "policy": {name: list(value) if isinstance(value, tuple) else value for name, value in vars(policy).items()},
    }


def _plain(value: Any) -> Any:
    """JSON has no NaN and no infinity; a phone that sent one is shown as having sent nothing."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
