"""The API for phones and machines: blueprints, OpenAPI, headers every answer carries."""

from typing import Any

from flask import Flask, Response, request
from flask_smorest import Api

from server.api.endpoint import request_id
from server.api.files import capabilities, files
from server.api.health import health
from server.api.sync import enrolment, sync
from server.composition import xuntu


class ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest without its own error shape: server.api.errors answers everything in one."""

    def _register_error_handlers(self, *_: Any, **__: Any) -> None:
        """The one error shape is registered by `register_errors`."""


def register_api(app: Flask) -> None:
    """Everything below /sync/v1, /openapi.json and /docs."""
    app.config.update(
        API_TITLE="Xuntu",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = ProblemApi(app)
    for blueprint in (enrolment, sync):
        api.register_blueprint(blueprint)
    app.register_blueprint(capabilities)
    app.register_blueprint(files)
    app.after_request(common_headers)


def register_health(app: Flask) -> None:
    app.register_blueprint(health)


def common_headers(response: Response) -> Response:
    """X-Request-Id on every answer, Server-Epoch on those to phones, nosniff everywhere."""
    response.headers["X-Request-Id"] = request_id()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.path.startswith("/sync/") and response.status_code != 500:
        response.headers["Server-Epoch"] = xuntu().world.server_epoch
    return response
