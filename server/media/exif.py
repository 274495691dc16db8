"""What EXIF says about a photo: place, time, direction, camera. Refuses to repair: what cannot be read exactly stays None.

Each fact is read by two libraries. exifread is believed where it found something, Pillow fills what exifread missed, and
where both found something else the photo carries the warning `exif-readers-disagree`.
"""

import math
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from server.media.exif_tags import Tags, Value

_DATE_TIME = re.compile(r"(\d{4})\D(\d{2})\D(\d{2})\D(\d{2})\D(\d{2})\D(\d{2})")
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}")
_DATE = re.compile(r"(\d{4})\D(\d{2})\D(\d{2})")

# Two readings of one number closer than this are the same reading (degrees, metres).
_SAME = 1e-9


@dataclass(frozen=True)
class ExifFacts:
    """One reading of a photo's EXIF; None where the tag is absent or damaged.

    `taken_at` is DateTimeOriginal: aware where OffsetTimeOriginal stands beside it, else the camera's naive local time.
    `gps_taken_at` is GPSDateStamp with GPSTimeStamp, aware in UTC. `lon`, `lat` are degrees of WGS 84 as written, `altitude_m`
    is negative below sea level, `azimuth_deg` is in [0, 360) clockwise from the north that `azimuth_ref` names (true,
    magnetic or None where the camera does not say), `orientation` is the EXIF value 1 to 8.
    """

    taken_at: datetime | None
    gps_taken_at: datetime | None
    lon: float | None
    lat: float | None
    altitude_m: float | None
    azimuth_deg: float | None
    azimuth_ref: str | None
    device_make: str | None
    device_model: str | None
    software: str | None
    orientation: int | None


def interpret(tags: Tags) -> tuple[ExifFacts, tuple[str, ...]]:
    """Turn the tags of one library into facts, with warning codes for what was there but could not be used."""
    warnings: list[str] = []
    lon, lat = _place(tags, warnings)
    azimuth = _azimuth(tags, warnings)
    facts = ExifFacts(
        taken_at=_taken_at(tags, warnings),
        gps_taken_at=_gps_taken_at(tags, warnings),
        lon=lon,
        lat=lat,
        altitude_m=_altitude(tags),
        azimuth_deg=azimuth,
        azimuth_ref=None if azimuth is None else {"T": "true", "M": "magnetic"}.get(_text(tags, "GPSImgDirectionRef") or ""),
        device_make=_text(tags, "Make"),
        device_model=_text(tags, "Model"),
        software=_text(tags, "Software"),
        orientation=_orientation(tags),
    )
    return facts, tuple(warnings)


def combine(first: ExifFacts, second: ExifFacts) -> tuple[ExifFacts, bool]:
    """Join two readings: the first where it knows, else the second; True where both know and differ.

    Orientation is left out of the comparison: a HEIC decoder turns the picture itself and then reports 1.
    """
    names = [each.name for each in fields(ExifFacts)]
    joined: dict[str, Any] = {name: getattr(second if getattr(first, name) is None else first, name) for name in names}
    if first.azimuth_deg is not None:
        # A direction and its north belong together, even where the north is not said.
        joined["azimuth_ref"] = first.azimuth_ref
    differ = any(not _same(getattr(first, name), getattr(second, name)) for name in names if name != "orientation")
    return ExifFacts(**joined), differ


def _same(one: object, other: object) -> bool:
    if one is None or other is None:
        return True
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _SAME
    return one == other


def _text(tags: Tags, name: str) -> str | None:
    value = tags.get(name)
    return value if isinstance(value, str) else None


def _numbers(tags: Tags, name: str) -> tuple[float, ...]:
    value: Value | None = tags.get(name)
    return value if isinstance(value, tuple) else ()


