"""Content-addressed storage of original bytes. What was stored is never altered; a wrong digest is never stored."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from time import monotonic, sleep

from server import problems

BLOCK = 1024 * 1024
LOCK_PAUSE_SECONDS = 0.02


class Blobs:
    """Originals under `originals/sha256/ab/cd/<hex>`, derivatives beside them, uploads in parts until they are whole."""

    def __init__(self, folder: Path) -> None:
        self.originals = folder / "originals"
        self.derivatives = folder / "derivatives"
        self.parts = folder / "parts"
        for place in (self.originals, self.derivatives, self.parts):
            place.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        return shelf(self.originals, digest)

    def derivative_path(self, digest: str) -> Path:
        return shelf(self.derivatives, digest)

    def part_path(self, upload_id: str) -> Path:
        return self.parts / f"{upload_id}.part"

    def has(self, digest: str) -> bool:
        return self.path(digest).exists()

    def append(self, upload_id: str, offset: int, chunk: Path) -> int:
        """Write the chunk file at offset (bytes beyond it were never acknowledged and go); fsync; returns the new length."""
        with self.part_path(upload_id).open("r+b") as part, chunk.open("rb") as source:
            part.truncate(offset)
            part.seek(offset)
            while block := source.read(BLOCK):
                part.write(block)
            part.flush()
            os.fsync(part.fileno())
            return part.tell()

    def begin(self, upload_id: str) -> None:
        with self.part_path(upload_id).open("xb") as part:
            os.fsync(part.fileno())
        sync_folder(self.parts)

    def adopt(self, upload_id: str, digest: str) -> None:
        """Re-hash the whole part from storage and move it to its place. Raises DIGEST_MISMATCH, leaving the part."""
        part = self.part_path(upload_id)
        if hash_file(part) != digest:
            raise problems.DIGEST_MISMATCH()
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)
        sync_folder(target.parent)

    def discard(self, upload_id: str) -> None:
        self.part_path(upload_id).unlink(missing_ok=True)

    def keep_derivative(self, content: bytes) -> str:
        """Store derived bytes (a thumbnail) by their own digest."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        target = self.derivative_path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_suffix(f".{os.getpid()}")
            unfinished.write_bytes(content)
            os.replace(unfinished, target)
        return digest

    @contextmanager
    def lock(self, upload_id: str, *, patience_seconds: float = 5.0) -> Iterator[None]:
        """Hold the upload against every other process of this host. Raises UPLOAD_LOCKED when patience runs out."""
        deadline = monotonic() + patience_seconds
        with (self.parts / f"{upload_id}.lock").open("w") as file:
            while True:
                try:
                    flock(file, LOCK_EX | LOCK_NB)
                    break
                except BlockingIOError:
                    if monotonic() > deadline:
                        raise problems.UPLOAD_LOCKED() from None
                    sleep(LOCK_PAUSE_SECONDS)
            yield


def shelf(folder: Path, digest: str) -> Path:
    name = digest.removeprefix("sha256:")
    return folder / "sha256" / name[:2] / name[2:4] / name


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
