"""The EXIF tags evidence needs, as two independent libraries read them. Refuses to interpret: numbers and text only.

Neither library can be trusted alone with files from strangers: exifread raises anything, Pillow skips what it dislikes.
"""

import math
import warnings
from typing import Any, BinaryIO

import exifread
from PIL import Image

# A tag's value: text, or its numbers in order with NaN where a fraction divides by zero.
Value = str | tuple[float, ...]
Tags = dict[str, Value]

_IMAGE = {"Make": 0x010F, "Model": 0x0110, "Orientation": 0x0112, "Software": 0x0131}
_EXIF = {"DateTimeOriginal": 0x9003, "OffsetTimeOriginal": 0x9011}
_GPS = {
    "GPSLatitudeRef": 1,
    "GPSLatitude": 2,
    "GPSLongitudeRef": 3,
    "GPSLongitude": 4,
    "GPSAltitudeRef": 5,
    "GPSAltitude": 6,
    "GPSTimeStamp": 7,
    "GPSStatus": 9,
    "GPSImgDirectionRef": 16,
    "GPSImgDirection": 17,
    "GPSDateStamp": 29,
}
_EXIF_IFD = 0x8769
_GPS_IFD = 0x8825
# exifread calls this one tag differently from the standard.
_EXIFREAD_NAMES = {"GPSDateStamp": "GPSDate"}
_TEXT_MAX = 200
_NUMBERS_MAX = 8


class TagsUnreadableError(Exception):
    """A library gave up on a file; carries the name of what it raised."""


def read_with_exifread(file: BinaryIO) -> Tags:
    """Read the tags with exifread from a seekable file; empty without EXIF. Raises TagsUnreadableError, MemoryError."""
    try:
        found = exifread.process_file(file, details=False, extract_thumbnail=False)
        groups = (("Image", _IMAGE), ("EXIF", _EXIF), ("GPS", _GPS))
        named = {name: found.get(f"{group} {_EXIFREAD_NAMES.get(name, name)}") for group, wanted in groups for name in wanted}
        return _values({name: tag.values for name, tag in named.items() if tag is not None})
    except MemoryError:
        raise
    except Exception as error:
        # Real files made it raise six unrelated types, so no list would be complete.
        raise TagsUnreadableError(type(error).__name__) from error


def read_with_pillow(image: Image.Image) -> Tags:
    """Read the tags of an opened image with Pillow; empty without EXIF. Raises TagsUnreadableError, MemoryError."""
    try:
        with warnings.catch_warnings():
            # Pillow warns about each damaged entry and skips it; the comparison with exifread shows what matters.
            warnings.simplefilter("ignore")
            # The method of the base class: the one for PNG would decode the whole picture first, bombs included.
            exif = Image.Image.getexif(image)
            groups = ((exif, _IMAGE), (exif.get_ifd(_EXIF_IFD), _EXIF), (exif.get_ifd(_GPS_IFD), _GPS))
            return _values({name: ifd[code] for ifd, wanted in groups for name, code in wanted.items() if code in ifd})
    except MemoryError:
        raise
    except Exception as error:
        # The same holds for Pillow's parser of damaged directories.
        raise TagsUnreadableError(type(error).__name__) from error


def _values(raw: dict[str, Any]) -> Tags:
    read = {name: _value(value) for name, value in raw.items()}
    return {name: value for name, value in read.items() if value not in ("", (), None)}


def _value(raw: Any) -> Value | None:
    if isinstance(raw, bytes) and len(raw) == 1:
        return (float(raw[0]),)
    if isinstance(raw, bytes):
        raw = raw.decode("utf-8", "replace")
    if isinstance(raw, str):
        return _clean(raw)
    if isinstance(raw, (list, tuple)):
        return tuple(_number(part) for part in raw[:_NUMBERS_MAX])
    return (_number(raw),)


def _number(raw: Any) -> float:
    try:
        number = float(raw)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _clean(text: str) -> str:
    """Text up to its first NUL, printable characters only: it will stand on pages and in tables."""
    kept = "".join(character for character in text.split("\x00", 1)[0] if character.isprintable())
    return kept.strip()[:_TEXT_MAX]
