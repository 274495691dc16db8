"""The feed as one phone sees it: a snapshot, then every change after it, of its own scope and nobody else's."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from server.domain.permissions import Role, operator
from server.services.leads import dismiss_lead, verify_lead
from server.services.matching import decide_match
from server.services.notices import Words, notify_inspector, notify_region
from server.services.tasks import NewTask, assign_task
from server.store.tables.organisation import Region
from server.store.tables.registry import ParcelVersion
from tests.api.pull.feed_reader import FeedReader, fresh
from tests.api.pull.world import OpenUnit, a_lead, a_task, officer, phone_of, version_of
from tests.authz.places import COUNTY, FOREIGN, OWN, TOWN, WHOLE_COUNTY
from tests.builders import Phone, a_declared_photo, a_jpeg

if TYPE_CHECKING:
    from flask import Flask


def changed(reader: FeedReader) -> list[tuple[str, str, str]]:
    return [(one["entity"], one["id"], one["op"]) for one in reader.pull()]


@pytest.mark.both_stores
def test_a_snapshot_holds_the_phones_scope_and_nothing_else(phone: Phone) -> None:
    known = FeedReader(phone)
    known.pull()
    assert known.of("task").keys() == {OWN.id("task")}
    assert known.of("report_state").keys() == {OWN.id("report"), OWN.id("review")}
    assert known.of("case_note").keys() == {OWN.id("lead"), OWN.id("verified-lead"), OWN.id("case")}
    assert known.of("notice").keys() == {OWN.id("notice"), OWN.id("town-notice")}
    assert known.of("package") == {}, "nothing was imported yet"
    task = known.of("task")[OWN.id("task")]
    assert (task["title"], task["parcel_code"]) == (OWN.canary("parcelname"), OWN.canary("parcelcode"))
    assert (task["lon"], task["lat"]) == pytest.approx((OWN.lon, OWN.lat), abs=0.0005)


def test_a_task_names_its_place_as_people_do_or_not_at_all(phone: Phone, world: OpenUnit) -> None:
    def named(code: str, village: str | None = None) -> str | None:
        with world() as uow:
            uow.session.merge(Region(code=OWN.region, name="玉山镇（示例）", level="town", parent_code=OWN.county))
            if village is not None:
                uow.session.merge(Region(code=code, name=village, level="village", parent_code=OWN.region))
            for version in uow.session.scalars(select(ParcelVersion).where(ParcelVersion.parcel_id == OWN.id("parcel"))):
                version.region = code
        name: str | None = fresh(phone)[("task", OWN.id("task"))]["region_name"]
        return name

    assert named(OWN.region) == "玉山镇（示例）"
    assert named(f"{OWN.region}201", "城北村") == "玉山镇（示例）城北村"
    assert named(f"{OWN.region}202", "城南村（示例）") == "玉山镇城南村（示例）", "what both bear is said once"
    assert named(f"{OWN.region}299") == "玉山镇（示例）", "a village that is in no register lies in its town"
    assert named("999999999999") is None


@pytest.mark.parametrize("limit", [1, 3])
def test_pages_of_any_size_say_the_same(phone: Phone, world: OpenUnit, limit: int) -> None:
    whole = fresh(phone)
    slow = FeedReader(phone, limit)
    slow.pull()
    assert slow.known == whole
    lead = a_lead(world, "another-lead")
    with world() as uow:
        verify_lead(OWN.id("lead"), "属实", seen_version=1, actor=officer(), uow=uow)
    assert {id_ for _, id_, _ in changed(slow)} == {lead, OWN.id("lead"), OWN.id("report")}
    assert slow.known == fresh(phone)


def test_after_the_last_change_there_is_nothing(phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    assert reader.page() is False
    assert reader.pull() == []


@pytest.mark.both_stores
def test_what_happens_while_a_snapshot_is_told_is_told_after_it(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone, 1)
    assert reader.page()
    first, late = a_task(world, "first"), a_lead(world, "late")
    with world() as uow:
        dismiss_lead(OWN.id("lead"), "不属实", seen_version=1, actor=officer(), uow=uow)
    reader.pull()
    assert {first, late} <= {id_ for _, id_ in reader.known}
    assert ("case_note", OWN.id("lead")) not in reader.known
    assert reader.known == fresh(phone)


def test_a_lead_that_ends_is_taken_from_the_phone_and_its_report_says_how(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone)
    reader.pull()
    with world() as uow:
        dismiss_lead(OWN.id("lead"), "不属实", seen_version=1, actor=officer(), uow=uow)
    assert changed(reader) == [("case_note", OWN.id("lead"), "delete"), ("report_state", OWN.id("report"), "put")]
    state = reader.known["report_state", OWN.id("report")]
    assert state["lead"]["status"] == "case_opened", "of two leads the one that went furthest is shown"
    assert state["case"]["number"] == OWN.canary("casenumber")


def test_a_person_who_places_a_report_is_heard_of(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone)
    reader.pull()
    assert reader.known["report_state", OWN.id("review")]["match"]["state"] == "review"
    with world() as uow:
        decide_match(OWN.id("review"), OWN.id("version"), seq=1, actor=officer(), uow=uow)
    assert changed(reader) == [("report_state", OWN.id("review"), "put")]
    match = reader.known["report_state", OWN.id("review")]["match"]
    assert (match["state"], match["decided_by"], match["parcel_code"]) == ("matched", "person", OWN.canary("parcelcode"))


def test_photos_that_arrive_are_no_longer_missing(phone: Phone) -> None:
    reader = FeedReader(phone)
    photos = [a_jpeg(1), a_jpeg(2)]
    text = phone.manifest(photos=[a_declared_photo(photo) for photo in photos])
    phone.push(text)
    reader.pull()
    ref = ("report_state", json.loads(text)["id"])
    for count in (2, 1, 0):
        assert len(reader.known[ref]["missing"]) == count
        if count:
            phone.upload(photos[count - 1])
            reader.pull()


def test_a_report_that_is_not_taken_as_evidence_says_why(phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    first = phone.manifest()
    wrong = phone.manifest(id=json.loads(first)["id"], rev=2, prev="sha256:" + "0" * 64)
    held = phone.manifest(rev=3, prev="sha256:" + "0" * 64)
    phone.push(first, wrong, held)
    reader.pull()
    states = reader.of("report_state")
    refused = states[json.loads(wrong)["id"]]
    assert (refused["rev"], refused["current"], refused["problem"]["code"]) == (2, "quarantined", "prev-mismatch")
    assert refused["problem"]["detail"].startswith("`prev` is not the digest")
    assert (states[json.loads(held)["id"]]["current"], states[json.loads(held)["id"]]["problem"]) == ("held", None)


def test_other_content_for_a_known_report_leaves_its_state_as_it_was(phone: Phone) -> None:
    reader = FeedReader(phone)
    text = phone.manifest()
    phone.push(text)
    reader.pull()
    before = dict(reader.of("report_state"))
    phone.push(phone.manifest(id=json.loads(text)["id"], note="another"))
    assert changed(reader) == [("report_state", json.loads(text)["id"], "put")]
    assert reader.of("report_state") == before


def test_all_phones_of_an_inspector_hear_of_all_their_reports(app: "Flask", phone: Phone) -> None:
    other = phone_of(app, OWN)
    assert other.inspector_id == phone.inspector_id
    reader, stranger = FeedReader(phone), FeedReader(phone_of(app, TOWN))
    reader.pull()
    stranger.pull()
    text = other.manifest()
    other.push(text)
    assert changed(reader) == [("report_state", json.loads(text)["id"], "put")]
    assert changed(stranger) == []


@pytest.mark.both_stores
def test_a_task_is_assigned_to_a_crew_and_moves_as_its_phones_report(app: "Flask", phone: Phone, world: OpenUnit) -> None:
    reader, stranger = FeedReader(phone), FeedReader(phone_of(app, TOWN))
    reader.pull()
    stranger.pull()
    new = NewTask(OWN.canary("crew"), OWN.canary("parcelcode"), "核查动工", _day("2026-12-01"), "idle_land")
    with world() as uow:
        task = assign_task(new, actor=operator(), uow=uow).id
    assert changed(reader) == [("task", task, "put")]
    told = reader.known["task", task]
    assert (told["state"], told["due_on"], told["programme"], told["reason"]) == ("open", "2026-12-01", "idle_land", "核查动工")
    for said, stands in (("impossible", "impossible"), ("started", "impossible"), ("done", "done")):
        phone.push(phone.progress(task, said))
        reader.pull()
        assert reader.known["task", task]["state"] == stands
    assert changed(stranger) == []


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


@pytest.mark.both_stores
def test_a_notice_reaches_whom_it_is_for(app: "Flask", phone: Phone, world: OpenUnit) -> None:
    phones = {"own": phone, "town": phone_of(app, TOWN), "county": phone_of(app, WHOLE_COUNTY), "foreign": phone_of(app, FOREIGN)}
    readers = {name: FeedReader(one) for name, one in phones.items()}
    for reader in readers.values():
        reader.pull()
    expected = {
        OWN.region: {"own", "county"},
        COUNTY: {"own", "town", "county"},
        FOREIGN.county: {"foreign"},
    }
    for region, who in expected.items():
        with world() as uow:
            notice = notify_region(region, Words(f"致{region}", "请注意"), actor=operator(), uow=uow).id
        assert {name for name, reader in readers.items() if ("notice", notice, "put") in changed(reader)} == who, region
    with world() as uow:
        notice = notify_inspector(TOWN.canary("login"), Words("致一人", "请回电", "To one", "Call"), actor=operator(), uow=uow).id
    assert {name for name, reader in readers.items() if ("notice", notice, "put") in changed(reader)} == {"town"}
    told = readers["town"].known["notice", notice]
    assert (told["title_en"], told["text_zh"], told["at"], told["about"]) == (
        "To one",
        "请回电",
        "2026-11-23T04:00:00+00:00",
        None,
    )


def test_an_old_notice_is_no_news_to_a_new_phone(phone: Phone, clock: Any) -> None:
    clock.move(days=150)
    assert fresh(phone)["notice", OWN.id("notice")]
    clock.move(days=9)
    assert ("notice", OWN.id("notice")) not in fresh(phone)


def test_an_import_says_that_packages_may_have_changed(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone)
    reader.pull()
    for type_ in ("parcels.imported", "layer.imported", "duties.imported"):
        with world() as uow:
            uow.record(type_, county=COUNTY, aggregate=("import_run", type_), facts={}, by="tests")
        assert changed(reader) == [("package", OWN.region, "put")]
    assert reader.known["package", OWN.region] == {"area": OWN.region, "changed_at": "2026-11-23T04:00:00+00:00"}
    assert fresh(phone) == reader.known


def test_only_a_changed_state_is_told_not_the_event(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone)
    reader.pull()
    lead = a_lead(world, "fast-lead")
    with world() as uow:
        verify_lead(lead, "属实", seen_version=1, actor=officer(), uow=uow)
    with world() as uow:
        dismiss_lead(lead, "不予立案", seen_version=version_of(world, lead), actor=officer(Role.HANDLER), uow=uow)
    assert changed(reader) == [("case_note", lead, "delete")]


def test_a_pull_writes_nothing(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event
    from tests.builders import rows_of

    before = len(rows_of(app, Event))
    fresh(phone)
    assert len(rows_of(app, Event)) == before


def test_a_question_that_makes_no_sense_is_refused(phone: Phone) -> None:
    for query in ({"limit": 0}, {"limit": 1001}, {"limit": "many"}, {"since": "yesterday"}, {"cursor": "x" * 5000}):
        answer = FeedReader(phone).ask(**query)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid"), query


def test_the_most_that_may_be_asked_is_a_thousand(phone: Phone) -> None:
    assert FeedReader(phone, 1000).page() is False
