"""The table and the objects of examined photos."""

from pathlib import Path

from server.media.examiner import PhotoExaminer
from server.media.photo_table import check_photos, facts_table
from tests.media import pictures


def test_the_table_shows_place_direction_and_remarks_in_columns(examiner: PhotoExaminer, tmp_path: Path) -> None:
    paths = [
        pictures.saved(tmp_path, "现场.jpg", pictures.jpeg(gps=pictures.GPS, exif=pictures.EXIF, make="HMD Global")),
        pictures.saved(tmp_path, "half.jpg", pictures.jpeg((640, 480))[:-2000]),
    ]
    heading, whole, half = facts_table([(path, examiner.examine(path)) for path in paths]).splitlines()
    assert "2026-11-23 10:30:15+08:00  120.985000  31.390000  187.5° magnetic  HMD Global" in whole
    assert "photo-unreadable: image file is truncated" in half
    # Two Chinese characters are four columns wide, so that line is two characters shorter up to any column.
    assert whole.index("jpeg") + 2 == half.index("jpeg") == heading.index("format")


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(examiner: PhotoExaminer, tmp_path: Path) -> None:
    there = pictures.saved(tmp_path, "photo.jpg", pictures.jpeg())
    gone, found = check_photos([tmp_path / "gone.jpg", there], examiner)
    assert gone["problem"]["code"] == "file-unreadable"
    assert found["facts"]["format"] == "jpeg"
    assert found["thumbnail_bytes"] > 100
