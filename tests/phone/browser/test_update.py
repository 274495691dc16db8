"""A new app on a phone with queued work: the worker waits to be told, the database grows, and nothing that was queued is lost."""

from collections.abc import Callable

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person
from tests.phone.browser.reckoning import assert_equal

pytestmark = [pytest.mark.processes, pytest.mark.slow]


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
