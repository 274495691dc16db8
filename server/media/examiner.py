"""Photos examined in a process of their own, kept warm. Refuses to open a stranger's file in the process that asks.

The child is replaced when it breaks a limit or dies; the photo that did it is reported as such and the next one works. One
examiner may be shared by threads (one file at a time) and survives a fork: each process gets its own child.
"""

import base64
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from server import problems
from server.domain.evidence import PhotoFacts
from server.media.formats import HEAD_BYTES, recognise

_CHILD = Path(__file__).with_name("child.py")
_START_SECONDS = 30.0
_ANSWER_MAX_BYTES = 4 << 20
# What a child needs above its own size to open anything at all; measured, a 12-megapixel HEIC takes 130 MiB.
_HEADROOM_BYTES = 64 << 20
# Neither the database's address nor any key reaches the process that opens hostile files.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class ExaminationLimits:
    """What one photo may cost: address space of the whole child, processor and wall seconds, pixels; and the small picture.

    The wall limit ends what waits, the processor limit also ends a child whose parent is gone.
    """

    memory_bytes: int = 512 << 20
    cpu_seconds: int = 10
    wall_seconds: float = 10.0
    max_pixels: int = 108_000_000
    thumbnail_px: int = 480


@dataclass(frozen=True)
class Examination:
    """`thumbnail_bytes` is a JPEG or None; `seconds` is wall time, `peak_rss_bytes` the child's highest so far (0 unknown)."""

    facts: PhotoFacts
    thumbnail_bytes: bytes | None
    seconds: float
    peak_rss_bytes: int


class _ChildGoneError(Exception):
    """The child ended or was ended; `limit` names the limit it broke, or `crash`; `facts` is what it had said by then."""

    def __init__(self, limit: str, facts: dict[str, Any] | None = None) -> None:
        super().__init__(limit)
        self.limit = limit
        self.facts = facts


class PhotoExaminer:
    """Examines photos one at a time in a child process that it starts at the first photo and replaces when it must."""

    def __init__(self, limits: ExaminationLimits, *, python: str = sys.executable) -> None:
        """`python` is the interpreter of the child: the one that runs, unless that is embedded in another program."""
        self.limits = limits
        self._python = python
        self._lock = threading.Lock()
        self._child: _Child | None = None
        forget = weakref.WeakMethod(self._forget_after_fork)
        os.register_at_fork(after_in_child=lambda: _call(forget))

    @property
    def child_pid(self) -> int | None:
        """The process that would examine the next photo, None before the first."""
        return self._child.process.pid if self._child else None

    def examine(self, path: Path, *, digest: str | None = None) -> Examination:
        """Examine the file at `path`; with `digest` (`sha256:<hex>`) also check that the bytes are still those.

        Whatever the file holds comes back as facts, a broken limit as their `problem`. Raises problems.FILE_UNREADABLE when
        the file cannot be opened and problems.UNSAFE_SETTING when the memory limit is too small for any photo.
        """
        try:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
        except OSError as error:
            raise problems.FILE_UNREADABLE(path=path.name, reason=error.strerror or type(error).__name__) from error
        with self._lock:
            started = time.monotonic()
            thumbnail, facts, peak = self._examine(path.absolute(), digest, head)
            return Examination(facts, thumbnail, time.monotonic() - started, peak)

    def close(self) -> None:
        """End the child; a later `examine` starts another."""
        with self._lock:
            self._drop()

    def __enter__(self) -> "PhotoExaminer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _examine(self, path: Path, digest: str | None, head: bytes) -> tuple[bytes | None, PhotoFacts, int]:
        try:
            answer = self._ask(path, digest)
        except _ChildGoneError as gone:
            found = recognise(head)
            facts = PhotoFacts.unexamined(found.format, found.media_type, problem="", reason="")
            if gone.facts is not None:
                facts = PhotoFacts.from_json(gone.facts)
            stopped = replace(facts, problem=problems.EXAMINATION_LIMIT.code, reason=self._limit_broken(gone.limit))
            return None, stopped, 0
        if "unopened" in answer:
            raise problems.FILE_UNREADABLE(path=path.name, reason=answer["unopened"])
        thumbnail = None if answer["thumbnail"] is None else base64.b64decode(answer["thumbnail"])
        return thumbnail, PhotoFacts.from_json(answer["facts"]), int(answer["peak_rss_bytes"])

    def _ask(self, path: Path, digest: str | None) -> dict[str, Any]:
        """Ask the child, and once more a new one if the first was ended from outside: it may not have been this file's doing."""
        for again in (True, False):
            try:
                child = self._child = self._child or _Child(self.limits, self._python)
                answer = child.ask({"path": str(path), "digest": digest}, self.limits.wall_seconds)
            except _ChildGoneError as gone:
                self._drop()
                if not again or gone.limit != "crash":
                    raise
            else:
                if "limit" not in answer:
                    return answer
                # A process that ran out of memory once is in no known state.
                self._drop()
                raise _ChildGoneError(answer["limit"], answer.get("facts"))
        raise AssertionError("the second attempt returns or raises")

    def _limit_broken(self, limit: str) -> str:
        words = {
            "memory": f"more than {self.limits.memory_bytes >> 20} MiB of memory",
            "cpu": f"more than {self.limits.cpu_seconds} s of processor time",
            "time": f"more than {self.limits.wall_seconds:g} s",
        }
        return words.get(limit, "the decoder crashed")

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _forget_after_fork(self) -> None:
        """In a forked process the child belongs to the parent: let go of it, and of a lock some other thread may have held."""
        child, self._child = self._child, None
        self._lock = threading.Lock()
        if child is not None:
            child.forget()


