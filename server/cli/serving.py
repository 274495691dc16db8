"""`flask serve` and `flask worker`: the embedded server in one process, and a worker beside a production one.

A port that cannot be had is refused before the database is touched.
"""

import errno
import socket
import sys
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info
from gunicorn.app.base import BaseApplication

from server.cli.welcome import welcome
from server.composition import Xuntu, xuntu
from server.demo.first_start import prepare_synthetic_county
from server.jobs.rq_queue import serve_worker
from server.ops.migrate import upgrade

LOOPBACK = "127.0.0.1"
THREADS = 8
SECONDS_A_REQUEST = 120


class EmbeddedServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads in one worker: a cut upload keeps the bytes that arrived."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app = app
        self.chosen = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


@click.command("serve")
@click.option("--port", envvar="PORT", type=click.IntRange(1, 65535), default=8000, show_default=True, help="PORT sets it too.")
@click.option("--empty", is_flag=True, help="Do not load the synthetic county into an empty database.")
@pass_script_info
def serve_command(script: ScriptInfo, port: int, empty: bool) -> None:
    """Migrate, load the synthetic county on first start, and serve on 127.0.0.1."""
    require_free_port(port)
    app = script.load_app()
    upgrade(app)
    composition = xuntu()
    prepared = None if empty else prepare_synthetic_county(composition)
    for line in welcome(composition, prepared, f"http://{LOOPBACK}:{port}", on_loopback=True):
        click.echo(line)
    sys.stdout.flush()
    serve_until_stopped(app, composition, {"bind": f"{LOOPBACK}:{port}"})


def serve_until_stopped(app: Flask, composition: Xuntu, options: dict[str, Any]) -> None:
    """One worker process with threads; `options` are gunicorn's and say at least where to listen."""
    composition.engine.dispose()
    EmbeddedServer(
        app,
        {
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": SECONDS_A_REQUEST,
            # In the worker process: a thread started before the fork would not survive it.
            "post_worker_init": lambda _worker: composition.relay.start(),
            "worker_exit": lambda _server, _worker: composition.relay.stop(),
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        | options,
    ).run()


def require_free_port(port: int, host: str = LOOPBACK) -> None:
    """Bind the port for a moment, as gunicorn will. Raises ClickException naming the port when it cannot be had."""
    with socket.socket() as trial:
        # Connections of a server that has just ended do not occupy its port.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as refused:
            taken = refused.errno == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be had: {refused.strerror}"
            raise click.ClickException(f"port {port} on {host} {reason}; choose another with --port N or PORT=N") from refused


@click.command("worker")
@click.option("--burst", is_flag=True, help="Stop when the queue is empty.")
def worker_command(burst: bool) -> None:
    """Run jobs from the queue at XUNTU_REDIS_URL until told to stop."""
    redis_url = xuntu().settings.redis_url
    if redis_url is None:
        raise click.ClickException("XUNTU_REDIS_URL is not set; without it the server runs its jobs itself.")
    serve_worker(redis_url, burst=burst)
