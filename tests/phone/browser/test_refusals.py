"""What the phone or its owner refuses: a full disk, no camera, no position, no lasting storage. Work goes on all the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.store.tables.sync import Submission
from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person, a_noisy_photo
from tests.phone.browser.reckoning import assert_equal

pytestmark = [pytest.mark.processes, pytest.mark.slow]


SET_ASIDE = """async ([digest, problem]) => {
  const { move, recordByDigest } = await proof.load('store/outbox.js');
  const db = await proof.database();
  await move(db, (await recordByDigest(db, digest)).n, { type: 'refused', problem });
}"""
"""What the office's refusal of one item does to the phone."""


def joined(phone: HandPhone, office: Office) -> Person:
    person = Person(phone, office)
    person.open()
    person.join()
    return person


def newest(person: Person) -> dict:
    return dict(person.page.evaluate("proof.outbox()")[-1])


def test_without_a_camera_a_visit_takes_the_systems_picture_byte_for_byte(
    hand_phone: Callable[..., HandPhone], office: Office, tmp_path: Path
) -> None:
    person = joined(hand_phone(camera="deny"), office)
    picture = a_noisy_photo(tmp_path, 0.5)
    person.tap("other-find")
    person.tap("begin")
    person.see("camera-again")
    with person.page.expect_file_chooser() as chooser:
        person.tap("shutter")
    chooser.value.set_files(picture)
    person.see("photo-0")
    person.finish()
    person.wait_until_complete()
    counted = assert_equal(person.page, office)
    assert counted["photos"] == 1
    (digest,) = newest(person)["photos"]
    claims = json.loads(newest(person)["manifest"])["photos"][0]
    assert (claims["source"], claims["camera_api"]) == ("camera", "file-input")
    assert office.books.extensions["xuntu"].world.blobs.path(digest).read_bytes() == picture.read_bytes()


def test_a_picture_of_the_gallery_needs_a_reason_and_is_marked(
    hand_phone: Callable[..., HandPhone], office: Office, tmp_path: Path
) -> None:
    person = joined(hand_phone(), office)
    person.tap("other-find")
    person.tap("begin")
    person.tap("gallery")
    with person.page.expect_file_chooser() as chooser:
        person.tap("gallery-from_party")
    chooser.value.set_files(a_noisy_photo(tmp_path, 0.5))
    person.see("photo-0")
    person.finish()
    claims = json.loads(newest(person)["manifest"])["photos"][0]
    assert claims["source"] == "gallery"
    assert claims["gallery_reason"]
    assert "position" not in claims


def test_without_a_position_a_report_is_saved_and_says_so(hand_phone: Callable[..., HandPhone], office: Office) -> None:
    person = joined(hand_phone(location="deny"), office)
    person.tap("other-find")
    person.see("place-by-hand")
    person.tap("begin")
    person.shoot()
    person.finish()
    person.wait_until_complete()
    claims = json.loads(newest(person)["manifest"])
    assert claims["position"] is None
    (row,) = office.rows(Submission, id=claims["id"])
    assert (row.state, row.lon) == ("stored", None)


