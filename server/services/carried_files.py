"""A carried queue as a file: decrypted, opened as a zip, read entry by entry. Believes no name and no size that it states.

Nothing is unpacked by the name it has in the file; what is read is bounded before it is read.
"""

import hashlib
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from server import problems
from server.keys.carry import decrypt_carried
from server.problems import Problem
from server.settings import SyncLimits

PUSH: Final = "push.json"
PHOTO: Final = re.compile(r"photos/sha256[:-]([0-9a-f]{64})")
FOLDERS: Final = frozenset({"photos/"})
BLOCK: Final = 1024 * 1024
ENCRYPTED: Final = 0x1
READ: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
LONGEST_NAME: Final = 100
LARGEST_READ: Final = 16 * 1024 * 1024
"""What is read of a zip at once: the list of 20 000 entries takes a fifth of it."""
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class PhotoEntry:
    """One photo of the file, under the digest that its name states."""

    digest: str
    info: zipfile.ZipInfo


@dataclass(frozen=True)
class CarriedFile:
    """An opened queue. `name` is how people know the file, `digest` that of its encrypted bytes; `strays` are refused names."""

    name: str
    digest: str
    archive: zipfile.ZipFile
    photos: tuple[PhotoEntry, ...]
    strays: tuple[Problem, ...]
    limits: SyncLimits

    def push_bytes(self) -> bytes:
        """The bytes of push.json. Raises CARRIED_FILE when there is none, or two, or it is too large or damaged in the zip."""
        found = [info for info in self.archive.infolist() if info.filename == PUSH]
        if len(found) != 1:
            raise self.refused(f"it holds {len(found)} entries named {PUSH}; a queue has one")
        if found[0].file_size > self.limits.carried_push_bytes:
            raise self.refused(f"{PUSH} is larger than {self.limits.carried_push_bytes} bytes")
        try:
            return b"".join(blocks_of(self.archive, found[0]))
        except BROKEN as error:
            raise self.refused(f"{PUSH} cannot be read: {error}") from error

    def copy(self, photo: PhotoEntry, target: IO[bytes]) -> None:
        """Write a photo's bytes. Raises CARRIED_ENTRY when they are damaged, too many, or not those its name states."""
        if photo.info.file_size > self.limits.video_bytes:
            raise self.entry(photo.info.filename, f"it is larger than {self.limits.video_bytes} bytes")
        hashed = hashlib.sha256()
        try:
            for block in blocks_of(self.archive, photo.info):
                hashed.update(block)
                target.write(block)
        except BROKEN as error:
            raise self.entry(photo.info.filename, f"it is damaged: {error}") from error
        if f"sha256:{hashed.hexdigest()}" != photo.digest:
            raise self.entry(photo.info.filename, "its bytes do not have the digest in its name")

    def refused(self, reason: str) -> Problem:
        return problems.CARRIED_FILE(file=self.name, reason=reason)

    def entry(self, name: str, reason: str) -> Problem:
        return problems.CARRIED_ENTRY(file=self.name, entry=shown(name), reason=reason)


class ReadInPieces:
    """A file of which nobody gets more than LARGEST_READ at once: a zip is believed no size that it states of its own list."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        """As of any file. Raises ValueError for more than may be read at once."""
        content = self.file.read(size if 0 <= size <= LARGEST_READ else LARGEST_READ + 1)
        if len(content) > LARGEST_READ:
            raise ValueError("its list of entries is too long")
        return content


def blocks_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, no more than BLOCK at a time, however small it is packed. Raises one of BROKEN."""
    if info.flag_bits & ENCRYPTED:
        raise zipfile.BadZipFile("it is encrypted within the zip")
    # The other methods of a zip are inflated without a bound: a few kilobytes of them can fill any memory.
    if info.compress_type not in READ:
        raise zipfile.BadZipFile("it is neither stored nor deflated")
    with archive.open(info) as source:
        while block := source.read(BLOCK):
            yield block


@contextmanager
def opened_carried(path: Path, data_dir: Path, limits: SyncLimits) -> Iterator[CarriedFile]:
    """The queue of an age file, decrypted into a nameless file below data_dir that is gone when the block ends.

    Raises CARRIED_FILE when it cannot be read, is too large, is no age file to this server, or holds no zip.
    """
    with ExitStack() as held:
        try:
            plain = held.enter_context(tempfile.TemporaryFile(dir=data_dir))
            digest = decrypt_into(plain, path, data_dir / "keys", limits)
            archive = held.enter_context(zipfile.ZipFile(ReadInPieces(plain)))
            opened = contents(path.name, digest, archive, limits)
        except (ValueError, zipfile.BadZipFile) as error:
            raise problems.CARRIED_FILE(file=path.name, reason=str(error)) from error
        except OSError as error:
            raise problems.CARRIED_FILE(file=path.name, reason=str(error.strerror)) from error
        yield opened


def decrypt_into(plain: IO[bytes], path: Path, keys: Path, limits: SyncLimits) -> str:
    """Decrypt a file and give the digest of its encrypted bytes. Raises ValueError when it is too large or not ours."""
    with path.open("rb") as source:
        if os.fstat(source.fileno()).st_size > limits.carried_bytes:
            raise ValueError(f"it is larger than {limits.carried_bytes} bytes")
        digest = f"sha256:{hashlib.file_digest(source, 'sha256').hexdigest()}"
        source.seek(0)
        decrypt_carried(source, plain, keys)
    return digest


def contents(name: str, digest: str, archive: zipfile.ZipFile, limits: SyncLimits) -> CarriedFile:
    """The entries told apart. Raises ValueError when they are too many or too large together."""
    entries = archive.infolist()
    if len(entries) > limits.carried_entries:
        raise ValueError(f"it holds {len(entries)} entries; at most {limits.carried_entries} are read")
    if sum(info.file_size for info in entries) > limits.carried_bytes:
        raise ValueError(f"its entries inflate to more than {limits.carried_bytes} bytes")
    photos, strays = [], []
    for info in entries:
        named = PHOTO.fullmatch(info.filename)
        if named is not None:
            photos.append(PhotoEntry(f"sha256:{named.group(1)}", info))
        elif info.filename != PUSH and info.filename not in FOLDERS:
            reason = f"a queue holds {PUSH} and photos/sha256-<64 lowercase hex> only"
            strays.append(problems.CARRIED_ENTRY(file=name, entry=shown(info.filename), reason=reason))
    return CarriedFile(name, digest, archive, tuple(photos), tuple(strays), limits)


def shown(name: str) -> str:
    """An entry's name as it can be printed, whatever it holds."""
    return ascii(name)[1:-1][:LONGEST_NAME]
