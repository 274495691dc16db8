"""Time of one match, without any store: `python -m tests.bench.bench_matching`. Refuses to compare across machines.

The ratio to a plain point-in-polygon test of the same candidates in the same process is what stays comparable.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import shapely

from server.domain.matching import CandidateParcel, MatchPolicy, MatchQuestion, match, search_box
from server.domain.report import Position
from tests.domain.test_matching_simulated import a_village, simulate

REPORTS = 60
REPEATS = 7

Case = tuple[MatchQuestion, list[CandidateParcel]]


def best_ms(cases: list[Case], work: Callable[[MatchQuestion, list[CandidateParcel]], object]) -> float:
    """Median over reports of the fastest repeat, in milliseconds."""
    best = []
    for question, candidates in cases:
        times = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            work(question, candidates)
            times.append(time.perf_counter() - began)
        best.append(min(times))
    return statistics.median(best) * 1000


def holding_the_fix(question: MatchQuestion, candidates: list[CandidateParcel]) -> list[str]:
    """The naive answer: the parcel the fix falls into."""
    assert isinstance(question.position, Position)
    shapes = np.array([parcel.geometry for parcel in candidates], dtype=object)
    held = shapely.contains_xy(shapes, question.position.lon, question.position.lat)
    return [parcel.code for parcel, hit in zip(candidates, held, strict=True) if hit]


def main() -> None:
    village = a_village()
    print("samples  accuracy  candidates  ms/report  reports/s  box ms  x point-in-polygon")
    for samples in (64, 256, 1024):
        policy = MatchPolicy(samples=samples)
        for accuracy_m in (5.0, 15.0, 30.0):
            questions = [question for question, _ in simulate(village, REPORTS, accuracy_m)]
            cases = [(question, village.near(question, policy)) for question in questions]
            posterior = best_ms(cases, lambda q, c, policy=policy: match(q, c, policy))  # type: ignore[misc]
            box = best_ms(cases, lambda q, _, policy=policy: search_box(q, policy))  # type: ignore[misc]
            naive = best_ms(cases, holding_the_fix)
            count = statistics.median(len(candidates) for _, candidates in cases)
            row = f"{samples:7d} {accuracy_m:7.0f} m {count:11.0f} {posterior:10.3f} {1000 / posterior:10.0f}"
            print(f"{row} {box:7.3f} {posterior / naive:12.1f}")


if __name__ == "__main__":
    main()
