"""The sample points measure what they stand for. Refuses more error than the docs state."""

import math

import numpy as np
import pytest

from server.domain.matching_samples import (
    bearings_rad,
    cloud,
    gamma_distances_m,
    low_discrepancy,
    relative_distances,
    self_view_chance,
    standard_stands,
)

N = 256


def normal_mass(low: float, high: float, sigma: float) -> float:
    return 0.5 * (math.erf(high / sigma / math.sqrt(2)) - math.erf(low / sigma / math.sqrt(2)))


def test_the_share_of_stands_in_a_square_is_its_gaussian_mass() -> None:
    """A square 20 m wide, 8 m east and 3 m south of the fix, sigma 10 m: the exact mass is a product of two error functions."""
    sigma = 10.0
    exact = normal_mass(-2, 18, sigma) * normal_mass(-13, 7, sigma)
    stands = standard_stands(N) * sigma
    inside = (stands[:, 0] > -2) & (stands[:, 0] < 18) & (stands[:, 1] > -13) & (stands[:, 1] < 7)
    assert inside.mean() == pytest.approx(exact, abs=0.01)


def test_over_many_squares_the_error_is_half_a_per_cent_and_rarely_two() -> None:
    rng = np.random.default_rng(4)
    errors = []
    for east, north, half, sigma in zip(*rng.uniform((-20, -20, 3, 2), (20, 20, 20, 20), (400, 4)).T, strict=True):
        stands = standard_stands(N) * sigma
        share = ((np.abs(stands - (east, north)) < half).all(axis=1)).mean()
        exact = normal_mass(east - half, east + half, sigma) * normal_mass(north - half, north + half, sigma)
        errors.append(abs(share - exact))
    assert np.mean(errors) < 0.005
    assert np.quantile(errors, 0.99) < 0.02


def test_every_column_is_evenly_spread_between_zero_and_one() -> None:
    u = low_discrepancy(N)
    assert u.shape == (N, 4)
    assert u.min() > 0
    assert u.max() < 1
    for column in u.T:
        assert np.abs(np.sort(column) - (np.arange(N) + 0.5) / N).max() < 0.02


def test_unstated_distances_have_the_quantiles_of_the_gamma_distribution() -> None:
    """Of shape 1 (exponential) the quantiles are known in closed form."""
    distances = np.sort(gamma_distances_m(N, 20.0, 1.0, 400.0))
    u = np.sort(low_discrepancy(N)[:, 3])
    assert distances == pytest.approx(-20.0 * np.log(1.0 - u), rel=2e-3, abs=1e-3)
    assert gamma_distances_m(N, 22.0, 1.6, 150.0).mean() == pytest.approx(22.0, rel=0.03)
    assert gamma_distances_m(N, 22.0, 1.6, 50.0).max() <= 50.0


def test_a_tenth_of_the_bearings_is_lost_and_the_rest_is_as_sharp_as_stated() -> None:
    deviations = np.degrees(bearings_rad(N, 12.0, 0.1))
    lost = low_discrepancy(N)[:, 2] < 0.1
    assert lost.mean() == pytest.approx(0.1, abs=0.01)
    assert deviations[~lost].std() == pytest.approx(12.0, rel=0.05)
    assert deviations[lost].max() - deviations[lost].min() > 300


def test_a_view_to_the_east_lies_in_the_east_at_the_stated_distance() -> None:
    factors = relative_distances(N, 0.25)
    seen = cloud(0.001, 90.0, bearings_rad(N, 1.0, 0.001), 40.0 * factors)
    assert np.median(seen.target[:, 0]) == pytest.approx(40.0, rel=0.02)
    assert abs(np.median(seen.target[:, 1])) < 0.5


def test_the_chance_to_look_into_the_parcel_one_stands_on_equals_a_simulation() -> None:
    rng = np.random.default_rng(8)
    distances = gamma_distances_m(N, 22.0, 1.6, 150.0)
    for area in (200.0, 2000.0, 20000.0):
        radius = math.sqrt(area / math.pi)
        stand = radius * np.sqrt(rng.random(40_000)) * np.exp(2j * np.pi * rng.random(40_000))
        target = stand + rng.choice(distances, 40_000) * np.exp(2j * np.pi * rng.random(40_000))
        assert self_view_chance(np.array([area]), distances)[0] == pytest.approx((np.abs(target) <= radius).mean(), abs=0.01)


def test_only_the_ratio_of_parcel_and_distance_counts() -> None:
    factors = relative_distances(N, 0.25)
    near = self_view_chance(np.array([900.0]) / 30.0**2, factors)
    assert near == pytest.approx(self_view_chance(np.array([900.0]), factors * 30.0), rel=0.02)


def test_shared_tables_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        standard_stands(N)[0] = 0.0
