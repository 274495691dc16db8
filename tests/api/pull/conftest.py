"""The world of the feed's tests in the test's store, and the phone of one of its inspectors."""

from typing import TYPE_CHECKING

import pytest

from tests.api.pull.world import OpenUnit, fill, phone_of
from tests.authz.places import OWN
from tests.builders import Phone

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def world(unit_of_work: OpenUnit, store: str) -> OpenUnit:
    """Opens units of work of a database with four places in it."""
    assert store
    with unit_of_work(origin="world") as uow:
        fill(uow)
    return unit_of_work


@pytest.fixture
def phone(app: "Flask", world: OpenUnit) -> Phone:
    """The phone of the inspector of the own place."""
    assert world
    return phone_of(app, OWN)
