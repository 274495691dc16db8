"""Queries over the land that assessments ask for: parcel versions, duties, overlays, calendar. Decides nothing."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.calendar_days import WorkingCalendar
from server.domain.geometry import BoundsE7
from server.store.dialects.spatial import candidates
from server.store.tables.registry import CalendarDay, Duty, LayerFeature, ParcelVersion

NEAR_DEG = 0.02
FEATURE_COLUMNS = ("layer", "id", "code", "name", "attributes", "geometry", "area_m2", "valid_from", "valid_to")


def parcel_version(session: Session, county: str, version_id: str) -> ParcelVersion:
    return session.get_one(ParcelVersion, (county, version_id))


def parcels_named(session: Session, county: str, codes: Iterable[str], on: date) -> list[Any]:
    """The versions valid on the day of the parcels with these codes: the same columns as spatial candidates."""
    query = select(
        ParcelVersion.parcel_id,
        ParcelVersion.id,
        ParcelVersion.code,
        ParcelVersion.geometry,
        ParcelVersion.area_m2,
        ParcelVersion.region,
    ).where(
        ParcelVersion.county == county,
        ParcelVersion.code.in_(sorted(codes)),
        ParcelVersion.valid_from <= on,
        ParcelVersion.valid_to.is_(None) | (ParcelVersion.valid_to > on),
    )
    return list(session.execute(query.order_by(ParcelVersion.code, ParcelVersion.id)))


def has_land_near(session: Session, county: str, lon: float, lat: float, on: date) -> bool:
    """Whether the county has a parcel within about NEAR_DEG of the place (degrees of EPSG:4490)."""
    west, east = max(-180.0, lon - NEAR_DEG), min(180.0, lon + NEAR_DEG)
    south, north = max(-90.0, lat - NEAR_DEG), min(90.0, lat + NEAR_DEG)
    box = BoundsE7.of_degrees(west, south, east, north)
    return bool(candidates(session, ParcelVersion, county, box, on, columns=("id",)))


def duties_of(session: Session, county: str, parcel_id: str) -> Sequence[Duty]:
    return session.scalars(select(Duty).where(Duty.county == county, Duty.parcel_id == parcel_id).order_by(Duty.code)).all()


def features_near(session: Session, county: str, shape: BaseGeometry, on: date) -> list[Any]:
    """Layer features whose boxes meet the shape's, valid on the day, by code and id."""
    return candidates(session, LayerFeature, county, BoundsE7.of(shape), on, columns=FEATURE_COLUMNS)


def loaded_layers(session: Session, county: str) -> frozenset[str]:
    """The layers that the county has any data of."""
    return frozenset(session.scalars(select(LayerFeature.layer).where(LayerFeature.county == county).distinct()))


def working_calendar(session: Session) -> WorkingCalendar:
    """The published calendar as a value."""
    return WorkingCalendar.from_rows((day, kind) for day, kind in session.execute(select(CalendarDay.day, CalendarDay.kind)))
