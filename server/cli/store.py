"""`flask store migrate`: bring the database to the newest schema."""

import click
from flask import current_app
from flask.cli import AppGroup

from server.store.migrate import upgrade

store_cli = AppGroup("store", help="The database.")


@store_cli.command("migrate")
def migrate_command() -> None:
    """Apply what is missing of the schema; safe to run again."""
    upgrade(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo("The database has the newest schema.")
