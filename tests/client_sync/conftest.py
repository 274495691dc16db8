"""A running fake server and phones for it. Phones here never really wait."""

from datetime import UTC, datetime

import pytest

from client_sync.client import FieldClient
from client_sync.draft import PhotoDraft, Position, ReportDraft
from client_sync.wire import Patience
from tests.client_sync.fake_server import FakeServer, running


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def address(server):
    with running(server) as url:
        yield url


@pytest.fixture
def waits():
    """Every wait a phone asked for, in seconds."""
    return []


@pytest.fixture
def phone_in(address, waits):
    """Opens the phone in a folder, as after a restart."""
    opened = []

    def open_phone(folder, **options):
        client = FieldClient(folder, address, patience=Patience(attempts=4, sleep=waits.append), **options)
        opened.append(client)
        return client

    yield open_phone
    for client in opened:
        client.close()


@pytest.fixture
def phone(phone_in, tmp_path):
    client = phone_in(tmp_path / "phone")
    client.enrol("code-1", "phone 1")
    return client


@pytest.fixture
def a_report(tmp_path):
    """Builds a draft with photos of the given sizes in bytes."""

    def build(*photo_sizes, note=None):
        at = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
        photos = []
        for index, size in enumerate(photo_sizes):
            path = tmp_path / f"{note}-{index}-{size}.jpg"
            path.write_bytes(bytes([index + 1]) * size)
            photos.append(PhotoDraft(path=path, taken_at=at, kind="near"))
        position = Position(lon=120.95, lat=31.38, accuracy_m=5.0, fixed_at=at)
        observation = {"kind": "routine", "nothing_found": True}
        return ReportDraft(captured_at=at, observation=observation, position=position, photos=tuple(photos), note=note)

    return build
