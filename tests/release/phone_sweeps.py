"""Long sweeps over the phone: many deaths, many cuts, a long day, a slow processor, every look of every screen.

What they draw they draw from a seed, so that it repeats. They use the parts of the proofs in tests/phone/browser and know
nothing of the app that those do not.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.phone.browser import deaths
from tests.phone.browser.deaths import Moment
from tests.phone.browser.eye import look_at_everything
from tests.phone.browser.hand_phone import SMALL, HandPhone
from tests.phone.browser.line import Asked, Cut, nothing_is_sent
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person
from tests.phone.browser.reckoning import assert_equal
from tests.phone.browser.screens import LANGUAGES
from tests.processes.node import install_packages

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

SEED = 20261122
DEATHS, DEATHS_SENDING = 60, 20
CUT_PHOTOS, CUTS_EACH = 30, 3
LONG_DAY, PHOTOS_EACH = 60, 4
SIZES = (0.4, 1.3, 2, 2.8)
SLOWER = 6


@dataclass
class Bench:
    """What a check is handed; `phones` are switched off when it ends."""

    office: Office
    driver: "Playwright"
    folder: Path
    phones: list[HandPhone] = field(default_factory=list)

    def phone(self, **differences: Any) -> HandPhone:
        made = HandPhone(self.driver, self.folder / f"profile-{len(self.phones)}", self.office.origin, **differences)
        self.phones.append(made)
        return made

    def joined(self, **differences: Any) -> Person:
        person = Person(self.phone(**differences), self.office)
        person.open()
        person.join()
        person.wait_until_kept()
        return person


def drawn_moments(rng: random.Random, count: int) -> list[Moment]:
    """Moments over all steps of a visit, most of them in the first tenth of a second after a tap."""
    ends = [deaths.BEGUN, deaths.NOTHING, deaths.CAMERA, deaths.ONE_PHOTO, deaths.TWO_PHOTOS, deaths.ASKED, deaths.CHOSEN]
    weighted = [*ends, deaths.ONE_PHOTO, deaths.TWO_PHOTOS, deaths.SAVED, deaths.SAVED, deaths.SAVED]
    return [Moment(rng.choice(weighted), int(rng.expovariate(1 / 80))) for _ in range(count)]


def many_deaths(bench: Bench, *, slower: int = 1, count: int = DEATHS, sending: int = DEATHS_SENDING) -> str:
    """Deaths at drawn moments of visits and of rounds, on one phone."""
    rng = random.Random(SEED + slower)
    person = deaths.joined_and_offline(bench.phone(slower=slower), bench.office)
    visits = deaths.live_through(person, drawn_moments(rng, count))
    for _ in range(sending):
        deaths.die_while_sending(person, bench.office, rng.choice(list(deaths.SENDING)))
    counted = deaths.assert_none_lost_or_doubled(person, bench.office, visits)
    return f"{count + sending} deaths; {counted['records']} records, {counted['photos']} photos, none lost, none doubled"


def slow_deaths(bench: Bench) -> str:
    """The same on a processor six times slower, where every moment is longer."""
    return many_deaths(bench, slower=SLOWER, count=DEATHS // 3, sending=0)


class CutAgainAndAgain:
    """A rule: each upload is cut several times at drawn places, and each answer about files may be lost."""

    def __init__(self, rng: random.Random, times: int) -> None:
        self.rng, self.times = rng, times
        self.cut: dict[str, int] = {}

    def __call__(self, asked: Asked) -> Cut | None:
        if asked.method == "PATCH" and self.cut.get(asked.path, 0) < self.times:
            self.cut[asked.path] = self.cut.get(asked.path, 0) + 1
            return Cut(after_bytes=self.rng.randrange(asked.length)) if self.rng.random() < 0.7 else Cut()
        if asked.path.startswith("/sync/") and self.rng.random() < 0.1:
            return Cut()
        return None


def many_cuts(bench: Bench) -> str:
    """Every upload cut several times, and a tenth of all answers lost."""
    person = bench.joined()
    bench.office.line.rule = nothing_is_sent
    for _ in range(CUT_PHOTOS // 2):
        person.report(0.4, 0.9)
    cuts = CutAgainAndAgain(random.Random(SEED), CUTS_EACH)
    bench.office.line.rule = cuts
    took = person.wait_until_complete(1200)
    bench.office.line.up()
    counted = assert_equal(person.page, bench.office)
    assert counted["photos"] == CUT_PHOTOS
    return f"{CUT_PHOTOS} uploads, {sum(cuts.cut.values())} cuts inside them: whole after {took:.0f} s"


def long_day(bench: Bench) -> str:
    """Twice a day's reports with four photos each, offline, then sent."""
    person = bench.joined()
    bench.office.line.down()
    spots = bench.office.spots()
    for at in range(LONG_DAY):
        person.phone.stand(*spots[at % len(spots)]["stand"])
        person.report(*SIZES[:PHOTOS_EACH])
    bench.office.line.up()
    took = person.send_unwatched(900)
    counted = assert_equal(person.page, bench.office)
    assert counted == {"records": LONG_DAY, "photos": LONG_DAY * PHOTOS_EACH}
    return f"{counted['records']} reports, {counted['photos']} photos: {took:.0f} s"


def every_look(bench: Bench) -> str:
    """All screens at the smallest size in both languages, light and dark, usual and high contrast."""
    install_packages()
    looks = list(itertools.product(LANGUAGES, (False, True), (False, True)))
    stops = 0
    for language, dark, high_contrast in looks:
        tongue = "zh-CN" if language == "zh" else "en-US"
        phone = bench.phone(size=SMALL, language=tongue, dark=dark, high_contrast=high_contrast)
        stops += look_at_everything(phone, bench.office, language)
        phone.kill()
    return f"{len(looks)} looks, {stops} screens and states: nothing wrong"


CHECKS: dict[str, Callable[[Bench], str]] = {
    "deaths": many_deaths,
    "deaths-slow": slow_deaths,
    "cuts": many_cuts,
    "long-day": long_day,
    "looks": every_look,
}
