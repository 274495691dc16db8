"""The divisions of a region are found alike on both stores, whatever the locale of the database orders between digits."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from server.store.listing import below
from server.store.tables.organisation import Region

if TYPE_CHECKING:
    from server.store.unit_of_work import UnitOfWork

CODES = ("320582999", "320583", "320583001", "320583001002", "320583999", "320584", "320589", "320589999", "320590", "999999001")


FOUND = {
    "320583": ["320583", "320583001", "320583001002", "320583999"],
    "320583001": ["320583001", "320583001002"],
    "320589": ["320589", "320589999"],
    "999999": ["999999001"],
    "": list(CODES),
}


@pytest.mark.both_stores
def test_below_a_code_is_what_begins_with_it(unit_of_work: "Callable[..., UnitOfWork]") -> None:
    with unit_of_work(origin="divisions") as uow:
        uow.session.add_all(Region(code=each, name=each, level="town") for each in CODES)
        uow.session.flush()
        found = {code: sorted(uow.session.scalars(select(Region.code).where(below(Region.code, code)))) for code in FOUND}
    assert found == FOUND
