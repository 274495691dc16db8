"""`flask demo`: a patrol day against a running server or one of its own, its plan, and the leads that came of it."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import xuntu
from server.demo.patrol_day import jobs_waiting, leads_found, patrol_plan
from server.domain.permissions import operator

demo_cli = AppGroup("demo", help="A patrol day on the synthetic county.")
START_SECONDS = 60
SETTLE_SECONDS = 60
PAUSE_SECONDS = 0.25


@demo_cli.command("plan")
@as_json_option
@saying_problems
def plan_command(as_json: bool) -> None:
    """Print the plan of a patrol day: five phones with enrolment codes, and the spots to visit."""
    with xuntu().unit_of_work() as uow:
        plan = patrol_plan(actor=operator(), uow=uow)
    tell(plan, [json.dumps(plan, ensure_ascii=False, indent=1)], as_json=as_json)


@demo_cli.command("leads")
@as_json_option
@saying_problems
def leads_command(as_json: bool) -> None:
    """Wait until every job is done, then print the leads."""
    wait_for_jobs()
    with xuntu().unit_of_work(read_only=True) as uow:
        leads = leads_found(actor=operator(), uow=uow)
    sentences = [f"{each['number']}  {each['title']}  {each['parcel_code']}  {each['reports']}" for each in leads]
    tell({"leads": leads}, sentences, as_json=as_json)


@demo_cli.command("run")
@click.option("--server", envvar="XUNTU_SERVER", help="A running server; without it, one on PORT is used or started.")
@click.option("--port", envvar="PORT", default=8000)
def run_command(server: str | None, port: int) -> None:
    """Live through a patrol day by the reference client and account for every report."""
    address = server or f"http://127.0.0.1:{port}"
    if server is None and not answers(address):
        with own_server() as started:
            ended = patrol(started)
        click.echo("\nThe server of this day has ended with it. To look at what came of the day: make run")
        sys.exit(ended)
    sys.exit(patrol(address))


def patrol(address: str) -> int:
    flask = f"{sys.executable} -m flask --app wsgi"
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan.json"
        plan.write_text(run_flask("demo", "plan", "--json"), encoding="utf-8")
        command = [sys.executable, "-m", "client_sync.demo", "--server", address, "--plan", str(plan)]
        command += ["--reconcile-command", f"{flask} sync reconcile --json", "--leads-command", f"{flask} demo leads --json"]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own client


def run_flask(*arguments: str) -> str:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own command


@contextmanager
def own_server() -> Iterator[str]:
    """A server of our own on a free port, on the same data; stopped when the block ends."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "XUNTU_DEMO": "1"})  # noqa: S603 - our own command
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException("the demonstration's own server did not start")
            time.sleep(PAUSE_SECONDS)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as reply:  # noqa: S310 - our own loopback address
            content: dict[str, Any] = json.load(reply)
            return content.get("status") == "ready"
    except (OSError, ValueError):
        return False


def wait_for_jobs() -> None:
    """Until nothing waits, or SETTLE_SECONDS have passed: the leads printed are then those found so far."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with xuntu().unit_of_work(read_only=True) as uow:
            if jobs_waiting(actor=operator(), uow=uow) == 0:
                return
        time.sleep(PAUSE_SECONDS)
