"""The map under a hurried thumb."""

from collections.abc import Callable

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.screens import Walk

pytestmark = [pytest.mark.processes, pytest.mark.slow]
ATTEMPTS = 10
TAP_AS_SOON_AS_IT_STANDS = """async () => {
  location.hash = '#/map';
  const button = () => document.querySelector('[data-act=locate]');
  while (!button()) await new Promise((resolve) => setTimeout(resolve));
  button().click();
}"""


def test_asked_where_one_stands_while_it_still_opens_the_map_goes_there_and_not_to_where_one_was(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    walk = Walk(hand_phone(), office, lambda name: None, "zh")
    walk.joining()
    walk.before_any_land()
    walk.at("/map", ".maplibregl-canvas")
    walk.person.tap("locate")
    walk.touch_land()
    walk.at("/reports", ".empty")
    walk.walk_to("illegal_approved")
    walk.page.evaluate(TAP_AS_SOON_AS_IT_STANDS)
    card = walk.page.locator(".map-card-place")
    for _ in range(ATTEMPTS):
        walk.touch_land()
        if "你就在这块地里" in card.inner_text():
            return
        walk.person.tap("card-close")
    pytest.fail(f"the map stayed where it was: {card.inner_text()}")