def test_a_photo_that_the_office_refuses_is_told_where_one_looks_and_goes_with_another_try(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    person = joined(hand_phone(), office)
    said = {"type": "/problems/too-large", "status": 413, "code": "too-large", "retry": "after-change", "max_bytes": 400_000}
    refused = {"status": 413, "content_type": "application/problem+json", "body": json.dumps(said)}
    person.page.route("**/sync/v1/files", lambda route: route.fulfill(**refused))
    person.report(0.5)
    person.phone.wait_for("proof.counts().then(each => each.photos_refused === 1)")
    assert newest(person)["state"] == "received"
    person.page.locator(".state-warn", has_text="没收下照片 1 张").wait_for()
    person.go("/reports")
    person.see("show-aside")
    assert "有 1 张照片单位没收下" in str(person.see("report-1").text_content())
    person.tap("report-1")
    banner = person.page.locator(".banner", has_text="有 1 张照片单位没有收下")
    banner.wait_for()
    words = str(banner.text_content())
    assert "单位最多收 400 kB" in words
    assert "记录的文字单位已收到" in words
    person.tap("carry")
    person.see("carry-out")
    person.page.unroute("**/sync/v1/files")
    person.page.go_back()
    person.tap("try-again")
    person.wait_until_complete(nudge=False)
    assert_equal(person.page, office)
    assert person.page.locator('[data-act="try-again"]').count() == 0


def test_a_report_that_was_set_aside_is_tried_again_by_a_tap_and_only_carried_after_a_never(
    hand_phone: Callable[..., HandPhone], office: Office
) -> None:
    person = joined(hand_phone(), office)
    person.wait_until_kept()
    office.line.down()
    made = {retry: person.report() for retry in ("after-change", "never")}
    for retry, report in made.items():
        person.page.evaluate(SET_ASIDE, [report["digest"], {"code": "item-unreadable", "retry": retry}])
    person.page.locator(".state-warn", has_text="单位没收下 2 条").wait_for()
    person.go(f"/report/{made['never']['id']}")
    person.page.locator(".banner-bad", has_text="请导出文件，带回单位").wait_for()
    assert person.page.locator('[data-act="try-again"]').count() == 0
    person.tap("carry")
    person.see("carry-out")
    office.line.up()
    person.go(f"/report/{made['after-change']['id']}")
    person.tap("try-again")
    person.phone.wait_for("proof.counts().then(each => each.complete === 1)")
    assert [each["state"] for each in person.page.evaluate("proof.outbox()")] == ["complete", "aside"]


def test_storage_that_is_not_promised_is_told_and_stops_nothing(hand_phone: Callable[..., HandPhone], office: Office) -> None:
    person = joined(hand_phone(), office)
    assert person.page.evaluate("navigator.storage.persist()") is False, "a browser without a window promises nothing"
    person.see("reminder-storage")
    person.tap("other-find")
    person.tap("begin")
    person.shoot()
    person.finish()
    person.wait_until_complete()
    assert assert_equal(person.page, office) == {"records": 1, "photos": 1}


def test_a_full_disk_is_told_at_once_and_what_was_saved_stays(
    hand_phone: Callable[..., HandPhone], office: Office, tmp_path: Path
) -> None:
    phone = hand_phone(camera="deny")
    person = joined(phone, office)
    person.wait_until_kept()
    before = person.report(0.5)
    person.wait_until_complete()
    phone.close()
    # Chromium asks for the room left only now and then, so the limit stands before the app opens its database.
    phone.open("/healthz")
    used = int(phone.page.evaluate("navigator.storage.estimate().then(each => each.usage)"))
    phone.quota(1)
    office.line.down()
    phone.page.goto(f"{phone.origin}/phone/", wait_until="commit")
    person.wait_until_usable()
    person.tap("other-find")
    person.page.locator(".toast, .banner-bad", has_text="满").first.wait_for()
    phone.quota(used + 9_000_000)
    told = fill_up(person)
    assert told == "StorageFull"
    # The visit that was tapped for may have begun once there was room again.
    person.go("/")
    person.tap("other-find")
    person.tap("begin")
    person.see("camera-again")
    with person.page.expect_file_chooser() as chooser:
        person.tap("shutter")
    chooser.value.set_files(a_noisy_photo(tmp_path, 5))
    person.see("save-again")
    assert before["digest"] in {each["digest"] for each in person.page.evaluate("proof.outbox()")}
    assert person.page.locator('[data-act="photo-0"]').count() == 0
    phone.quota(None)
    person.tap("save-again")
    person.see("photo-0")
    person.finish()
    office.line.up()
    person.send_unwatched(120)
    counted = assert_equal(person.page, office)
    assert counted["photos"] == counted["records"], "what was refused for room left no half report behind"


def fill_up(person: Person) -> str:
    """Keep reports with a photo of 3 MB until one is refused; what it was refused with."""
    for _ in range(12):
        keep = "proof.report({lon: 121, lat: 31, sizes: [3]}).then(() => null, fault => fault.name)"
        if told := person.page.evaluate(keep):
            return str(told)
    return "never"
