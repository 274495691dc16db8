"""The addresses below /phone/. Refuses a listing, a file that is not published, and an address outside the app."""

import json
from typing import Any, Final

from flask import Blueprint, Response, request

from server import problems
from server.composition import xuntu
from server.phone.headers import PREFIX
from server.phone.shelf import FRONT, PhoneFile, Shelf

APP_NAME: Final = "xuntu-phone"
JSON: Final = "application/json"


def make_phone() -> Blueprint:
    """The blueprint with a shelf of its own."""
    phone, shelf = Blueprint("phone", __name__, url_prefix=PREFIX), Shelf()

    @phone.get("/")
    def front() -> Response:
        """The app itself."""
        return sent(shelf.now().files.get(FRONT))

    @phone.get("/config.json")
    def configuration() -> Response:
        """What this deployment tells its phones before they have joined."""
        key = xuntu().settings.tianditu_key
        app = {"name": APP_NAME, "version": shelf.now().version}
        return as_json({"base_map": {"tianditu_key": key} if key else None, "app": app})

    @phone.get("/precache.json")
    def precache() -> Response:
        """What the service worker keeps, and the version it then has."""
        return as_json(shelf.now().to_keep)

    @phone.get("/sw.js")
    def worker() -> Response:
        """The service worker of this version."""
        return sent(shelf.now().worker)

    @phone.get("/<path:name>")
    def published(name: str) -> Response:
        """One file of the app."""
        return sent(shelf.now().files.get(name))

    return phone


def as_json(value: dict[str, Any]) -> Response:
    return sent(PhoneFile("", json.dumps(value, ensure_ascii=False).encode(), JSON))


def sent(file: PhoneFile | None) -> Response:
    """The file, or 304 for a browser that has it; compressed for one that can. Raises NOT_FOUND where there is none."""
    if file is None:
        raise problems.NOT_FOUND()
    small = file.compressed if request.accept_encodings["gzip"] > 0 else None
    response = Response(file.content if small is None else small, content_type=file.media_type)
    if small is not None:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(file.digest.removeprefix("sha256:"), weak=True)
    response.make_conditional(request)
    return response
