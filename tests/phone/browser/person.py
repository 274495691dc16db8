"""The inspector's hand: taps what can be seen and touched, and counts the taps. Refuses to tap what is hidden or covered."""

import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import INSPECTOR, Office

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PATIENCE_MS = 20_000
SHORTEST = {
    "land_use": ("ask-observation-use-industrial",),
    "construction": ("ask-observation-stage-none",),
    "reclamation": ("ask-observation-stage-none",),
}
"""The least that a report of a kind says about what was seen; without it the app asks once more before it saves."""


@dataclass
class Person:
    """One inspector with one phone of one office; `taps` are the `data-act` of every tap, in order."""

    phone: HandPhone
    office: Office
    taps: list[str] = field(default_factory=list)

    @property
    def page(self) -> "Page":
        return self.phone.page

    def open(self, path: str = "/phone/") -> "Page":
        """Switch the phone on, on the app, and wait until it can be used."""
        page = self.phone.open(path)
        self.wait_until_usable()
        return page

    def wait_until_usable(self) -> float:
        """Milliseconds from the beginning of the navigation until something could be tapped."""
        self.phone.wait_for("proof.usable() !== null")
        return float(self.page.evaluate("proof.usable()"))

    def see(self, act: str) -> "Locator":
        """The first control of this name that can be seen, waited for."""
        found = self.page.locator(f'[data-act="{act}"]:visible').first
        found.wait_for(timeout=PATIENCE_MS)
        return found

    def tap(self, act: str, at: int = 0) -> None:
        """One tap on a control, by its `data-act`: a touch on its middle, where nothing may cover it."""
        self.see(act)
        control = self.page.locator(f'[data-act="{act}"]:visible').nth(at)
        control.click(trial=True, timeout=PATIENCE_MS)
        box = control.bounding_box()
        assert box is not None, act
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session = self.phone.cdp()
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self.taps.append(act)

    def shoot(self) -> None:
        """One picture, waited for until it is saved."""
        self.page.wait_for_selector('[data-camera="open"]')
        before = self.page.locator('[data-act^="photo-"]:visible').count()
        self.tap("shutter")
        self.phone.wait_for("before => document.querySelectorAll('[data-act^=photo-]').length > before", before)

    def finish(self, kind: str = "routine") -> None:
        """From wherever a visit stands to "saved", with the shortest answers."""
        forward = ", ".join(f'[data-act="{act}"]:visible' for act in ("begin", "photos-done", "save"))
        for _ in range(4):
            button = self.page.locator(forward).first
            button.wait_for(timeout=PATIENCE_MS)
            act = str(button.get_attribute("data-act"))
            if act == "save":
                for answer in (f"observe-{kind}", *SHORTEST.get(kind, ())):
                    self.tap(answer)
            self.tap(act)
            if act == "save":
                self.page.wait_for_selector(".saved-big")
                return
            self.phone.wait_for("act => !document.querySelector(`[data-act=${act}]`)", act)
        raise AssertionError("the visit could not be finished")

    def wait_until_kept(self) -> None:
        """Wait until the app can be opened without any network."""
        self.phone.wait_for("proof.isKept()", seconds=60)

    def go(self, path: str) -> None:
        """Follow an address inside the app without tapping."""
        self.page.evaluate("path => { location.hash = `#${path}`; }", path)

    def join(self, inspector: str = INSPECTOR) -> None:
        """Enrol this phone as the app's own modules do, and open the app as it then is."""
        self.page.evaluate("code => proof.enrol(code)", self.office.code(inspector))
        self.page.evaluate("history.replaceState(null, '', '#/')")
        self.reload()

    def reload(self) -> None:
        self.page.reload(wait_until="commit")
        self.wait_until_usable()

    def counts(self) -> dict[str, int]:
        counted: dict[str, int] = self.page.evaluate("proof.counts()")
        return counted

    def wait_until_complete(self, seconds: float = 60, *, nudge: bool = True) -> float:
        """Seconds until everything sealed is complete at the office. Raises AssertionError with the counts when it is not.

        `nudge` tells the app once a second that there is a network, as a phone on the edge of coverage does.
        """
        began = time.monotonic()
        last_nudge = began
        while True:
            counted = self.counts()
            if counted["queued"] + counted["received"] + counted["photos_unsent"] == 0:
                return time.monotonic() - began
            assert time.monotonic() - began < seconds, (counted, self.phone.complaints[-5:])
            if nudge and time.monotonic() - last_nudge > 1:
                last_nudge = time.monotonic()
                self.nudge()
            time.sleep(0.1)

    def nudge(self) -> None:
        """Tell the app that there is a network, whatever there is."""
        self.page.evaluate("() => { window.dispatchEvent(new Event('online')); }")

    def send_unwatched(self, seconds: float) -> float:
        """Let the app send everything while nobody watches the browser; seconds that it took, by its own clock."""
        heard = "/healthz?took="
        before = len(self.office.line.requests("GET", heard))
        self.page.evaluate("() => { proof.sendSoon(); }")
        self.phone.let_go()
        give_up = time.monotonic() + seconds
        while len(told := self.office.line.requests("GET", heard)) == before:
            assert time.monotonic() < give_up, f"not everything was complete after {seconds} s"
            time.sleep(0.1)
        self.phone.take_up()
        return int(told[-1].path.removeprefix(heard)) / 1000

    def report(self, *sizes: float, **differences: Any) -> dict[str, Any]:
        """A whole visit through the app's own modules with photos of so many megabytes; what was declared."""
        place = self.phone.place
        asked = {"lon": place["lon"], "lat": place["lat"], "sizes": list(sizes)} | differences
        sealed: dict[str, Any] = self.page.evaluate("asked => proof.report(asked)", asked)
        return sealed


def a_noisy_photo(folder: Path, megabytes: float, seed: int = 0) -> Path:
    """A JPEG of about so many megabytes, as a camera's gallery holds it."""
    side = int((megabytes * 1_070_000) ** 0.5)
    image = Image.effect_noise((side, side), 90 + seed % 30).convert("RGB")
    content = io.BytesIO()
    image.save(content, "JPEG", quality=92, comment=f"photo {seed}")
    path = folder / f"photo-{seed}.jpg"
    path.write_bytes(content.getvalue())
    return path
