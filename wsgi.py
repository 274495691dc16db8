"""The WSGI entry: `app` for gunicorn and for the flask command."""

from server import create_app
from server.settings import Settings

app = create_app(Settings.from_env())
