"""When the server itself fails (protocol section 1): one shape, no trace to a client, nothing half written."""

import errno
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.builders import TUS, Phone, a_declared_photo, a_jpeg, digest, rows_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

MEMBERS = {"type", "title", "status", "detail", "code", "retry"}
PASSING: dict[str, Callable[[], Exception]] = {
    "a locked database": lambda: OperationalError("INSERT", {}, Exception("database is locked")),
    "a full disk": lambda: OperationalError("INSERT", {}, Exception("database or disk is full")),
    "a lost connection": lambda: InterfaceError("INSERT", {}, Exception("connection already closed")),
    "a connection invalidated": lambda: DataError("INSERT", {}, Exception("gone"), connection_invalidated=True),
    "no connection to be had": lambda: PoolTimeoutError("QueuePool limit"),
    "no space for photos": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "a failing disk": lambda: OSError(errno.EIO, "Input/output error"),
}


def failing(error: Callable[[], Exception]) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error()

    return fail


def submissions(app: "Flask") -> list[Any]:
    from server.store.tables.sync import Event, InboxItem, Receipt, Submission

    found = [row for table in (Submission, InboxItem, Receipt) for row in rows_of(app, table)]
    return found + [event for event in rows_of(app, Event) if event.type.startswith(("report", "receipt"))]


@pytest.mark.parametrize("failure", PASSING)
def test_what_may_pass_undoes_the_whole_push_and_asks_to_come_back(
    app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    from server.services import push

    texts = [phone.manifest(), phone.manifest()]
    body = json.dumps({"items": [phone.item(text) for text in texts]}).encode()
    for step in ("submission_row", "settle_chains", "issue_receipts", "keep_in_inbox"):
        with monkeypatch.context() as patched:
            patched.setattr(push, step, failing(PASSING[failure]))
            answer = phone.post(body)
        assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (503, "unavailable", "later"), step
        assert answer.headers["Retry-After"] == "5"
        assert submissions(app) == [], step
    assert [each["outcome"] for each in phone.push(*texts)] == ["stored", "stored"]


@pytest.mark.both_stores
def test_an_error_of_ours_is_internal_says_nothing_and_writes_nothing(
    app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.services import push

    text = phone.manifest()
    monkeypatch.setattr(push, "keep_in_inbox", failing(lambda: KeyError("secret detail")))
    answer = phone.post(json.dumps({"items": [phone.item(text)]}).encode())
    assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (500, "internal", "later")
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Server-Epoch"] == phone.enrolled["server_epoch"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert submissions(app) == []
    monkeypatch.undo()
    assert phone.push(text)[0]["outcome"] == "stored"


def test_a_full_disk_acknowledges_no_byte_of_a_photo(app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.media import blobs

    photo = a_jpeg()
    location = phone.create_upload(digest(photo), len(photo)).headers["Location"]
    with monkeypatch.context() as patched:
        patched.setattr(blobs.os, "fsync", failing(PASSING["a failing disk"]))
        answer = phone.patch(location, 0, photo)
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        assert phone.create_upload(digest(photo), len(photo)).status_code == 503
    assert phone.client.head(location, headers={**phone.headers, **TUS}).headers["Upload-Offset"] == "0"
    assert phone.patch(location, 0, photo).status_code == 204
    assert app.extensions["xuntu"].world.blobs.path(digest(photo)).read_bytes() == photo


@pytest.mark.both_stores
def test_a_photo_whose_completion_was_undone_is_brought_again(
    app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.services import uploads

    photo = a_jpeg()
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(photo)]))
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "issue_receipts", failing(PASSING["a locked database"]))
        assert phone.upload(photo).status_code == 503
    assert phone.receipts({"id": result["id"], "rev": 1})[0]["missing"] == [digest(photo)]
    assert phone.upload(photo).status_code == 204
    assert phone.receipts({"id": result["id"], "rev": 1})[0]["missing"] == []


def test_every_answer_names_its_request_and_the_epoch(client: "FlaskClient", phone: Phone) -> None:
    asked = [
        client.get("/sync/v1/session"),
        client.get("/sync/v1/nowhere"),
        client.put("/sync/v1/push"),
        client.options("/sync/v1/files"),
        client.post("/sync/v1/devices", data=b"{"),
        phone.client.get("/sync/v1/session", headers=phone.headers),
        phone.post(json.dumps({"items": []}).encode()),
        phone.create_upload(digest(b"x"), 1),
    ]
    assert len({answer.headers["X-Request-Id"] for answer in asked}) == len(asked)
    assert {answer.headers["Server-Epoch"] for answer in asked} == {phone.enrolled["server_epoch"]}
    assert {answer.headers["X-Content-Type-Options"] for answer in asked} == {"nosniff"}


def test_every_failure_has_the_one_shape(client: "FlaskClient", phone: Phone) -> None:
    asked = {
        401: client.get("/sync/v1/session"),
        404: client.get("/sync/v1/nowhere"),
        405: client.put("/sync/v1/push"),
        400: client.post("/sync/v1/devices", data=b"{"),
        413: phone.post(b" " * (4 * 1024 * 1024 + 1)),
        415: phone.post(b"{}", **{"Content-Encoding": "br"}),
        412: phone.client.post("/sync/v1/files", headers=phone.headers),
        422: phone.post(b"{}", "receipts"),
    }
    for status, answer in asked.items():
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
        assert answer.json.keys() >= MEMBERS
        assert (answer.json["status"], answer.json["type"]) == (status, f"/problems/{answer.json['code']}")
        assert answer.json["retry"] in {"never", "later", "after-change"}


def test_a_refusal_to_a_known_inspector_is_on_record(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event

    phone.client.head("/sync/v1/files/0b0c6a3e-7f0e-4d53-9d8c-2a5a4c1b7e01", headers={**phone.headers, **TUS})
    (event,) = rows_of(app, Event, type="access.refused")
    assert (event.county, event.actor) == ("320583", phone.inspector_id)


def test_readiness_fails_when_photos_cannot_be_stored(
    client: "FlaskClient", app: "Flask", monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").json == {"status": "ready"}
    monkeypatch.setattr(app.extensions["xuntu"].world.blobs, "probe", failing(PASSING["no space for photos"]))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert client.get("/healthz").json == {"status": "ok"}
