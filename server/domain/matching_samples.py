"""The fixed sample points on which a match is computed: where the crew may have stood, and what it may have looked at.

Knows no parcels and draws no random numbers: the same question always gives the same points, on every machine.
"""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_TABLE_STEPS = 4000
# Wide enough for metres (default distances) and for multiples of the distance (stated ones).
_RADII = np.geomspace(0.01, 5000.0, 160)


@dataclass(frozen=True)
class Cloud:
    """Samples in metres east and north of the reported position: `stand` (N, 2) and `target` (N, 2), row by row together."""

    stand: FloatArray
    target: FloatArray


@lru_cache(maxsize=8)
def low_discrepancy(samples: int) -> FloatArray:
    """Hammersley points in the open unit cube, shape (samples, 4): two columns for the stand, one azimuth, one distance.

    The evenly spaced column goes to the azimuth, where it measured best; the others are radical inverses in base 2, 3, 5.
    """
    even = (np.arange(samples) + 0.5) / samples
    columns = [_radical_inverse(samples, 2), _radical_inverse(samples, 3), even, _radical_inverse(samples, 5)]
    # Half a step keeps the first point of each sequence off zero, where quantiles are infinite.
    return _frozen(np.clip(np.column_stack(columns) + 0.5 / samples * np.array([1.0, 1.0, 0.0, 1.0]), 1e-9, 1.0 - 1e-9))


@lru_cache(maxsize=8)
def standard_stands(samples: int) -> FloatArray:
    """Points of the standard two-dimensional normal distribution, shape (samples, 2)."""
    u = low_discrepancy(samples)
    radius, turn = np.sqrt(-2.0 * np.log(u[:, 0])), 2.0 * np.pi * u[:, 1]
    return _frozen(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))


@lru_cache(maxsize=64)
def bearings_rad(samples: int, sigma_deg: float, lost_share: float) -> FloatArray:
    """Deviations of the true bearing from the reported azimuth in radians, shape (samples,).

    A share of `lost_share` is uniform over the circle (a compass beside a car or a steel fence), the rest is normal.
    """
    u = low_discrepancy(samples)[:, 2]
    lost = u < lost_share
    kept = np.clip((u - lost_share) / max(1.0 - lost_share, 1e-9), 1e-9, 1.0 - 1e-9)
    normal = NormalDist(0.0, float(np.radians(sigma_deg)))
    around = 2.0 * np.pi * u / max(lost_share, 1e-9)
    return _frozen(np.where(lost, around, [normal.inv_cdf(float(v)) for v in kept]))


@lru_cache(maxsize=8)
def gamma_distances_m(samples: int, mean_m: float, shape: float, cut_m: float) -> FloatArray:
    """Viewing distances in metres when nobody stated one: quantiles of a gamma distribution cut at `cut_m`."""
    # Steps grow from zero, where a density of shape below 2 rises like a root.
    x = np.linspace(0.0, 1.0, _TABLE_STEPS + 1) ** 2 * cut_m
    density = x ** (shape - 1.0) * np.exp(-x * shape / mean_m)
    mass = np.r_[0.0, np.cumsum((density[1:] + density[:-1]) / 2.0 * np.diff(x))]
    return _frozen(np.interp(low_discrepancy(samples)[:, 3], mass / mass[-1], x))


@lru_cache(maxsize=8)
def relative_distances(samples: int, spread: float) -> FloatArray:
    """Factors on a stated distance: log-normal with standard deviation `spread` of the logarithm, shape (samples,)."""
    normal = NormalDist()
    return _frozen(np.exp(spread * np.array([normal.inv_cdf(float(v)) for v in low_discrepancy(samples)[:, 3]])))


def cloud(sigma_m: float, azimuth_deg: float | None, deviations_rad: FloatArray | None, distances_m: FloatArray) -> Cloud:
    """Stand and target points for one report; without an azimuth the view goes anywhere.

    `sigma_m` is the standard deviation of the position in each direction, `azimuth_deg` clockwise from north.
    """
    samples = len(distances_m)
    stand = standard_stands(samples) * sigma_m
    if azimuth_deg is None or deviations_rad is None:
        bearing = 2.0 * np.pi * low_discrepancy(samples)[:, 2]
    else:
        bearing = np.radians(azimuth_deg) + deviations_rad
    return Cloud(stand, stand + distances_m[:, None] * np.column_stack([np.sin(bearing), np.cos(bearing)]))


def self_view_chance(areas: FloatArray, distances: FloatArray) -> FloatArray:
    """Chance that a view from a random place of a parcel, in a random direction, ends in the same parcel; shape of `areas`.

    The parcel is taken as a disc of its area, where the chance is the overlap of two discs a viewing distance apart. Only the
    ratio counts: areas in m² go with distances in metres, areas in squared stated distances with `relative_distances`.
    """
    radius = np.sqrt(np.asarray(areas, dtype=np.float64) / np.pi)
    return np.interp(radius, _RADII, _lens_table(distances.tobytes()))


@lru_cache(maxsize=64)
def _lens_table(distances: bytes) -> FloatArray:
    apart = np.frombuffer(distances, dtype=np.float64)[None, :] / (2.0 * _RADII[:, None])
    near = np.minimum(apart, 1.0)
    overlap = (np.arccos(near) - near * np.sqrt(1.0 - near * near)) * (2.0 / np.pi)
    return _frozen(overlap.mean(axis=1))


def _radical_inverse(count: int, base: int) -> FloatArray:
    """Mirror the digits of 0 … count-1 at the point; shape (count,)."""
    index, place = np.arange(count), 1.0 / base
    mirrored: FloatArray = np.zeros(count)
    while index.any():
        mirrored += place * (index % base)
        index, place = index // base, place / base
    return mirrored


def _frozen(values: FloatArray) -> FloatArray:
    """Cached arrays are shared by all callers, so nobody may write to them."""
    result = np.ascontiguousarray(values, dtype=np.float64)
    result.flags.writeable = False
    return result
