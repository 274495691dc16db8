"""Opens what bureaus send: GeoPackage, Shapefile, GeoJSON, FileGDB, gzip and zip around them. Refuses every other kind of file.

A Shapefile's text is read by its .cpg; without one, the bytes of the .dbf decide between UTF-8 and GB18030, because GDAL would
assume Latin letters.
"""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj

from server import problems
from server.imports.readings import digest_of

READABLE_SUFFIXES = (".gpkg", ".shp", ".geojson", ".json", ".gdb")
_BESIDE_SHP = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_CHINESE_PAGES = {"936", "CP936", "GBK", "GB2312", "GB18030", "ANSI936", "EUCCN"}
_DBF_PROBE_BYTES = 4 << 20
_SHP_HEAD_BYTES = 100
# Letters cut in two at the end of a field spoil a few bytes of honest UTF-8, never this share of them.
_SPOILT_SHARE = 0.05


@dataclass(frozen=True)
class OpenedSource:
    """A file GDAL can read, the text encoding to read it with (None: GDAL knows), the digest of what was handed in."""

    path: Path
    encoding: str | None
    digest: str


@contextmanager
def opened(path: Path) -> Iterator[OpenedSource]:
    """Unpack if need be and find the encoding; what was unpacked is gone afterwards. Raises FILE_UNREADABLE."""
    require_there(path)
    with tempfile.TemporaryDirectory(prefix="xuntu-import-") as folder:
        readable = _unpacked(path, Path(folder))
        if readable.suffix.lower() not in READABLE_SUFFIXES:
            raise problems.FILE_UNREADABLE(
                path=path.name, reason=f"only {', '.join(READABLE_SUFFIXES)} (or these in .gz, .zip) can be read"
            )
        encoding = None
        if readable.suffix.lower() == ".shp":
            _require_whole_shapefile(readable)
            encoding = _shapefile_encoding(readable)
        yield OpenedSource(readable, encoding, digest_of(_parts(path)))


def require_there(path: Path) -> None:
    """Raise FILE_UNREADABLE, in the same words for every kind of file, where there is none."""
    if not path.exists():
        raise problems.FILE_UNREADABLE(path=path.name, reason="there is no such file")


def _parts(path: Path) -> list[Path]:
    """All files that make up a source, in a fixed order."""
    if path.is_dir():
        return sorted(part for part in path.rglob("*") if part.is_file())
    if path.suffix.lower() == ".shp":
        return [part for part in (_beside(path, suffix) for suffix in _BESIDE_SHP) if part is not None]
    return [path]


def _unpacked(path: Path, folder: Path) -> Path:
    suffix = path.suffix.lower()
    try:
        if suffix == ".gz":
            target = folder / path.name[: -len(".gz")]
            with gzip.open(path) as packed, target.open("wb") as plain:
                copyfileobj(packed, plain)
            return target
        if suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            return _only_source(path, folder)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as broken:
        raise problems.FILE_UNREADABLE(path=path.name, reason=f"the archive is broken: {broken}") from broken
    return path


def _only_source(path: Path, folder: Path) -> Path:
    found = sorted(part for part in folder.rglob("*") if part.suffix.lower() in READABLE_SUFFIXES)
    if len(found) != 1:
        raise problems.FILE_UNREADABLE(path=path.name, reason=f"the archive must hold one map file, it holds {len(found)}")
    return found[0]


def _beside(path: Path, suffix: str) -> Path | None:
    """The sidecar of a Shapefile, whichever case its suffix is written in."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.exists():
            return candidate
    return None


def _require_whole_shapefile(path: Path) -> None:
    """Raise FILE_UNREADABLE when the .shp is shorter than it says: GDAL would read the rest as rows without a shape."""
    with path.open("rb") as file:
        head = file.read(_SHP_HEAD_BYTES)
    says = int.from_bytes(head[24:28], "big") * 2
    if len(head) < _SHP_HEAD_BYTES or path.stat().st_size < says:
        raise problems.FILE_UNREADABLE(path=path.name, reason=f"the file ends before its {says} bytes")


def _shapefile_encoding(path: Path) -> str:
    declared = _beside(path, ".cpg")
    if declared is not None:
        name = declared.read_text("ascii", errors="replace").strip().upper().replace("-", "").replace(" ", "")
        if name in _CHINESE_PAGES:
            return "GB18030"
        if name in ("UTF8", "65001"):
            return "UTF-8"
    table = _beside(path, ".dbf")
    if table is None:
        raise problems.FILE_UNREADABLE(path=path.name, reason="the .dbf beside it is missing")
    with table.open("rb") as file:
        return likely_encoding(file.read(_DBF_PROBE_BYTES))


def likely_encoding(text: bytes) -> str:
    """UTF-8 or GB18030 (a superset of GBK and of ASCII), whichever the bytes look like."""
    foreign = sum(byte > 0x7F for byte in text)
    spoilt = text.decode("utf-8", errors="replace").count("\N{REPLACEMENT CHARACTER}")
    return "UTF-8" if spoilt <= foreign * _SPOILT_SHARE else "GB18030"
