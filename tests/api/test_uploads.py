"""Photos by tus 1.0 (protocol section 4): offsets only grow, a wrong byte is never stored, every rule of the headers."""

import base64
import hashlib
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.builders import TUS, MakePhone, Phone, a_declared_photo, a_jpeg, digest, payload_of, rows_of
from tests.conftest import FixedClock

if TYPE_CHECKING:
    from flask import Flask

PHOTO = a_jpeg(7, (400, 300))
HALF = len(PHOTO) // 2


def head(phone: Phone, location: str) -> tuple[int, str | None]:
    answer = phone.client.head(location, headers={**phone.headers, **TUS})
    return answer.status_code, answer.headers.get("Upload-Offset")


def blobs(app: "Flask"):
    return app.extensions["xuntu"].world.blobs


def test_the_server_says_what_it_speaks_to_anyone(phone: Phone) -> None:
    answer = phone.client.options("/sync/v1/files")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(512 * 1024 * 1024)
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "creation-with-upload", "checksum", "expiration"}
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"


@pytest.mark.both_stores
def test_an_upload_in_pieces_is_stored_whole(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Photo

    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    assert head(phone, location) == (200, "0")
    first = phone.patch(location, 0, PHOTO[:HALF])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(HALF))
    assert head(phone, location) == (200, str(HALF))
    assert phone.patch(location, HALF, PHOTO[HALF:]).status_code == 204
    assert head(phone, location) == (200, str(len(PHOTO)))
    assert blobs(app).path(digest(PHOTO)).read_bytes() == PHOTO
    (photo,) = rows_of(app, Photo)
    assert (photo.bytes, photo.media_type, photo.quarantined) == (len(PHOTO), "image/jpeg", False)
    assert list(blobs(app).parts.iterdir()) == [], "neither part nor lock is left"


def test_bytes_may_come_with_the_creation(app: "Flask", phone: Phone) -> None:
    metadata = f"digest {base64.b64encode(digest(PHOTO).encode()).decode()},filetype {base64.b64encode(b'image/jpeg').decode()}"
    headers = {**phone.headers, **TUS, "Upload-Length": str(len(PHOTO)), "Upload-Metadata": metadata}
    chunk = {"Content-Type": "application/offset+octet-stream"}
    answer = phone.client.post("/sync/v1/files", headers={**headers, **chunk}, data=PHOTO[:HALF])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(HALF))
    assert phone.patch(answer.headers["Location"], HALF, PHOTO[HALF:]).status_code == 204
    again = phone.client.post("/sync/v1/files", headers={**headers, **chunk}, data=PHOTO)
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert blobs(app).has(digest(PHOTO))


def test_bytes_already_brought_make_an_upload_that_is_complete(phone: Phone, make_phone: MakePhone) -> None:
    phone.upload(PHOTO)
    created = phone.create_upload(digest(PHOTO), len(PHOTO))
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert head(phone, created.headers["Location"]) == (200, str(len(PHOTO)))
    foreign = make_phone().create_upload(digest(PHOTO), len(PHOTO))
    assert foreign.headers["Upload-Offset"] == "0", "who has not brought it cannot learn that it is here"


