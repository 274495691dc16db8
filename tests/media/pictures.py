"""Pictures made for one test each: with chosen EXIF, too large, hostile. Refuses to write anywhere but where it is told."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

# Beside the Taihu lake, written as cameras write it.
GPS = {1: "N", 2: (31.0, 23.0, 24.0), 3: "E", 4: (120.0, 59.0, 6.0), 16: "M", 17: 187.5, 7: (2.0, 30.0, 15.0), 29: "2026:11:23"}
EXIF = {0x9003: "2026:11:23 10:30:15", 0x9011: "+08:00"}


def jpeg(
    size: tuple[int, int] = (64, 48), *, gps: dict[int, Any] | None = None, exif: dict[int, Any] | None = None, **tags: Any
) -> bytes:
    """A JPEG, red in its left half and blue in the other, with GPS and EXIF tags by number and `orientation`, `make`."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = Image.Exif()
    numbers = {"make": 0x010F, "model": 0x0110, "orientation": 0x0112, "software": 0x0131}
    for name, value in tags.items():
        written[numbers[name]] = value
    for ifd, values in ((0x8825, gps), (0x8769, exif)):
        if values:
            written.get_ifd(ifd).update(values)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=95, subsampling=0, exif=written)
    return content.getvalue()


def png(width: int, height: int, *, bits: int = 8, colour: int = 0) -> bytes:
    """A PNG of zeros: `colour` 0 is grey, 2 RGB. Deflate makes a hundred megapixels a few kilobytes."""
    channels = {0: 1, 2: 3}[colour]
    line = b"\x00" * (1 + (width * channels * bits + 7) // 8)
    packer = zlib.compressobj(9)
    packed = [packer.compress(line) for _ in range(height)] + [packer.flush()]
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"".join(packed)) + _chunk(b"IEND", b"")


def claiming(content: bytes, width: int, height: int) -> bytes:
    """The same JPEG with another size in its frame header."""
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def with_empty_comments(content: bytes, count: int) -> bytes:
    """A sound JPEG that takes readers long: so many empty comment segments stand before the picture."""
    return content[:2] + b"\xff\xfe\x00\x02" * count + content[2:]


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def child_memory(pid: int, name: str) -> int:
    """A memory figure of a running process in bytes, by its name in /proc (VmHWM: the highest resident size so far)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
