"""tus 1.0.0 for photos (protocol section 4): headers in, headers out. The bytes are received before any lock is taken."""

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import ClientDisconnected

from server import problems
from server.api.endpoint import BLOCK, current_actor, identify_device, request_unit
from server.composition import xuntu
from server.keys.text import is_digest
from server.services.uploads import UploadState, append_chunk, create_upload, read_upload

TUS = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration"
CHECKSUMS = "sha256,sha1"
CHUNK_TYPE = "application/offset+octet-stream"

files = Blueprint("files", __name__, url_prefix="/sync/v1/files")
capabilities = Blueprint("capabilities", __name__, url_prefix="/sync/v1/files")


@files.before_request
def speak_tus() -> None:
    """Who asks and in which protocol version; a coded body would make offsets meaningless."""
    identify_device()
    if request.headers.get("Tus-Resumable") != TUS:
        raise problems.TUS_VERSION()
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise problems.UNSUPPORTED_CODING(coding=request.headers["Content-Encoding"])


@files.after_request
def name_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = TUS
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 412:
        response.headers["Tus-Version"] = TUS
    return response


@capabilities.route("", methods=["OPTIONS"], provide_automatic_options=False)
def discover() -> Response:
    """What this server can do; asked before signing in."""
    limits = xuntu().settings.sync
    headers = {
        "Tus-Resumable": TUS,
        "Tus-Version": TUS,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": CHECKSUMS,
        "Tus-Max-Size": str(limits.video_bytes),
    }
    return Response(status=204, headers=headers)


@files.post("")
def create() -> Response:
    """Begin an upload, optionally with its first bytes."""
    metadata = request.headers.get("Upload-Metadata", "")
    facts = read_metadata(metadata)
    digest = facts.get("digest", "")
    if not is_digest(digest):
        raise problems.UPLOAD_METADATA(reason="Upload-Metadata must name `digest` as sha256:<64 lowercase hex>")
    length = read_whole("Upload-Length")
    with request_unit() as uow:
        state = create_upload(
            digest=digest, length=length, filetype=facts.get("filetype", ""), metadata=metadata, actor=current_actor(), uow=uow
        )
    if state.offset == 0 and request.mimetype == CHUNK_TYPE:
        state = receive_chunk(state.id, 0)
    location = url_for("files.head", upload_id=state.id, _external=False)
    return answer(state, 201, Location=location)


@files.route("/<uuid:upload_id>", methods=["HEAD"])
def head(upload_id: Any) -> Response:
    """Where an upload stands."""
    with request_unit(read_only=True) as uow:
        state = read_upload(str(upload_id), actor=current_actor(), uow=uow)
    return answer(state, 200, **{"Upload-Length": str(state.length), "Upload-Metadata": state.metadata})


@files.patch("/<uuid:upload_id>")
def patch(upload_id: Any) -> Response:
    """Append a chunk at the offset the upload stands at."""
    if request.mimetype != CHUNK_TYPE:
        raise problems.UNSUPPORTED_TYPE(content_type=request.content_type)
    return answer(receive_chunk(str(upload_id), read_whole("Upload-Offset")), 204)


def receive_chunk(upload_id: str, offset: int) -> UploadState:
    """Read the body into a file of its own, check it, then append it under the upload's lock."""
    composition = xuntu()
    with request_unit(read_only=True) as uow:
        before = read_upload(upload_id, actor=current_actor(), uow=uow)
    if before.offset != offset:
        raise problems.UPLOAD_OFFSET_MISMATCH(offset=before.offset)
    blobs = composition.world.blobs
    with received_body(blobs.parts, before.length - offset) as chunk, blobs.lock(upload_id), request_unit() as uow:
        state = append_chunk(upload_id, offset=offset, chunk=chunk, actor=current_actor(), uow=uow)
    if state.dead:
        raise problems.DIGEST_MISMATCH()
    return state


@contextmanager
def received_body(folder: Path, most: int) -> Iterator[Path]:
    """The body as a file. A cut body keeps what arrived, unless a checksum was announced for the whole of it."""
    announced = read_checksum()
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=".chunk")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            hashed = copy_stream(file, most, None if announced is None else announced[0])
        if announced is not None and hashed != announced[1]:
            raise problems.CHECKSUM_MISMATCH()
        yield path
    finally:
        path.unlink(missing_ok=True)


def copy_stream(file: Any, most: int, algorithm: str | None) -> bytes | None:
    hasher = None if algorithm is None else hashlib.new(algorithm, usedforsecurity=False)
    length = 0
    while True:
        try:
            block = request.stream.read(BLOCK)
        except ClientDisconnected:
            break
        if not block:
            break
        length += len(block)
        if length > most:
            raise problems.UPLOAD_LENGTH(reason="the chunk runs beyond the announced length")
        file.write(block)
        if hasher is not None:
            hasher.update(block)
    return None if hasher is None else hasher.digest()


def read_checksum() -> tuple[str, bytes] | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    if algorithm not in CHECKSUMS.split(","):
        raise problems.UPLOAD_METADATA(reason=f"Upload-Checksum knows {CHECKSUMS}")
    try:
        return algorithm, base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise problems.UPLOAD_METADATA(reason="Upload-Checksum is not base64") from error


def read_metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: comma-separated `key base64(value)`. Raises UPLOAD_METADATA."""
    facts: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        name, _, value = pair.strip().partition(" ")
        try:
            facts[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise problems.UPLOAD_METADATA(reason=f"the value of {name} is not base64 of UTF-8 text") from error
    return facts


def read_whole(header: str) -> int:
    value = request.headers.get(header, "")
    if not re.fullmatch(r"[0-9]{1,15}", value):
        raise problems.UPLOAD_LENGTH(reason=f"{header} must be a whole number of bytes")
    return int(value)


def answer(state: UploadState, status: int, **headers: str) -> Response:
    fixed = {"Upload-Offset": str(state.offset), "Upload-Expires": state.expires_at}
    return Response(status=status, headers={**fixed, **headers})