@pytest.mark.both_stores
def test_a_wrong_offset_hears_the_right_one(phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    phone.patch(location, 0, PHOTO[:HALF])
    for wrong in (0, HALF - 1, HALF + 1, len(PHOTO), 10**14):
        answer = phone.patch(location, wrong, PHOTO[HALF:])
        assert (answer.status_code, answer.headers["Upload-Offset"], answer.json["code"]) == (
            409,
            str(HALF),
            "upload-offset-mismatch",
        )
    assert phone.patch(location, HALF, PHOTO[HALF:]).status_code == 204
    late = phone.patch(location, HALF, PHOTO[HALF:])
    assert (late.status_code, late.headers["Upload-Offset"]) == (409, str(len(PHOTO)))


def test_a_chunk_with_the_wrong_checksum_moves_nothing(phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    answer = phone.patch(location, 0, PHOTO[:HALF], **{"Upload-Checksum": f"sha256 {wrong}"})
    assert (answer.status_code, answer.json["code"], head(phone, location)) == (460, "checksum-mismatch", (200, "0"))
    for header in ("md5 AAAA", "sha256 ???", "sha256"):
        assert phone.patch(location, 0, PHOTO, **{"Upload-Checksum": header}).status_code in (400, 460)
    for algorithm in ("sha256", "sha1"):
        right = base64.b64encode(hashlib.new(algorithm, PHOTO[:HALF]).digest()).decode()
        offset = int(head(phone, location)[1] or 0)
        if offset == 0:
            assert phone.patch(location, 0, PHOTO[:HALF], **{"Upload-Checksum": f"{algorithm} {right}"}).status_code == 204
    assert head(phone, location) == (200, str(HALF))


@pytest.mark.both_stores
def test_a_file_with_the_wrong_digest_dies_and_a_new_upload_starts_over(app: "Flask", phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    answer = phone.patch(location, 0, bytes(len(PHOTO)))
    assert (answer.status_code, answer.json["code"]) == (422, "digest-mismatch")
    assert head(phone, location)[0] == 410
    assert phone.patch(location, 0, PHOTO).json["code"] == "upload-gone"
    assert not blobs(app).has(digest(PHOTO))
    assert phone.upload(PHOTO).status_code == 204
    assert list(blobs(app).parts.iterdir()) == []


def test_wrong_bytes_for_a_photo_that_is_stored_are_still_wrong(phone: Phone, make_phone: MakePhone) -> None:
    phone.upload(PHOTO)
    liar = make_phone()
    location = liar.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    assert liar.patch(location, 0, bytes(len(PHOTO))).status_code == 422
    (result,) = liar.push(liar.manifest(photos=[a_declared_photo(PHOTO)]))
    assert payload_of(result["receipt"])["state"] == "received"


def test_a_file_beyond_its_limit_is_refused_before_a_byte_is_sent(phone: Phone) -> None:
    mib = 1024 * 1024
    video = base64.b64encode(b"video/mp4").decode()
    name = base64.b64encode(digest(PHOTO).encode()).decode()
    metadata = {"Upload-Metadata": f"digest {name},filetype {video}"}
    refused = phone.create_upload(digest(PHOTO), 64 * mib + 1)
    assert (refused.status_code, refused.json["max_bytes"]) == (413, 64 * mib)
    assert phone.create_upload(digest(PHOTO), 64 * mib).status_code == 201
    assert phone.create_upload(digest(PHOTO), 512 * mib, **metadata).status_code == 201
    assert phone.create_upload(digest(PHOTO), 512 * mib + 1, **metadata).status_code == 413


def test_a_chunk_beyond_the_announced_length_is_refused(phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    assert phone.patch(location, 0, PHOTO + b"x").json["code"] == "upload-length"
    assert head(phone, location) == (200, "0")


def test_creation_refuses_headers_it_cannot_use(phone: Phone) -> None:
    fixed = {**phone.headers, **TUS}
    name = f"digest {base64.b64encode(digest(PHOTO).encode()).decode()}"
    wrong = [
        {"Upload-Metadata": name},
        {"Upload-Metadata": name, "Upload-Defer-Length": "1"},
        {"Upload-Metadata": name, "Upload-Length": "0"},
        {"Upload-Metadata": name, "Upload-Length": "-1"},
        {"Upload-Metadata": name, "Upload-Length": "1e3"},
        {"Upload-Length": "5"},
        {"Upload-Length": "5", "Upload-Metadata": "digest"},
        {"Upload-Length": "5", "Upload-Metadata": "digest !!!"},
        {"Upload-Length": "5", "Upload-Metadata": f"digest {base64.b64encode(b'sha256:../../etc/passwd').decode()}"},
        {"Upload-Length": "5", "Upload-Metadata": f"digest {base64.b64encode(bytes([255])).decode()}"},
    ]
    for headers in wrong:
        answer = phone.client.post("/sync/v1/files", headers={**fixed, **headers})
        assert answer.status_code == 400, headers


def test_only_tus_1_0_0_is_spoken(phone: Phone) -> None:
    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        answer = phone.client.post("/sync/v1/files", headers={**phone.headers, **version})
        assert (answer.status_code, answer.json["code"], answer.headers["Tus-Version"]) == (412, "tus-version", "1.0.0")


def test_a_patch_is_neither_coded_nor_of_another_type(phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    assert phone.patch(location, 0, PHOTO, **{"Content-Encoding": "gzip"}).json["code"] == "unsupported-coding"
    assert phone.patch(location, 0, PHOTO, **{"Content-Type": "image/jpeg"}).json["code"] == "unsupported-type"
    assert head(phone, location) == (200, "0")


def test_uploads_of_others_cannot_be_seen_or_touched(phone: Phone, make_phone: MakePhone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    for other in (make_phone(), make_phone(county="350128")):
        assert head(other, location)[0] == 404
        assert other.patch(location, 0, PHOTO).json["code"] == "not-found"
    assert head(phone, f"/sync/v1/files/{uuid.uuid4()}")[0] == 404


def test_an_upload_left_alone_expires_after_two_weeks(app: "Flask", phone: Phone, clock: FixedClock) -> None:
    created = phone.create_upload(digest(PHOTO), len(PHOTO))
    location = created.headers["Location"]
    assert created.headers["Upload-Expires"] == "Mon, 07 Dec 2026 04:00:00 GMT"
    phone.patch(location, 0, PHOTO[:HALF])
    clock.move(days=14, seconds=-1)
    assert head(phone, location) == (200, str(HALF))
    clock.move(seconds=1)
    assert head(phone, location)[0] == 410
    assert app.extensions["xuntu"].relay.tidy() == 1
    assert app.extensions["xuntu"].relay.tidy() == 0
    assert list(blobs(app).parts.iterdir()) == []
    assert phone.upload(PHOTO).status_code == 204


def test_an_upload_whose_part_was_lost_ends_and_starts_over(app: "Flask", phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    phone.patch(location, 0, PHOTO[:HALF])
    (part,) = [each for each in blobs(app).parts.iterdir() if each.suffix == ".part"]
    part.write_bytes(PHOTO[: HALF - 1])
    assert head(phone, location)[0] == 410
    part.unlink()
    assert phone.patch(location, HALF, PHOTO[HALF:]).json["code"] == "upload-gone"
    assert phone.upload(PHOTO).status_code == 204


def test_bytes_written_but_never_acknowledged_are_written_again(app: "Flask", phone: Phone) -> None:
    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    phone.patch(location, 0, PHOTO[:HALF])
    (part,) = [each for each in blobs(app).parts.iterdir() if each.suffix == ".part"]
    part.write_bytes(PHOTO[:HALF] + bytes(2 * len(PHOTO)))
    assert head(phone, location) == (200, str(HALF))
    assert phone.patch(location, HALF, PHOTO[HALF:]).status_code == 204
    assert blobs(app).path(digest(PHOTO)).read_bytes() == PHOTO


def test_every_folder_a_photo_stands_in_is_durable_before_it_is_acknowledged(
    app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        really(descriptor)

    monkeypatch.setattr("server.media.blobs.os.fsync", fsync)
    phone.upload(PHOTO)
    path = blobs(app).path(digest(PHOTO))
    names = [str(folder) for folder in path.parents if folder.is_relative_to(blobs(app).originals)]
    assert set(names) <= set(synced)
    assert [name for name in synced if name.endswith(".part")][-1:], "the bytes themselves were synced"
    part = max(n for n, name in enumerate(synced) if name.endswith(".part"))
    assert synced.index(str(path.parent)) > part, "the name becomes durable after the bytes it stands for"


def test_an_unknown_type_is_stored_quarantined_and_counts(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Photo

    contents = [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"MZ" + bytes(200), b"x"]
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(each) for each in contents]))
    for content in contents:
        assert phone.upload(content).status_code == 204
    assert [photo.quarantined for photo in rows_of(app, Photo)] == [True] * 3
    (answer,) = phone.receipts({"id": result["id"], "rev": 1})
    assert payload_of(answer["receipt"])["state"] == "complete"


def test_a_revoked_phone_can_finish_nothing_but_loses_nothing(app: "Flask", phone: Phone) -> None:
    from server.store.tables.organisation import Device

    location = phone.create_upload(digest(PHOTO), len(PHOTO)).headers["Location"]
    phone.patch(location, 0, PHOTO[:HALF])

    def set_revoked(value: object) -> None:
        with app.extensions["xuntu"].unit_of_work() as uow:
            uow.session.execute(update(Device).values(revoked_at=value))

    set_revoked(app.extensions["xuntu"].clock())
    assert phone.patch(location, HALF, PHOTO[HALF:]).json["code"] == "device-revoked"
    set_revoked(None)
    assert phone.patch(location, HALF, PHOTO[HALF:]).status_code == 204
