"""The migrations lead to exactly the declared tables, on both stores, and every table that grows begins with its county."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

if TYPE_CHECKING:
    from flask import Flask

# Why a table's key does not begin with the county.
WITHOUT_COUNTY = {
    "deployment": "a few facts about the whole deployment",
    "regions": "the register of counties itself",
    "calendar_days": "working days are the nation's",
    "jobs": "its id is text that begins with the county, since queues take one text as id",
    "enrolment_codes": "a code is looked up before anybody knows a county",
}
# Spatial indexes and what the extensions keep for themselves.
NOT_DECLARED = re.compile(r"alembic_version|spatial_ref_sys|.*_rtree(_\w+)?|gist_.*|geom")


def only_declared(_object: Any, name: str | None, _kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return name is None or not NOT_DECLARED.fullmatch(name)


# SQLite cannot tell the expressions of an index; PostgreSQL checks them.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
@pytest.mark.both_stores
def test_the_migrations_lead_to_the_declared_tables(app: "Flask") -> None:
    from server.store.base import Base

    with app.extensions["xuntu"].engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": only_declared, "compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.both_stores
def test_every_declared_table_is_there(app: "Flask") -> None:
    from server.store.base import Base

    assert Base.metadata.tables.keys() - set(inspect(app.extensions["xuntu"].engine).get_table_names()) == set()


def test_every_key_begins_with_the_county(app: "Flask") -> None:
    from server.store.base import Base

    first = {name: next(iter(table.primary_key.columns)).name for name, table in Base.metadata.tables.items()}
    assert {name for name, column in first.items() if column != "county"} == WITHOUT_COUNTY.keys()
