"""One walk that brings the app to every screen and state, each by a name. Judges nothing: whoever walks along looks.

What the office would say is told to the phone through the app's own modules, so that rare words of it can be met in one walk.
"""

import base64
import io
import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client_sync.demo.scenes import photo_of
from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.line import Asked, Cut
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

INSPECTOR = "inspector-2"
STAGE = Path(__file__).parent / "stage.js"
LANGUAGES = ("zh", "en")
FILM_SIZE = (1080, 1440)
FRAMES = 60
CHOSEN = "[aria-pressed=true]"


def a_film(folder: Path, scenario: str = "idle_started") -> Path:
    """A film for the made-up camera: one drawn scene, upright as a phone is held, by a hand that trembles.

    No two of its frames are the same bytes, so that no two photos are.
    """
    still = photo_of(scenario, "panorama", ("",), random.Random(1))
    width, height = still.size
    side, tall = (height - 80) * FILM_SIZE[0] // FILM_SIZE[1], height - 80
    frames = io.BytesIO()
    for frame in range(FRAMES):
        left, top = (width - side) // 2 + frame % 6, (frame * 5) % 12
        light = still.point([min(255, value + frame % 20 // 4) for value in range(256)] * 3)
        light.crop((left, top, left + side, top + tall)).resize(FILM_SIZE).save(frames, "JPEG", quality=90)
    path = folder / f"{scenario}.mjpeg"
    path.write_bytes(frames.getvalue())
    return path


def a_picture(scenario: str, seed: int) -> str:
    """A drawn photo as base64 of a JPEG, no two alike."""
    content = io.BytesIO()
    photo_of(scenario, "panorama", ("合成数据", f"No. {seed}"), random.Random(seed)).save(content, "JPEG", quality=85)
    return base64.b64encode(content.getvalue()).decode("ascii")


@dataclass
class Walk:
    """A walk through the app in one language; `seen` is called at every stop with its name."""

    phone: HandPhone
    office: Office
    seen: Callable[[str], None]
    language: str = "zh"
    only: str = ""
    stops: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.person = Person(self.phone, self.office)

    @property
    def page(self) -> "Page":
        return self.phone.page

    def stop(self, name: str) -> None:
        """Stand still at a screen that is ready to be looked at. A name is used once."""
        assert name not in self.stops, name
        self.stops.append(name)
        self.page.wait_for_timeout(60)
        if re.search(self.only, name):
            self.seen(name)

    def all(self) -> None:
        """Every screen, in the order in which a person comes to them."""
        self.joining()
        self.before_any_land()
        self.empty()
        self.land()
        self.task_visit()
        self.other_kinds()
        self.drawing()
        self.told_by_office()
        self.the_rest()

    def at(self, path: str, ready: str) -> None:
        """Go to an address and wait for something on it."""
        self.person.go(path)
        self.page.locator(ready).first.wait_for()

    def stage(self, name: str, given: Any = None) -> Any:
        """Call one of the acts of stage.js."""
        return self.page.evaluate("([name, given]) => stage[name](given)", [name, given])

    def speak(self) -> None:
        self.stage("keep", {"language": self.language})
        self.person.reload()

    def joining(self) -> None:
        """A phone that belongs to nobody, until it says whose it is."""
        self.office.line.up()
        self.office.line.rule = lambda asked: Cut() if asked.path.startswith("/phone/app.js") else None
        self.phone.switch_on()
        # A sheet that is still rising is half transparent, which is no fault of its colours.
        self.page.emulate_media(reduced_motion="reduce")
        self.page.add_init_script(path=STAGE)
        self.page.goto(f"{self.phone.origin}/phone/", wait_until="commit")
        self.person.see("open-again")
        self.stop("cannot-start")
        self.office.line.rule = None
        self.person.reload()
        self.speak()
        self.person.see("join")
        self.stop("enrol")
        self.page.fill("[data-act=code]", "not-a-code")
        self.person.tap("join")
        self.page.locator(".banner-bad").wait_for()
        self.stop("enrol-refused")
        self.office.line.rule = no_news
        self.page.fill("[data-act=code]", self.office.code(INSPECTOR))
        self.person.tap("join")
        self.person.see("begin-work")
        self.stop("welcome")

    def before_any_land(self) -> None:
        """Joined, and nothing has come yet."""
        self.person.tap("begin-work")
        self.person.see("other-find")
        self.stop("today-not-yet")
        self.at("/map", ".map-note:not([hidden]) [data-act=get-area]")
        self.stop("map-no-area")
        self.at("/search", "[data-act=get-area]")
        self.stop("search-no-area")
        self.at("/more", "[data-act=area-get]")
        self.stop("more-no-area")
        self.office.line.rule = None
        self.person.nudge()
        self.phone.wait_for("stage.hasLand()", seconds=60)
        self.spots = [spot for spot in self.office.spots() if spot["region"].startswith("320999102")]
        self.walk_to("idle_not_started")

    def walk_to(self, scenario: str, at: int = 0) -> dict[str, Any]:
        """Stand on a place of the county where this is to be seen."""
        spot = [each for each in self.spots if each["scenario"] == scenario][at]
        self.phone.stand(spot["lon"], spot["lat"], 4)
        return spot

    def empty(self) -> None:
        """Nothing was recorded yet."""
        self.at("/", "[data-act=task-1]")
        self.stop("today")
        self.at("/reports", ".empty")
        self.stop("reports-empty")
        self.at("/notices", "h1")
        self.stop("notices-empty")
        self.at("/more", "[data-act=area-get]")
        self.stop("more")

    def land(self) -> None:
        """Map, search and parcels, with and without papers."""
        self.at("/map", ".maplibregl-canvas")
        self.person.tap("locate")
        self.page.wait_for_timeout(2500)
        self.stop("map")
        self.touch_land()
        self.page.wait_for_timeout(600)
        self.stop("map-parcel")
        self.person.tap("card-close")
        self.person.tap("layers")
        self.person.see("sheet-close")
        self.stop("map-layers")
        self.person.tap("sheet-close")
        self.at("/search", "[data-act=search-words]")
        self.stop("search")
        for words, name, ready in (("GB0000", "search-found", ".row-button"), ("北京站", "search-none", ".empty")):
            self.page.fill("[data-act=search-words]", words)
            self.page.wait_for_timeout(400)
            self.page.locator(ready).first.wait_for()
            self.stop(name)
        for name, with_papers in (("parcel", True), ("parcel-bare", False)):
            self.at(f"/parcel/{self.stage('aParcel', with_papers)}", "[data-act=start]")
            self.page.wait_for_timeout(900)
            self.stop(name)
        self.at("/parcel/gone", ".empty")
        self.stop("parcel-gone")
        self.page.evaluate("stage.noDrawing()")
        self.at("/map", ".map-list")
        self.stop("map-list")
        self.page.evaluate("stage.drawing()")

    def touch(self, selector: str, dx: float = 0, dy: float = 0) -> None:
        """A finger on the middle of something that has no name of its own, or so many pixels beside it."""
        box = self.page.locator(selector).first.bounding_box()
        assert box is not None
        self.stroke([(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)])

    def touch_land(self) -> None:
        """A finger on the middle of the map, again until the map has come to where the phone stands and tells of the parcel."""
        for _ in range(20):
            self.touch(".maplibregl-canvas")
            self.page.wait_for_timeout(1000)
            if self.page.locator("[data-act=card-close]").first.is_visible():
                return
        self.person.see("card-close")

    def stroke(self, points: list[tuple[float, float]]) -> None:
        """A finger that comes down, goes along these points of the screen, and lifts."""
        session = self.phone.cdp()
        for at, (x, y) in enumerate(points):
            kind = "touchMove" if at else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        if len(points) > 1:
            # A finger that was flung is taken for one that still scrolls, and its next tap for what stops the scrolling.
            self.page.wait_for_timeout(500)

    def sign(self) -> None:
        """A name, written on the glass."""
        box = self.page.locator(".pad").bounding_box()
        assert box is not None
        share = [at / 60 for at in range(60)]
        wide, tall = box["width"], box["height"]
        self.stroke(
            [(box["x"] + wide * (0.15 + 0.7 * s), box["y"] + tall * (0.5 + 0.2 * math.sin(19 * s) * (1 - s / 2))) for s in share]
        )

    def task_visit(self) -> None:
        """A visit of a task, from the list to "saved"."""
        task = self.stage("aTask", "idle_land")
        self.phone.stand(task["lon"], task["lat"], 4)
        self.at("/", "[data-act=task-1]")
        self.person.tap(f"task-{task['number']}")
        self.person.see(f"claim-{task['parcel_code']}")
        self.page.wait_for_timeout(1500)
        self.stop("visit-place")
        self.person.tap(f"claim-{task['parcel_code']}")
        self.page.wait_for_timeout(300)
        self.stop("visit-place-claimed")
        self.person.tap("impossible")
        self.stop("visit-impossible")
        self.person.tap("sheet-close")
        self.person.tap("begin")
        self.page.wait_for_selector('[data-camera="open"]')
        self.page.wait_for_timeout(500)
        self.stop("photos-none")
        for _ in range(3):
            self.person.shoot()
        self.stop("photos")
        self.person.tap("photo-0")
        self.stop("photo-large")
        self.person.tap("sheet-close")
        self.person.tap("gallery")
        self.stop("photos-gallery")
        self.person.tap("sheet-close")
        self.at("/", "[data-act=resume-1]")
        self.stop("today-begun")
        self.person.tap("drop-1")
        self.stop("today-drop")
        self.person.tap("cancel")
        self.person.tap("resume-1")
        self.person.tap("photos-done")
        self.construction()

    def construction(self) -> None:
        """What was seen on a building site, and saving it."""
        self.person.see("observe-construction")
        self.stop("observe-construction")
        for act in ("stage-foundation", "foundation-piles", "sign_board-true"):
            self.person.tap(f"ask-observation-{act}")
        self.page.fill("[data-act=ask-observation-piles_done-number]", "60")
        self.page.fill("[data-act=ask-observation-piles_total-number]", "180")
        self.person.tap("ask-onsite-state-stopped")
        self.stop("observe-construction-answered")
        self.page.evaluate("stage.unfold()")
        self.stop("observe-construction-unfolded")
        self.person.tap("save")
        self.page.wait_for_selector(".saved-big")
        self.stop("saved")

    def other_kinds(self) -> None:
        """The other things that can be seen, at places nobody ordered."""
        self.walk_to("illegal_approved")
        self.at("/", "[data-act=other-find]")
        self.person.tap("other-find")
        self.page.locator("[data-act^=claim-]").first.wait_for()
        self.page.wait_for_timeout(1200)
        self.stop("visit-free")
        self.person.tap(str(self.page.locator("[data-act^=claim-]").first.get_attribute("data-act")))
        self.page.locator(CHOSEN).first.wait_for()
        self.person.tap("begin")
        self.person.shoot()
        self.person.tap("photos-done")
        self.person.see("save")
        self.stop("observe-nothing-chosen")
        for kind in ("reclamation", "routine", "land_use"):
            self.person.tap(f"observe-{kind}")
            self.page.wait_for_timeout(150)
            self.stop(f"observe-{kind}")
            if kind == "reclamation":
                self.person.tap("save")
                self.stop("observe-gaps")
        for act in ("observation-use-industrial", "onsite-state-in_progress", "onsite-measures-stop_notice"):
            self.person.tap(f"ask-{act}")
        self.page.evaluate("stage.unfold()")
        self.stop("observe-land_use-unfolded")

    def drawing(self) -> None:
        """The outline by finger, and the signature on glass."""
        self.person.tap("sketch")
        self.page.locator(".sketch-map .maplibregl-canvas").wait_for()
        self.page.wait_for_timeout(1200)
        self.stop("sketch-empty")
        for dx, dy in ((-70, -60), (70, -50), (80, 60), (-60, 70)):
            self.touch(".sketch-map", dx, dy)
            self.page.wait_for_timeout(350)
        self.stop("sketch")
        self.person.tap("sketch-done")
        self.person.tap("ask-onsite-party_present-true")
        self.person.tap("sign")
        self.sign()
        self.stop("signature")
        self.person.tap("sign-keep")
        self.person.tap("save")
        self.page.wait_for_selector(".saved-big")
        self.at("/", "[data-act=other-find]")
        self.person.tap("other-find")
        self.person.tap("nothing-found")
        self.page.locator(".toast").wait_for()
        self.stop("nothing-found")
        self.page.evaluate("stage.hush()")

    def told_by_office(self) -> None:
        """Reports in every state, and what became of them."""
        self.office.line.down()
        pictures = [a_picture("illegal_on_farmland", seed) for seed in range(3)]
        made = self.stage("reports", {"pictures": pictures, "parcels": 10})
        self.at("/reports", "[data-act=report-1]")
        self.stop("reports")
        for name, identity in made.items():
            self.at(f"/report/{identity}", "[data-act=explain]")
            self.page.wait_for_timeout(250)
            self.stop(f"report-{name}")
        self.person.tap("correct")
        self.person.see("save")
        self.stop("correction")
        self.at(f"/report/{identity}", "[data-act=explain]")
        self.person.tap("explain")
        self.stop("report-explained")
        self.person.tap("sheet-close")
        self.at("/report/unknown", ".empty")
        self.stop("report-gone")
        self.at("/notices", "[data-act=notice-1]")
        self.stop("notices")
        self.person.tap("notice-1")
        self.person.see("see-about")
        self.stop("notice")
        self.person.tap("see-about")
        self.person.see("explain")

    def the_rest(self) -> None:
        """Sync without a network, carrying out, things that went wrong, and a phone that was struck off."""
        self.person.nudge()
        self.page.wait_for_timeout(600)
        self.at("/", "[data-act=task-1]")
        self.stop("today-offline")
        self.at("/more", "[data-act=carry-out]")
        self.person.tap("carry-out")
        self.page.wait_for_timeout(1500)
        self.page.evaluate("stage.unfold()")
        self.stop("more-carried")
        self.at("/no/such/place", "h1")
        self.page.wait_for_timeout(150)
        self.stop("failed")
        for standing in ("revoked", "expired"):
            self.stage("stand", standing)
            self.at("/more", "[data-act=join-again]")
            self.at("/", "[data-act=join-again]")
            self.stop(f"today-{standing}")
        self.at("/enrol", "[data-act=join]")
        self.stop("enrol-again")
        self.office.line.up()


def no_news(asked: Asked) -> Cut | None:
    """A rule of the line: a phone can join, and nothing else comes to it."""
    is_news = asked.path.startswith(("/sync/v1/pull", "/sync/v1/package"))
    return Cut() if is_news else None
