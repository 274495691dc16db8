"""The age key pair to which phones encrypt a carried queue. The identity never leaves the key folder."""

import os
from pathlib import Path

from pyrage import x25519


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
