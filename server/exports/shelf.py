"""Exported files kept by their digest. Never overwrites one, and refuses to hand out bytes that are not those kept."""

import os
from hashlib import sha256
from pathlib import Path

from server import problems


class Shelf:
    """Files under `sha256/ab/<hex>` of a folder, on disk before their digest is given out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest (`sha256:<hex>`) lie."""
        name = digest.removeprefix("sha256:")
        return self.folder / "sha256" / name[:2] / name

    def keep(self, content: bytes) -> str:
        """Store bytes durably and give their digest."""
        digest = f"sha256:{sha256(content).hexdigest()}"
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_suffix(f".{os.getpid()}")
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
            for folder in (target.parent, target.parent.parent, self.folder):
                sync(folder)
        return digest

    def read(self, digest: str, name: str) -> bytes:
        """The bytes kept under a digest; `name` is how a reader knows the file. Raises EXPORT_CHANGED."""
        try:
            content = self.path(digest).read_bytes()
        except OSError as error:
            raise problems.EXPORT_CHANGED(reason=f"{name} cannot be read from the kept files: {error.strerror}") from error
        if f"sha256:{sha256(content).hexdigest()}" != digest:
            raise problems.EXPORT_CHANGED(reason=f"{name} is not what was kept: its bytes no longer have the digest {digest}")
        return content


def sync(folder: Path) -> None:
    """Make a new name in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
