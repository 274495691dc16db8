"""Content-addressed storage of original bytes. What was stored is never altered; a wrong digest is never stored."""

import hashlib
import os
import tempfile
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from server import problems
from server.file_locks import held

BLOCK = 1024 * 1024


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

    def lock_path(self, upload_id: str) -> Path:
        return self.parts / f"{upload_id}.lock"

    def has(self, digest: str) -> bool:
        return self.path(digest).exists()

    def begin(self, upload_id: str) -> None:
        """An empty part for a new upload, durable."""
        with self.part_path(upload_id).open("xb") as part:
            os.fsync(part.fileno())
        sync_folder(self.parts)

    def has_part(self, upload_id: str, received: int) -> bool:
        """Whether the part still holds the bytes that were acknowledged; not so after a restore from a backup."""
        try:
            return self.part_path(upload_id).stat().st_size >= received
        except FileNotFoundError:
            return False

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

    def adopt(self, upload_id: str, digest: str) -> None:
        """Re-hash the whole part from storage and move it durably to its place. Raises DIGEST_MISMATCH, leaving the part."""
        part = self.part_path(upload_id)
        if hash_file(part) != digest:
            raise problems.DIGEST_MISMATCH()
        target = self.path(digest)
        make_folder(target.parent)
        part.replace(target)
        sync_folder(target.parent)
        sync_folder(self.parts)

    def discard(self, upload_id: str) -> None:
        """Forget an upload's part; the bytes of one that was adopted are elsewhere."""
        self.part_path(upload_id).unlink(missing_ok=True)

    def forget_lock(self, upload_id: str) -> None:
        """Remove the lock file of an upload that the database already calls complete or dead, so that no other can append."""
        self.lock_path(upload_id).unlink(missing_ok=True)

    def forget_chunks(self, before: datetime) -> None:
        """Remove received chunks older than this: a process that ended between receiving and appending left them."""
        for chunk in self.parts.glob("*.chunk"):
            try:
                if chunk.stat().st_mtime < before.timestamp():
                    chunk.unlink(missing_ok=True)
            except FileNotFoundError:
                pass  # Its own request has just finished with it.

    def keep_derivative(self, content: bytes) -> str:
        """Store derived bytes (a thumbnail) durably by their own digest."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        target = self.derivative_path(digest)
        if not target.exists():
            make_folder(target.parent)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as unfinished:
                unfinished.write(content)
                unfinished.flush()
                os.fsync(unfinished.fileno())
            Path(unfinished.name).replace(target)
            sync_folder(target.parent)
        return digest

    def probe(self) -> None:
        """Write and remove an empty file. Raises OSError where nothing can be stored."""
        with tempfile.NamedTemporaryFile(dir=self.parts):
            pass

    def lock(self, upload_id: str, *, patience_seconds: float = 5.0) -> AbstractContextManager[None]:
        """Hold the upload against every other process of this host. Raises UPLOAD_LOCKED when patience runs out."""
        return held(self.lock_path(upload_id), patience_seconds=patience_seconds, otherwise=problems.UPLOAD_LOCKED())


def shelf(folder: Path, digest: str) -> Path:
    name = digest.removeprefix("sha256:")
    return folder / "sha256" / name[:2] / name[2:4] / name


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def make_folder(folder: Path) -> None:
    """The folder and its parents; every new name is durable before anything is put below it."""
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
