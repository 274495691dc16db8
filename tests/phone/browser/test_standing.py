"""What happens to a phone beyond a visit: a restored server, a device struck off, a token run out, a wrong clock."""

import json
from collections.abc import Callable

import pytest

from server.store.tables.sync import Receipt, Submission
from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.line import nothing_is_sent
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person
from tests.phone.browser.reckoning import assert_equal

pytestmark = [pytest.mark.processes, pytest.mark.slow]
YEAR_MS = 365 * 86_400_000


def joined(phone: HandPhone, office: Office) -> Person:
    someone = Person(phone, office)
    someone.open()
    someone.join()
    return someone


def test_a_restored_server_is_offered_everything_again(hand_phone: Callable[..., HandPhone], office: Office) -> None:
    person = joined(hand_phone(), office)
    for _ in range(2):
        person.report(0.2)
    person.wait_until_complete()
    office.stop()
    epoch = office.restore_from_backup()
    office.start()
    person.report(0.2)
    person.wait_until_complete()
    person.phone.wait_for("async epoch => (await proof.identity()).epoch === epoch", epoch)
    person.wait_until_complete()
    for each in person.page.evaluate("proof.outbox()"):
        newest = json.loads(each["receipts"][-1]["payload"])
        assert (newest["server_epoch"], newest["state"]) == (epoch, "complete")
        assert len(office.rows(Receipt, id=each["id"], epoch=epoch, state="complete")) == 1
        assert len(office.rows(Submission, id=each["id"])) == 1


def assert_told_once(person: Person) -> None:
    """Both screens that tell of sync say once that a new code is needed, above all else and with the way to enter it."""
    for path in ("/", "/more"):
        person.go(path)
        person.see("join-again")
        person.tap("sync" if path == "/" else "sync-now")
        person.page.wait_for_timeout(1500)
        said = person.page.locator("#app").inner_text()
        assert said.count("新的加入码") == 1, said
        assert person.page.locator("#app .banner-bad [data-act=join-again]").count() == 1


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_phone_whose_standing_ends_keeps_everything_and_joins_again(
    hand_phone: Callable[..., HandPhone], office: Office, how: str
) -> None:
    person = joined(hand_phone(), office)
    office.line.rule = nothing_is_sent
    sealed = [person.report(0.2) for _ in range(2)]
    device = person.page.evaluate("proof.identity()")["device_id"]
    (office.revoke if how == "revoked" else office.expire)(device)
    office.line.up()
    person.nudge()
    person.phone.wait_for("async () => (await proof.identity()).standing !== 'ok'")
    assert person.page.evaluate("proof.identity()")["standing"] == how
    assert person.counts()["queued"] == 2
    assert {each["digest"] for each in person.page.evaluate("proof.outbox()")} == {each["digest"] for each in sealed}
    assert_told_once(person)
    person.report(0.2)
    person.join()
    person.wait_until_complete()
    assert {each["state"] for each in person.page.evaluate("proof.outbox()")} == {"complete"}
    held = [row for each in person.page.evaluate("proof.outbox()") for row in office.rows(Submission, id=each["id"])]
    assert sorted(row.state for row in held) == ["stored"] * 3


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_a_year_off_is_told_and_loses_nothing(hand_phone: Callable[..., HandPhone], office: Office, years: int) -> None:
    person = joined(hand_phone(years_off=years), office)
    office.line.rule = nothing_is_sent
    person.report(0.2)
    # An attempt that fails writes down when to try again, by a clock that is wrong.
    person.nudge()
    person.page.wait_for_timeout(800)
    office.line.up()
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 1, "photos": 1}
    identity = person.page.evaluate("proof.identity()")
    assert abs(identity["server_offset_ms"] + years * YEAR_MS) < 60_000
    person.report()
    claims = json.loads(person.page.evaluate("proof.outbox()")[-1]["manifest"])
    assert abs(claims["clock"]["server_offset_ms"] + years * YEAR_MS) < 60_000
    person.wait_until_complete()


def test_a_clock_set_right_again_does_not_make_a_phone_wait_a_year(hand_phone: Callable[..., HandPhone], office: Office) -> None:
    phone = hand_phone(years_off=1)
    person = joined(phone, office)
    office.line.rule = nothing_is_sent
    person.report(0.2)
    person.nudge()
    person.page.wait_for_timeout(800)
    phone.close()
    phone.years_off = 0
    office.line.up()
    person.open()
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 1, "photos": 1}
