"""A new app on a phone with queued work: the worker waits to be told, the database grows, and nothing that was queued is lost."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.line import nothing_is_sent
from tests.phone.browser.office import ROOT, Office, open_office
from tests.phone.browser.person import Person
from tests.phone.browser.reckoning import assert_equal

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

pytestmark = [pytest.mark.processes, pytest.mark.slow]
NEWER_STEP = "\nUPGRADES.push((db) => { db.createObjectStore('a_later_idea'); });\n"


def test_work_queued_under_the_first_version_of_the_database_is_sent_by_todays_app(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    person = Person(hand_phone(), office)
    # An address of the same origin where no app runs: the old app's modules are called by hand there.
    page = person.phone.open("/healthz")
    assert page.evaluate("proof.asFirstVersion()") == 1
    page.evaluate("code => proof.enrol(code)", office.code())
    sealed = [person.report(0.3, 0.3) for _ in range(2)]
    person.phone.kill()
    person.open()
    assert person.page.evaluate("async () => (await proof.database()).version") > 1
    assert [each["digest"] for each in person.page.evaluate("proof.outbox()")] == [each["digest"] for each in sealed]
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 2, "photos": 4}


@pytest.fixture
def released(driver: "Playwright", county_folder: Path, tmp_path: Path) -> Iterator[tuple[Person, Path]]:
    """A person whose phone has joined an office that serves a copy of the app, which the test may change; and that copy."""
    source = tmp_path / "source"
    for name in ("server", "client_sync", "schemas"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(ROOT / "wsgi.py", source)
    with open_office(county_folder, tmp_path / "office", source) as office:
        phone = HandPhone(driver, tmp_path / "profile", office.origin)
        try:
            person = Person(phone, office)
            person.open()
            person.join()
            person.wait_until_kept()
            yield person, source
        finally:
            phone.kill()


def release_newer(source: Path) -> None:
    """A newer app: its database grows by a step, and a style changes."""
    schema, style = source / "client_sync/phone/store/schema.js", source / "client_sync/phone/app.css"
    schema.write_text(schema.read_text("utf-8") + NEWER_STEP, "utf-8")
    style.write_text(style.read_text("utf-8") + "\n/* newer */\n", "utf-8")


@pytest.mark.parametrize("dies", [False, True], ids=["alive", "killed while it is taken"])
def test_a_newer_app_waits_to_be_taken_and_keeps_drafts_and_queue(released: tuple[Person, Path], dies: bool) -> None:
    person, source = released
    office = person.office
    office.line.rule = nothing_is_sent
    sealed = [person.report(0.3) for _ in range(2)]
    person.tap("other-find")
    person.tap("begin")
    person.shoot()
    (draft,) = person.page.evaluate("proof.drafts()")
    release_newer(source)
    person.go("/")
    person.reload()
    person.see("update-take")
    versions = "async () => [(await proof.load('store/schema.js')).UPGRADES.length, (await proof.database()).version]"
    before, _ = person.page.evaluate(versions)
    assert person.page.evaluate(versions) == [before, before], "nothing is replaced under a person's hands"
    person.tap("update-take")
    if dies:
        time.sleep(0.05)
        person.phone.kill()
        person.open()
        if person.page.evaluate(versions)[0] == before:
            person.tap("update-take")
    person.phone.wait_for(f"async () => (await ({versions})()).every((each) => each === {before + 1})")
    assert [each["digest"] for each in person.page.evaluate("proof.outbox()")] == [each["digest"] for each in sealed]
    assert person.page.evaluate("proof.drafts()") == [draft]
    person.wait_until_usable()
    person.tap("resume-1")
    person.finish()
    office.line.up()
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 3, "photos": 3}


def test_a_newer_app_taken_in_one_tab_leaves_the_visit_in_another_alone_until_it_is_over(released: tuple[Person, Path]) -> None:
    person, source = released
    office, visiting = person.office, person.page
    office.line.rule = nothing_is_sent
    person.tap("other-find")
    person.tap("begin")
    person.shoot()
    visiting.evaluate("window.is_not_reloaded = true")
    taking = person.phone.another_tab()
    taking.locator("[data-act=resume-1]").wait_for()
    release_newer(source)
    taking.reload()
    taking.locator("[data-act=update-take]").click()
    taking.get_by_text("另一个巡土窗口").wait_for()
    assert visiting.evaluate("window.is_not_reloaded") is True
    person.shoot()
    person.finish()
    assert visiting.evaluate("window.is_not_reloaded") is True
    person.go("/")
    person.phone.wait_for("window.is_not_reloaded === undefined")
    taking.locator("[data-act=other-find]").wait_for()
    person.wait_until_usable()
    office.line.up()
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 1, "photos": 2}
