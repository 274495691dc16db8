"""A whole day without a signal: the app opens, thirty reports and ninety photos are kept, and one round brings them all in."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person, a_noisy_photo
from tests.phone.browser.reckoning import assert_equal

pytestmark = [pytest.mark.processes, pytest.mark.slow]
REPORTS, BY_HAND = 30, 3
SIZES = (1.3, 2, 2.8)
# The target is for an idle machine and measured by the bench; a busy one gets three times as long before the test fails.
SYNC_SECONDS, BUSY = 60, 3


def test_a_day_offline_comes_in_whole(hand_phone: Callable[..., HandPhone], office: Office, tmp_path: Path) -> None:
    person = Person(hand_phone(camera="deny"), office)
    person.open()
    person.join()
    person.wait_until_kept()
    office.line.down()
    spots = office.spots()
    pictures = [a_noisy_photo(tmp_path, size, seed) for seed, size in enumerate(itertools.chain(*[SIZES] * BY_HAND))]
    for at in range(BY_HAND):
        person.phone.stand(*spots[at]["stand"])
        by_hand(person, pictures[at * len(SIZES) : (at + 1) * len(SIZES)])
    for at in range(BY_HAND, REPORTS):
        person.phone.stand(*spots[at]["stand"])
        person.report(*SIZES)
    waiting = person.counts()
    assert (waiting["queued"], waiting["photos_unsent"]) == (REPORTS, REPORTS * len(SIZES))
    office.line.up()
    took = person.send_unwatched(SYNC_SECONDS * BUSY)
    counted = assert_equal(person.page, office)
    assert counted == {"records": REPORTS, "photos": REPORTS * len(SIZES)}
    megabytes = sum(each["bytes"] for each in person.page.evaluate("proof.photos()").values()) / 1e6
    print(f"{REPORTS} reports and {counted['photos']} photos, {megabytes:.0f} MB: {took:.1f} s (target {SYNC_SECONDS})")


def by_hand(person: Person, pictures: list[Path]) -> None:
    """A visit by taps; the pictures come from the system's camera."""
    person.tap("other-find")
    person.tap("begin")
    person.see("camera-again")
    for number, picture in enumerate(pictures):
        with person.page.expect_file_chooser() as chooser:
            person.tap("shutter")
        chooser.value.set_files(picture)
        person.see(f"photo-{number}")
    person.finish("land_use")
    person.go("/")
