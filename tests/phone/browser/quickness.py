"""How the phone's quickness is measured, for the tests that bound it and the bench that compares it. Judges nothing itself."""

import statistics
from dataclasses import dataclass
from pathlib import Path

from tests.phone.browser.person import Person, a_noisy_photo

FIRST_VISIT = """() => {
  const [{ startTime: first }] = performance.getEntriesByName('first-screen');
  const fetched = performance.getEntriesByType('resource').filter((each) => each.startTime < first);
  return fetched.map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]);
}"""
FIRST_SCREEN = "performance.getEntriesByName('first-screen')[0]?.startTime ?? null"


@dataclass(frozen=True)
class ColdStart:
    """Milliseconds from the beginning of the navigation to the app's own mark, and to something that can be tapped."""

    first_screen: float
    usable: float


def cold_start(person: Person, *, slower: int = 1) -> ColdStart:
    """One start in a browser process that was just made on the same profile."""
    phone = person.phone
    phone.close()
    phone.slower = slower
    phone.switch_on()
    phone.page.goto(f"{phone.origin}/phone/", wait_until="commit")
    usable = person.wait_until_usable()
    phone.wait_for(FIRST_SCREEN)
    started = ColdStart(float(phone.page.evaluate(FIRST_SCREEN)), usable)
    person.see("other-find")
    if slower > 1:
        phone.slow_down(1)
    phone.slower = 1
    return started


def cold_starts(person: Person, times: int, *, slower: int = 1) -> ColdStart:
    """The medians of so many starts."""
    took = [cold_start(person, slower=slower) for _ in range(times)]
    return ColdStart(statistics.median(each.first_screen for each in took), statistics.median(each.usable for each in took))


def scripts_of_first_visit(person: Person) -> dict[str, int]:
    """Bytes on the wire of each script that was asked for before the first screen of a phone that never was here."""
    person.phone.wait_for(FIRST_SCREEN)
    return {path: size for path, size in person.page.evaluate(FIRST_VISIT) if path.endswith(".js")}


def photos_saved(person: Person, folder: Path, photos: int, megabytes: float) -> list[float]:
    """Milliseconds from a picture's bytes to its commit, for pictures of the system's camera; the camera screen must stand."""
    person.see("camera-again")
    for number in range(photos):
        picture = a_noisy_photo(folder, megabytes, number)
        with person.page.expect_file_chooser() as chooser:
            person.tap("shutter")
        chooser.value.set_files(picture)
        person.see(f"photo-{number}")
        picture.unlink()
    return [float(each) for each in person.page.evaluate("proof.lasted('photo-saved')")]