class _Child:
    """One child process and its two pipes."""

    def __init__(self, limits: ExaminationLimits, python: str) -> None:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        # Each malloc arena would reserve 64 MiB of the address space that is limited.
        environment["MALLOC_ARENA_MAX"] = "1"
        self.process = subprocess.Popen(  # noqa: S603 - our own program, by our own interpreter.
            [python, "-P", str(_CHILD), json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        self._received = b""
        self._asked = 0
        ready = self._receive(time.monotonic() + _START_SECONDS)
        if limits.memory_bytes - ready["address_space_bytes"] < _HEADROOM_BYTES:
            self.end()
            least = (ready["address_space_bytes"] + _HEADROOM_BYTES) >> 20
            raise problems.UNSAFE_SETTING(setting="memory_bytes", reason=f"examining a photo needs at least {least} MiB")

    def ask(self, request: dict[str, Any], wall_seconds: float) -> dict[str, Any]:
        """Send one request and return its last message. Raises _ChildGoneError with the facts that came before the end."""
        deadline = time.monotonic() + wall_seconds
        self._asked += 1
        facts: dict[str, Any] | None = None
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(request | {"id": self._asked}).encode("ascii") + b"\n")
            self.process.stdin.flush()
            while True:
                message = self._receive(deadline)
                if message["id"] != self._asked:
                    raise _ChildGoneError("crash", facts)
                facts = message.get("facts", facts)
                if "last" in message:
                    return message | {"facts": facts}
        except _ChildGoneError as gone:
            raise _ChildGoneError(gone.limit, facts) from gone
        except (BrokenPipeError, ValueError, KeyError) as error:
            raise _ChildGoneError(self._ended_by(), facts) from error

    def end(self) -> None:
        """Kill the process and collect it; it holds nothing worth a farewell."""
        self.process.kill()
        self.process.wait()
        self._close_pipes()

    def forget(self) -> None:
        """Let go of a process that belongs to the process this one was forked from."""
        self._close_pipes()
        self.process.returncode = 0

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                pass  # the request it still held belongs to a child that is gone

    def _receive(self, deadline: float) -> dict[str, Any]:
        """The next line of the child. Raises _ChildGoneError at its end or at the deadline, ValueError if it is not JSON."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._received:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise _ChildGoneError("time")
                part = os.read(self.process.stdout.fileno(), 1 << 16)
                if not part or len(self._received) > _ANSWER_MAX_BYTES:
                    raise _ChildGoneError(self._ended_by())
                self._received += part
        line, _, self._received = self._received.partition(b"\n")
        message = json.loads(line)
        if not isinstance(message, dict):
            raise ValueError("an answer is an object")
        return message

    def _ended_by(self) -> str:
        """`cpu` where the kernel ended the child for its processor time, else `crash`."""
        try:
            return "cpu" if self.process.wait(timeout=1.0) == -signal.SIGXCPU else "crash"
        except subprocess.TimeoutExpired:
            return "crash"


def _call(method: "weakref.WeakMethod[Any]") -> None:
    alive = method()
    if alive is not None:
        alive()
