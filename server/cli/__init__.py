"""The flask commands, one module a noun."""

from flask import Flask

from server.cli.demo import demo_cli
from server.cli.devices import devices_cli
from server.cli.export import export_cli
from server.cli.imports import duties_cli, layers_cli, parcels_cli, regions_cli
from server.cli.law import law_cli
from server.cli.people import crews_cli, users_cli
from server.cli.phone import phone_cli
from server.cli.photos import photos_cli
from server.cli.serving import serve_command, worker_command
from server.cli.store import store_cli
from server.cli.syncing import sync_cli
from server.cli.work import notices_cli, tasks_cli


def register_commands(app: Flask) -> None:
    """Every command of the README and docs/commands.md."""
    register = (regions_cli, parcels_cli, layers_cli, duties_cli)
    work = (
        users_cli,
        crews_cli,
        devices_cli,
        phone_cli,
        tasks_cli,
        notices_cli,
        sync_cli,
        photos_cli,
        law_cli,
        export_cli,
        store_cli,
        demo_cli,
    )
    for group in (*register, *work):
        app.cli.add_command(group)
    app.cli.add_command(serve_command)
    app.cli.add_command(worker_command)
