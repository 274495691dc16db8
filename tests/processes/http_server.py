"""The application behind a real loopback socket, in a thread of the test. Refuses outside addresses."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class SilentHandler(WSGIRequestHandler):
    """A request handler that leaves the test's output to the test."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Drop the line."""


@contextlib.contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """Base URL (no final slash) of the app, served until the block ends; port 0 takes any free one."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=SilentHandler)
    thread = threading.Thread(target=server.serve_forever, name="test-http-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
