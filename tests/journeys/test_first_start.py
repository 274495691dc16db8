"""What a stranger does first: start on an empty folder, open the link, live through the patrol day, kill it, come back."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from server.cli.demo import answers, free_port

pytestmark = [pytest.mark.processes, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUNTU_")}
    return kept | {"XUNTU_DATA": str(data), "XUNTU_DEMO": "1", "PYTHONPATH": str(ROOT)}


def flask(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(data), capture_output=True, text=True, timeout=180, check=False)


@contextmanager
def served(data: Path, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(data), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not answers(f"http://127.0.0.1:{port}"):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def counts(data: Path) -> dict[str, Any]:
    done = flask(data, "sync", "reconcile", "--json")
    assert done.returncode == 0, done.stderr
    totals: dict[str, Any] = json.loads(done.stdout)["totals"]
    return totals


def test_a_first_start_a_patrol_day_and_a_killed_server_lose_nothing(tmp_path: Path) -> None:
    data, log = tmp_path / "var", tmp_path / "serve.log"
    with served(data, log) as (address, process):
        link = re.search(r"http://\S+/console/demo/\S+", log.read_text())
        assert link is not None
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with opener.open(link.group(0), timeout=10) as page:
            assert "/console/cases/" in page.geturl()
            assert "下一步" in page.read().decode("utf-8")
        day = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "run", "--server", address],
            cwd=ROOT,
            env=environment(data),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert day.returncode == 0, day.stdout + day.stderr
        assert "reconciles" in day.stdout
        before = counts(data)
        os.killpg(process.pid, signal.SIGKILL)

    began = time.monotonic()
    with served(data, log) as (address, _process):
        assert time.monotonic() - began < START_SECONDS / 2
        assert "Accounts (shown once" not in log.read_text()
        assert counts(data) == before
    assert before["stored"] >= 190
