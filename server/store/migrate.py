"""Bringing a database to the newest schema and giving a new one its epoch. Never touches rows of evidence."""

import uuid
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade as apply_migrations
from sqlalchemy import select
from sqlalchemy.engine import Engine

from server.composition import xuntu
from server.store.dialects.upsert import insert_or_skip
from server.store.tables.organisation import Deployment

MIGRATIONS = Path(__file__).parent.parent / "migrations"
EPOCH = "server_epoch"
NATION = "000000"
"""The pseudo-county in which events of the whole deployment are ordered."""


def upgrade(app: Flask) -> None:
    """Apply what is missing, then make sure the deployment has an epoch."""
    with app.app_context():
        apply_migrations(directory=str(MIGRATIONS))
        with xuntu().unit_of_work(origin="migrate") as uow:
            row = {"name": EPOCH, "value": str(uuid.uuid4())}
            if insert_or_skip(uow.session, Deployment, [row], key=("name",)):
                uow.record("deployment.opened", county=NATION, aggregate=("deployment", EPOCH), facts=row, by="operator")


def read_epoch(engine: Engine) -> str:
    with engine.connect().execution_options(read_only=True) as connection:
        return connection.execute(select(Deployment.value).where(Deployment.name == EPOCH)).scalar_one()
