"""The files of the app with their digests, read from where they are written, so that there is no build. Refuses all others.

What is written there is what runs, byte for byte.

A file is published by its kind: what is not in the table of media types is not there, whatever its address.
"""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
APP: Final = REPOSITORY / "client_sync" / "phone"
MAP_LIBRARY: Final = REPOSITORY / "server" / "console" / "static" / "vendor" / "maplibre-gl"
PREFIX: Final = "/phone/"
MAP_PREFIX: Final = "vendor/maplibre-gl/"

TEXT: Final = "; charset=utf-8"
MEDIA_TYPES: Final = {
    ".html": f"text/html{TEXT}",
    ".css": f"text/css{TEXT}",
    ".js": f"text/javascript{TEXT}",
    ".mjs": f"text/javascript{TEXT}",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
LICENCES: Final = ("LICENSE", "LICENSE.txt", "LICENSE-MIT", "LICENSES-of-bundled.txt")
"""Served beside what they license, and not kept by a phone."""
WORKER: Final = "sw.js"
FRONT: Final = "index.html"
ALREADY_SMALL: Final = (".png", ".webp", ".woff2")
LOOK_AGAIN_SECONDS: Final = 1.0

GROUPS: Final = {MAP_PREFIX: "map", "vendor/idb/": "shell", "vendor/": "later"}
"""What the app can start without, by the beginning of its name: a phone fetches it when the shell is safely kept."""


@dataclass(frozen=True)
class PhoneFile:
    """One published file; `name` is its address below /phone/."""

    name: str
    content: bytes
    media_type: str

    @cached_property
    def digest(self) -> str:
        """`sha256:` and the hex digest of the content as it is before any compression."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    @cached_property
    def compressed(self) -> bytes | None:
        """The content for a browser that takes gzip; None where that would save nothing."""
        if self.name.endswith(ALREADY_SMALL):
            return None
        small = gzip.compress(self.content, compresslevel=9, mtime=0)
        return small if len(small) < len(self.content) else None

    @property
    def url(self) -> str:
        return PREFIX if self.name == FRONT else PREFIX + self.name

    @property
    def group(self) -> str:
        return next((group for start, group in GROUPS.items() if self.name.startswith(start)), "shell")

    @property
    def is_kept(self) -> bool:
        """Whether a phone keeps it to work offline. The worker is kept by the browser itself."""
        return self.name != WORKER and not self.name.endswith(LICENCES)


class Shelf:
    """All files of one moment; a changed file on disk makes a new moment, so that a developer needs no restart."""

    def __init__(self, app: Path = APP, map_library: Path = MAP_LIBRARY, look_again: float = LOOK_AGAIN_SECONDS) -> None:
        self.folders = (("", app), (MAP_PREFIX, map_library))
        self.look_again = look_again
        self.looked: float | None = None
        self.seen: tuple[tuple[str, int, int], ...] = ()
        self.moment = Moment({})

    def now(self) -> "Moment":
        """What is published now. The folder is looked at once a second at most, and files are read when one has changed."""
        asked = monotonic()
        if self.looked is not None and asked - self.looked < self.look_again:
            return self.moment
        paths = dict(self.published())
        seen = tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in ((n, p.stat()) for n, p in paths.items()))
        if seen != self.seen:
            self.moment, self.seen = Moment({name: read(name, path) for name, path in paths.items()}), seen
        self.looked = asked
        return self.moment

    def published(self) -> Iterator[tuple[str, Path]]:
        """Name and place of each file a browser may ask for, in the order of their names."""
        for prefix, folder in self.folders:
            for path in sorted(folder.rglob("*")):
                name = prefix + path.relative_to(folder).as_posix()
                is_ours = path.suffix in MEDIA_TYPES or path.name in LICENCES
                # A link could lead out of the folder, to anything that this process may read.
                if (
                    is_ours
                    and path.is_file()
                    and not path.is_symlink()
                    and not any(part.startswith(".") for part in path.relative_to(folder).parts)
                ):
                    yield name, path


class Moment:
    """The files of one moment by name, and one digest that changes with any of them."""

    def __init__(self, files: dict[str, PhoneFile]) -> None:
        self.files = files

    @cached_property
    def version(self) -> str:
        """16 hex digits over the names and contents of all that runs on a phone, the worker included."""
        running = [file for file in self.files.values() if not file.name.endswith(LICENCES)]
        lines = "".join(f"{file.digest} {file.name}\n" for file in running)
        return hashlib.sha256(lines.encode()).hexdigest()[:16]

    @cached_property
    def to_keep(self) -> dict[str, Any]:
        """/phone/precache.json: what a phone keeps to work offline; `bytes` before compression."""
        kept = [file for file in self.files.values() if file.is_kept]
        return {
            "version": self.version,
            "files": [{"url": file.url, "digest": file.digest, "bytes": len(file.content), "group": file.group} for file in kept],
        }

    @cached_property
    def worker(self) -> PhoneFile | None:
        """The service worker with the version as its first line: a browser installs a worker again only when its bytes change."""
        written = self.files.get(WORKER)
        if written is None:
            return None
        return PhoneFile(WORKER, f"self.PHONE_VERSION = '{self.version}';\n".encode() + written.content, written.media_type)


def read(name: str, path: Path) -> PhoneFile:
    """The file as it goes out."""
    return PhoneFile(name, path.read_bytes(), MEDIA_TYPES.get(path.suffix, f"text/plain{TEXT}"))
