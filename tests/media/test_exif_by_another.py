"""EXIF that somebody else's writer wrote is read as it was meant, by both readers and by the examiner."""

from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import piexif
import pytest

from server.media.examiner import PhotoExaminer
from tests.media import pictures


def written_by_piexif() -> bytes:
    """A JPEG with what a phone writes: time with offset, place, direction, maker."""
    place = {
        piexif.GPSIFD.GPSLatitudeRef: b"N",
        piexif.GPSIFD.GPSLatitude: ((31, 1), (23, 1), (2400, 100)),
        piexif.GPSIFD.GPSLongitudeRef: b"E",
        piexif.GPSIFD.GPSLongitude: ((120, 1), (59, 1), (600, 100)),
        piexif.GPSIFD.GPSAltitudeRef: 1,
        piexif.GPSIFD.GPSAltitude: (25, 10),
        piexif.GPSIFD.GPSImgDirectionRef: b"T",
        piexif.GPSIFD.GPSImgDirection: (18750, 100),
        piexif.GPSIFD.GPSDateStamp: b"2026:11:23",
        piexif.GPSIFD.GPSTimeStamp: ((2, 1), (30, 1), (15, 1)),
    }
    taken = {piexif.ExifIFD.DateTimeOriginal: b"2026:11:23 10:30:15", piexif.ExifIFD.OffsetTimeOriginal: b"+08:00"}
    tags = {"0th": {piexif.ImageIFD.Make: b"Huawei", piexif.ImageIFD.Orientation: 6}, "Exif": taken, "GPS": place}
    content = BytesIO()
    piexif.insert(piexif.dump(tags), pictures.jpeg(), content)
    return content.getvalue()


def test_what_piexif_wrote_is_read_as_it_was_meant(examiner: PhotoExaminer, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(written_by_piexif())
    facts = examiner.examine(path).facts
    assert (facts.problem, facts.warnings) == (None, ())
    assert (facts.lon, facts.lat) == (pytest.approx(120.985), pytest.approx(31.39))
    assert (facts.altitude_m, facts.azimuth_deg, facts.azimuth_ref) == (-2.5, 187.5, "true")
    assert facts.exif_taken_at == datetime(2026, 11, 23, 10, 30, 15, tzinfo=timezone(timedelta(hours=8)))
    assert facts.gps_taken_at == datetime(2026, 11, 23, 2, 30, 15, tzinfo=UTC)
    assert (facts.device_make, facts.orientation) == ("Huawei", 6)


def test_piexif_reads_what_the_tests_own_pictures_say() -> None:
    found = piexif.load(pictures.jpeg(gps=pictures.GPS, exif=pictures.EXIF, make="HMD Global"))
    assert found["0th"][piexif.ImageIFD.Make] == b"HMD Global"
    assert found["Exif"][piexif.ExifIFD.OffsetTimeOriginal] == b"+08:00"
    assert found["GPS"][piexif.GPSIFD.GPSImgDirectionRef] == b"M"
