"""What happens when a tool is not installed: a contributor's test is skipped with the reason, continuous integration fails."""

import os
from typing import NoReturn

import pytest


class MissingToolError(Exception):
    """A tool that tests need is not here; the message says what to install."""


def report_missing(reason: str) -> NoReturn:
    """Skip the test that asked, or fail it where CI=true promises that everything is installed."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI=true, but {reason}", pytrace=False)
    pytest.skip(reason)
