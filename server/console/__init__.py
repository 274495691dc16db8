"""The officers' console: pages, templates, static files below /console, and the readable API at /docs. Keeps no state."""

import mimetypes
from datetime import timedelta

from flask import Blueprint, Flask

from server.console.errors import render_problem
from server.console.landing import landing
from server.console.pages import pages
from server.console.phones import phones
from server.console.reference import reference
from server.console.rendering import register_rendering
from server.console.security import PREFIX, add_headers
from server.console.sessions import register_sessions
from server.console.signing_in import entrance, register_limits

SESSION_HOURS = 12

assets = Blueprint("console_assets", __name__, url_prefix=PREFIX, static_folder="static", static_url_path="/static")


def register_console(app: Flask) -> None:
    """Everything below /console, and /docs."""
    # Python 3.11 calls modules application/javascript and some systems do not know them at all; a browser then refuses them.
    for suffix in (".js", ".mjs"):
        mimetypes.add_type("text/javascript", suffix)
    app.permanent_session_lifetime = timedelta(hours=SESSION_HOURS)
    register_sessions(app)
    register_limits(app)
    register_rendering(app)
    for blueprint in (assets, landing, entrance, pages, phones, reference):
        app.register_blueprint(blueprint)
    app.extensions["problem_pages"] = {PREFIX: render_problem}
    app.after_request(add_headers)
