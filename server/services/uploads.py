"""Resumable uploads of photos (tus 1.0): offsets only grow, bytes are durable before they are acknowledged,
and a photo is complete only when the whole file, read back from storage, has its digest."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select, update

from server import problems
from server.domain.permissions import Action, Actor
from server.media.formats import HEAD_BYTES, recognise
from server.services.receipts import issue_receipts
from server.store.dialects.upsert import insert_or_skip
from server.store.submissions import submissions_waiting_for
from server.store.tables.sync import Photo, PhotoHolder, Upload
from server.store.unit_of_work import UnitOfWork

CHUNK_DAYS = 1
ACCEPTED_FORMATS = frozenset({"jpeg", "heic", "png", "webp", "pdf", "mp4", "webm", "m4a"})


@dataclass(frozen=True)
class UploadState:
    """What the tus headers say of an upload; offsets and lengths in bytes. `dead` when its bytes were not those announced."""

    id: str
    offset: int
    length: int
    metadata: str
    expires_at: str
    dead: bool = False


def state_of(upload: Upload) -> UploadState:
    length = upload.length if upload.length is not None else 0
    expires = upload.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return UploadState(upload.id, upload.received, length, upload.metadata_text, expires, upload.state == "dead")


def create_upload(*, digest: str, length: int, filetype: str, metadata: str, actor: Actor, uow: UnitOfWork) -> UploadState:
    """Begin an upload. Bytes this inspector already uploaded make one that is complete at once."""
    actor.require(Action.PHOTO_UPLOAD, on=actor.county)
    limits = uow.world.settings.sync
    most = limits.video_bytes if filetype.startswith("video/") else limits.photo_bytes
    if length < 1:
        raise problems.UPLOAD_LENGTH(reason="an empty file is no photo")
    if length > most:
        raise problems.TOO_LARGE(max_bytes=most)
    held = uow.session.get(PhotoHolder, (actor.county, digest, actor.id)) is not None
    known = uow.session.get(Photo, (actor.county, digest)) if held else None
    upload = Upload(
        county=actor.county,
        id=str(uuid.uuid4()),
        inspector_id=actor.id,
        device_id=actor.device_id or "",
        digest=digest,
        length=length if known is None else known.bytes,
        received=0 if known is None else known.bytes,
        metadata_text=metadata,
        state="open" if known is None else "complete",
        created_at=uow.now,
        expires_at=uow.now + timedelta(days=limits.upload_days),
    )
    uow.session.add(upload)
    if known is None:
        uow.world.blobs.begin(upload.id)
    return state_of(upload)


def read_upload(upload_id: str, *, actor: Actor, uow: UnitOfWork) -> UploadState:
    """The state of one's own upload. Raises NOT_FOUND for others', UPLOAD_GONE when dead or expired."""
    return state_of(own_upload(upload_id, actor, uow))


def own_upload(upload_id: str, actor: Actor, uow: UnitOfWork, *, to_append: bool = False) -> Upload:
    """The upload, its row locked where it is appended to: the lock that holds across hosts."""
    actor.require(Action.PHOTO_UPLOAD, on=actor.county)
    own = select(Upload).where(Upload.id == upload_id, Upload.county == actor.county, Upload.inspector_id == actor.id)
    upload = uow.session.scalar(own.with_for_update() if to_append else own)
    if upload is None:
        raise problems.NOT_FOUND()
    if upload.state == "dead":
        raise problems.UPLOAD_GONE()
    lost = upload.state == "open" and not uow.world.blobs.has_part(upload.id, upload.received)
    if lost or (upload.state == "open" and upload.expires_at <= uow.now):
        raise problems.UPLOAD_GONE()
    return upload


def append_chunk(upload_id: str, *, offset: int, chunk: Path, actor: Actor, uow: UnitOfWork) -> UploadState:
    """Append a received chunk; at the last byte re-hash the whole from storage and complete whoever waits for it.

    The caller holds the upload's lock. Raises UPLOAD_OFFSET_MISMATCH, UPLOAD_LENGTH. A digest that does not fit kills the
    upload: the state says so and the edge reports DIGEST_MISMATCH after the commit.
    """
    upload = own_upload(upload_id, actor, uow, to_append=True)
    if upload.received != offset or upload.state != "open":
        raise problems.UPLOAD_OFFSET_MISMATCH(offset=upload.received)
    length = upload.length or 0
    if offset + chunk.stat().st_size > length:
        raise problems.UPLOAD_LENGTH(reason="the chunk runs beyond the announced length")
    upload.received = uow.world.blobs.append(upload.id, offset, chunk)
    if upload.received == length:
        finish_upload(upload, actor, uow)
    return state_of(upload)


def finish_upload(upload: Upload, actor: Actor, uow: UnitOfWork) -> None:
    uow.after_commit(lambda: uow.world.blobs.forget_lock(upload.id))
    part = uow.world.blobs.part_path(upload.id)
    with part.open("rb") as file:
        found = recognise(file.read(HEAD_BYTES))
    try:
        uow.world.blobs.adopt(upload.id, upload.digest)
    except problems.Problem:
        upload.state = "dead"
        uow.after_commit(lambda: uow.world.blobs.discard(upload.id))
        return
    upload.state = "complete"
    uow.session.flush()
    store_photo(upload, found.format, found.media_type, actor, uow)


def store_photo(upload: Upload, format_name: str, media_type: str, actor: Actor, uow: UnitOfWork) -> None:
    """The photo is durable: remember who brought it, then complete every submission that waited for it."""
    county = upload.county
    photo = {
        "county": county,
        "digest": upload.digest,
        "bytes": upload.length,
        "media_type": media_type,
        "stored_at": uow.now,
        "quarantined": format_name not in ACCEPTED_FORMATS,
    }
    holder = {"county": county, "digest": upload.digest, "inspector_id": actor.id, "stored_at": uow.now}
    fresh = insert_or_skip(uow.session, Photo, [photo], key=("county", "digest"))
    insert_or_skip(uow.session, PhotoHolder, [holder], key=("county", "digest", "inspector_id"))
    uow.lock_county(county)
    if fresh:
        facts = {"digest": upload.digest, "bytes": upload.length, "media_type": media_type}
        uow.record("photo.stored", county=county, aggregate=("photo", upload.digest), facts=facts, by=actor)
    issue_receipts(submissions_waiting_for(uow.session, county, upload.digest), uow=uow)


def expire_uploads(*, actor: Actor, uow: UnitOfWork) -> int:
    """Mark open uploads past their day dead and drop their parts, and chunks nobody will append; returns how many."""
    actor.require(Action.REPORT_INTERPRET, on=actor.county)
    uow.world.blobs.forget_chunks(before=uow.now - timedelta(days=CHUNK_DAYS))
    stale = uow.session.scalars(select(Upload).where(Upload.state == "open", Upload.expires_at <= uow.now)).all()
    for upload in stale:
        uow.after_commit(partial(uow.world.blobs.discard, upload.id))
        uow.after_commit(partial(uow.world.blobs.forget_lock, upload.id))
    uow.session.execute(update(Upload).where(Upload.id.in_([upload.id for upload in stale])).values(state="dead"))
    return len(stale)
