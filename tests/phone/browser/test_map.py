"""The map under a hurried thumb."""

from collections.abc import Callable

import pytest

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.screens import Walk

pytestmark = [pytest.mark.processes, pytest.mark.slow]
COUNT_FIXES = """() => {
  window.fixes = 0;
  const watch = navigator.geolocation.watchPosition.bind(navigator.geolocation);
  navigator.geolocation.watchPosition = (hear, ...rest) => watch((fix) => { hear(fix); fixes += 1; }, ...rest);
}"""
TAP_AS_SOON_AS_IT_STANDS = """async () => {
  location.hash = '#/map';
  const button = () => document.querySelector('[data-act=locate]');
  while (!button()) await new Promise((resolve) => setTimeout(resolve));
  button().click();
  return fixes;
}"""


def test_asked_where_one_stands_while_it_still_opens_the_map_goes_there_and_not_to_where_one_was(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    walk = Walk(hand_phone(), office, lambda name: None, "zh")
    walk.joining()
    walk.before_any_land()
    walk.page.evaluate(COUNT_FIXES)
    walk.at("/map", ".maplibregl-canvas")
    walk.person.tap("locate")
    walk.touch_land()
    walk.at("/reports", ".empty")
    walk.walk_to("illegal_approved")
    before = walk.page.evaluate(TAP_AS_SOON_AS_IT_STANDS)
    # A parcel that is tapped before the position has come would rightly keep the map with it.
    walk.phone.wait_for("before => fixes > before", before)
    walk.touch_land()
    assert "你就在这块地里" in walk.page.locator(".map-card-place").inner_text()
