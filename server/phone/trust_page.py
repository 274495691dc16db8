"""The page from which a phone takes the local authority's certificate, over plain http since there is no trust yet.

It gives out what anybody may know, a certificate and how to install it; every other address is not there.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any, Final

TEMPLATE: Final = Path(__file__).with_name("trust.html")
CERTIFICATE_NAME: Final = "xuntu-authority.crt"


@dataclass(frozen=True)
class Answer:
    """One address of the page: its bytes and how a browser is to take them."""

    content: bytes
    media_type: str


def trust_answers(*, der: bytes, fingerprint: str, name: str, app: str) -> dict[str, Answer]:
    """What is answered, by address. `app` is where the phone goes next; no code that joins a phone is ever on this page."""
    page = Template(TEMPLATE.read_text("utf-8")).substitute(app=escape(app), fingerprint=fingerprint, name=escape(name))
    return {
        "/": Answer(page.encode(), "text/html; charset=utf-8"),
        # Both systems open their installer for this type; the file is DER, which both read.
        f"/{CERTIFICATE_NAME}": Answer(der, "application/x-x509-ca-cert"),
    }


class TrustHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from a table made before it started."""

    server_version, sys_version = "Xuntu", ""
    timeout = 20

    def __init__(self, answers: Mapping[str, Answer], *args: Any) -> None:
        self.answers = answers
        super().__init__(*args)

    def do_GET(self) -> None:
        answer = self.answers.get(self.path.partition("?")[0])
        if answer is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(answer.content)

    do_HEAD = do_GET  # noqa: N815 - the name is the base class's

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the terminal shows the code to scan."""


def serve_trust_page(answers: Mapping[str, Answer], host: str, port: int) -> ThreadingHTTPServer:
    """Answer on this port in threads of their own until `shutdown`. Raises OSError when the port cannot be had."""
    server = ThreadingHTTPServer((host, port), partial(TrustHandler, answers))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="trust-page", daemon=True).start()
    return server
