"""The matcher on a drawn village where the truth is known. Its errors here are not the errors of the field."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
import pytest
import shapely

from server.domain.crs import LocalFrame
from server.domain.geometry import area_m2, shapes_containing
from server.domain.matching import DEFAULT_POLICY, CandidateParcel, MatchPolicy, MatchQuestion, MatchResult, match, search_box
from server.domain.matching_calibration import fitted_exponent
from server.domain.report import Position, View

FRAME = LocalFrame(120.6, 31.3)
BLOCK_M, ROAD_M, BLOCKS = 110.0, 6.0, 5


@dataclass(frozen=True)
class Village:
    """Parcels of uneven size in blocks with roads between them; metres around FRAME and the same as candidates."""

    shapes: np.ndarray
    parcels: tuple[CandidateParcel, ...]
    tree: shapely.STRtree

    def near(self, question: MatchQuestion, policy: MatchPolicy = DEFAULT_POLICY) -> list[CandidateParcel]:
        """What a store would return for the question."""
        box = search_box(question, policy)
        assert box is not None
        return [self.parcels[i] for i in sorted(self.tree.query(shapely.box(*box.degrees())).tolist())]


@lru_cache(maxsize=2)
def a_village(seed: int = 11) -> Village:
    rng = np.random.default_rng(seed)
    shapes = []
    for column in range(BLOCKS):
        for row in range(BLOCKS):
            west, south = (column - BLOCKS / 2) * (BLOCK_M + ROAD_M), (row - BLOCKS / 2) * (BLOCK_M + ROAD_M)
            block = shapely.box(west, south, west + BLOCK_M, south + BLOCK_M)
            seeds = shapely.multipoints(
                rng.uniform((west, south), (west + BLOCK_M, south + BLOCK_M), (int(rng.integers(6, 30)), 2))
            )
            cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=block)), block)
            shapes += [cell for cell in cells if cell.area > 1.0]
    degrees = [shapely.transform(shape, FRAME.to_degrees) for shape in shapes]
    parcels = tuple(CandidateParcel(f"p{i}", f"v{i:04d}", f"C{i:04d}", g, area_m2(g)) for i, g in enumerate(degrees))
    return Village(np.array(shapes, dtype=object), parcels, shapely.STRtree(degrees))


def a_report(east_m: float, north_m: float, accuracy_m: float, azimuth_deg: float | None) -> MatchQuestion:
    lon, lat = FRAME.to_degrees([[east_m, north_m]])[0]
    position = Position(
        float(lon), float(lat), accuracy_m, 0.68, 1, None, datetime(2026, 3, 2, tzinfo=UTC), "gnss", False, "cgcs2000"
    )
    view = None if azimuth_deg is None else View(azimuth_deg % 360, "true", None, None)
    return MatchQuestion(position, view, None, frozenset(), None)


def simulate(village: Village, count: int, accuracy_m: float, seed: int = 5) -> list[tuple[MatchQuestion, int]]:
    """Reports with the index of the parcel they are about: the crew stands on it, on a road or a parcel beside it, and looks.

    The target is even over the parcel within 80 m of the stand, not along the matcher's own distances, and every tenth compass
    is off by far more than the rest, so that the matcher is not judged by its own assumptions alone.
    """
    rng = np.random.default_rng(seed)
    inner = np.flatnonzero([max(abs(s.centroid.x), abs(s.centroid.y)) < 220 for s in village.shapes])
    reports: list[tuple[MatchQuestion, int]] = []
    while len(reports) < count:
        truth, place = int(rng.choice(inner)), rng.choice(["inside", "road", "other"], p=[0.5, 0.4, 0.1])
        shape = village.shapes[truth]
        west, south, east, north = shape.bounds
        stands = rng.uniform((west - 20, south - 20), (east + 20, north + 20), (200, 2))
        targets = rng.uniform((west, south), (east, north), (200, 2))
        held = shapes_containing(village.shapes, stands)
        near = shapely.distance(shapely.points(stands), shape) <= 8.0
        fits = {"inside": held[truth], "road": ~held.any(axis=0) & near, "other": held.any(axis=0) & ~held[truth] & near}[place]
        fits &= shapes_containing(village.shapes[[truth]], targets)[0] & (np.hypot(*(targets - stands).T) < 80)
        if not fits.any():
            continue  # A parcel without a road beside it is not seen from a road.
        stand, target = stands[fits][0], targets[fits][0]
        azimuth = math.degrees(math.atan2(*(target - stand))) + rng.normal(0, 12.0 if rng.random() > 0.1 else 70.0)
        fix = stand + rng.normal(0, accuracy_m / math.sqrt(-2 * math.log(0.32)), 2)
        reports.append((a_report(fix[0], fix[1], accuracy_m, azimuth), truth))
    return reports


def answers(
    village: Village, reports: Sequence[tuple[MatchQuestion, int]], policy: MatchPolicy = DEFAULT_POLICY
) -> list[MatchResult]:
    return [match(question, village.near(question, policy), policy) for question, _ in reports]


@pytest.mark.parametrize(("accuracy_m", "least_right"), [(5.0, 0.65), (15.0, 0.35)])
def test_what_is_accepted_without_a_person_is_wrong_less_than_once_in_twenty(accuracy_m: float, least_right: float) -> None:
    village = a_village()
    reports = simulate(village, 600, accuracy_m)
    results = answers(village, reports)
    right = [
        bool(r.ranked) and r.ranked[0].version_id == village.parcels[t].version_id
        for r, (_, t) in zip(results, reports, strict=True)
    ]
    accepted = [ok for ok, result in zip(right, results, strict=True) if result.decided is not None]
    assert sum(right) / len(right) >= least_right
    assert accepted.count(False) <= 0.05 * len(accepted)
    if accuracy_m == 5.0:
        assert len(accepted) >= 15


def test_a_task_list_accepts_several_times_as_many_with_as_few_errors() -> None:
    village = a_village()
    rng = np.random.default_rng(3)
    reports = []
    for question, truth in simulate(village, 300, 5.0):
        listed = {p.code for p in village.parcels if rng.random() < 0.1} | {village.parcels[truth].code}
        reports.append((replace(question, task_parcel_codes=frozenset(listed)), truth))
    decided = [(r.decided, t) for r, (_, t) in zip(answers(village, reports), reports, strict=True) if r.decided is not None]
    assert len(decided) >= 0.5 * len(reports)
    assert sum(d.version_id != village.parcels[t].version_id for d, t in decided) <= 0.05 * len(decided)


def test_the_fitted_exponent_brings_the_stated_probability_to_the_observed_one() -> None:
    village = a_village()
    reports = simulate(village, 400, 8.0, seed=21)
    reviewed = [(r, village.parcels[t].version_id) for r, (_, t) in zip(answers(village, reports), reports, strict=True)]
    exponent = fitted_exponent(reviewed)
    assert 1.0 < exponent < 1.8
    again = simulate(village, 400, 8.0, seed=22)
    for policy, margin in ((DEFAULT_POLICY, 0.25), (replace(DEFAULT_POLICY, calibration_exponent=exponent), 0.08)):
        results = [(r.ranked[0], t) for r, (_, t) in zip(answers(village, again, policy), again, strict=True) if r.ranked]
        believed = sum(first.probability for first, _ in results) / len(results)
        right = sum(first.version_id == village.parcels[t].version_id for first, t in results) / len(results)
        assert believed == pytest.approx(right, abs=margin)


def test_the_stated_probability_of_the_first_parcel_is_about_how_often_it_is_right() -> None:
    village = a_village()
    reports = simulate(village, 300, 15.0, seed=9)
    results = [(r.ranked[0], t) for r, (_, t) in zip(answers(village, reports), reports, strict=True) if r.ranked]
    believed = sum(first.probability for first, _ in results) / len(results)
    right = sum(first.version_id == village.parcels[t].version_id for first, t in results) / len(results)
    assert believed == pytest.approx(right, abs=0.15)


def test_candidates_that_lie_in_a_wider_box_do_not_change_the_answer() -> None:
    village = a_village()
    for question, _ in simulate(village, 10, 10.0, seed=2):
        near, every = match(question, village.near(question)), match(question, village.parcels)
        assert [r.code for r in near.ranked] == [r.code for r in every.ranked]
        assert [r.probability for r in near.ranked] == pytest.approx([r.probability for r in every.ranked])
