"""The network between phone and server: a loopback port that can be cut, silenced or taken over. Changes no byte it passes on.

Requests are told apart only so far as HTTP/1.1 needs (head, Content-Length); what a browser never sends is not understood.
"""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType

LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
PIECE = 65536
PORTAL = (
    b"<!doctype html><html><head><title>Free Wi-Fi</title></head>"
    b"<body><h1>Please sign in</h1><form action='/login'><button>Accept</button></form></body></html>"
)


@dataclass(frozen=True)
class Asked:
    """One request as it went past; `at` is seconds of a monotonic clock."""

    method: str
    path: str
    length: int
    at: float


@dataclass(frozen=True)
class Cut:
    """Where a request is cut: after this many bytes of its body, or (None) when the server has answered but no byte came back.

    `then` is called at that moment, before the phone can notice. With `hangs` nobody tells the phone: the line falls silent, as
    when a phone has walked out of one network and into another.
    """

    after_bytes: int | None = None
    then: Callable[[], None] = lambda: None
    hangs: bool = False


Rule = Callable[[Asked], Cut | None]


def nothing_is_sent(asked: Asked) -> Cut | None:
    """A rule: the app's files pass, what it has to say to the office does not."""
    return Cut(after_bytes=0) if asked.path.startswith("/sync/") else None


class Line:
    """A port of its own in front of a server's port. Threads, one pair a connection; ends with the block."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.asked: list[Asked] = []
        self.rule: Rule | None = None
        self.cuts = 0
        self._mode = "open"
        self._live: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="line", daemon=True)

    def __enter__(self) -> "Line":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._mode = "down"
        # A thread that waits in accept() is not woken by close() alone.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._hang_up()
        self._thread.join(timeout=5)

    def up(self) -> None:
        """Everything passes."""
        was_open = self._mode == "open"
        self._mode, self.rule = "open", None
        if not was_open:
            # A connection that a portal kept open would go on being answered by it.
            self._hang_up()

    def down(self) -> None:
        """No signal: what is open breaks at once, what comes is reset."""
        self._mode = "down"
        self._hang_up()

    def portal(self) -> None:
        """A captive portal: every address answers 200 with a page that asks to sign in."""
        self._mode = "portal"
        self._hang_up()

    def requests(self, method: str, beginning: str) -> list[Asked]:
        """What went past with this method to addresses that begin so."""
        return [each for each in list(self.asked) if each.method == method and each.path.startswith(beginning)]

    def _hang_up(self) -> None:
        with self._lock:
            live, self._live = self._live, set()
        for each in live:
            reset(each)

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            if self._mode == "down":
                reset(phone)
                continue
            work = self._be_portal if self._mode == "portal" else self._carry
            threading.Thread(target=self._guarded, args=(work, phone), daemon=True).start()

    def _guarded(self, work: Callable[[socket.socket], None], phone: socket.socket) -> None:
        phone.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._live.add(phone)
        try:
            work(phone)
        except OSError:
            reset(phone)  # A broken connection is what this line is for; the other side learns of it the same way.
        finally:
            phone.close()
            with self._lock:
                self._live.discard(phone)

    def _be_portal(self, phone: socket.socket) -> None:
        while (read := read_head(phone)) is not None:
            head, rest = read
            for _ in pieces(phone, length_of(head), rest):
                pass
            answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PORTAL)}\r\n\r\n".encode()
            phone.sendall(answer + PORTAL)

    def _carry(self, phone: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.server_port), timeout=120)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lost: list[Cut] = []
        with self._lock:
            self._live.add(server)
        back = threading.Thread(target=self._answer, args=(server, phone, lost), daemon=True)
        back.start()
        try:
            while (read := read_head(phone)) is not None:
                if not self._pass_on(phone, server, *read, lost):
                    return
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            back.join(timeout=120)
        finally:
            reset(server)
            with self._lock:
                self._live.discard(server)

    def _pass_on(self, phone: socket.socket, server: socket.socket, head: bytes, rest: bytes, lost: list[Cut]) -> bool:
        """One request towards the server; False when it was cut."""
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        asked = Asked(method, path, length_of(head), time.monotonic())
        self.asked.append(asked)
        cut = self.rule(asked) if self.rule else None
        if cut is not None:
            self.cuts += 1
        if cut is not None and cut.after_bytes is None:
            lost.append(cut)
        server.sendall(head)
        passed = 0
        for piece in pieces(phone, asked.length, rest):
            if cut is not None and cut.after_bytes is not None and passed + len(piece) >= cut.after_bytes:
                server.sendall(piece[: cut.after_bytes - passed])
                cut.then()
                # Half-said and closed, not reset: bytes on their way may arrive, as they do when a signal fades.
                if cut.hangs:
                    swallow(phone)
                server.shutdown(socket.SHUT_RDWR)
                reset(phone)
                return False
            server.sendall(piece)
            passed += len(piece)
        if cut is not None and cut.after_bytes is not None:
            cut.then()
            reset(phone)
            return False
        return True

    def _answer(self, server: socket.socket, phone: socket.socket, lost: list[Cut]) -> None:
        """Bytes from the server to the phone, until either ends or the answer is to be lost."""
        try:
            while piece := server.recv(PIECE):
                if lost:
                    lost[0].then()
                    reset(phone)
                    return
                phone.sendall(piece)
            phone.shutdown(socket.SHUT_WR)
        except OSError:
            # A server that was killed is told to the phone; a line that merely falls silent would be another fault.
            reset(phone)


def read_head(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """The next request's head with its blank line, and what was read beyond it; None when the other side is done."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(PIECE)
        if not piece:
            return None
        read += piece
    head, rest = read.split(b"\r\n\r\n", 1)
    return head + b"\r\n\r\n", rest


def length_of(head: bytes) -> int:
    found = LENGTH.search(head)
    return int(found[1]) if found else 0


def pieces(connection: socket.socket, length: int, first: bytes) -> Iterator[bytes]:
    """The body of a request of known length as it comes. Raises ConnectionResetError when the sender goes before its end."""
    left = length
    while left > 0:
        piece = first[:left] or connection.recv(min(PIECE, left))
        first = b""
        if not piece:
            raise ConnectionResetError("the phone went in the middle of a request")
        left -= len(piece)
        yield piece


def swallow(connection: socket.socket) -> None:
    """Take what comes and answer nothing until the other side gives up."""
    while connection.recv(PIECE):
        pass


def reset(connection: socket.socket) -> None:
    """End a connection with a TCP reset, waking whoever waits on it."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
