"""What a file is, told from its bytes. Refuses to look at names and declared types, which anybody can write.

Only the eight formats of the sync protocol have names of their own; everything else is `other`, kept but never shown inline.
"""

import re
from dataclasses import dataclass
from mmap import mmap

# How much of the start must be given to `recognise`: the EBML header and the `ftyp` box with its brands fit easily.
HEAD_BYTES = 4096

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_M4A_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"}
)


# Both slice to bytes, search, and can be searched by a regular expression without a copy.
Octets = bytes | mmap


@dataclass(frozen=True)
class Recognised:
    """`format` is jpeg, heic, png, webp, pdf, mp4, webm, m4a or other; `media_type` is the best name for those bytes."""

    format: str
    media_type: str


OTHER = Recognised("other", "application/octet-stream")
_JPEG = Recognised("jpeg", "image/jpeg")
_PNG = Recognised("png", "image/png")

# Signatures at offset 0 of formats that need no second look.
_SIGNATURES: tuple[tuple[bytes, Recognised], ...] = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"%PDF-", Recognised("pdf", "application/pdf")),
    (b"GIF87a", Recognised("other", "image/gif")),
    (b"GIF89a", Recognised("other", "image/gif")),
    (b"II*\x00", Recognised("other", "image/tiff")),
    (b"MM\x00*", Recognised("other", "image/tiff")),
    (b"BM", Recognised("other", "image/bmp")),
    (b"PK\x03\x04", Recognised("other", "application/zip")),
    (b"Rar!\x1a\x07", Recognised("other", "application/vnd.rar")),
    (b"ID3", Recognised("other", "audio/mpeg")),
)
_RIFF_KINDS = {
    b"WEBP": Recognised("webp", "image/webp"),
    b"WAVE": Recognised("other", "audio/wav"),
    b"AVI ": Recognised("other", "video/x-msvideo"),
}


