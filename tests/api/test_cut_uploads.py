"""A connection cut in the middle of a photo, against the server as it is really run: what arrived is kept."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.builders import TUS, Phone, a_jpeg, a_phone, digest
from tests.processes.valkey import free_port

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
PHOTO = a_jpeg(5, (900, 700)) + bytes(300_000)
SENT = 200_000


@contextlib.contextmanager
def running_gunicorn(settings: Any) -> Iterator[str]:
    """`flask serve` on this test's database, as an embedded server runs it."""
    port = free_port()
    environment = {
        **os.environ,
        "XUNTU_DATA": str(settings.data_dir),
        "XUNTU_DATABASE_URL": settings.database_url,
        "XUNTU_SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--empty", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up and process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                break
            time.sleep(0.1)
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def offset_of(server: str, phone: Phone, location: str) -> int:
    answer = requests.head(f"{server}{location}", headers={**phone.headers, **TUS}, timeout=10)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["Upload-Offset"])


def settled_offset(server: str, phone: Phone, location: str, least: int) -> int:
    """The offset once the server has noticed the cut."""
    give_up = time.monotonic() + 15
    while (offset := offset_of(server, phone, location)) < least and time.monotonic() < give_up:
        time.sleep(0.05)
    return offset


def send_and_cut(server: str, phone: Phone, location: str, offset: int, *, reset: bool) -> None:
    """Announce the rest of the photo, send a part of it, and go: by a reset, or by closing what was half said."""
    host, port = server.removeprefix("http://").split(":")
    rest = len(PHOTO) - offset
    head = (
        f"PATCH {location} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {phone.token}\r\nTus-Resumable: 1.0.0\r\n"
        f"Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {rest}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + PHOTO[offset : offset + SENT // 2])
        time.sleep(0.3)
        if reset:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@pytest.mark.processes
def test_a_cut_patch_keeps_the_bytes_that_arrived(app: "Flask", settings: Any) -> None:
    phone = a_phone(app)
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    with running_gunicorn(settings) as server:
        send_and_cut(server, phone, location, 0, reset=False)
        first = settled_offset(server, phone, location, SENT // 2)
        assert first == SENT // 2
        send_and_cut(server, phone, location, first, reset=True)
        second = settled_offset(server, phone, location, first + 1)
        assert first < second <= SENT, "a reset may lose what was still on its way, never what was acknowledged"
        headers = {**phone.headers, **TUS, "Upload-Offset": str(second), "Content-Type": "application/offset+octet-stream"}
        answer = requests.patch(f"{server}{location}", data=PHOTO[second:], headers=headers, timeout=30)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(PHOTO)))
        assert answer.raw.headers.getlist("Date"), "every answer has a date"
        assert len(answer.raw.headers.getlist("Date")) == 1
    assert app.extensions["xuntu"].world.blobs.path(digest(PHOTO)).read_bytes() == PHOTO
