"""Debian's Chromium driven by Playwright, headless and silent. Refuses to download a browser of its own."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.processes.missing import MissingToolError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The browser must speak to our server only: every background service is switched off.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Path of the browser; XUNTU_CHROMIUM names another one. Raises MissingToolError."""
    for name in (os.environ.get("XUNTU_CHROMIUM", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    raise MissingToolError("Chromium is not installed (apt install chromium), and XUNTU_CHROMIUM names none")


@contextlib.contextmanager
def running_chromium() -> "Iterator[Browser]":
    """A headless browser for one module of tests. Raises MissingToolError."""
    path = find_chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise MissingToolError("Playwright is not installed (make test installs it)") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
