"""`python -m tests.phone.browser.pictures FOLDER`: a photograph of every screen, to be looked at. Judges nothing itself.

Both languages, light and dark, at the usual and the smallest size; `--language`, `--size` and `--only` (a pattern of names)
take fewer.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.phone.browser.hand_phone import SMALL, USUAL, HandPhone
from tests.phone.browser.office import Office, make_county, open_office
from tests.phone.browser.screens import LANGUAGES, Walk, a_film

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = {"usual": USUAL, "small": SMALL}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TALLEST = 4000


def resize(phone: HandPhone, size: tuple[int, int]) -> None:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
    phone.cdp().send("Emulation.setDeviceMetricsOverride", metrics)


def height_of(page: "Page") -> int:
    """How tall the screen would have to be to show everything that can be scrolled to."""
    told = "Math.max(...[...document.querySelectorAll('html, main, dialog')].map(each => each.scrollHeight))"
    return min(TALLEST, int(page.evaluate(told)))


def photograph(phone: HandPhone, folder: Path, name: str, sizes: list[str]) -> None:
    """One picture each: themes × sizes; and, in light, one of the whole length where it is longer than the screen."""
    for size in sizes:
        resize(phone, SIZES[size])
        for theme in THEMES:
            phone.page.emulate_media(color_scheme=theme)
            phone.page.wait_for_timeout(350 if "map" in name or "parcel" in name or "place" in name else 60)
            phone.page.screenshot(path=folder / f"{name}.{size}.{theme}.png")
        phone.page.emulate_media(color_scheme="light")
        if (tall := height_of(phone.page)) > SIZES[size][1]:
            phone.page.screenshot(path=folder / f"{name}.{size}.whole.png", full_page=True) if tall < TALLEST else None
    resize(phone, phone.size)


@contextlib.contextmanager
def a_running_office() -> Iterator[tuple[Office, Path]]:
    """An office on a fresh synthetic county, and a folder for whatever else is needed; both go with the block."""
    with tempfile.TemporaryDirectory() as name:
        county = Path(name) / "county"
        county.mkdir()
        make_county(county)
        with open_office(county, Path(name) / "office") as office:
            yield office, Path(name)


def walk(folder: Path, languages: list[str], sizes: list[str], only: str) -> int:
    """Walk once in each language; how many stops were photographed."""
    from playwright.sync_api import sync_playwright

    with a_running_office() as (office, room), sync_playwright() as playwright:
        film, stops = a_film(room), 0
        for language in languages:
            into = folder / language
            into.mkdir(parents=True, exist_ok=True)
            tongue = "zh-CN" if language == "zh" else "en-US"
            phone = HandPhone(playwright, room / language, office.origin, language=tongue, scene=film)
            walked = Walk(phone, office, lambda name, p=phone, f=into: photograph(p, f, name, sizes), language, only)  # type: ignore[misc]
            try:
                walked.all()
            except BaseException:
                if phone.process is not None:
                    phone.page.screenshot(path=folder / "stuck.png")
                    print(phone.page.url, walked.stops[-3:], phone.complaints[-5:])
                raise
            finally:
                phone.kill()
            stops += len(walked.stops)
        return stops


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="pictures", description="Photograph every screen of the phone.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("--size", choices=sorted(SIZES))
    parser.add_argument("--only", default="")
    asked = parser.parse_args(given)
    stops = walk(
        asked.folder,
        [asked.language] if asked.language else list(LANGUAGES),
        [asked.size] if asked.size else list(SIZES),
        asked.only,
    )
    print(f"{stops} screens in {asked.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
