"""The age key pair to which phones encrypt a carried queue. The identity never leaves the key folder."""

import os
from pathlib import Path
from typing import IO

from pyrage import DecryptError, decrypt_io, x25519


def carry_identity(folder: Path) -> x25519.Identity:
    """The identity kept in folder, made on first use with owner-only permissions."""
    path = folder / "carry.age"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return carry_identity(folder)
        with os.fdopen(descriptor, "w") as file:
            file.write(str(x25519.Identity.generate()))
            file.flush()
            os.fsync(file.fileno())
    return x25519.Identity.from_str(path.read_text().strip())


def carry_recipient(folder: Path) -> str:
    """The `age1…` text that enrolment hands to phones."""
    return str(carry_identity(folder).to_public())


def decrypt_carried(source: IO[bytes], target: IO[bytes], folder: Path) -> None:
    """Write what an age file to this server's recipient holds, block by block; what was written counts only at a normal end.

    Raises ValueError saying why it is none, is cut, was changed, or is for another recipient.
    """
    try:
        decrypt_io(source, target, [carry_identity(folder)])
    except DecryptError as error:
        other = "No matching keys" in str(error)
        reason = "it is encrypted to another recipient" if other else "it is no whole age file"
        raise ValueError(reason) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise ValueError("it was cut off or changed after it was encrypted") from error
