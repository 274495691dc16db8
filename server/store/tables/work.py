"""What people work on and are told: matches, leads, cases, frozen weekly issues, notices. Nothing of the wire."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Float, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base, JsonText, UtcDateTime


class Match(Base):
    """落图: one opinion or decision on which parcel a report shows. The newest row (`seq`) of a report counts."""

    __tablename__ = "matches"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    report_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    """matched, review, none (a person or the machine said: none of these)."""
    parcel_id: Mapped[str | None] = mapped_column(String(36))
    version_id: Mapped[str | None] = mapped_column(String(36))
    probability: Mapped[float | None] = mapped_column(Float)
    ranked: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    none_of_these: Mapped[float] = mapped_column(Float)
    claim_agrees: Mapped[bool | None] = mapped_column(Boolean)
    reason_zh: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    inputs: Mapped[dict[str, Any]] = mapped_column(JsonText)
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    current: Mapped[bool] = mapped_column(Boolean)
    region: Mapped[str] = mapped_column(String(12))
    __table_args__ = (
        Index("ix_matches_queue", "county", "current", "state"),
        Index("ix_matches_parcel", "county", "parcel_id"),
    )


class Lead(Base):
    """违法线索 / 涉嫌闲置. One open lead per parcel, programme and actor collects later evidence instead of doubling."""

    __tablename__ = "leads"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    programme: Mapped[str] = mapped_column(String(20))
    matter: Mapped[str] = mapped_column(String(40))
    parcel_id: Mapped[str] = mapped_column(String(36))
    parcel_code: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    """open, verified, dismissed, routed_out, case_opened: see domain.leads.MOVES."""
    found_on: Mapped[date] = mapped_column(Date)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    area_m2: Mapped[float | None] = mapped_column(Float)
    farmland_m2: Mapped[float] = mapped_column(Float, default=0.0)
    permanent_farmland_m2: Mapped[float] = mapped_column(Float, default=0.0)
    priority: Mapped[int] = mapped_column(Integer)
    priority_parts: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    assessment: Mapped[dict[str, Any]] = mapped_column(JsonText)
    handler_id: Mapped[str | None] = mapped_column(String(36))
    verified_by: Mapped[str | None] = mapped_column(String(36))
    conclusion: Mapped[str | None] = mapped_column(Text)
    next_due: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)
    __table_args__ = (
        UniqueConstraint("county", "number"),
        Index(
            "uq_leads_open",
            "county",
            "programme",
            "parcel_id",
            "actor",
            unique=True,
            sqlite_where=text("status IN ('open','verified')"),
            postgresql_where=text("status IN ('open','verified')"),
        ),
        Index("ix_leads_queue", "county", "status", "priority"),
    )


class LeadEvidence(Base):
    """A report that feeds a lead, with the assessment it led to."""

    __tablename__ = "lead_evidence"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    lead_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    report_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assessment: Mapped[dict[str, Any]] = mapped_column(JsonText)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_lead_evidence_report", "county", "report_id"),)


class Case(Base):
    """案件: opened by a person's signed decision, never by the machine. 结案 and 整改到位 are two facts."""

    __tablename__ = "cases"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str] = mapped_column(String(60))
    programme: Mapped[str] = mapped_column(String(20))
    lead_id: Mapped[str] = mapped_column(String(36))
    parcel_id: Mapped[str] = mapped_column(String(36))
    parcel_code: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(12))
    cause: Mapped[str] = mapped_column(String(200))
    party: Mapped[str | None] = mapped_column(String(200))
    stage: Mapped[str] = mapped_column(String(30))
    opened_on: Mapped[date] = mapped_column(Date)
    opened_by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    basis: Mapped[str] = mapped_column(Text)
    handler_id: Mapped[str | None] = mapped_column(String(36))
    co_handler_id: Mapped[str | None] = mapped_column(String(36))
    area_m2: Mapped[float | None] = mapped_column(Float)
    area_source: Mapped[str] = mapped_column(String(20))
    next_step: Mapped[str | None] = mapped_column(String(60))
    next_due: Mapped[date | None] = mapped_column(Date)
    next_citation: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    closed_on: Mapped[date | None] = mapped_column(Date)
    rectified_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)
    __table_args__ = (
        UniqueConstraint("county", "number"),
        UniqueConstraint("county", "lead_id"),
        Index("ix_cases_queue", "county", "stage", "next_due"),
        Index(
            "ix_cases_open",
            "county",
            text("(next_due IS NULL)"),
            "next_due",
            "id",
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )


class Notice(Base):
    """通知: words to one inspector, or to everybody whose area touches a region; exactly one of the two is named."""

    __tablename__ = "notices"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    region: Mapped[str | None] = mapped_column(String(12))
    inspector_id: Mapped[str | None] = mapped_column(String(36))
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    about: Mapped[dict[str, str] | None] = mapped_column(JsonText)
    """The kind and id of the thing it speaks of, as {"type", "id"}."""
    __table_args__ = (Index("ix_notices_posted", "county", "posted_at"),)


class WeeklyIssue(Base):
    """A numbered, frozen issue: its cut, its canonical rows and the digests of the files kept."""

    __tablename__ = "weekly_issues"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    cut: Mapped[dict[str, int]] = mapped_column(JsonText)
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    rows_digest: Mapped[str] = mapped_column(String(71))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    cut_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("county", "period_from", "period_to"),)
