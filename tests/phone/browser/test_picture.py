"""What a picture knows about the moment it was taken."""

from collections.abc import Callable

import pytest

from tests.phone.browser.hand_phone import HERE, HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_a_picture_knows_where_it_was_taken_and_which_way_the_phone_looked_by_the_magnets_north(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    person = Person(hand_phone(), office)
    person.open()
    person.join()
    person.tap("other-find")
    person.tap("begin")
    person.page.wait_for_selector('[data-camera="open"]')
    for heading in (135.0, 300.0):
        person.phone.turn(heading)
        person.page.wait_for_timeout(800)
        person.shoot()
    (draft,) = person.page.evaluate("proof.drafts()")
    looked = [(photo["view"]["azimuth_deg"], photo["view"]["azimuth_ref"]) for photo in draft["photos"]]
    assert looked == [(135, "magnetic"), (300, "magnetic")]
    for photo in draft["photos"]:
        assert (photo["position"]["lon"], photo["position"]["lat"]) == pytest.approx((HERE["lon"], HERE["lat"]))
