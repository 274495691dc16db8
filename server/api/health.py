"""Is this process alive, and can it do its work? Says nothing else about the installation."""

from flask import Blueprint, Response, jsonify

from server.api.endpoint import request_unit
from server.services.readiness import check_readiness

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> Response:
    """The database is migrated and readable, and the photo store can be written."""
    with request_unit(read_only=True) as uow:
        check_readiness(uow=uow)
    return jsonify(status="ready")
