"""Alembic's environment: the application's engine, both databases by the same history, SQLite by batch."""

from alembic import context
from flask import current_app
from sqlalchemy import Engine

from server.composition import xuntu
from server.store.base import Base


def run_migrations(engine: Engine) -> None:
    """Every missing revision in a transaction of its own."""
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
            include_name=lambda name, kind, _parents: not (kind == "table" and (name or "").split("_rtree")[0] != name),
        )
        with context.begin_transaction():
            context.run_migrations()


with current_app.app_context():
    run_migrations(xuntu().engine)
