"""A step of the migrations can be taken back and again with a county's data in the tables, and loses what the step added only."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, inspect, select

from server.ops.migrate import MIGRATIONS
from tests.authz.places import PLACES
from tests.authz.seeding import seed

if TYPE_CHECKING:
    from flask import Flask

    from server.store.unit_of_work import UnitOfWork

ADDED = {"notices": None, "tasks": "programme"}
"""What 0002 adds: a whole table, and a column."""


def kept(app: "Flask") -> tuple[dict[str, list[Any]], dict[str, set[str]]]:
    """The rows of every table but those added, as text, and the names of every table's indexes."""
    engine = app.extensions["xuntu"].engine
    names = [name for name in inspect(engine).get_table_names() if name not in ("alembic_version", "notices", "spatial_ref_sys")]
    names = [name for name in names if "_rtree" not in name]
    found = MetaData()
    found.reflect(engine, only=names)
    rows = {}
    with engine.connect() as connection:
        for table in found.tables.values():
            columns = [column for column in table.columns if column.name != ADDED.get(table.name) and column.name != "geom"]
            rows[table.name] = sorted(map(str, connection.execute(select(*columns))))
    indexes = {name: {str(each["name"]) for each in inspect(engine).get_indexes(name)} for name in names}
    return rows, indexes


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.both_stores
def test_the_feeds_step_can_be_taken_back_and_again(app: "Flask", unit_of_work: "Callable[..., UnitOfWork]") -> None:
    with unit_of_work(origin="seed") as uow:
        for place in PLACES.values():
            seed(place, uow=uow)
    rows, indexes = kept(app)
    assert rows["tasks"]
    engine = app.extensions["xuntu"].engine
    with app.app_context():
        downgrade(directory=str(MIGRATIONS), revision="0001")
        engine.dispose()
        assert not inspect(engine).has_table("notices")
        assert "programme" not in {column["name"] for column in inspect(engine).get_columns("tasks")}
        assert kept(app)[0] == rows
        upgrade(directory=str(MIGRATIONS))
        engine.dispose()
    assert kept(app) == (rows, indexes)
