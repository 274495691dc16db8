"""A phone in the hand: Debian's Chromium on a profile of its own, with a made-up camera and position, that can be killed.

It is started as a process group of its own and driven over the DevTools protocol, so that a SIGKILL hits the browser and
nothing else; Playwright's own launcher would tidy up where a dead battery does not.
"""

import contextlib
import math
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.processes.chromium import FLAGS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Playwright

START_SECONDS = 20
IN_PAGE = Path(__file__).parent / "in_page.js"
MEASURES = Path(__file__).parent / "measures.js"
PHONE_FLAGS = [
    *(flag for flag in FLAGS if flag != "--disable-gpu"),
    # The map needs WebGL, and a test machine has no graphics card: Chromium draws it in software.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--headless=new",
    "--remote-debugging-port=0",
    "--use-fake-device-for-media-stream",
    "--disable-features=Translate,MediaRouter",
    "--hide-scrollbars",
    "--mute-audio",
]
SMALL, USUAL = (320, 568), (390, 844)
HERE = {"lon": 120.9801, "lat": 31.3802}
COMPASS = "absolute-orientation"


def held_upright(heading: float) -> dict[str, float]:
    """The turn of a phone whose back looks towards a heading (degrees clockwise from north), as a quaternion."""
    half = math.radians(360 - heading) / 2
    share = math.sqrt(0.5)
    return {"w": math.cos(half) * share, "x": math.cos(half) * share, "y": math.sin(half) * share, "z": math.sin(half) * share}


