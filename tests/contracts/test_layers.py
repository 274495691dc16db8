"""Imports go one way: edge, services, domain. A shortcut is refused here before anyone depends on it."""

import pytest

from tests.contracts.layers import LAYERS, violations
from tests.contracts.sources import ROOT, imports, module, modules

PLANTED = [
    ("server/domain/matching.py", "import flask"),
    ("server/domain/matching.py", "from sqlalchemy import select"),
    ("server/domain/matching.py", "def late():\n    from server.store import base"),
    ("server/programmes/idle_land/assess.py", "import marshmallow"),
    ("server/law/loader.py", "from rq import Queue"),
    ("server/law/loader.py", "from server.services import reports"),
    ("schemas/manifest.py", "from server import problems"),
    ("server/services/reports.py", "from flask import request"),
    ("server/services/reports.py", "from schemas import manifest"),
    ("server/services/reports.py", "import server.composition"),
    ("server/store/base.py", "from server.services import reports"),
    ("server/store/base.py", "if TYPE_CHECKING:\n    from flask import Request"),
    ("server/media/blobs.py", "import schemas.manifest"),
    ("server/jobs/relay.py", "from server.api import sync"),
    ("server/api/sync.py", "from sqlalchemy.orm import Session"),
    ("server/console/queue.py", "from server.store.tables import sync"),
    ("server/console/queue.py", "from server.keys import server_keys"),
    ("server/cli/users.py", "import rq"),
    ("server/shortcuts/reports.py", "import json"),
]


@pytest.mark.parametrize(("path", "text"), PLANTED)
def test_a_planted_shortcut_is_caught(path: str, text: str) -> None:
    assert len(list(violations([module(text, path)]))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("server/domain/matching.py", "import numpy as np\nfrom server import problems\nfrom server.programmes import idle_land"),
        ("server/services/reports.py", "from server.store.unit_of_work import UnitOfWork"),
        ("server/store/world.py", "if TYPE_CHECKING:\n    from server.law.loader import Law"),
        ("server/api/sync.py", "from server.store.unit_of_work import UnitOfWork\nfrom server.keys.text import is_digest"),
        ("server/api/sync.py", "import flask\nfrom schemas.manifest import ManifestIn"),
        ("server/__init__.py", "import flask, sqlalchemy, rq\nfrom server.api import sync"),
    ],
)
def test_an_import_along_the_arrow_is_left_alone(path: str, text: str) -> None:
    assert list(violations([module(text, path)])) == []


def test_every_import_of_the_server_follows_the_table_of_layers() -> None:
    assert list(violations(modules("server", "schemas"))) == []


def test_every_folder_of_the_server_is_a_declared_layer() -> None:
    folders = {path.name for path in (ROOT / "server").iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders - {"resources"} <= LAYERS.keys()


@pytest.mark.parametrize(
    ("package", "others"),
    [("client_sync", {"server", "tests"}), ("server", {"client_sync", "tests"}), ("schemas", {"server", "client_sync", "tests"})],
)
def test_client_and_server_share_nothing_but_the_wire(package: str, others: set[str]) -> None:
    crossing = [
        f"{each.path}:{found.line}: {found.name}"
        for each in modules(package)
        for found in imports(each.tree)
        if found.name.partition(".")[0] in others
    ]
    assert crossing == []
