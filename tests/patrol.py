"""A patrol of the synthetic county for tests: the county loaded, a phone enrolled, reports made at its spots."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from server.imports.synthetic import SyntheticCounty, synthetic_county
from server.services.synthetic import load_synthetic_county
from tests.builders import Phone, a_phone, an_enrolment_code

if TYPE_CHECKING:
    from flask import Flask


@cache
def drawn(day: date) -> SyntheticCounty:
    """The county is drawn once a day: it never differs."""
    return synthetic_county(day=day)


@pytest.fixture
def county(unit_of_work: Callable[..., Any], store: str) -> SyntheticCounty:
    """The synthetic county as it stands on the test's day, in the test's store."""
    assert store
    with unit_of_work() as uow:
        made = drawn(uow.today)
        load_synthetic_county(made, uow=uow)
    return made


@pytest.fixture
def phone(app: "Flask", county: SyntheticCounty) -> Phone:
    """The phone of the county's first inspector."""
    assert county.users
    return a_phone(app, code=an_enrolment_code(app, "inspector-1"))


def spot_of(county: SyntheticCounty, scenario: str) -> dict[str, Any]:
    return next(each for each in county.spots if each["scenario"] == scenario)


def at_the_spot(spot: dict[str, Any], **differences: Any) -> dict[str, Any]:
    """What a manifest says of a report made at the stand of a spot, looking at its parcel and tapping it."""
    lon, lat = spot["stand"]
    position = {
        "lon": lon,
        "lat": lat,
        "accuracy_m": 3,
        "accuracy_p": 0.68,
        "fixed_at": "2026-11-23T10:00:00+08:00",
        "source": "gnss",
        "mocked": False,
        "crs": "cgcs2000",
    }
    said = {
        "captured_at": "2026-11-23T10:00:00+08:00",
        "position": position,
        "view": {"azimuth_deg": spot["azimuth_deg"], "azimuth_ref": "true"},
        "parcel_claim": spot["parcel_code"],
        "task_id": spot["task_id"],
    }
    return said | differences


def nothing_started() -> dict[str, Any]:
    return {"kind": "construction", "sign_board": False, "foundation": "other", "foundation_share": 0, "stage": "none"}


def a_factory() -> dict[str, Any]:
    return {"kind": "land_use", "use": "factory", "area_m2": 600, "area_method": "estimated", "buildings": 1}