@dataclass
class HandPhone:
    """One phone. `camera` and `location` say what the person answers when the app asks: allow or deny.

    `scene` is a film (MJPEG) that the made-up camera shows; without, it shows a test picture.
    """

    playwright: "Playwright"
    profile: Path
    origin: str
    size: tuple[int, int] = USUAL
    language: str = "zh-CN"
    camera: str = "allow"
    location: str = "allow"
    dark: bool = False
    high_contrast: bool = False
    years_off: int = 0
    slower: int = 1
    scene: Path | None = None
    place: dict[str, float] = field(default_factory=lambda: HERE | {"accuracy": 5.0})
    heading: float | None = 90.0
    process: "subprocess.Popen[bytes] | None" = None
    complaints: list[str] = field(default_factory=list)
    _address: str = ""
    _browser: "Browser | None" = None
    _page: "Page | None" = None
    _sessions: dict[int, "CDPSession"] = field(default_factory=dict)

    def open(self, path: str = "/phone/") -> "Page":
        """Start the browser on this profile and open the app; the page."""
        self.switch_on()
        self.page.goto(f"{self.origin}{path}", wait_until="commit")
        return self.page

    def switch_on(self) -> "Page":
        """Start the browser with an empty page that has this phone's senses. Raises AssertionError when it does not start."""
        self._address = self._start()
        return self.take_up()

    def let_go(self) -> None:
        """Leave the browser to itself: nobody watches its network, which costs more than the work that is measured."""
        assert self._browser is not None
        self._browser.close()
        self._browser, self._page = None, None
        self._sessions.clear()

    def take_up(self) -> "Page":
        """Watch and steer the browser (again); the first page of it."""
        self._browser = self.playwright.chromium.connect_over_cdp(self._address)
        self.context.set_default_timeout(20_000)
        self._allow()
        self._page = self._furnish(self.context.pages[0])
        return self._page

    def another_tab(self, path: str = "/phone/") -> "Page":
        """A second tab of the same browser on the app."""
        page = self._furnish(self.context.new_page())
        page.goto(f"{self.origin}{path}", wait_until="commit")
        return page

    @property
    def page(self) -> "Page":
        assert self._page is not None, "the phone is off"
        return self._page

    @property
    def context(self) -> "BrowserContext":
        assert self._browser is not None, "the phone is off"
        return self._browser.contexts[0]

    def wait_for(self, true: str, given: Any = None, *, page: "Page | None" = None, seconds: float = 20) -> None:
        """Ask the page until an expression or function says yes. Raises AssertionError with the last answer.

        The app's content policy forbids the eval that Playwright's own waiting needs. A page that starts anew meanwhile is
        asked again.
        """
        from playwright.sync_api import Error

        give_up = time.monotonic() + seconds
        while True:
            try:
                said: Any = (page or self.page).evaluate(true, given)
            except Error as error:
                if "context was destroyed" not in error.message:
                    raise
                said = "starting anew"
            else:
                if said:
                    return
            assert time.monotonic() < give_up, f"{true}: {said!r} after {seconds} s; {self.complaints[-5:]}"
            time.sleep(0.03)

    def cdp(self, page: "Page | None" = None) -> "CDPSession":
        """The DevTools session of a page, kept: what it overrides ends with it."""
        page = page or self.page
        if id(page) not in self._sessions:
            self._sessions[id(page)] = self.context.new_cdp_session(page)
        return self._sessions[id(page)]

    def kill(self) -> None:
        """A dead battery: SIGKILL for the browser and all its children at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)
        self._forget()

    def close(self) -> None:
        """Close the browser as a person does, and wait until it has written everything down."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._forget()

    def stand(self, lon: float, lat: float, accuracy: float = 5.0) -> None:
        """Walk to a place; degrees of WGS 84 and metres."""
        self.place = {"lon": lon, "lat": lat, "accuracy": accuracy}
        if self._browser is not None:
            self.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})

    def turn(self, heading: float | None) -> None:
        """Point the phone's back to a compass direction, in degrees."""
        had_compass, self.heading = self.heading is not None, heading
        if had_compass != (heading is not None):
            self._switch_compass(self.cdp(), on=not had_compass)
        if heading is not None:
            self._point(self.cdp(), heading)

    def _switch_compass(self, session: "CDPSession", *, on: bool) -> None:
        session.send("Emulation.setSensorOverrideEnabled", {"enabled": on, "type": COMPASS})

    def _point(self, session: "CDPSession", heading: float) -> None:
        reading = {"quaternion": held_upright(heading)}
        session.send("Emulation.setSensorOverrideReadings", {"type": COMPASS, "reading": reading})

    def slow_down(self, times: int) -> None:
        """Make the processor this many times slower."""
        self.slower = times
        self.cdp().send("Emulation.setCPUThrottlingRate", {"rate": times})

    def quota(self, size: int | None) -> None:
        """Let the disk be full at this many bytes for the app; None gives it back."""
        limit: dict[str, Any] = {"origin": self.origin}
        self.cdp().send("Storage.overrideQuotaForOrigin", limit if size is None else limit | {"quotaSize": size})

    def network(self, there: bool) -> None:
        """Tell the browser whether there is a network at all (navigator.onLine); the line decides what passes."""
        self.context.set_offline(not there)

    def _start(self) -> str:
        """Start the process; the address of its DevTools."""
        named = self.profile / "DevToolsActivePort"
        self.profile.mkdir(parents=True, exist_ok=True)
        named.unlink(missing_ok=True)
        # With this flag the question for the camera is answered by yes without asking; without it, headless means no.
        camera = ["--use-fake-ui-for-media-stream"] if self.camera == "allow" else ["--use-fake-ui-for-media-stream=deny"]
        flags = [*PHONE_FLAGS, *camera, f"--user-data-dir={self.profile}", f"--lang={self.language}"]
        flags += [f"--use-file-for-fake-video-capture={self.scene}"] if self.scene else []
        flags += [f"--accept-lang={self.language}", f"--window-size={self.size[0]},{self.size[1]}"]
        environment = {**os.environ, "TZ": "Asia/Shanghai", "LANGUAGE": self.language.replace("-", "_")}
        self.process = subprocess.Popen(
            [find_chromium(), *flags, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        give_up = time.monotonic() + START_SECONDS
        while not (named.exists() and len(lines := named.read_text("utf-8").splitlines()) >= 2):
            assert self.process.poll() is None, f"Chromium ended with {self.process.returncode}"
            assert time.monotonic() < give_up, "Chromium did not start"
            time.sleep(0.02)
        return f"ws://127.0.0.1:{lines[0]}{lines[1]}"

    def _allow(self) -> None:
        granted = ["geolocation"] if self.location == "allow" else []
        self.context.grant_permissions([*granted, "accelerometer", "gyroscope", "magnetometer"], origin=self.origin)
        if self.location == "deny":
            session = self._browser.new_browser_cdp_session()  # type: ignore[union-attr]
            denied = {"permission": {"name": "geolocation"}, "setting": "denied", "origin": self.origin}
            session.send("Browser.setPermission", denied)
        self.stand(self.place["lon"], self.place["lat"], self.place["accuracy"])

    def _furnish(self, page: "Page") -> "Page":
        """Give a page the size, touch, sensors and clock of this phone, and listen for what goes wrong on it."""
        page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        page.on("console", lambda said: self.complaints.append(f"console: {said.text}") if said.type == "error" else None)
        for script in (IN_PAGE, MEASURES):
            page.add_init_script(path=script)
        session = self.cdp(page)
        width, height = self.size
        session.send(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        )
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        if self.heading is not None:
            self._switch_compass(session, on=True)
            self._point(session, self.heading)
        if self.dark or self.high_contrast:
            page.emulate_media(color_scheme="dark" if self.dark else "light", contrast="more" if self.high_contrast else None)
        if self.years_off:
            page.add_init_script(CLOCK_OFF.replace("YEARS", str(self.years_off)))
        if self.slower > 1:
            session.send("Emulation.setCPUThrottlingRate", {"rate": self.slower})
        return page

    def _forget(self) -> None:
        if self._browser is not None:
            with contextlib.suppress(Exception):
                self._browser.close()
        self._browser, self._page, self.process = None, None, None
        self._sessions.clear()


CLOCK_OFF = """
(() => {
  const Real = Date, shift = YEARS * 365 * 86400000;
  class Shifted extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  }
  globalThis.Date = Shifted;
})();
"""
