"""What every proof asks for: an office on a synthetic county, and phones to hold. Skips with a reason where Chromium is missing.

One office serves a module: phones are told apart by their device, so that tests share it; what kills or changes the office
puts it back.
"""

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office, make_county, open_office
from tests.processes.chromium import find_chromium
from tests.processes.missing import MissingToolError, report_missing

if TYPE_CHECKING:
    from playwright.sync_api import Playwright


@pytest.fixture(scope="session")
def county_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a fresh synthetic county, made once for all workers of this run; copy it, do not use it."""
    shared = tmp_path_factory.getbasetemp().parent / "phone-county"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").exists():
            (shared / "county").mkdir()
            make_county(shared / "county")
            (shared / "made").touch()
    return shared / "county"


@pytest.fixture(scope="module")
def office(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running server behind a line, for the tests of one module."""
    with open_office(county_folder, tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def driver() -> "Iterator[Playwright]":
    """Playwright's driver. It keeps an event loop in the thread while it lives, so it ends with the module."""
    try:
        find_chromium()
        from playwright.sync_api import sync_playwright
    except MissingToolError as missing:
        report_missing(str(missing))
    except ImportError:
        report_missing("Playwright is not installed (make test installs it)")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def hand_phone(office: Office, driver: "Playwright", tmp_path: Path) -> Iterator[Callable[..., HandPhone]]:
    """Makes phones on profiles of their own; whatever is still on at the end of the test is switched off."""
    made: list[HandPhone] = []

    def make(**differences: Any) -> HandPhone:
        phone = HandPhone(driver, tmp_path / f"profile-{len(made)}", office.origin, **differences)
        made.append(phone)
        return phone

    office.line.up()
    yield make
    for phone in made:
        phone.kill()
    office.line.up()
