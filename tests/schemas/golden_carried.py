"""Writes `schemas/examples/carried.receipts.json`: what the import of a carried queue gives back. Never run by a test.

`python -m tests.schemas.golden_carried` carries a queue of two reports to a throw-away server, one photo of which is damaged.
Its receipts are signed by the `server_keys` that stand in the same file.
"""

import io
import json
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from server import create_app
from server.ops.migrate import upgrade
from server.settings import Settings
from tests.builders import Phone, a_declared_photo, a_jpeg, a_phone, digest
from tests.processes.databases import close

FILE = Path(__file__).resolve().parents[2] / "schemas" / "examples" / "carried.receipts.json"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def queue_of(phone: Phone) -> bytes:
    """Two reports with a photo each; the second photo's bytes are not those its name states."""
    photos = [a_jpeg(1), a_jpeg(2)]
    items = [phone.item(phone.manifest(photos=[a_declared_photo(photo)])) for photo in photos]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("push.json", json.dumps({"items": items, "enrolment": phone.enrolled["enrolment"]}))
        for photo, kept in zip(photos, (photos[0], b"damaged"), strict=True):
            archive.writestr(f"photos/{digest(photo).replace(':', '-')}", kept)
    recipient = pyrage.x25519.Recipient.from_str(phone.enrolled["carry_recipient"])
    return bytes(pyrage.encrypt(content.getvalue(), [recipient]))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings.for_tests(Path(name)), clock=lambda: NOON)
        upgrade(app)
        carried = Path(name) / "queue.age"
        carried.write_bytes(queue_of(a_phone(app, "zhang")))
        app.test_cli_runner().invoke(args=["sync", "import", str(carried)])
        message = json.loads(Path(f"{carried}.receipts.json").read_text("utf-8"))
        close(app)
    FILE.write_text(json.dumps(message, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
