"""The numbers of the matching model, each with its reason. Refuses values with which the model has no meaning.

They are policy of the bureau, not law: the threshold and the exponent are to be fitted again on matches that people reviewed.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class MatchPolicy:
    """What the machine believes about crews, phones and parcels before it sees a report. Raises ValueError for nonsense."""

    # Above this probability a match stands without a person. Of simulated reports about 3 in 100 of those are wrong.
    auto_accept: float = 0.90
    # One exponent on all likelihoods before they are normalised. 1 leaves the model as it is, and stands until
    # matching_calibration has fitted matches reviewed by people; simulated reports would bear 1.1 to 1.4.
    calibration_exponent: float = 1.0
    # Fixed sample points of one report. 256 give masses to about 0.004 on average; 1024 cost three times as much.
    samples: int = 256

    # What people said, as odds against one other parcel. The strongest statement about a parcel counts, and counts once,
    # because a crew sent to a parcel also taps it and draws on it.
    claim_odds: float = 20.0
    task_odds: float = 20.0
    sketch_odds: float = 20.0
    # A claimed parcel left with less than this, despite the odds it was given, is contradicted by position and view.
    claim_contradicted_below: float = 0.05

    # Where crews stand when they look at a parcel: on it, off every parcel (a road), or on another parcel.
    stand_inside: float = 0.5
    stand_road: float = 0.4
    stand_other: float = 0.1
    # Share of the land that belongs to no parcel; the samples of the report correct it as if this rested on that many samples.
    road_share: float = 0.05
    road_share_samples: float = 256.0
    # How likely, per square metre, the subject lies on land of no parcel, compared with land of a parcel.
    none_odds: float = 0.5
    # Chance that a view from such land ends on such land: roads are long, so some views follow them.
    road_self_view: float = 0.25

    # A phone that states a radius without its probability means 68 % (Android documents it; iOS is 7 % apart).
    accuracy_p: float = 0.68
    # A phone that states no usable radius is taken to be this bad.
    accuracy_unknown_m: float = 30.0
    # Boundaries of the registry and the datum of the phone are themselves off by about this much (standard deviation).
    registry_sigma_m: float = 0.5
    # Beyond this radius a position says no more than the name of the village.
    accuracy_useless_m: float = 200.0

    # A hand-held phone's compass: normal spread, and the share of readings that say nothing (iron, cars, no calibration).
    azimuth_sigma_deg: float = 12.0
    azimuth_lost_share: float = 0.10
    # A magnetic azimuth is not corrected for declination (0 to 11 degrees in China), so it is trusted less.
    magnetic_sigma_deg: float = 7.0

    # How far the subject lies when nobody stated it: gamma with this mean and shape, cut.
    view_mean_m: float = 22.0
    view_shape: float = 1.6
    view_cut_m: float = 150.0
    # A stated distance is an estimate by eye (standard deviation of its logarithm); one beyond the limit is disregarded.
    stated_distance_spread: float = 0.25
    stated_distance_limit_m: float = 1000.0

    # Longitude and latitude within which this deployment has any parcels: west, south, east, north in degrees (China).
    territory: tuple[float, float, float, float] = (73.0, 3.0, 136.0, 54.0)
    # Sources of a position that are a person's statement, not a measurement: they rank, but never decide.
    stated_sources: tuple[str, ...] = ("manual",)

    def __post_init__(self) -> None:
        """Refuse numbers that are no probabilities, odds or sizes."""
        shares = (
            self.auto_accept, self.claim_contradicted_below, self.stand_inside, self.stand_road, self.stand_other,
            self.road_share, self.road_self_view, self.accuracy_p, self.azimuth_lost_share,
        )  # fmt: skip
        positive = (
            self.calibration_exponent, self.claim_odds, self.task_odds, self.sketch_odds, self.none_odds, self.view_mean_m,
            self.accuracy_unknown_m, self.accuracy_useless_m, self.view_shape, self.view_cut_m, self.stated_distance_spread,
            self.stated_distance_limit_m, self.azimuth_sigma_deg,
        )  # fmt: skip
        if not all(0.0 < share < 1.0 for share in shares) or not all(value > 0.0 for value in positive):
            raise ValueError("a share must lie between 0 and 1 and odds and sizes above 0")
        if abs(self.stand_inside + self.stand_road + self.stand_other - 1.0) > 1e-9 or self.samples < 16:
            raise ValueError("the places to stand must add up to 1 and there must be at least 16 samples")


DEFAULT_POLICY = MatchPolicy()
