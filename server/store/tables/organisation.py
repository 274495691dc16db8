"""Who works here and where: regions, counties, crews, users, devices. Nothing of cases or land."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base, JsonText, UtcDateTime


class Region(Base):
    """An administrative division, GB/T 2260 style: 2 province, 4 city, 6 county, 9 town, 12 village digits."""

    __tablename__ = "regions"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(String(12), index=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_code: Mapped[str | None] = mapped_column(String(12))
    statistical: Mapped[bool] = mapped_column(Boolean, default=False)


class CountyCounter(Base):
    """The counter rows of a county: event position, lead, case and issue numbers. Locked to order writers."""

    __tablename__ = "county_counters"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


class Crew(Base):
    __tablename__ = "crews"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    region: Mapped[str] = mapped_column(String(12))


class User(Base):
    """A person who signs in or carries a phone. `region` is the scope: the county (6 digits) or a town (9)."""

    __tablename__ = "users"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(24))
    region: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_key: Mapped[str] = mapped_column(String(43))
    certificate_no: Mapped[str | None] = mapped_column(String(40))
    crew_id: Mapped[str | None] = mapped_column(String(36))
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class EnrolmentCode(Base):
    """A one-time code, stored hashed. `used_key` remembers the key that used it, so a lost reply burns nothing."""

    __tablename__ = "enrolment_codes"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    county: Mapped[str] = mapped_column(String(6))
    inspector_id: Mapped[str] = mapped_column(String(36))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device_id: Mapped[str | None] = mapped_column(String(36))
    used_key: Mapped[str | None] = mapped_column(String(64))


class Device(Base):
    """One installation of a client, its key and its holder. Tokens are stored hashed."""

    __tablename__ = "devices"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    inspector_id: Mapped[str] = mapped_column(String(36))
    label: Mapped[str] = mapped_column(String(100))
    platform: Mapped[str] = mapped_column(String(100))
    app: Mapped[dict[str, str]] = mapped_column(JsonText)
    key_alg: Mapped[str | None] = mapped_column(String(10))
    spki: Mapped[str | None] = mapped_column(Text)
    key_id: Mapped[str | None] = mapped_column(String(43))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forked: Mapped[bool] = mapped_column(Boolean, default=False)
    unsent_reports: Mapped[int | None] = mapped_column(Integer)
    unsent_photos: Mapped[int | None] = mapped_column(Integer)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_devices_inspector", "county", "inspector_id"), Index("ix_devices_id", "id"))


class Deployment(Base):
    """Facts of this installation, one row each: the server epoch, the schema's birthday."""

    __tablename__ = "deployment"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
