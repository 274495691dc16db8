"""The Flask-SQLAlchemy glue: one engine for an application. Sessions are opened by the unit of work alone."""

from flask_sqlalchemy import SQLAlchemy

from server.store.base import Base
from server.store.tables import organisation, registry, sync, work  # noqa: F401 - the metadata must know every row

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
