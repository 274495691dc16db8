"""The land: parcels and layers with their versions, supplies' duties, parties, tasks, the calendar. Nothing of reports."""

from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import BigInteger, Boolean, Date, Float, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base, JsonText, UtcDateTime, WkbGeometry


class Parcel(Base):
    """The identity of a parcel; its code is unique in the county. Geometry and attributes are in its versions."""

    __tablename__ = "parcels"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("county", "code"),)


class ParcelVersion(Base):
    """A parcel from a day to a day. `spatial_id` keys the spatial index; bounds are degrees × 1e7, rounded outward."""

    __tablename__ = "parcel_versions"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    spatial_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    parcel_id: Mapped[str] = mapped_column(String(36))
    code: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(12))
    name: Mapped[str | None] = mapped_column(String(200))
    land_use_scheme: Mapped[str | None] = mapped_column(String(40))
    land_use_code: Mapped[str | None] = mapped_column(String(12))
    ownership: Mapped[str | None] = mapped_column(String(20))
    holder: Mapped[str | None] = mapped_column(String(200))
    area_m2: Mapped[float] = mapped_column(Float)
    area_method: Mapped[str] = mapped_column(String(20))
    attributes: Mapped[dict[str, Any]] = mapped_column(JsonText)
    source: Mapped[str] = mapped_column(String(200))
    source_crs: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    geometry: Mapped[shapely.Geometry] = mapped_column(WkbGeometry)
    min_lon_e7: Mapped[int] = mapped_column(Integer)
    min_lat_e7: Mapped[int] = mapped_column(Integer)
    max_lon_e7: Mapped[int] = mapped_column(Integer)
    max_lat_e7: Mapped[int] = mapped_column(Integer)
    __table_args__ = (
        Index("ix_parcel_versions_parcel", "county", "parcel_id"),
        Index("ix_parcel_versions_code", "county", "code"),
    )


class LayerFeature(Base):
    """One feature of a layer (see domain.layers.LAYERS) from a day to a day, with its source's attributes."""

    __tablename__ = "layer_features"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    spatial_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    layer: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(200))
    attributes: Mapped[dict[str, Any]] = mapped_column(JsonText)
    area_m2: Mapped[float] = mapped_column(Float)
    source: Mapped[str] = mapped_column(String(200))
    source_crs: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    geometry: Mapped[shapely.Geometry] = mapped_column(WkbGeometry)
    min_lon_e7: Mapped[int] = mapped_column(Integer)
    min_lat_e7: Mapped[int] = mapped_column(Integer)
    max_lon_e7: Mapped[int] = mapped_column(Integer)
    max_lat_e7: Mapped[int] = mapped_column(Integer)
    __table_args__ = (Index("ix_layer_features_layer", "county", "layer", "code"),)


class Duty(Base):
    """履约监管事项: what a party owes on a parcel by a day. Milestones are derived, never stored."""

    __tablename__ = "duties"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    parcel_id: Mapped[str] = mapped_column(String(36))
    programme: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    party: Mapped[str | None] = mapped_column(String(200))
    due_on: Mapped[date | None] = mapped_column(Date)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    supply_no: Mapped[str | None] = mapped_column(String(32))
    contract_no: Mapped[str | None] = mapped_column(String(64))
    area_m2: Mapped[float | None] = mapped_column(Float)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    attributes: Mapped[dict[str, Any]] = mapped_column(JsonText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("county", "code"),
        Index("ix_duties_parcel", "county", "parcel_id"),
    )


class Task(Base):
    """巡查任务: where a crew goes, why, by when."""

    __tablename__ = "tasks"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    crew_id: Mapped[str] = mapped_column(String(36))
    parcel_id: Mapped[str] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="open")
    programme: Mapped[str | None] = mapped_column(String(20))
    __table_args__ = (Index("ix_tasks_crew", "county", "crew_id", "id"),)


class CalendarDay(Base):
    """A day of the working calendar as published: work, rest, holiday, makeup. Unpublished years have no rows."""

    __tablename__ = "calendar_days"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(100))


class ImportRun(Base):
    """What an import read, applied and refused, row by row; the source of every version can be traced here."""

    __tablename__ = "import_runs"
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(71))
    imported: Mapped[int] = mapped_column(Integer)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    dry_run: Mapped[bool] = mapped_column(Boolean)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
