"""Moments to die at between the first tap of a visit and the office's `complete`, and what must be there afterwards.

Each death is a SIGKILL of the whole browser; it says nothing of a phone whose disk loses what it had confirmed.
"""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

from server.store.tables.sync import Submission
from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.line import Asked, Cut
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person
from tests.phone.browser.reckoning import assert_equal


@dataclass(frozen=True)
class Moment:
    """A place in a visit to die at: so many milliseconds after the tap that ends these steps."""

    steps: tuple[str, ...]
    after_ms: int

    @property
    def name(self) -> str:
        return f"{self.steps[-1]} +{self.after_ms} ms"


BEGUN = ("other-find",)
CAMERA = (*BEGUN, "begin")
ONE_PHOTO = (*CAMERA, "shutter")
TWO_PHOTOS = (*ONE_PHOTO, "shutter")
ASKED = (*TWO_PHOTOS, "photos-done")
CHOSEN = (*ASKED, "observe-land_use")
SAID = (*CHOSEN, "ask-observation-use-industrial")
SAVED = (*SAID, "save")
NOTHING = (*BEGUN, "nothing-found")

SENDING = {
    "a push half sent": ("POST", "/sync/v1/push", 200),
    "a push answered": ("POST", "/sync/v1/push", None),
    "an upload announced": ("POST", "/sync/v1/files", None),
    "a photo half sent": ("PATCH", "/sync/v1/files/", 50_000),
    "a photo sent": ("PATCH", "/sync/v1/files/", None),
    "a receipt asked for": ("POST", "/sync/v1/receipts", 0),
    "a receipt answered": ("POST", "/sync/v1/receipts", None),
}


def visit_of(person: Person) -> str | None:
    """The id of the visit on the screen."""
    path = str(person.page.evaluate("location.hash"))
    return path.split("/")[2] if path.startswith("#/visit/") else None


def settle(person: Person, step: str) -> None:
    """Wait until a step has shown its effect: what follows it in a visit can be touched."""
    if step == "shutter":
        person.phone.wait_for("document.querySelector('[data-act=shutter]:enabled') && proof.lasted('photo-saved').length")
    elif step == "begin":
        person.page.wait_for_selector('[data-camera="open"]')
    elif step == "other-find":
        person.see("begin")


def walk_into_death(person: Person, moment: Moment) -> tuple[str | None, int]:
    """Do the steps, die after the last; the visit's id and the photos that were saved for sure before the last tap."""
    photos = 0
    visit = None
    person.go("/")
    for step in moment.steps[:-1]:
        person.tap(step)
        settle(person, step)
        visit = visit or visit_of(person)
        photos += step == "shutter"
    person.tap(moment.steps[-1])
    time.sleep(moment.after_ms / 1000)
    person.phone.kill()
    return visit, photos


def finish(person: Person, visit: str) -> None:
    """Take up a draft from today's list and bring it to its end, from whatever step it stands at."""
    person.go("/")
    order = [each["id"] for each in person.page.evaluate("proof.drafts()") if each["step"] != "sealing"]
    person.tap(f"resume-{order.index(visit) + 1}")
    person.finish()


def standing(person: Person, visit: str) -> tuple[list[dict], list[dict]]:
    drafts = [each for each in person.page.evaluate("proof.drafts()") if each["id"] == visit]
    records = [each for each in person.page.evaluate("proof.outbox()") if each["id"] == visit]
    return drafts, records


def assert_survived(person: Person, moment: Moment, visit: str, photos: int) -> None:
    """The visit is there once, as draft or sealed, at the step it was at or the one before, with its photos whole."""
    drafts, records = standing(person, visit)
    assert len(drafts) + len(records) == 1, f"{moment.name}: {len(drafts)} drafts, {len(records)} records"
    kept = person.page.evaluate("proof.photos()")
    named = [each["digest"] for each in drafts[0]["photos"]] if drafts else records[0]["photos"]
    assert len(named) >= photos, f"{moment.name}: {len(named)} of {photos} photos"
    for digest in named:
        assert kept[digest]["found"] == digest, f"{moment.name}: photo {digest} is damaged"
    if drafts and "photos-done" in moment.steps[:-1]:
        assert drafts[0]["step"] == "observation", moment.name


def joined_and_offline(phone: HandPhone, office: Office) -> Person:
    person = Person(phone, office)
    person.open()
    person.join()
    person.wait_until_kept()
    office.line.down()
    return person


def live_through(person: Person, moments: list[Moment]) -> set[str]:
    """Die at each moment of a visit and bring the visit to its end; the ids of the visits that were begun."""
    visits: set[str] = set()
    for moment in moments:
        visit, photos = walk_into_death(person, moment)
        person.open()
        if visit is None:
            known = [*person.page.evaluate("proof.drafts()"), *person.page.evaluate("proof.outbox()")]
            begun = {each["id"] for each in known} - visits
            visit = begun.pop() if begun else None
        if visit is not None:
            visits.add(visit)
            assert_survived(person, moment, visit, photos)
            if standing(person, visit)[0]:
                finish(person, visit)
    return visits


def assert_none_lost_or_doubled(person: Person, office: Office, visits: set[str]) -> dict[str, int]:
    """Once all is sent, the office has each visit once and nothing else; how many records and photos that is."""
    office.line.up()
    person.wait_until_complete()
    counted = assert_equal(person.page, office)
    sealed = {each["id"] for each in person.page.evaluate("proof.outbox()")}
    assert visits <= sealed
    assert all(len(office.rows(Submission, id=each)) == 1 for each in sealed)
    return counted


def die_while_sending(person: Person, office: Office, name: str) -> None:
    """Seal a report, let it go, and die when the line sees the named request; open the app again, offline."""
    method, beginning, after_bytes = SENDING[name]
    process = person.phone.process
    assert process is not None

    def battery_dies() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def rule(asked: Asked) -> Cut | None:
        if asked.method == method and asked.path.startswith(beginning):
            return Cut(after_bytes, battery_dies)
        return None

    person.report(0.3)
    office.line.up()
    office.line.rule = rule
    person.nudge()
    process.wait(timeout=30)
    office.line.down()
    person.phone.kill()
    person.open()
    counted = person.counts()
    assert counted["queued"] + counted["received"] + counted["complete"] == len(person.page.evaluate("proof.outbox()")), name