def recognise(head: bytes) -> Recognised:
    """Name the format of a file from its first HEAD_BYTES bytes (fewer if the file is shorter); never raises."""
    for signature, recognised in _SIGNATURES:
        if head.startswith(signature):
            return recognised
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith(b"RIFF"):
        return _riff(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        # The DocType element (0x4282) separates WebM from the rest of Matroska.
        webm = re.search(rb"\x42\x82.{1,8}?webm", head[:256], re.DOTALL)
        return Recognised("webm", "video/webm") if webm else Recognised("other", "video/x-matroska")
    if re.match(rb"\s*(<\?xml[^>]*>\s*)?<(!doctype|html|svg|script|head|body)", head, re.IGNORECASE):
        return Recognised("other", "image/svg+xml" if b"<svg" in head.lower() else "text/html")
    return OTHER


def _riff(head: bytes) -> Recognised:
    return _RIFF_KINDS.get(head[8:12], OTHER)


def _iso_media(head: bytes) -> Recognised:
    """The brand named first decides; a generic one is settled by the compatible brands after it."""
    end = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    major = head[8:12]
    brands = [major] + [head[at : at + 4] for at in range(16, end - 3, 4)]
    if major in _AVIF_BRANDS or (major in (b"mif1", b"msf1") and _AVIF_BRANDS.intersection(brands)):
        return Recognised("other", "image/avif")
    if major in _HEIC_BRANDS:
        return Recognised("heic", "image/heic")
    if major in _M4A_BRANDS:
        return Recognised("m4a", "audio/mp4")
    if major == b"qt  ":
        return Recognised("other", "video/quicktime")
    if major.startswith((b"3gp", b"3g2")):
        return Recognised("other", "video/3gpp")
    if _MP4_BRANDS.intersection(brands):
        return Recognised("mp4", "video/mp4")
    if _HEIC_BRANDS.intersection(brands):
        return Recognised("heic", "image/heic")
    return OTHER


# A photo that is also something a browser or an archive tool would open.
# Case is left to the inner group: with a plain "<" in front the search skips through a large photo many times faster.
_MARKUP = re.compile(rb"<(?i:script|html|!doctype html|\?php|svg)[\s>]")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_ZIP_COMMENT_MAX = 65535
# A PDF reader accepts its header anywhere in the first kilobyte.
_PDF_WINDOW = 1024
# Cameras pad the end of a file; so little cannot be another file.
_PADDING_BYTES = 64


def content_warnings(content: Octets, kind: str) -> tuple[str, ...]:
    """Warn where an image of format `kind` carries another file, in a fixed order; empty for a plain one. Never raises.

    Codes: `polyglot-zip`, `polyglot-pdf`, `polyglot-markup`, then one of `trailing-video` (a motion photo's clip) and
    `trailing-data` (bytes after the picture's end that no camera's habit explains). Formats other than images: empty.
    """
    if kind not in ("jpeg", "png", "webp", "heic"):
        return ()
    found = []
    if _has_zip(content):
        found.append("polyglot-zip")
    if content.find(b"%PDF-", 0, _PDF_WINDOW) >= 0:
        found.append("polyglot-pdf")
    if _MARKUP.search(content):
        found.append("polyglot-markup")
    trailing = _trailing(content, _end_of_picture(content, kind))
    return tuple([*found, trailing] if trailing else found)


def _has_zip(content: Octets) -> bool:
    """True where an archive tool would find a directory: four bytes alone also occur by chance, so sizes must agree."""
    size = len(content)
    at = content.rfind(_ZIP_END, max(0, size - _ZIP_COMMENT_MAX - _ZIP_END_BYTES), size)
    if at < 0 or at + _ZIP_END_BYTES > size:
        return False
    record = content[at : at + _ZIP_END_BYTES]
    directory_bytes = int.from_bytes(record[12:16], "little")
    if directory_bytes > at or at + _ZIP_END_BYTES + int.from_bytes(record[20:22], "little") > size:
        return False
    start = at - directory_bytes
    return content[start : start + 4] == b"PK\x01\x02"


def _trailing(content: Octets, end: int | None) -> str | None:
    if end is None or len(content) - end <= _PADDING_BYTES:
        return None
    if content[end + 4 : end + 8] == b"ftyp":
        return "trailing-video"
    # Samsung closes its own block of extras, motion clip included, with this mark.
    if content[len(content) - 4 : len(content)] == b"SEFT":
        return "trailing-video" if content.find(b"ftyp", end, len(content)) >= 0 else None
    rest = content[end : end + (1 << 16)]
    return "trailing-data" if rest.strip(b"\x00\xff ") else None


def _end_of_picture(content: Octets, kind: str) -> int | None:
    """The offset after the picture's last byte, or None where the structure does not lead to an end."""
    if kind == "jpeg":
        return _end_of_jpegs(content)
    if kind == "png":
        return _end_of_png(content)
    if kind == "webp":
        return 8 + int.from_bytes(content[4:8], "little")
    return _end_of_boxes(content)


_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_SCAN_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)


def _end_of_jpegs(content: Octets) -> int | None:
    """Follow one JPEG after another: phones append previews, depth maps and gain maps as further JPEGs."""
    end = _end_of_jpeg(content, 0)
    while end is not None:
        # Previews may start after a few bytes of alignment.
        following = content.find(b"\xff\xd8\xff", end, end + _PADDING_BYTES)
        further = _end_of_jpeg(content, following) if following >= 0 else None
        if further is None:
            return end
        end = further
    return None


def _end_of_jpeg(content: Octets, start: int) -> int | None:
    at = start + 2
    while marker := _MARKER.match(content, at):
        code = marker.group(1)[0]
        at = marker.end()
        if code == 0xD9:
            return int(at)
        if code == 0x01 or 0xD0 <= code <= 0xD8:
            continue
        length = int.from_bytes(content[at : at + 2], "big")
        if length < 2:
            return None
        at += length
        if code == 0xDA:
            scan_end = _SCAN_MARKER.search(content, at)
            if scan_end is None:
                return None
            at = scan_end.start()
    return None


def _end_of_png(content: Octets) -> int | None:
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    return None


def _end_of_boxes(content: Octets) -> int | None:
    """The end of the last whole ISO box whose name is letters and digits; a clip appended as boxes counts as picture."""
    at = 0
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16], "big")
        if not content[at + 4 : at + 8].strip().isalnum() or length < 8 or at + length > len(content):
            return at
        at += length
    return at
