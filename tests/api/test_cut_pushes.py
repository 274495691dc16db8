"""A connection cut in the middle of a push, against the server as it is really run: half a push is not a push."""

import socket
from typing import TYPE_CHECKING, Any

import pytest

from server.store.tables.sync import InboxItem, Submission
from tests.api.test_cut_uploads import running_gunicorn
from tests.api.test_push_body import body_of
from tests.builders import Phone, a_phone, rows_of

if TYPE_CHECKING:
    from flask import Flask


def push_and_close(server: str, phone: Phone, body: bytes, sent: int) -> bytes:
    """Announce a push, send its first bytes and close the sending half, as a network does that dies; what came back."""
    host, port = server.removeprefix("http://").split(":")
    head = (
        f"POST /sync/v1/push HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {phone.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(head.encode() + body[:sent])
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return answer


@pytest.mark.processes
def test_a_push_cut_on_its_way_enters_no_book_and_the_same_push_then_comes_in_whole(app: "Flask", settings: Any) -> None:
    phone = a_phone(app)
    body = body_of(phone)
    ends_in_spaces = body + b"  "
    with running_gunicorn(settings) as server:
        for announced, sent in ((body, 0), (body, 1), (body, len(body) - 1), (ends_in_spaces, len(body))):
            answer = push_and_close(server, phone, announced, sent)
            assert answer.startswith(b"HTTP/1.1 408 "), answer[:80]
            assert b'"cut-short"' in answer, answer
            assert str(len(announced)).encode() in answer
            assert not rows_of(app, InboxItem)
        whole = push_and_close(server, phone, body, len(body))
        assert whole.startswith(b"HTTP/1.1 200 "), whole[:80]
    assert [row.outcome for row in rows_of(app, InboxItem)] == ["stored"]
    assert len(rows_of(app, Submission)) == 1
