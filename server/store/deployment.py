"""The facts of this deployment that the database keeps. Writes none."""

from sqlalchemy import select
from sqlalchemy.engine import Engine

from server.store.tables.organisation import Deployment

EPOCH = "server_epoch"


def read_epoch(engine: Engine) -> str:
    """The UUID that changes when the database was restored from a backup."""
    with engine.connect().execution_options(read_only=True) as connection:
        return connection.execute(select(Deployment.value).where(Deployment.name == EPOCH)).scalar_one()
