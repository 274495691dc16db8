"""`flask store migrate`: bring the database to the newest schema."""

import click
from flask.cli import AppGroup, ScriptInfo, pass_script_info

from server.ops.migrate import upgrade

store_cli = AppGroup("store", help="The database.")


@store_cli.command("migrate")
@pass_script_info
def migrate_command(script: ScriptInfo) -> None:
    """Apply what is missing of the schema; safe to run again."""
    upgrade(script.load_app())
    click.echo("The database has the newest schema.")
