"""Sends photo bytes over tus 1.0, chunk by chunk, and resumes where the server stands. Trusts no offset it cannot explain."""

import base64
import hashlib
from collections.abc import Callable

import requests

from client_sync.errors import NotBelievedError, UnreachableError
from client_sync.outbox import StoredPhoto
from client_sync.session import BASE
from client_sync.wire import Patience, Wire, problem_of, refuse

CHUNK_BYTES = 256 * 1024
FRESH_STARTS = 3
CHUNK_ATTEMPTS = 5
TUS = {"Tus-Resumable": "1.0.0"}


class _UploadEndedError(Exception):
    """The server no longer has this upload: the bytes must start over at a new one."""


class _ChunkSpoiltError(UnreachableError):
    """The chunk arrived with another checksum (460): the same bytes are sent again."""


class _ElsewhereError(UnreachableError):
    """The server stands at another offset (409): ask where, and go on from there."""


class Uploader:
    """Uploads one photo at a time. `remember(url)` is called before the first byte, so that a crash can resume."""

    def __init__(self, wire: Wire, patience: Patience, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.wire = wire
        self.patience = patience
        self.chunk_bytes = chunk_bytes
        self.sent_bytes = 0

    def upload(
        self, photo: StoredPhoto, content: bytes, *, report_id: str, rev: int, remember: Callable[[str | None], None]
    ) -> None:
        """Returns when the server has said it holds all bytes.

        Raises UnreachableError, RejectedError or ReenrolNeededError otherwise.
        """
        url = photo.upload_url
        for _ in range(FRESH_STARTS):
            try:
                if url is None:
                    url, offset = self._create(photo, report_id, rev)
                    remember(url)
                else:
                    offset = self._ask_offset(url, len(content))
                self._send_from(url, content, offset)
                return
            except _UploadEndedError:
                url = None
                remember(None)
        raise UnreachableError(f"the server ended {FRESH_STARTS} uploads of one photo", code="upload-gone")

    def _create(self, photo: StoredPhoto, report_id: str, rev: int) -> tuple[str, int]:
        fields = {"digest": photo.digest, "filetype": photo.media_type, "report_id": report_id, "rev": str(rev)}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode('utf-8')).decode('ascii')}" for name, value in fields.items())
        headers = {**TUS, "Upload-Length": str(photo.size_bytes), "Upload-Metadata": metadata}

        def once() -> tuple[str, int]:
            response = self.wire.send("POST", f"{BASE}/files", body=b"", headers=headers)
            if response.status_code >= 400:
                refuse(response)
            location = response.headers.get("Location")
            if response.status_code != 201 or location is None:
                raise NotBelievedError("no upload was created")
            offset = _offset_of(response, at_most=photo.size_bytes) if "Upload-Offset" in response.headers else 0
            return self.wire.path_of(location), offset

        return self.patience.insist(once)

    def _ask_offset(self, url: str, size_bytes: int) -> int:
        return self.patience.insist(lambda: self._offset(url, size_bytes))

    def _offset(self, url: str, size_bytes: int) -> int:
        response = self.wire.send("HEAD", url, headers=TUS)
        if response.status_code in (403, 404, 410):
            raise _UploadEndedError
        if response.status_code not in (200, 204):
            raise NotBelievedError(f"HEAD answered {response.status_code}")
        return _offset_of(response, at_most=size_bytes)

    def _send_from(self, url: str, content: bytes, offset: int) -> None:
        failures = 0
        while offset < len(content):
            chunk = content[offset : offset + self.chunk_bytes]
            try:
                offset = self._append(url, chunk, offset, len(content))
                failures = 0
            except UnreachableError as failure:
                failures += 1
                if failures >= CHUNK_ATTEMPTS:
                    raise
                if not isinstance(failure, _ElsewhereError):
                    self.patience.sleep(self.patience.wait_s(failures, failure.retry_after_s))
                offset = self._ask_offset(url, len(content))

    def _append(self, url: str, chunk: bytes, offset: int, size_bytes: int) -> int:
        checksum = base64.b64encode(hashlib.sha256(chunk).digest()).decode("ascii")
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {checksum}",
        }
        response = self.wire.send("PATCH", url, body=chunk, headers=headers)
        status = response.status_code
        if status == 204:
            self.sent_bytes += len(chunk)
            return self._advanced(response, offset, len(chunk), size_bytes)
        if status == 409:
            raise _ElsewhereError("the upload stands elsewhere", code="upload-offset-mismatch")
        if status == 460:
            raise _ChunkSpoiltError("a chunk was damaged on the way", code="checksum-mismatch")
        if status in (404, 410) or (status == 422 and problem_of(response).get("code") == "digest-mismatch"):
            raise _UploadEndedError
        if status >= 400:
            refuse(response)
        raise NotBelievedError(f"a chunk was answered with {status}")

    @staticmethod
    def _advanced(response: requests.Response, offset: int, sent: int, size_bytes: int) -> int:
        reached = _offset_of(response, at_most=size_bytes)
        if not offset < reached <= offset + sent:
            raise NotBelievedError(f"the offset went from {offset} to {reached} with {sent} bytes")
        return reached


def _offset_of(response: requests.Response, *, at_most: int) -> int:
    value = response.headers.get("Upload-Offset", "")
    if response.headers.get("Tus-Resumable") != "1.0.0" or not value.isdigit() or int(value) > at_most:
        raise NotBelievedError("the answer does not say where the upload stands")
    return int(value)
