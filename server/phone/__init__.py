"""The phone's web app below /phone/: its files as they are on disk, and what a service worker must know. Reads no database."""

from flask import Flask

from server.phone.headers import add_headers
from server.phone.pages import make_phone


def register_phone(app: Flask) -> None:
    """Everything below /phone/. Open to everybody: the app holds nothing until a code has been redeemed."""
    app.register_blueprint(make_phone())
    app.after_request(add_headers)
