"""What tests of the phone share: Node with the packages of this folder. Prefers the pinned one."""

from pathlib import Path

import pytest

from tests.processes.missing import MissingToolError, report_missing
from tests.processes.node import install_packages


@pytest.fixture(scope="session")
def node() -> Path:
    """Path of node; the test is skipped where neither it nor its packages are to be had."""
    try:
        return install_packages()
    except MissingToolError as missing:
        report_missing(str(missing))
