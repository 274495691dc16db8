"""Flags on photos and reports: what is told, from which difference on, and what is never held against a crew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.crs import from_cgcs2000
from server.domain.evidence import (
    ACCEPTED_FORMATS,
    INFORMATION,
    WARNINGS,
    EvidenceLimits,
    Flag,
    PhotoFacts,
    metres_between,
    photo_flags,
    report_flags,
)
from server.domain.report import DeclaredPhoto, Position, Report, View
from server.problems import REGISTRY

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LON, LAT = 120.985, 31.39
LIMITS = EvidenceLimits()
# One arc second of latitude is about 30.8 m here.
FAR_LAT = LAT + 101 / 110_900
NEAR_LAT = LAT + 99 / 110_900


def a_position(**changed: Any) -> Position:
    standing = Position(
        lon=LON,
        lat=LAT,
        accuracy_m=5.0,
        accuracy_p=0.68,
        fixes=3,
        altitude_m=None,
        fixed_at=NOON,
        source="gnss",
        mocked=None,
        crs="wgs84",
    )
    return replace(standing, **changed)


def a_view(ref: str) -> View:
    return View(azimuth_deg=90.0, azimuth_ref=ref, azimuth_error_deg=None, distance_m=None)


def a_photo(**changed: Any) -> DeclaredPhoto:
    taken = DeclaredPhoto(
        digest="sha256:" + "a" * 64,
        bytes=1000,
        media_type="image/jpeg",
        taken_at=NOON,
        kind="near",
        position=None,
        view=None,
        source="camera",
    )
    return replace(taken, **changed)


def a_report(**changed: Any) -> Report:
    written = Report(
        id="r1",
        rev=1,
        digest="sha256:" + "b" * 64,
        prev=None,
        device_id="d1",
        seq=1,
        chain=None,
        inspectors=("i1",),
        captured_at=NOON,
        server_offset_ms=None,
        position=a_position(),
        view=None,
        task_id=None,
        parcel_claim=None,
        sketch=None,
        observation={"kind": "routine", "nothing_found": True},
        onsite=None,
        note=None,
        photos=(),
    )
    return replace(written, **changed)


def facts(**changed: Any) -> PhotoFacts:
    plain = replace(PhotoFacts.unexamined("jpeg", "image/jpeg", problem="", reason=""), problem=None, reason=None)
    return replace(plain, **changed)


def codes_of_photo(
    photo: DeclaredPhoto, found: PhotoFacts, report: Report | None = None, seen_in: tuple[str, ...] = ()
) -> list[str]:
    return [flag.code for flag in photo_flags(photo, report or a_report(), found, seen_in=seen_in, limits=LIMITS)]


def codes_of_report(report: Report, previous: tuple[datetime, Position] | None = None, received_at: datetime = NOON) -> list[str]:
    return [flag.code for flag in report_flags(report, received_at=received_at, previous=previous, limits=LIMITS)]


def test_a_photo_without_any_exif_raises_no_flag() -> None:
    assert codes_of_photo(a_photo(), facts()) == []


def test_a_report_of_a_phone_that_was_offline_for_days_raises_no_flag() -> None:
    assert codes_of_report(a_report(), received_at=NOON + timedelta(days=9)) == []


@pytest.mark.parametrize(("lat", "expected"), [(NEAR_LAT, []), (FAR_LAT, ["exif-place-far"])])
def test_the_exif_place_is_flagged_beyond_a_hundred_metres(lat: float, expected: list[str]) -> None:
    assert codes_of_photo(a_photo(), facts(lon=LON, lat=lat)) == expected


def test_the_flag_says_what_was_measured_and_the_limit() -> None:
    (flag,) = photo_flags(a_photo(), a_report(), facts(lon=LON, lat=FAR_LAT), seen_in=(), limits=LIMITS)
    assert flag.measured == pytest.approx(101, abs=0.5)
    assert flag.threshold == 100.0
    assert "101 米" in flag.detail_zh
    assert "101 m" in flag.detail_en


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_reported_position_in_a_shifted_system_is_compared_where_it_really_is(crs: str) -> None:
    lon, lat = from_cgcs2000(LON, LAT, crs)
    shifted = a_report(position=a_position(lon=float(lon), lat=float(lat), crs=crs))
    assert codes_of_photo(a_photo(), facts(lon=LON, lat=LAT), shifted) == []
    mislabelled = a_report(position=a_position(lon=float(lon), lat=float(lat)))
    assert codes_of_photo(a_photo(), facts(lon=LON, lat=LAT), mislabelled) == ["exif-place-far"]


def test_an_exif_place_that_fits_as_gcj02_is_still_flagged_but_says_so() -> None:
    lon, lat = from_cgcs2000(LON, LAT, "gcj02")
    (flag,) = photo_flags(a_photo(), a_report(), facts(lon=float(lon), lat=float(lat)), seen_in=(), limits=LIMITS)
    assert flag.code == "exif-place-far"
    assert "GCJ-02" in flag.detail_zh
    assert "read as GCJ-02 it is 0 m away" in flag.detail_en


def test_the_photos_own_position_goes_before_the_reports() -> None:
    elsewhere = a_position(lat=LAT + 1)
    assert codes_of_photo(a_photo(position=elsewhere), facts(lon=LON, lat=LAT + 1)) == []


def test_a_camera_that_writes_zero_zero_had_no_fix_and_is_not_flagged() -> None:
    assert codes_of_photo(a_photo(), facts(lon=0.0, lat=0.0, warnings=("gps-zero",))) == []


def test_without_any_reported_position_the_exif_place_has_nothing_to_differ_from() -> None:
    assert codes_of_photo(a_photo(), facts(lon=LON, lat=LAT), a_report(position=None)) == []


SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (facts(exif_taken_at=datetime(2026, 11, 23, 12, 2, 0, tzinfo=SHANGHAI)), []),
        (facts(exif_taken_at=datetime(2026, 11, 23, 12, 2, 1, tzinfo=SHANGHAI)), ["exif-time-far"]),
        (facts(exif_taken_at=datetime(2026, 11, 23, 11, 57, 59, tzinfo=SHANGHAI)), ["exif-time-far"]),
        (facts(exif_taken_at=datetime(2026, 11, 23, 12, 0)), []),
        (facts(exif_taken_at=datetime(2026, 11, 23, 4, 0)), ["exif-time-far"]),
        (facts(gps_taken_at=NOON - timedelta(hours=1)), ["exif-time-far"]),
        (facts(exif_taken_at=datetime(2026, 11, 23, 12, 0), gps_taken_at=NOON - timedelta(hours=1)), []),
    ],
)
def test_the_camera_time_is_compared_in_its_zone_and_the_satellite_time_stands_in(found: PhotoFacts, expected: list[str]) -> None:
    assert codes_of_photo(a_photo(), found) == expected


def test_a_camera_time_without_offset_is_read_in_the_zone_of_the_office() -> None:
    abroad = replace(LIMITS, camera_zone="Europe/Paris")
    found = facts(exif_taken_at=datetime(2026, 11, 23, 5, 0))
    assert photo_flags(a_photo(), a_report(), found, seen_in=(), limits=abroad) == ()


@pytest.mark.parametrize(
    ("photo", "found", "expected"),
    [
        (a_photo(source="gallery"), facts(), ["gallery-source"]),
        (a_photo(media_type="image/png"), facts(), ["unexpected-format"]),
        (a_photo(media_type="image/jpg"), facts(), []),
        (a_photo(media_type="image/heif"), facts(format="heic", media_type="image/heic"), []),
        (a_photo(media_type="audio/x-m4a"), facts(format="m4a", media_type="audio/mp4"), []),
        (a_photo(media_type="text/html"), facts(format="other", media_type="text/html"), ["unexpected-format"]),
        (a_photo(), facts(warnings=("polyglot-zip", "trailing-data")), ["unexpected-format"]),
        (a_photo(), facts(warnings=("trailing-video", "exif-unreadable")), []),
        (a_photo(), facts(problem="photo-unreadable", reason="cut"), ["photo-unreadable"]),
        (a_photo(), facts(problem="examination-limit", reason="more than 10 s"), ["photo-unreadable"]),
        (a_photo(), facts(azimuth_deg=10.0, azimuth_ref="magnetic"), ["azimuth-magnetic"]),
        (a_photo(view=a_view("true")), facts(azimuth_deg=10.0, azimuth_ref="magnetic"), []),
        (a_photo(view=a_view("magnetic")), facts(), ["azimuth-magnetic"]),
        (a_photo(position=a_position(mocked=True)), facts(), ["mocked-location"]),
        (a_photo(position=a_position(fixed_at=NOON - timedelta(seconds=31))), facts(), ["fix-old"]),
    ],
)
def test_each_difference_of_a_photo_has_its_flag(photo: DeclaredPhoto, found: PhotoFacts, expected: list[str]) -> None:
    assert codes_of_photo(photo, found) == expected


@pytest.mark.parametrize("problem", ["photo-unreadable", "examination-limit", "digest-mismatch"])
def test_an_unreadable_photo_is_explained_in_both_languages(problem: str) -> None:
    (flag,) = photo_flags(a_photo(), a_report(), facts(problem=problem, reason="why"), seen_in=(), limits=LIMITS)
    assert problem in REGISTRY
    assert problem not in flag.detail_zh
    assert (flag.measured, flag.detail_en) == (problem, "The photo could not be examined in full: why")


def test_the_same_bytes_in_other_reports_are_named() -> None:
    (flag,) = photo_flags(a_photo(), a_report(), facts(), seen_in=("r7", "r9"), limits=LIMITS)
    assert (flag.code, flag.measured) == ("same-bytes-in-another-report", "r7, r9")


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (a_report(position=None), ["position-missing"]),
        (a_report(position=a_position(fixed_at=NOON - timedelta(seconds=30))), []),
        (a_report(position=a_position(fixed_at=NOON - timedelta(seconds=31))), ["fix-old"]),
        (a_report(position=a_position(fixed_at=NOON + timedelta(seconds=31))), ["fix-old"]),
        (a_report(position=a_position(accuracy_m=50.0)), []),
        (a_report(position=a_position(accuracy_m=50.1)), ["fix-inaccurate"]),
        (a_report(position=a_position(mocked=True)), ["mocked-location"]),
        (a_report(position=a_position(mocked=False)), []),
        (a_report(server_offset_ms=120_000), []),
        (a_report(server_offset_ms=-120_100), ["clock-off"]),
        (a_report(captured_at=NOON + timedelta(minutes=5), position=None), ["clock-off", "position-missing"]),
        (a_report(view=a_view("magnetic")), ["azimuth-magnetic"]),
        (a_report(view=a_view("true")), []),
    ],
)
def test_each_oddity_of_a_report_has_its_flag(report: Report, expected: list[str]) -> None:
    assert codes_of_report(report) == expected


@pytest.mark.parametrize(
    ("north_km", "minutes", "accuracy_m", "expected"),
    [
        (24.0, 10, 5.0, []),
        (26.0, 10, 5.0, ["speed-impossible"]),
        (26.0, -10, 5.0, ["speed-impossible"]),
        (0.03, 0, 20.0, []),
        (1.0, 0, 5.0, ["speed-impossible"]),
        (1.0, 0, 1000.0, []),
    ],
)
def test_a_speed_no_crew_can_drive_is_flagged_whichever_report_came_first(
    north_km: float, minutes: int, accuracy_m: float, expected: list[str]
) -> None:
    before = (NOON - timedelta(minutes=minutes), a_position(lat=LAT + north_km / 110.9, accuracy_m=accuracy_m))
    assert codes_of_report(a_report(), previous=before) == expected


def test_distances_are_those_of_the_ellipsoid() -> None:
    # One degree of the meridian from 31° to 32° N is 110 869 m on the CGCS2000 ellipsoid.
    assert metres_between((120.0, 31.0, "wgs84"), (120.0, 32.0, "cgcs2000")) == pytest.approx(110_869, abs=10)


def test_only_the_magnetic_north_is_mere_information() -> None:
    assert frozenset({"azimuth-magnetic"}) == INFORMATION


MOMENTS = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC))
NUMBERS = st.none() | st.floats(-180, 180)
TEXTS = st.none() | st.text(max_size=20)


@given(
    st.builds(
        PhotoFacts,
        format=st.sampled_from([*ACCEPTED_FORMATS, "other"]),
        media_type=st.just("image/jpeg"),
        width=st.none() | st.integers(1, 20_000),
        exif_taken_at=MOMENTS,
        gps_taken_at=MOMENTS,
        lon=NUMBERS,
        lat=NUMBERS,
        altitude_m=NUMBERS,
        azimuth_deg=NUMBERS,
        device_make=TEXTS,
        warnings=st.lists(st.sampled_from(sorted(WARNINGS)), max_size=3).map(tuple),
        problem=TEXTS,
        reason=TEXTS,
    )
)
def test_facts_survive_their_json(known: PhotoFacts) -> None:
    assert PhotoFacts.from_json(known.as_json()) == known


def test_a_flag_survives_its_json() -> None:
    flag = Flag("fix-old", "定位时间", "old fix", 31.0, 30.0)
    assert Flag.from_json(flag.as_json()) == flag


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (45, "45 秒", "45 s"),
        (150, "2 分钟", "2 minutes"),
        (7_200, "2 小时", "2 hours"),
        (31_536_000, "365 天", "365 days"),
    ],
)
def test_a_length_of_time_is_said_in_a_unit_people_read(seconds: float, zh: str, en: str) -> None:
    found = facts(exif_taken_at=NOON - timedelta(seconds=seconds))
    limits = replace(LIMITS, time_far_s=30)
    (flag,) = photo_flags(a_photo(), a_report(), found, seen_in=(), limits=limits)
    assert (flag.detail_zh, flag.detail_en) == (f"照片 EXIF 时间与上报时间相差 {zh}", f"EXIF time is {en} from the declared time")
    assert flag.measured == seconds
