"""The bureau of a test."""

from collections.abc import Callable
from typing import Any

import pytest

from server.store.unit_of_work import UnitOfWork
from tests.exports.bureau import Bureau


@pytest.fixture
def bureau(unit_of_work: Callable[..., UnitOfWork], clock: Any) -> Bureau:
    """An office with people and regions and nothing to do yet."""
    return Bureau(unit_of_work, clock)
