"""EXIF as facts: what is read, what stays unknown, and agreement with a third reader on real photos."""

import io
import json
import math
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.domain.evidence import PhotoFacts
from server.media.exif import combine, interpret
from server.media.exif_tags import Tags, TagsUnreadableError, read_with_exifread, read_with_pillow
from tests.media import pictures
from tests.media.conftest import Corpus
from tests.processes.missing import report_missing

PLACE: Tags = {
    "GPSLatitude": (31.0, 23.0, 24.0),
    "GPSLatitudeRef": "N",
    "GPSLongitude": (120.0, 59.0, 6.0),
    "GPSLongitudeRef": "E",
}
NAN = math.nan


def test_both_readers_find_the_same_facts() -> None:
    content = pictures.jpeg(gps=pictures.GPS, exif=pictures.EXIF, make="HMD Global", orientation=6)
    by_exifread, _ = interpret(read_with_exifread(io.BytesIO(content)))
    by_pillow, _ = interpret(read_with_pillow(Image.open(io.BytesIO(content))))
    assert by_exifread == by_pillow
    assert by_exifread.lon == pytest.approx(120.985)
    assert by_exifread.lat == pytest.approx(31.39)
    assert (by_exifread.azimuth_deg, by_exifread.azimuth_ref) == (187.5, "magnetic")
    assert by_exifread.taken_at == datetime(2026, 11, 23, 10, 30, 15, tzinfo=timezone(timedelta(hours=8)))
    assert by_exifread.gps_taken_at == datetime(2026, 11, 23, 2, 30, 15, tzinfo=UTC)
    assert (by_exifread.device_make, by_exifread.orientation) == ("HMD Global", 6)


def test_a_camera_time_without_offset_stays_naive() -> None:
    facts, warnings = interpret({"DateTimeOriginal": "2026:11:23 10:30:15"})
    assert facts.taken_at == datetime(2026, 11, 23, 10, 30, 15)
    assert warnings == ()


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"GPSLongitudeRef": ""}, "gps-ref-missing"),
        ({"GPSLongitude": (120.0, 59.0, NAN)}, "gps-incomplete"),
        ({"GPSLongitude": (190.0, 0.0, 0.0)}, "gps-out-of-range"),
        ({"GPSDateStamp": "2014:09:259", "GPSTimeStamp": (1.0, 2.0, 3.0)}, "gps-date-unreadable"),
        ({"GPSImgDirection": (400.0,)}, "azimuth-out-of-range"),
        ({"DateTimeOriginal": "2026:13:45 10:30:15"}, "taken-at-unreadable"),
        ({"DateTimeOriginal": "2026:11:23 10:30:15", "OffsetTimeOriginal": "+99:99"}, "offset-unreadable"),
        ({"GPSStatus": "V"}, "gps-void"),
        ({"GPSLatitude": (0.0, 0.0, 0.0), "GPSLongitude": (0.0, 0.0, 0.0)}, "gps-zero"),
    ],
)
def test_what_cannot_be_used_is_warned_of(changed: Tags, warning: str) -> None:
    assert interpret(PLACE | changed)[1] == (warning,)


@pytest.mark.parametrize("blank", ["0000:00:00 00:00:00", "    :  :     :  :  "])
def test_a_clock_that_was_never_set_is_absence_and_not_damage(blank: str) -> None:
    facts, warnings = interpret({"DateTimeOriginal": blank})
    assert (facts.taken_at, warnings) == (None, ())


def test_half_a_place_is_none() -> None:
    facts, _ = interpret({name: value for name, value in PLACE.items() if "Latitude" in name})
    assert (facts.lon, facts.lat) == (None, None)


def test_the_second_reader_fills_what_the_first_missed_and_a_difference_is_told() -> None:
    place, _ = interpret(PLACE)
    camera, _ = interpret({"Make": "Apple"})
    joined, differ = combine(camera, place)
    assert (joined.lon, joined.device_make, differ) == (place.lon, "Apple", False)
    elsewhere, _ = interpret(PLACE | {"GPSLatitudeRef": "S"})
    joined, differ = combine(place, elsewhere)
    assert (joined.lat, differ) == (place.lat, True)


def test_a_direction_is_not_given_the_north_of_another_reading() -> None:
    unsaid, _ = interpret({"GPSImgDirection": (10.0,)})
    magnetic, _ = interpret({"GPSImgDirection": (10.0,), "GPSImgDirectionRef": "M"})
    assert combine(unsaid, magnetic)[0].azimuth_ref is None


NAMES = st.sampled_from(
    [*PLACE, "DateTimeOriginal", "OffsetTimeOriginal", "GPSDateStamp", "GPSTimeStamp", "GPSImgDirection", "Orientation"]
)
VALUES = st.text(max_size=24) | st.lists(st.floats(allow_infinity=False), min_size=1, max_size=4).map(tuple)


