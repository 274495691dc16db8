"""One photo read inside the examiner's child process: format, EXIF, size, small picture. Refuses to write any file.

It imports nothing of the application but its problem codes, so that the process which opens files from strangers holds neither
its secrets nor its memory. Its answers are plain JSON objects with the field names of `PhotoFacts`.
"""

import hashlib
import io
import mmap
import warnings
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, WebPImagePlugin

from server import problems
from server.media.exif import ExifFacts, combine, interpret
from server.media.exif_tags import TagsUnreadableError, read_with_exifread, read_with_pillow
from server.media.formats import HEAD_BYTES, content_warnings, recognise

# Only these decoders are ever asked; Pillow's plugins for rare formats are where its memory bugs live.
DECODERS = {"jpeg": "JPEG", "png": "PNG", "webp": WebPImagePlugin.WebPImageFile.format, "heic": "HEIF"}

# The EXIF orientation and what brings the picture upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_JPEG_QUALITY = 80
_NOTHING = ExifFacts(**dict.fromkeys(ExifFacts.__dataclass_fields__))

Facts = dict[str, Any]


def register_heif() -> bool:
    """Teach Pillow HEIC; False where the decoder cannot be loaded, and HEIC is then read by exifread alone."""
    try:
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener()
    except (ImportError, OSError, MemoryError):
        return False
    return True


def read_facts(path: Path, *, digest: str | None, max_pixels: int, heif: bool) -> Facts:
    """Everything but the pixels of the file at `path`; fields as `PhotoFacts`, instants in ISO 8601.

    With a `digest` the bytes are hashed first, and other bytes end the examination with problem `digest-mismatch`.
    Raises OSError when the file cannot be read and MemoryError under the process's limit.
    """
    with path.open("rb") as file:
        found = recognise(file.read(HEAD_BYTES))
        facts: Facts = {"format": found.format, "media_type": found.media_type, "width": None, "height": None, "warnings": []}
        facts |= {"problem": None, "reason": None, **_as_json(_NOTHING)}
        if digest is not None and _digest(file) != digest:
            return facts | {"problem": problems.DIGEST_MISMATCH.code, "reason": "the stored bytes do not have their digest"}
        if found.format not in DECODERS:
            return facts
        facts["warnings"] += _content_warnings(file, found.format)
        _read_header(file, facts, max_pixels=max_pixels, heif=heif)
        return facts


def make_thumbnail(path: Path, facts: Facts, *, longest_px: int) -> bytes:
    """A JPEG of at most `longest_px` on its long side, upright, without metadata. Raises what the decoder raises.

    The whole picture is decoded, so this is also the test whether it can be: headers alone pass with half a photo.
    """
    with path.open("rb") as file, Image.open(file, formats=(DECODERS[facts["format"]],)) as image:
        if facts["format"] == "jpeg":
            # A JPEG decoder can halve a picture while decoding; 108 megapixels then need no more memory than one.
            image.draft("RGB", (2 * longest_px, 2 * longest_px))
        image.thumbnail((longest_px, longest_px))
        small = image.convert("RGB")
    turn = None if facts["format"] == "heic" else _UPRIGHT.get(facts["orientation"] or 1)
    upright = small if turn is None else small.transpose(turn)
    # The dictionary of extras holds comments and profiles, which the JPEG writer would carry over.
    upright.info = {}
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=_JPEG_QUALITY)
    return written.getvalue()


def decoding_failure(error: Exception) -> str:
    """Why a picture could not be decoded, in a few words without file names."""
    words = " ".join(str(error).split())
    speaks = isinstance(error, OSError) and 0 < len(words) <= 120 and "/" not in words and "<" not in words
    return words if speaks else f"the decoder refused the file ({type(error).__name__})"


def _digest(file: BufferedReader) -> str:
    file.seek(0)
    return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _content_warnings(file: BinaryIO, kind: str) -> tuple[str, ...]:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content_warnings(content, kind)


def _read_header(file: BinaryIO, facts: Facts, *, max_pixels: int, heif: bool) -> None:
    """Fill in EXIF and size; a damaged EXIF is a warning, a damaged header a problem."""
    readings = [_reading(facts, lambda: read_with_exifread(file))]
    if facts["format"] == "heic" and not heif:
        facts["warnings"].append("heic-decoder-missing")
    else:
        try:
            with _open_unlimited(file, facts["format"]) as image:
                facts["width"], facts["height"] = image.size
                readings.append(_reading(facts, lambda: read_with_pillow(image)))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - decoders raise whatever their C code maps to; the reason is kept.
            facts |= {"problem": problems.PHOTO_UNREADABLE.code, "reason": decoding_failure(error)}
    exif, differ = combine(readings[0], readings[-1])
    if differ:
        facts["warnings"].append("exif-readers-disagree")
    facts.update(_as_json(exif))
    facts["warnings"] = list(dict.fromkeys(facts["warnings"]))
    if facts["width"] is not None and facts["width"] * facts["height"] > max_pixels:
        facts |= {"problem": problems.EXAMINATION_LIMIT.code, "reason": f"more than {max_pixels} pixels"}


def _open_unlimited(file: BinaryIO, kind: str) -> Image.Image:
    """Open without Pillow's own size check: the size of a bomb is worth recording, and nothing is decoded before ours."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(file, formats=(DECODERS[kind],))
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _reading(facts: Facts, read: Any) -> ExifFacts:
    try:
        exif, warned = interpret(read())
    except TagsUnreadableError:
        facts["warnings"].append("exif-unreadable")
        return _NOTHING
    facts["warnings"] += warned
    return exif


def _as_json(exif: ExifFacts) -> Facts:
    named = asdict(exif)
    taken_at, gps_taken_at = named.pop("taken_at"), named.pop("gps_taken_at")
    named["exif_taken_at"] = taken_at.isoformat() if taken_at else None
    named["gps_taken_at"] = gps_taken_at.isoformat() if gps_taken_at else None
    return named
