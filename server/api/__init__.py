"""The API for phones and machines: blueprints, OpenAPI, headers every answer carries."""

import gzip

from flask import Flask, Response, request

from server.api.areas import areas
from server.api.endpoint import request_id
from server.api.files import capabilities, files
from server.api.health import health
from server.api.openapi import describe_written, described_api
from server.api.pull import feed
from server.api.sync import enrolment, sync
from server.composition import xuntu
from server.services.readiness import known_epoch

WORTH_COMPRESSING = 1024


def register_api(app: Flask) -> None:
    """Everything below /sync/v1, health, and /openapi.json, which describes them."""
    api = described_api(app)
    for blueprint in (enrolment, sync, feed):
        api.register_blueprint(blueprint)
    for plain in (areas, capabilities, files, health):
        app.register_blueprint(plain)
    describe_written(app, api)
    app.after_request(common_headers)


def common_headers(response: Response) -> Response:
    """X-Request-Id and nosniff on every answer; the epoch, and JSON compressed where it is wanted, to phones."""
    response.headers["X-Request-Id"] = request_id()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.path.startswith("/sync/"):
        epoch = known_epoch(xuntu().world)
        if epoch is not None:
            response.headers["Server-Epoch"] = epoch
        compress(response)
    return response


def compress(response: Response) -> None:
    """gzip for a JSON answer of some size, if the phone accepts it: rural networks are slow."""
    if not (response.mimetype or "").endswith("json"):
        return
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= WORTH_COMPRESSING and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