@given(st.dictionaries(NAMES, VALUES))
def test_no_tags_upset_the_interpretation(tags: Tags) -> None:
    facts, _ = interpret(tags)
    assert facts.lon is None or -180.0 <= facts.lon <= 180.0
    assert facts.azimuth_deg is None or 0.0 <= facts.azimuth_deg < 360.0
    assert facts.gps_taken_at is None or facts.gps_taken_at.tzinfo is UTC


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=20))
def test_damaged_exif_is_read_or_given_up_and_raises_nothing_else(changes: list[tuple[int, int]]) -> None:
    content = bytearray(pictures.jpeg(gps=pictures.GPS, exif=pictures.EXIF, make="Apple"))
    for at, value in changes:
        content[at] = value
    try:
        tags = read_with_exifread(io.BytesIO(bytes(content)))
    except TagsUnreadableError:
        return
    assert interpret(tags)[0].orientation in (None, *range(1, 9))


def exiftool_reads(photos: list[Path]) -> dict[str, dict[str, object]]:
    if shutil.which("exiftool") is None:
        report_missing("exiftool is not installed (Debian package libimage-exiftool-perl)")
    asked = ["-GPS:all", "-ExifIFD:DateTimeOriginal", "-ExifIFD:OffsetTimeOriginal", "-IFD0:Orientation"]
    run = subprocess.run(["exiftool", "-q", "-n", "-j", "-G1", *asked, *photos], capture_output=True, check=False)
    return {entry["SourceFile"]: entry for entry in json.loads(run.stdout)}


def signed(entry: dict[str, object], name: str, negative: str) -> float | None:
    value, side = entry.get(f"GPS:{name}"), entry.get(f"GPS:{name}Ref")
    if not isinstance(value, int | float) or not side:
        return None
    return -float(value) if side == negative else float(value)


def moment(text: object, *, form: str) -> datetime | None:
    """exiftool's text as a naive datetime, None for zeros, blanks and days that do not exist."""
    try:
        return datetime.strptime(str(text).split(".")[0], form)  # noqa: DTZ007 - compared with naive times
    except ValueError:
        return None


def gps_moment(entry: dict[str, object]) -> datetime | None:
    return moment(f"{entry.get('GPS:GPSDateStamp')} {entry.get('GPS:GPSTimeStamp')}", form="%Y:%m:%d %H:%M:%S")


def naive_seconds(one: datetime | None, other: datetime | None) -> float | None:
    if one is None or other is None:
        return None if one is other else math.inf
    return abs((one.replace(tzinfo=None) - other).total_seconds())


def off(one: float | None, other: object) -> float | None:
    if one is None or not isinstance(other, int | float):
        return None if one is None and not isinstance(other, int | float) else math.inf
    return abs(one - float(other))


LIMITS = {"longitude": 1e-6, "latitude": 1e-6, "azimuth": 0.01, "altitude": 1e-3, "camera time": 1.0, "satellite time": 1.0}


def differences(facts: PhotoFacts, entry: dict[str, object]) -> dict[str, float | None]:
    """How far each fact is from exiftool's: None where both have none, infinite where only one has it."""
    altitude = entry.get("GPS:GPSAltitude")
    if isinstance(altitude, int | float) and entry.get("GPS:GPSAltitudeRef") == 1:
        altitude = -altitude
    taken_at = moment(entry.get("ExifIFD:DateTimeOriginal"), form="%Y:%m:%d %H:%M:%S")
    return {
        "longitude": off(facts.lon, signed(entry, "GPSLongitude", "W")),
        "latitude": off(facts.lat, signed(entry, "GPSLatitude", "S")),
        "azimuth": off(facts.azimuth_deg, entry.get("GPS:GPSImgDirection")),
        "altitude": off(facts.altitude_m, altitude),
        "camera time": naive_seconds(facts.exif_taken_at, taken_at),
        "satellite time": naive_seconds(facts.gps_taken_at, gps_moment(entry)),
    }


def same_references(facts: PhotoFacts, entry: dict[str, object]) -> bool:
    """Whether north, zone and orientation are named alike."""
    north = {"T": "true", "M": "magnetic"}.get(str(entry.get("GPS:GPSImgDirectionRef")))
    zone = facts.exif_taken_at.isoformat()[19:] if facts.exif_taken_at else ""
    # exiftool shows the whole word of an orientation; beyond 8 it means nothing.
    orientation = entry.get("IFD0:Orientation")
    return (
        facts.azimuth_ref == (north if facts.azimuth_deg is not None else None)
        and zone == entry.get("ExifIFD:OffsetTimeOriginal", "")
        and facts.orientation == (orientation if orientation in range(1, 9) else None)
    )


def test_every_real_photo_agrees_with_exiftool(corpus: Corpus) -> None:
    reference = exiftool_reads(list(corpus.examined))
    wrong, compared = [], Counter[str]()
    for path, examination in corpus.examined.items():
        facts, entry = examination.facts, reference.get(str(path), {})
        if facts.format not in ("jpeg", "heic", "png", "webp"):
            continue
        found = differences(facts, entry)
        compared.update(["photo", *(name for name, difference in found.items() if difference is not None)])
        far = {name: difference for name, difference in found.items() if difference is not None and difference > LIMITS[name]}
        if far or not same_references(facts, entry):
            wrong.append((path.name, far))
    print("compared with exiftool:", dict(compared))
    assert wrong == []
    assert compared["longitude"] >= 40
    assert compared["azimuth"] >= 14
