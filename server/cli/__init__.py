"""The flask commands, one module a noun."""

from flask import Flask

from server.cli.store import store_cli


def register_commands(app: Flask) -> None:
    for group in (store_cli,):
        app.cli.add_command(group)
