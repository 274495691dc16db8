"""FieldClient: what an app needs of the protocol. Enrol once, capture anywhere, sync when there is a network.

Refuses to forget: whatever goes wrong, a report stays in the outbox until the server's own signature is there for it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from client_sync.draft import PhotoDraft, ReportDraft, timestamp
from client_sync.errors import DraftInvalidError
from client_sync.identity import Identity
from client_sync.manifest import check_body
from client_sync.outbox import Outbox
from client_sync.round import Round, SyncSummary
from client_sync.session import SyncSession
from client_sync.uploader import CHUNK_BYTES, Uploader
from client_sync.wire import Patience, Wire

MIN_PHOTO_BYTES = 1


@dataclass(frozen=True)
class Captured:
    """Where a capture stands from the moment it is safe on the phone."""

    id: str
    rev: int


class FieldClient:
    """One phone: its folder, its server. Belongs to one thread; `device_now` is the phone's own, fallible clock (UTC-aware)."""

    def __init__(
        self,
        folder: Path,
        server: str,
        *,
        patience: Patience | None = None,
        device_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self.outbox = Outbox(folder)
        self.server = server.rstrip("/")
        self.patience = patience or Patience()
        self.device_now = device_now
        self.chunk_bytes = chunk_bytes
        self.last_summary: SyncSummary | None = None

    def close(self) -> None:
        """Ends the database connection; nothing else is open between calls."""
        self.outbox.close()

    def enrol(self, code: str, label: str, *, platform: str = "python") -> Identity:
        """Makes this phone known with a one-time code; safe to repeat after a lost reply.

        Raises RejectedError for a code that is not valid, UnreachableError when nobody answers.
        """
        key = self.outbox.begin_enrolment(server=self.server, code=code, label=label)
        wire = Wire(self.server)
        try:
            reply = SyncSession(wire, self.patience).enrol(code=code, label=label, platform=platform, key=key)
        finally:
            wire.close()
        return self.outbox.finish_enrolment(server=self.server, code=code, reply=reply)

    def capture(self, draft: ReportDraft, *, revises: str | None = None) -> Captured:
        """Saves a report and its photos; durable on return, with or without an enrolment. Raises DraftInvalidError."""
        entries, photos = self._keep_photos(draft.photos)
        body = draft.as_json(entries)
        if draft.server_offset_ms is None and self.outbox.fact("server_offset_ms") is not None:
            body["clock"]["server_offset_ms"] = int(str(self.outbox.fact("server_offset_ms")))
        body["clock"]["mono_ms"] = draft.mono_ms or time.monotonic_ns() // 1_000_000
        if draft.also_present:
            body["also_present"] = [dict(person) for person in draft.also_present]
        check_body(body)
        item_id, rev = self.outbox.capture(item_type="report", body=body, photos=photos, revises=revises)
        return Captured(item_id, rev)

    def progress(self, task_id: str, state: str, *, reason: str | None = None, at: datetime | None = None) -> Captured:
        """Saves a task event: "started", "done" or "impossible" with a reason."""
        if state not in ("started", "done", "impossible"):
            raise DraftInvalidError(f"a task cannot be {state}")
        body = {"captured_at": timestamp(at or self.device_now()), "task_id": task_id, "state": state}
        if reason is not None:
            body["reason"] = reason
        item_id, rev = self.outbox.capture(item_type="task_progress", body=body, photos=(), revises=None)
        return Captured(item_id, rev)

    def sync(self) -> SyncSummary:
        """One round with the server: sign what was captured, push, upload, collect receipts. Never raises for the network;
        `stopped` of the summary says what ended the round early. Raises NotEnrolledError without an identity."""
        self.outbox.queue_captured()
        wire = Wire(self.server, token=self.outbox.identity().token)
        try:
            uploader = Uploader(wire, self.patience, chunk_bytes=self.chunk_bytes)
            session = SyncSession(wire, self.patience)
            self.last_summary = Round(self.outbox, session, uploader, device_now=self.device_now).run()
        finally:
            wire.close()
        return self.last_summary

    def status(self) -> dict[str, int]:
        """How many reports stand where, and how many photos are on this phone only."""
        return {**self.outbox.counts(), "photos_waiting": self.outbox.photos_waiting()}

    def _keep_photos(self, photos: tuple[PhotoDraft, ...]) -> tuple[list[dict[str, Any]], list[tuple[str, int, str]]]:
        entries, kept = [], []
        for photo in photos:
            content = photo.path.read_bytes()
            if len(content) < MIN_PHOTO_BYTES:
                raise DraftInvalidError(f"the photo {photo.path.name} is empty")
            digest = self.outbox.shelf.keep(content)
            entries.append(photo.as_json(digest=digest, size_bytes=len(content)))
            kept.append((digest, len(content), photo.media_type))
        return entries, kept
