"""Every screen as tired eyes, cold thumbs and screen readers meet it, at the smallest size."""

from collections.abc import Callable

import pytest

from tests.phone.browser.eye import look_at_everything
from tests.phone.browser.hand_phone import SMALL, HandPhone
from tests.phone.browser.office import Office

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_every_screen_in_chinese_and_light_is_readable_tappable_and_spoken(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    look_at_everything(hand_phone(size=SMALL), office, "zh")


def test_every_screen_in_english_and_dark_is_readable_tappable_and_spoken(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    phone = hand_phone(size=SMALL, language="en-US", dark=True)
    look_at_everything(phone, office, "en")
