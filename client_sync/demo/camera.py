"""A phone's camera: writes JPEG bytes with the EXIF a phone would write. Leaves out what it was not told."""

import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

QUALITY = 62
ORIENTATION_UPRIGHT = 1


@dataclass(frozen=True)
class Shot:
    """What a photo's EXIF claims. lon, lat in degrees (WGS 84); `azimuth_ref` is "T" (true) or "M" (magnetic).

    `unique_id` is 32 hexadecimal digits: no two shots are the same bytes, however alike the scenes are.
    """

    taken_at: datetime
    lon: float
    lat: float
    altitude_m: float
    azimuth_deg: float
    azimuth_ref: str
    make: str
    model: str
    unique_id: str


def jpeg_of(image: Image.Image, shot: Shot) -> bytes:
    """The JPEG file of an image with the EXIF of a shot."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, exif=_exif(shot))
    return file.getvalue()


def _exif(shot: Shot) -> Image.Exif:
    exif = Image.Exif()
    local = shot.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    exif[Base.Make], exif[Base.Model] = shot.make, shot.model
    exif[Base.Orientation] = ORIENTATION_UPRIGHT
    exif[Base.DateTime] = local
    exif.get_ifd(IFD.Exif).update(
        {
            Base.DateTimeOriginal: local,
            Base.DateTimeDigitized: local,
            Base.SubsecTimeOriginal: f"{shot.taken_at.microsecond // 1000:03d}",
            Base.OffsetTimeOriginal: shot.taken_at.strftime("%z")[:3] + ":" + shot.taken_at.strftime("%z")[3:],
            Base.ImageUniqueID: shot.unique_id,
        }
    )
    utc = shot.taken_at.astimezone(UTC)
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSVersionID: b"\x02\x03\x00\x00",
            GPS.GPSLatitudeRef: "N" if shot.lat >= 0 else "S",
            GPS.GPSLatitude: degrees_minutes_seconds(shot.lat),
            GPS.GPSLongitudeRef: "E" if shot.lon >= 0 else "W",
            GPS.GPSLongitude: degrees_minutes_seconds(shot.lon),
            GPS.GPSAltitudeRef: b"\x00",
            GPS.GPSAltitude: shot.altitude_m,
            GPS.GPSTimeStamp: (float(utc.hour), float(utc.minute), float(utc.second)),
            GPS.GPSDateStamp: utc.strftime("%Y:%m:%d"),
            GPS.GPSImgDirectionRef: shot.azimuth_ref,
            GPS.GPSImgDirection: round(shot.azimuth_deg, 2),
        }
    )
    return exif


def degrees_minutes_seconds(degrees: float) -> tuple[float, float, float]:
    """The three numbers EXIF wants for a latitude or longitude, without its sign.

    >>> degrees_minutes_seconds(-31.5125)
    (31.0, 30.0, 45.0)
    """
    whole = math.floor(abs(degrees))
    minutes = math.floor((abs(degrees) - whole) * 60)
    seconds = round((abs(degrees) - whole - minutes / 60) * 3600, 4)
    return float(whole), float(minutes), seconds
