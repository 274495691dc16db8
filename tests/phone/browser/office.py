"""The office that a phone talks to: `flask serve` on a synthetic county, behind a line that can be cut; and its books.

The books are read by a second application on the same data, as an operator's commands do; nothing is written behind the
server's back but what an operator can do too.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.builders import an_enrolment_code, rows_of
from tests.phone.browser.line import Line
from tests.processes.databases import close
from tests.processes.valkey import free_port

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60
INSPECTOR = "inspector-1"
SECRET = "a-secret-only-tests-use-0123456789abcdef"


@dataclass
class Office:
    """A server on its own folder of data; it can be killed and started again, always behind the same address."""

    folder: Path
    line: Line
    books: Any
    root: Path = ROOT
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "serve.log"

    @property
    def origin(self) -> str:
        """What phones call it by: the near end of the line."""
        return f"http://127.0.0.1:{self.line.port}"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises AssertionError with its log when it does not."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(self.line.server_port)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XUNTU_")}
        environment = kept | {"XUNTU_DATA": str(self.folder), "XUNTU_SECRET_KEY": SECRET, "PYTHONPATH": str(self.root)}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        give_up = time.monotonic() + START_SECONDS
        while not answers(self.line.server_port):
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < give_up, self.log.read_text("utf-8")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the server as a power cut does: SIGKILL for everything it started."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the server to end."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            # A graceful end waits for connections; a test that is over waits for none.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)
        self.process = None

    def code(self, inspector: str = INSPECTOR) -> str:
        """A fresh enrolment code."""
        return an_enrolment_code(self.books, inspector)

    def spots(self) -> list[dict[str, Any]]:
        """Places of the synthetic county worth a visit, each with `stand` (lon, lat) and the task there, if any."""
        from server.imports.synthetic import synthetic_county

        with self.books.extensions["xuntu"].unit_of_work(read_only=True) as uow:
            return list(synthetic_county(day=uow.today).spots)

    def rows(self, row_type: Any, **equal: Any) -> list[Any]:
        """Rows of a table as they stand committed."""
        return rows_of(self.books, row_type, **equal)

    def photo_digest(self, digest: str) -> str:
        """The digest of a photo's bytes as they lie on the office's disk, computed anew."""
        content: bytes = self.books.extensions["xuntu"].world.blobs.path(digest).read_bytes()
        return f"sha256:{hashlib.sha256(content).hexdigest()}"

    def revoke(self, device_id: str) -> None:
        """Strike a device off, as an operator does for a lost phone."""
        self._change_device(device_id, revoked=True)

    def expire(self, device_id: str) -> None:
        """Let a device's token run out."""
        self._change_device(device_id, revoked=False)

    def _change_device(self, device_id: str, *, revoked: bool) -> None:
        from sqlalchemy import select

        from server.store.tables.organisation import Device

        with self.books.extensions["xuntu"].unit_of_work() as uow:
            device = uow.session.scalars(select(Device).where(Device.id == device_id)).one()
            if revoked:
                device.revoked_at = uow.now
            else:
                device.token_expires_at = uow.now - timedelta(days=1)

    def restore_from_backup(self) -> str:
        """Let the server believe that its database was restored: a new epoch, and the receipts of the old one are gone."""
        import uuid

        from sqlalchemy import update

        from server.store.deployment import EPOCH
        from server.store.tables.organisation import Deployment

        epoch = str(uuid.uuid4())
        with self.books.extensions["xuntu"].unit_of_work() as uow:
            uow.session.execute(update(Deployment).where(Deployment.name == EPOCH).values(value=epoch))
        return epoch


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as reply:
            return bool(json.load(reply)["status"] == "ready")
    except (OSError, ValueError):
        return False


def make_county(folder: Path) -> None:
    """A folder of data with the synthetic county in it, as a first start leaves it."""
    from server import create_app
    from server.demo.first_start import prepare_synthetic_county
    from server.ops.migrate import upgrade
    from server.settings import Settings

    app = create_app(Settings.for_tests(folder))
    upgrade(app)
    prepare_synthetic_county(app.extensions["xuntu"])
    close(app)


@contextlib.contextmanager
def open_office(county: Path, folder: Path, root: Path = ROOT) -> Iterator[Office]:
    """A running office on a copy of a county's data, serving the source at `root`; everything ends with the block."""
    from server import create_app
    from server.settings import Settings

    shutil.copytree(county, folder, dirs_exist_ok=True)
    books = create_app(Settings.for_tests(folder))
    try:
        with Line(free_port()) as line:
            office = Office(folder, line, books, root)
            try:
                office.start()
                yield office
            finally:
                office.stop()
    finally:
        close(books)
