"""Area packages on disk: gzip files named by their digest, and which one is the newest of an area. Never alters a file.

Knows nothing of what the lines say; an area's content that did not change keeps its file, and so its digest, from day to day.
"""

import json
import os
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from server import problems
from server.exports.shelf import sync
from server.file_locks import held

KEPT_DAYS: Final = 14
PATIENCE_SECONDS: Final = 60.0
BLOCK: Final = 1024 * 1024
GZIP_LEVEL: Final = 6
GZIP_ONLY: Final = zlib.MAX_WBITS | 16

Line = tuple[str, str]
"""The entity of a line and its JSON text without the line's end."""
Opening = Callable[[dict[str, int]], dict[str, Any]]
"""The opening line but for the day it is made on, from the number of lines of each entity."""


@dataclass(frozen=True)
class Stamp:
    """The state a package shows: newest event positions of county and deployment, the legal day (ISO), epoch, fixed parts."""

    county: int
    deployment: int
    day: str
    epoch: str
    fixed: str

    def covers(self, other: "Stamp") -> bool:
        """Whether a package of this state need not be made again for the other."""
        same = (self.epoch, self.fixed) == (other.epoch, other.fixed)
        return same and self.county >= other.county and self.deployment >= other.deployment and self.day >= other.day


@dataclass(frozen=True)
class KeptPackage:
    """The newest package of an area: `digest` is of exactly the file's bytes, `content` of its lines but for the day it names."""

    digest: str
    content: str
    bytes: int
    made_on: str
    stamp: Stamp


class PackageFolder:
    """`<hex>.ndjson.gz` files, one `<area>.json` an area beside them, and one lock an area for who makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, package: KeptPackage) -> Path:
        return self.folder / f"{package.digest.removeprefix('sha256:')}.ndjson.gz"

    def newest(self, area: str) -> KeptPackage | None:
        """The newest package of the area whose file is there."""
        try:
            known = json.loads((self.folder / f"{area}.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        package = KeptPackage(**{**known, "stamp": Stamp(**known["stamp"])})
        return package if self.path(package).exists() else None

    def lock(self, area: str) -> AbstractContextManager[None]:
        """Let one make the package of an area while others wait for it. Raises UNAVAILABLE when that takes too long."""
        too_long = problems.UNAVAILABLE(reason="the area package is still being made")
        return held(self.folder / f"{area}.lock", patience_seconds=PATIENCE_SECONDS, otherwise=too_long)

    def keep(self, area: str, stamp: Stamp, body: Iterable[Line], first: Opening, *, now: datetime) -> KeptPackage:
        """Write a package and make it the newest of its area; the file it had stays when its content is the same.

        The caller holds the area's lock.
        """
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", mode="w+b") as lines:
            opening, content = write_lines(lines, body, first)
            before = self.newest(area)
            if before is not None and before.content == content:
                kept = KeptPackage(before.digest, content, before.bytes, before.made_on, stamp)
            else:
                if before is not None:
                    # Somebody may have been told of it a moment ago: its last days are counted from now.
                    os.utime(self.path(before), (now.timestamp(), now.timestamp()))
                lines.seek(0)
                head = json_line({**opening, "made_on": stamp.day})
                kept = self._compress(lines, head, content, stamp)
        self._name(area, kept)
        self._forget_old(now)
        return kept

    def _compress(self, lines: IO[bytes], head: bytes, content: str, stamp: Stamp) -> KeptPackage:
        """The lines as one gzip member without a time in it, so that the same lines are the same bytes."""
        squeeze, hashed, length = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_ONLY), sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            for block in squeezed(squeeze, head, lines):
                file.write(block)
                hashed.update(block)
                length += len(block)
            file.flush()
            os.fsync(file.fileno())
        package = KeptPackage(f"sha256:{hashed.hexdigest()}", content, length, stamp.day, stamp)
        Path(file.name).replace(self.path(package))
        sync(self.folder)
        return package

    def _name(self, area: str, package: KeptPackage) -> None:
        """Say which package is the area's newest, in one step that survives a power cut."""
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", mode="w", encoding="utf-8", delete=False) as file:
            json.dump(asdict(package), file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self.folder / f"{area}.json")
        sync(self.folder)

    def _forget_old(self, now: datetime) -> None:
        """Remove packages that are nobody's newest, and pieces a stopped process left, once they are KEPT_DAYS old."""
        oldest = (now - timedelta(days=KEPT_DAYS)).timestamp()
        newest = {json.loads(known.read_text("utf-8"))["digest"] for known in self.folder.glob("*.json")}
        for path in (*self.folder.glob("*.ndjson.gz"), *self.folder.glob("*.part")):
            if f"sha256:{path.name.partition('.')[0]}" not in newest and modified(path) < oldest:
                path.unlink(missing_ok=True)


def modified(path: Path) -> float:
    """When the file was last written; never, in time, for one that another process has just removed."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def write_lines(lines: IO[bytes], body: Iterable[Line], first: Opening) -> tuple[dict[str, Any], str]:
    """Write all but the first line; give the opening line and the digest of the content, whatever day it is made on."""
    counts: Counter[str] = Counter()
    hashed = sha256()
    for entity, text in body:
        counts[entity] += 1
        whole = text.encode("utf-8") + b"\n"
        hashed.update(whole)
        lines.write(whole)
    # The opening line and this one count too: the number is that of all lines of the file.
    lines.write(json_line({"entity": "end", "lines": counts.total() + 2}))
    opening = first(dict(sorted(counts.items())))
    hashed.update(json_line(opening))
    return opening, f"sha256:{hashed.hexdigest()}"


def squeezed(squeeze: Any, head: bytes, lines: IO[bytes]) -> Iterator[bytes]:
    yield squeeze.compress(head)
    while block := lines.read(BLOCK):
        yield squeeze.compress(block)
    yield squeeze.flush()


def json_line(value: dict[str, Any]) -> bytes:
    return json_text(value).encode("utf-8") + b"\n"


def json_text(value: dict[str, Any]) -> str:
    """Compact JSON of a line, its Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
