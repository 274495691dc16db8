"""Is this process alive, and can it do its work? Says nothing else about the installation."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server import problems
from server.composition import xuntu

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> Response:
    """The database is migrated and readable, and the photo store can be written."""
    composition = xuntu()
    try:
        with composition.unit_of_work(origin="readyz", read_only=True) as uow:
            uow.session.execute(text("SELECT value FROM deployment WHERE name = 'server_epoch'")).scalar_one()
        probe = composition.world.blobs.parts / ".ready"
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)
    except (SQLAlchemyError, OSError) as error:
        raise problems.UNAVAILABLE(reason=type(error).__name__) from error
    return jsonify(status="ready")
