"""Photo bytes on the phone, one file per digest. A name never appears before its bytes are on the disk."""

import os
import tempfile
from pathlib import Path

from client_sync.errors import PhotoLostError
from client_sync.keys import digest_of


class PhotoShelf:
    """A private folder of original photo bytes, named by SHA-256; nothing here alters or deletes a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, digest: str) -> Path:
        """Where the bytes of `sha256:<hex>` stand or would stand."""
        return self.folder / digest.removeprefix("sha256:")

    def keep(self, content: bytes) -> str:
        """Writes the bytes durably (file and folder synced) and returns their digest; the same bytes are kept once."""
        digest = digest_of(content)
        target = self.path_of(digest)
        if target.exists() and target.stat().st_size == len(content):
            return digest
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folder(self.folder)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes, re-hashed; raises PhotoLostError when the file is gone or no longer has its digest."""
        try:
            content = self.path_of(digest).read_bytes()
        except FileNotFoundError as fault:
            raise PhotoLostError(f"the file of {digest} is gone from this phone") from fault
        if digest_of(content) != digest:
            raise PhotoLostError(f"the file of {digest} is damaged on this phone")
        return content


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable; without it a new file may vanish with the power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
