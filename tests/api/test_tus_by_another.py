"""Somebody else's tus client uploads through a real socket, and what it sent is held as it was."""

import base64
from io import BytesIO
from typing import TYPE_CHECKING

from tusclient.client import TusClient

from tests.builders import a_jpeg, a_phone, digest

if TYPE_CHECKING:
    from flask import Flask


def test_tuspy_uploads_a_photo_in_chunks(app: "Flask", live_server: str) -> None:
    phone, content = a_phone(app), a_jpeg(7, size=(400, 300))
    client = TusClient(f"{live_server}/sync/v1/files", headers=phone.headers)
    named = {"digest": digest(content), "filetype": "image/jpeg"}
    uploader = client.uploader(file_stream=BytesIO(content), chunk_size=512, metadata=named, upload_checksum=True)
    uploader.upload()
    assert uploader.offset == len(content) > 3 * 512
    assert app.extensions["xuntu"].world.blobs.path(digest(content)).read_bytes() == content


def test_tuspy_goes_on_where_another_process_stopped(app: "Flask", live_server: str) -> None:
    phone, content = a_phone(app), a_jpeg(8, size=(400, 300))
    begun = phone.create_upload(digest(content), len(content))
    phone.patch(begun.headers["Location"], 0, content[:700])
    client = TusClient(f"{live_server}/sync/v1/files", headers=phone.headers)
    uploader = client.uploader(file_stream=BytesIO(content), chunk_size=512, url=live_server + begun.headers["Location"])
    assert uploader.offset == 700
    uploader.upload()
    assert app.extensions["xuntu"].world.blobs.has(digest(content))


def test_tuspy_spells_metadata_as_this_server_reads_it() -> None:
    client = TusClient("http://127.0.0.1:1/sync/v1/files")
    [pair] = client.uploader(file_stream=BytesIO(b"x"), metadata={"digest": "sha256:0"}).encode_metadata()
    assert pair == f"digest {base64.b64encode(b'sha256:0').decode()}"
