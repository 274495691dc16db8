"""The API for phones and machines: blueprints, OpenAPI, headers every answer carries."""

from flask import Flask, Response, request

from server.api.endpoint import request_id
from server.api.files import capabilities, files
from server.api.health import health
from server.api.openapi import describe_written, described_api
from server.api.sync import enrolment, sync
from server.composition import xuntu


def register_api(app: Flask) -> None:
    """Everything below /sync/v1, health, and /openapi.json, which describes them."""
    api = described_api(app)
    for blueprint in (enrolment, sync):
        api.register_blueprint(blueprint)
    for plain in (capabilities, files, health):
        app.register_blueprint(plain)
    describe_written(app, api)
    app.after_request(common_headers)


def common_headers(response: Response) -> Response:
    """X-Request-Id on every answer, Server-Epoch on those to phones, nosniff everywhere."""
    response.headers["X-Request-Id"] = request_id()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.path.startswith("/sync/") and response.status_code != 500:
        response.headers["Server-Epoch"] = xuntu().world.server_epoch
    return response
