"""What a visit says before it is too late: the place and how far it is, what is missing, what is being corrected."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageStat

from tests.phone.browser.hand_phone import SMALL, HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.processes, pytest.mark.slow]
HAS_LAND = """async () => {
  const { readPackage } = await proof.load('store/land.js');
  return (await readPackage(await proof.database()))?.installed_at != null;
}"""
TASKS = """async () => {
  const { listTasks } = await proof.load('store/work.js');
  return (await listTasks(await proof.database())).filter(({ state }) => state === 'open');
}"""
KILOMETRE = 0.009
"""About so many degrees of latitude."""
CUT = """() => [...document.querySelectorAll('.tile-words, .photo-words')].filter((words) => {
  for (let box = words.parentElement; box && !box.matches('main'); box = box.parentElement) {
    const [a, b] = [words.getBoundingClientRect(), box.getBoundingClientRect()];
    if (getComputedStyle(box).overflow !== 'visible' && (a.bottom > b.bottom + 0.5 || a.right > b.right + 0.5)) return true;
  }
  return words.scrollWidth > words.clientWidth + 1 && getComputedStyle(words).display !== 'inline';
}).map((words) => words.textContent)"""


@pytest.fixture
def person(hand_phone: Callable[..., HandPhone], office: Office) -> Person:
    """An inspector with a small phone, whose tasks and land have come."""
    someone = Person(hand_phone(size=SMALL), office)
    someone.open()
    someone.join()
    someone.phone.wait_for(HAS_LAND, seconds=60)
    someone.see("task-1")
    return someone


def first_task(person: Person) -> dict[str, Any]:
    task: dict[str, Any] = person.page.evaluate(TASKS)[0]
    return task


def reports(person: Person) -> list[dict[str, Any]]:
    return [json.loads(each["manifest"]) for each in person.page.evaluate("proof.outbox()") if each["type"] == "report"]


def test_today_is_a_list_of_places_by_name_and_by_how_far_they_are(person: Person) -> None:
    task = first_task(person)
    person.phone.stand(task["lon"], task["lat"] - 2 * KILOMETRE, 5)
    row = person.see("task-1")
    assert task["region_name"] in row.inner_text()
    assert "村" in task["region_name"]
    told = "document.querySelector('[data-act=task-1] .away').textContent.includes"
    person.phone.wait_for(f"{told}('北 2.0 公里')")
    person.phone.stand(task["lon"], task["lat"] + KILOMETRE / 2, 5)
    person.phone.wait_for(f"{told}('南 500 米') || {told}('南 501 米') || {told}('南 499 米')")
    person.go("/more")
    town = person.page.locator("dd", has_text=task["region"][:9])
    assert "镇" in town.inner_text(), "a code stands beside its name and not in its place"


def test_a_task_that_is_opened_far_away_says_how_far_and_goes_on(person: Person) -> None:
    task = first_task(person)
    person.phone.stand(task["lon"], task["lat"] - 3 * KILOMETRE, 5)
    person.tap("task-1")
    person.page.locator(".far", has_text="公里").wait_for()
    assert "北边" in person.page.locator(".far").inner_text()
    person.tap("begin")
    person.see("photos-done")
    person.tap("back")
    for step in range(4):
        # One answer elsewhere is a reflection from a wall; only some that agree are a walk.
        person.phone.stand(task["lon"], task["lat"] + step * 1e-7, 5)
        person.page.wait_for_timeout(300)
    person.phone.wait_for("document.querySelector('.far').textContent === ''")


def test_a_reclamation_of_nothing_in_particular_is_asked_once_more_and_saved_all_the_same(person: Person) -> None:
    person.tap("other-find")
    person.page.locator(".position-ok").wait_for()
    person.tap("begin")
    person.tap("photos-done")
    person.tap("observe-reclamation")
    person.tap("save")
    said = person.page.locator(".gaps")
    said.wait_for()
    assert "复垦到哪一步" in said.inner_text()
    person.tap("save")
    assert reports(person) == [], "only the tap that says so saves it as it is"
    person.tap("ask-observation-stage-levelling")
    person.phone.wait_for("!document.querySelector('.gaps').textContent.includes('复垦到哪一步')")
    assert "哪块地" in said.inner_text()
    person.tap("save-anyway")
    person.page.wait_for_selector(".saved-big")
    assert [each["observation"] for each in reports(person)] == [{"kind": "reclamation", "stage": "levelling"}]


def test_a_correction_says_on_every_screen_what_it_corrects_and_that_it_stays(person: Person) -> None:
    task = first_task(person)
    person.phone.stand(task["lon"], task["lat"], 5)
    person.tap("other-find")
    person.tap(f"claim-{task['parcel_code']}")
    person.page.locator(f"[data-act=claim-{task['parcel_code']}][aria-pressed=true]").wait_for()
    assert person.page.locator(".correcting").count() == 0
    person.finish("land_use")
    person.go(f"/report/{reports(person)[0]['id']}")
    person.tap("correct")
    line = person.page.locator(".correcting", has_text="占地用地")
    line.wait_for()
    assert task["region_name"] in line.inner_text()
    assert "原来那份" in line.inner_text()
    for back_to in ("photos-done", "begin"):
        person.tap("back")
        person.see(back_to)
        person.page.locator(".correcting", has_text="占地用地").wait_for()
    person.go("/")
    assert "更正" in person.see("resume-1").inner_text()
    person.tap("resume-1")
    assert person.see("save").inner_text() == "保存更正"
    person.tap("save")
    person.page.wait_for_selector(".saved-big")
    assert "原来那份还留着" in person.page.locator(".state").inner_text()


def test_a_picture_that_this_browser_cannot_show_is_told_in_words_that_are_not_cut(
    hand_phone: Callable[..., HandPhone], office: Office, tmp_path: Path
) -> None:
    person = Person(hand_phone(size=SMALL, camera="deny"), office)
    person.open()
    person.join()
    picture = tmp_path / "IMG_0001.heic"
    picture.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(2000))
    person.tap("other-find")
    person.tap("begin")
    with person.page.expect_file_chooser() as chooser:
        person.tap("shutter")
    chooser.value.set_files(picture)
    for after in ("photos-done", "save"):
        person.page.locator(".tile-words", has_text="已存，不能预览").wait_for()
        assert person.page.evaluate(CUT) == []
        person.tap(after) if after == "photos-done" else person.see(after)
    person.tap("observe-routine")
    person.tap("save")
    person.page.wait_for_selector(".saved-big")
    person.go(f"/report/{reports(person)[0]['id']}")
    person.page.locator(".photo-words", has_text="已存，不能预览").wait_for()
    assert person.page.evaluate(CUT) == []
    assert person.page.locator("img.photo-thumb").count() == 0


def brightness(page: "Page") -> float:
    """From 0 to 255, of the map as it is drawn."""
    return float(ImageStat.Stat(Image.open(io.BytesIO(page.locator(".maplibregl-canvas").screenshot())).convert("L")).mean[0])


def test_a_map_that_is_open_when_night_falls_turns_dark_and_light_again_at_dawn(person: Person) -> None:
    task = first_task(person)
    person.phone.stand(task["lon"], task["lat"], 5)
    person.tap("tab-map")
    person.page.locator(".maplibregl-canvas").wait_for()
    person.page.wait_for_timeout(2000)
    day = brightness(person.page)
    person.page.emulate_media(color_scheme="dark")
    person.page.wait_for_timeout(1000)
    night = brightness(person.page)
    person.page.emulate_media(color_scheme="light")
    person.page.wait_for_timeout(1000)
    assert (day > 200, night < 80) == (True, True), (day, night)
    assert brightness(person.page) > 200
    assert not [each for each in person.phone.complaints if "image" in each.lower()]
