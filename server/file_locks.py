"""One process of this host at a time, and the others wait: locks on files, which the system opens when a process dies.

Refuses to wait for ever. Nothing is written into the file, and it may be removed by whoever holds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from server.problems import Problem

PAUSE_SECONDS: Final = 0.02


@contextmanager
def held(path: Path, *, patience_seconds: float, otherwise: Problem) -> Iterator[None]:
    """Hold the file against every other holder of this host. Raises `otherwise` when patience runs out."""
    deadline = monotonic() + patience_seconds
    with path.open("w") as file:
        while True:
            try:
                flock(file, LOCK_EX | LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > deadline:
                    raise otherwise from None
                sleep(PAUSE_SECONDS)
        yield
