"""What the network does to a phone: cuts in every upload, lost answers, a hotel's sign-in page, a server that dies.

Each ends with both sides equal, text by text and byte by byte; nothing is sent into the books twice.
"""

from collections.abc import Callable

import pytest

from server.store.tables.sync import InboxItem, Submission
from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.line import Asked, Cut, nothing_is_sent
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person
from tests.phone.browser.reckoning import assert_equal

pytestmark = [pytest.mark.processes, pytest.mark.slow]
FILES = "/sync/v1/files"
PUSH = "/sync/v1/push"


@pytest.fixture
def person(hand_phone: Callable[..., HandPhone], office: Office) -> Person:
    """An inspector whose phone has joined."""
    someone = Person(hand_phone(), office)
    someone.open()
    someone.join()
    return someone


class CutEachUpload:
    """A rule of the line: each upload is cut once in the middle of its bytes, and each creation loses its first answer."""

    def __init__(self) -> None:
        self.cut: set[str] = set()
        self.creations = 0

    def __call__(self, asked: Asked) -> Cut | None:
        if asked.method == "PATCH" and asked.path not in self.cut:
            self.cut.add(asked.path)
            return Cut(after_bytes=asked.length // 2)
        if asked.method == "POST" and asked.path == FILES:
            self.creations += 1
            return Cut() if self.creations % 2 else None
        return None


def test_a_cut_in_every_upload_loses_no_byte(person: Person, office: Office) -> None:
    office.line.rule = nothing_is_sent
    for _ in range(3):
        person.report(0.4, 0.7)
    cuts = CutEachUpload()
    office.line.up()
    office.line.rule = cuts
    took = person.wait_until_complete(90)
    office.line.up()
    assert len(cuts.cut) >= 6, "every photo's upload was cut"
    counted = assert_equal(person.page, office)
    print(f"6 uploads, each cut: {took:.1f} s, {office.line.cuts} cuts")
    assert counted == {"records": 3, "photos": 6}


def test_answers_that_never_come_back_double_nothing(person: Person, office: Office) -> None:
    office.line.rule = nothing_is_sent
    for _ in range(2):
        person.report(0.3)
    lost: list[str] = []

    def lose_the_first_answer(asked: Asked) -> Cut | None:
        kind = f"{asked.method} {asked.path.split('?')[0]}"
        if asked.path.startswith("/sync/") and kind not in lost:
            lost.append(kind)
            return Cut()
        return None

    office.line.up()
    office.line.rule = lose_the_first_answer
    person.wait_until_complete(90)
    office.line.up()
    assert f"POST {PUSH}" in lost
    device = person.page.evaluate("proof.identity()")["device_id"]
    assert len(office.rows(Submission, device_id=device)) == 2
    assert {row.outcome for row in office.rows(InboxItem, device_id=device)} <= {"stored", "duplicate"}


def test_a_server_killed_in_the_middle_of_the_photos_takes_up_where_it_was(person: Person, office: Office) -> None:
    office.line.rule = nothing_is_sent
    for _ in range(4):
        person.report(0.5, 1)
    office.line.up()
    patches = len(office.line.requests("PATCH", FILES))
    person.nudge()
    uploaded = "async least => Object.values(await proof.photos()).filter(each => each.state === 'uploaded').length >= least"
    person.phone.wait_for(uploaded, 2)
    office.kill()
    assert len(office.line.requests("PATCH", FILES)) > patches
    office.start()
    took = person.wait_until_complete(90)
    assert assert_equal(person.page, office) == {"records": 4, "photos": 8}
    print(f"complete {took:.1f} s after the server was killed and started")


def test_a_connection_that_falls_silent_is_given_up_when_there_is_a_network_again(person: Person, office: Office) -> None:
    office.line.rule = nothing_is_sent
    person.report(0.4)
    silenced: list[Asked] = []

    def fall_silent_once(asked: Asked) -> Cut | None:
        if asked.method != "PATCH" or silenced:
            return None
        silenced.append(asked)
        return Cut(after_bytes=1000, hangs=True)

    office.line.up()
    office.line.rule = fall_silent_once
    took = person.wait_until_complete(60)
    assert silenced
    assert assert_equal(person.page, office) == {"records": 1, "photos": 1}
    print(f"given up and sent after {took:.1f} s")


def test_a_captive_portal_acknowledges_nothing(person: Person, office: Office) -> None:
    person.wait_until_kept()
    office.line.portal()
    person.report(0.2)
    person.nudge()
    person.page.wait_for_timeout(1500)
    assert person.counts()["queued"] == 1
    person.reload()
    assert person.page.title(), "the app opens from what it keeps, not from the portal"
    assert person.counts()["queued"] == 1
    office.line.up()
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 1, "photos": 1}


def test_two_tabs_that_sync_at_once_send_nothing_twice(person: Person, office: Office) -> None:
    person.wait_until_kept()
    office.line.rule = nothing_is_sent
    for _ in range(6):
        person.report(0.2)
    second = person.phone.another_tab()
    person.phone.wait_for("proof.usable() !== null", page=second)
    office.line.up()
    before = len(office.line.requests("POST", PUSH))
    for page in (person.page, second, person.page, second):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    person.wait_until_complete()
    device = person.page.evaluate("proof.identity()")["device_id"]
    inbox = office.rows(InboxItem, device_id=device)
    assert sorted(row.outcome for row in inbox) == ["stored"] * 6
    assert len({row.digest for row in inbox}) == 6
    created = [each.path for each in office.line.requests("POST", FILES)]
    assert_equal(person.page, office)
    print(f"two tabs: {len(office.line.requests('POST', PUSH)) - before} pushes, {len(created)} uploads begun on this line")
