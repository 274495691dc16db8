"""The browser is killed with SIGKILL between the first tap of a visit and the office's `complete`, and opened again each time.

One phone lives through all of it. What it had said was saved is there afterwards, each visit once, and goes on where it was.
"""

from collections.abc import Callable

import pytest

from tests.phone.browser import deaths
from tests.phone.browser.deaths import Moment
from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office

pytestmark = [pytest.mark.processes, pytest.mark.slow]
CAPTURE = [
    *(Moment(deaths.BEGUN, after) for after in (0, 60)),
    Moment(deaths.NOTHING, 200),
    *(Moment(deaths.CAMERA, after) for after in (0, 150)),
    *(Moment(deaths.ONE_PHOTO, after) for after in (0, 30, 90)),
    Moment(deaths.TWO_PHOTOS, 60),
    Moment(deaths.ASKED, 0),
    Moment(deaths.CHOSEN, 0),
    *(Moment(deaths.SAVED, after) for after in (0, 15, 40)),
]


def test_a_browser_killed_anywhere_between_capture_and_complete_loses_and_doubles_nothing(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    person = deaths.joined_and_offline(hand_phone(), office)
    visits = deaths.live_through(person, CAPTURE)
    for name in deaths.SENDING:
        deaths.die_while_sending(person, office, name)
    counted = deaths.assert_none_lost_or_doubled(person, office, visits)
    died = len(CAPTURE) + len(deaths.SENDING)
    print(f"{died} deaths: {counted['records']} records and {counted['photos']} photos, none lost, none doubled")
