"""The way back: the button of the app and that of the phone lead to the same screens, and the app's never leads out of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.processes, pytest.mark.slow]

ELSEWHERE = "/healthz"
"""A page of the same origin that is not the app."""
NOBODYS = "/parcel/nobody-knows-it"
"""The address of a screen that has a way back and a way on, whatever land the phone holds."""


@pytest.fixture
def person(hand_phone: Callable[..., HandPhone], office: Office) -> Person:
    """An inspector whose phone has joined, and now shows something that is not the app."""
    joined = Person(hand_phone(), office)
    joined.open()
    joined.join()
    joined.page.goto(f"{office.origin}{ELSEWHERE}")
    return joined


def follow_link(person: Person, path: str) -> None:
    """Open an address of the app from outside, as a link in a message does."""
    person.page.goto(f"{person.office.origin}/phone/#{path}", wait_until="commit")
    person.wait_until_usable()
    wait_at(person.page, path)


def wait_at(page: "Page", path: str) -> None:
    """Wait for the address and for its screen to be drawn."""
    page.wait_for_function("path => (location.hash || '#/') === `#${path}` && document.querySelector('#app h1')", arg=path)


def press_back(page: "Page") -> None:
    """The phone's own way back."""
    page.evaluate("history.back()")


def test_the_apps_button_stays_in_the_app_after_the_phones_was_pressed(person: Person) -> None:
    follow_link(person, NOBODYS)
    person.tap("to-search")
    wait_at(person.page, "/search")
    press_back(person.page)
    wait_at(person.page, NOBODYS)
    person.tap("back")
    wait_at(person.page, "/map")


def test_a_reload_forgets_no_step(person: Person) -> None:
    follow_link(person, "/")
    person.tap("search")
    wait_at(person.page, "/search")
    person.reload()
    person.tap("back")
    wait_at(person.page, "/")


def test_a_step_by_a_link_is_taken_back_and_leaves_no_screen_twice(person: Person) -> None:
    follow_link(person, "/")
    person.tap("tab-reports")
    wait_at(person.page, "/reports")
    person.go(NOBODYS)
    wait_at(person.page, NOBODYS)
    person.tap("back")
    wait_at(person.page, "/reports")
    press_back(person.page)
    wait_at(person.page, "/")
    press_back(person.page)
    person.page.wait_for_url(f"**{ELSEWHERE}", wait_until="commit")


def test_a_visit_that_was_reloaded_is_walked_back_step_by_step_by_either_button(person: Person) -> None:
    follow_link(person, "/")
    person.tap("other-find")
    person.tap("begin")
    person.see("photos-done")
    person.reload()
    person.tap("back")
    person.see("begin")
    press_back(person.page)
    wait_at(person.page, "/")


def test_two_taps_in_a_row_do_not_lead_out_of_the_app(person: Person) -> None:
    follow_link(person, "/")
    person.tap("search")
    wait_at(person.page, "/search")
    person.see("back")
    person.page.evaluate("() => { const back = document.querySelector('[data-act=back]'); back.click(); back.click(); }")
    person.see("tab-today")
    person.page.wait_for_timeout(500)
    assert "/phone/" in person.page.url


def test_from_a_saved_report_the_phones_button_leads_to_no_question_of_it(person: Person) -> None:
    follow_link(person, "/")
    person.tap("other-find")
    person.finish()
    press_back(person.page)
    person.see("to-reports")
    person.tap("back")
    wait_at(person.page, "/")
