"""The officers' console: pages, templates, static files."""

from flask import Flask


def register_console(app: Flask) -> None:
    """Everything below /console."""
    del app
