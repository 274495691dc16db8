"""Bringing a database to the newest schema; a new one gets its epoch and the published calendar. Touches no evidence."""

import uuid
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade as apply_migrations
from sqlalchemy import func, select

from server.composition import xuntu
from server.imports.calendar_seed import SOURCE, seed_rows
from server.store.deployment import EPOCH
from server.store.dialects.upsert import insert_or_skip
from server.store.tables.organisation import Deployment
from server.store.tables.registry import CalendarDay
from server.store.unit_of_work import UnitOfWork

MIGRATIONS = Path(__file__).parent.parent / "migrations"
NATION = "000000"
"""The pseudo-county in which events of the whole deployment are ordered."""


def upgrade(app: Flask) -> None:
    """Apply what is missing, then make sure the deployment has an epoch and a calendar."""
    with app.app_context():
        apply_migrations(directory=str(MIGRATIONS))
        with xuntu().unit_of_work(origin="migrate") as uow:
            open_deployment(uow)
            seed_calendar(uow)


def open_deployment(uow: UnitOfWork) -> None:
    row = {"name": EPOCH, "value": str(uuid.uuid4())}
    if insert_or_skip(uow.session, Deployment, [row], key=("name",)):
        uow.record("deployment.opened", county=NATION, aggregate=("deployment", EPOCH), facts=row, by="operator")


def seed_calendar(uow: UnitOfWork) -> None:
    """Fill an empty calendar; one that a bureau has edited is left alone."""
    if uow.session.scalar(select(func.count()).select_from(CalendarDay)):
        return
    rows = [{"day": day.day, "kind": day.kind.value, "name": day.name, "source": SOURCE} for day in seed_rows()]
    insert_or_skip(uow.session, CalendarDay, rows, key=("day",))
