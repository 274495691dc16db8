"""What phones send: inbox, submissions, photos, uploads, receipts, and the events table. Nothing of leads or cases."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base, JsonText, UtcDateTime


class InboxItem(Base):
    """One pushed item as received, kept before it is judged and for ever after. `outcome` is one of the five."""

    __tablename__ = "inbox"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device_id: Mapped[str] = mapped_column(String(36))
    request_id: Mapped[str] = mapped_column(String(36))
    ordinal: Mapped[int] = mapped_column(Integer)
    item: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(String(12))
    submission_id: Mapped[str | None] = mapped_column(String(36))
    rev: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(71))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    __table_args__ = (
        Index("ix_inbox_device_day", "county", "device_id", "received_at"),
        Index("ix_inbox_submission", "county", "submission_id", "rev"),
    )


class Submission(Base):
    """A manifest by identity. `state` is stored, held or quarantined; only the first two claim (county, id, rev)."""

    __tablename__ = "submissions"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    digest: Mapped[str] = mapped_column(String(71), primary_key=True)
    type: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    cause: Mapped[str | None] = mapped_column(String(40))
    manifest: Mapped[str] = mapped_column(Text)
    signature: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    prev: Mapped[str | None] = mapped_column(String(71))
    device_id: Mapped[str | None] = mapped_column(String(36))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    inspector_id: Mapped[str | None] = mapped_column(String(36))
    pushed_by: Mapped[str] = mapped_column(String(36))
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    observation_kind: Mapped[str | None] = mapped_column(String(20))
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    flags: Mapped[list[str]] = mapped_column(JsonText)
    photos_readable: Mapped[bool] = mapped_column(Boolean, default=True)
    superseded: Mapped[bool] = mapped_column(Boolean, default=False)
    __table_args__ = (
        Index(
            "uq_submissions_claim",
            "county",
            "id",
            "rev",
            unique=True,
            sqlite_where=text("state IN ('stored','held')"),
            postgresql_where=text("state IN ('stored','held')"),
        ),
        Index("ix_submissions_device_seq", "county", "device_id", "seq"),
        Index("ix_submissions_received", "county", "received_at"),
        Index("ix_submissions_inspector", "county", "inspector_id", "captured_at"),
        Index("ix_submissions_own", "county", "inspector_id", "id"),
        Index("ix_submissions_pushed", "county", "pushed_by", "id"),
    )


class SubmissionPhoto(Base):
    """One photo a manifest declares, by the order it is declared in."""

    __tablename__ = "submission_photos"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    digest: Mapped[str] = mapped_column(String(71), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    photo_digest: Mapped[str] = mapped_column(String(71))
    kind: Mapped[str] = mapped_column(String(20))
    __table_args__ = (Index("ix_submission_photos_photo", "county", "photo_digest"),)


class Photo(Base):
    """Stored original bytes, by digest. `facts` are what the examiner read; null until it has looked."""

    __tablename__ = "photos"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    digest: Mapped[str] = mapped_column(String(71), primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str | None] = mapped_column(String(60))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    thumbnail_digest: Mapped[str | None] = mapped_column(String(71))
    quarantined: Mapped[bool] = mapped_column(Boolean, default=False)


class PhotoHolder(Base):
    """Who uploaded which photo: only the author's or the pusher's own bytes count as present for a manifest."""

    __tablename__ = "photo_holders"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    digest: Mapped[str] = mapped_column(String(71), primary_key=True)
    inspector_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhotoFlag(Base):
    """One evidence flag of a report (photo_digest empty) or of a photo in a report. Flags inform; they never reject."""

    __tablename__ = "photo_flags"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    report_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    photo_digest: Mapped[str] = mapped_column(String(71), primary_key=True, default="")
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JsonText)


class Upload(Base):
    """A tus upload. `received` never decreases; `state` is open, complete or dead."""

    __tablename__ = "uploads"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    inspector_id: Mapped[str] = mapped_column(String(36))
    device_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(71))
    length: Mapped[int | None] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    metadata_text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_uploads_id", "id", unique=True),)


class Receipt(Base):
    """A signed receipt as sent. At most one received and one complete for an identity and epoch."""

    __tablename__ = "receipts"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    digest: Mapped[str] = mapped_column(String(71), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), primary_key=True)
    payload: Mapped[str] = mapped_column(Text)
    signature: Mapped[dict[str, Any]] = mapped_column(JsonText)
    position: Mapped[int] = mapped_column(BigInteger)


class Event(Base):
    """办理过程: one append-only table per deployment, ordered per county. `body` is the exact text that is hashed."""

    __tablename__ = "events"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    type: Mapped[str] = mapped_column(String(60))
    aggregate: Mapped[str] = mapped_column(String(20))
    aggregate_id: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        Index("ix_events_aggregate", "county", "aggregate", "aggregate_id", "position"),
        Index("ix_events_type", "county", "type", "position"),
    )


class Job(Base):
    """Work derived from one event; the row is the truth, any queue only wakes a worker. Id = county-position-name."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    county: Mapped[str] = mapped_column(String(6))
    position: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(40))
    aggregate_id: Mapped[str] = mapped_column(String(80))
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("county", "position", "name"),
        Index("ix_jobs_waiting", "state", "run_after"),
        Index("ix_jobs_aggregate", "aggregate_id", "state", "position"),
    )
