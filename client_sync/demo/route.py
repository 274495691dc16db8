"""Who visits what in which order, and what goes wrong on the way. Promises exact numbers of reports and photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from client_sync.demo.plan import Plan, PlanError, Spot

SHANGHAI = timezone(timedelta(hours=8))
STARTS_AT_HOUR = 8.5
HOURS = 8.0

# (phone, mishap): the last visits of that phone, in this order. A phone that the plan lacks counts round.
MISHAPS: tuple[tuple[int, str], ...] = (
    (0, "photos_kept_back"),
    (0, "late_first"),
    (0, "late_second"),
    (1, "gps_far"),
    (1, "gps_far"),
    (1, "gps_far"),
    (1, "gps_far"),
    (2, "wrong_clock"),
    (2, "wrong_clock"),
    (2, "wrong_clock"),
    (3, "lost_predecessor"),
    (3, "unknown_version"),
    (3, "conflict"),
    (3, "bad_signature"),
    (4, "garbage"),
    (4, "garbage"),
    (4, "garbage"),
    (4, "garbage"),
    (4, "garbage"),
)


@dataclass(frozen=True)
class Visit:
    """One report to come: where, when (true time, aware), how many photos, and which mishap befalls it."""

    spot: Spot
    at: datetime
    photos: int
    mishap: str | None


def routes(plan: Plan, *, reports: int, photos: int) -> list[list[Visit]]:
    """The visits of each phone, in order; together exactly `reports` visits and `photos` photos.

    Raises PlanError when there are too few reports for the mishaps or too few photos.
    """
    phones = len(plan.phones)
    shares = [reports // phones + (1 if phone < reports % phones else 0) for phone in range(phones)]
    walks = [_walk(plan, phone, shares[phone]) for phone in range(phones)]
    with_photos = sum(1 for walk in walks for visit in walk if visit.mishap != "garbage")
    if photos < with_photos:
        raise PlanError(f"{with_photos} reports want a photo each, {photos} were asked for")
    base, extra = divmod(photos, with_photos)
    dealt = []
    for walk in walks:
        visits = []
        for visit in walk:
            wanted = 0 if visit.mishap == "garbage" else base + (1 if extra > 0 else 0)
            extra -= 0 if visit.mishap == "garbage" else 1
            visits.append(replace(visit, photos=wanted))
        dealt.append(visits)
    return dealt


def _walk(plan: Plan, phone: int, reports: int) -> list[Visit]:
    phones = len(plan.phones)
    spots: Sequence[Spot] = plan.spots[phone::phones] or plan.spots
    mishaps = [name for owner, name in MISHAPS if owner % phones == phone]
    if reports < 2 * len(mishaps):
        raise PlanError(f"phone {phone + 1} has {len(mishaps)} mishaps to live through and only {reports} reports")
    begin = datetime(plan.day.year, plan.day.month, plan.day.day, tzinfo=SHANGHAI) + timedelta(hours=STARTS_AT_HOUR)
    pause = timedelta(hours=HOURS / reports)
    honest: list[str | None] = [None] * (reports - len(mishaps))
    return [
        Visit(spots[n % len(spots)], (begin + n * pause).replace(microsecond=0), 0, mishap)
        for n, mishap in enumerate([*honest, *mishaps])
    ]