def _place(tags: Tags, warnings: list[str]) -> tuple[float | None, float | None]:
    """Longitude and latitude in degrees, both or neither: half a place is none."""
    lon = _degrees(tags, "GPSLongitude", {"E": 1.0, "W": -1.0}, 180.0, warnings)
    lat = _degrees(tags, "GPSLatitude", {"N": 1.0, "S": -1.0}, 90.0, warnings)
    if lon is None or lat is None:
        return None, None
    if lon == 0.0 and lat == 0.0:
        warnings.append("gps-zero")
    if _text(tags, "GPSStatus") == "V":
        warnings.append("gps-void")
    return lon, lat


def _degrees(tags: Tags, name: str, sides: dict[str, float], most: float, warnings: list[str]) -> float | None:
    """Signed degrees from degrees, minutes, seconds; a part of 0/0 means unknown, and then so is the whole."""
    parts = _numbers(tags, name)[:3]
    if not parts or all(math.isnan(part) for part in parts):
        return None
    sign = sides.get((_text(tags, f"{name}Ref") or "?")[0].upper())
    degrees = sum(abs(part) / 60.0**power for power, part in enumerate(parts))
    if math.isnan(degrees):
        warnings.append("gps-incomplete")
    elif sign is None:
        warnings.append("gps-ref-missing")
    elif degrees > most:
        warnings.append("gps-out-of-range")
    else:
        # Adding zero turns the minus zero of a camera without a fix into plain zero.
        return sign * degrees + 0.0
    return None


def _altitude(tags: Tags) -> float | None:
    numbers = _numbers(tags, "GPSAltitude")
    if not numbers or math.isnan(numbers[0]):
        return None
    below = _numbers(tags, "GPSAltitudeRef")[:1] == (1.0,)
    return -numbers[0] if below else numbers[0]


def _azimuth(tags: Tags, warnings: list[str]) -> float | None:
    numbers = _numbers(tags, "GPSImgDirection")
    if not numbers or math.isnan(numbers[0]):
        return None
    if not 0.0 <= numbers[0] <= 360.0:
        warnings.append("azimuth-out-of-range")
        return None
    return numbers[0] % 360.0


def _taken_at(tags: Tags, warnings: list[str]) -> datetime | None:
    text = _text(tags, "DateTimeOriginal")
    if text is None:
        return None
    moment = _moment(_DATE_TIME.match(text))
    if moment is None:
        # Cameras whose clock was never set write zeros or blanks; that is absence, not damage.
        if re.search(r"[1-9]", text):
            warnings.append("taken-at-unreadable")
        return None
    offset = _text(tags, "OffsetTimeOriginal")
    if offset is None:
        return moment
    try:
        if not _OFFSET.fullmatch(offset):
            raise ValueError(offset)
        return datetime.fromisoformat(moment.isoformat() + offset)
    except ValueError:
        warnings.append("offset-unreadable")
        return moment


def _gps_taken_at(tags: Tags, warnings: list[str]) -> datetime | None:
    date, clock = _text(tags, "GPSDateStamp"), _numbers(tags, "GPSTimeStamp")
    if date is None or len(clock) != 3 or any(math.isnan(part) for part in clock):
        return None
    matched = _DATE.fullmatch(date)
    midnight = _moment(matched) if matched else None
    hours, minutes, seconds = clock
    if midnight is None or not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        if re.search(r"[1-9]", date):
            warnings.append("gps-date-unreadable")
        return None
    try:
        return midnight.replace(tzinfo=UTC) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def _moment(matched: re.Match[str] | None) -> datetime | None:
    """A naive datetime from groups year, month, day and perhaps hour, minute, second; None where no such moment exists."""
    if matched is None:
        return None
    date, clock = "-".join(matched.groups()[:3]), ":".join(matched.groups()[3:])
    try:
        return datetime.fromisoformat(f"{date}T{clock}" if clock else date)
    except ValueError:
        return None


def _orientation(tags: Tags) -> int | None:
    numbers = _numbers(tags, "Orientation")
    return int(numbers[0]) if numbers and numbers[0] in range(1, 9) else None
