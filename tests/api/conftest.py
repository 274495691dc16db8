"""Phones for the tests of the sync API: enrolled through HTTP, one a test unless it asks for more."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import MakePhone, Phone, a_phone

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def make_phone(app: "Flask") -> MakePhone:
    """Enrols another phone; see builders.a_phone for what may differ."""

    def make(login: str = "", **differences: Any) -> Phone:
        return a_phone(app, login, **differences)

    return make


@pytest.fixture
def phone(make_phone: MakePhone) -> Phone:
    """A phone with an Ed25519 key."""
    return make_phone()
