"""Where a cursor leads: on, into another scope, or nowhere at all. What cannot be continued says so and loses nothing."""

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.domain.events import JOBS_OF
from server.services.pull_cursor import ENTITIES
from server.services.pull_feed import SHOWN, SILENT
from server.services.pull_states import PAGES, STATES
from tests.api.pull.feed_reader import FeedReader, fresh
from tests.api.pull.world import OpenUnit, a_lead, a_task, move_inspector, phone_of
from tests.authz.places import COUNTY, OWN, TOWN
from tests.builders import Phone
from tests.conftest import FixedClock

if TYPE_CHECKING:
    from flask import Flask


def taken(reader: FeedReader) -> list[Any]:
    """The JSON within the reader's cursor."""
    assert reader.cursor is not None
    value: list[Any] = json.loads(base64.urlsafe_b64decode(reader.cursor + "=="))
    return value


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refused(reader: FeedReader, cursor: str) -> str:
    answer = reader.ask(cursor=cursor)
    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["retry"]) == (410, "full-resync", "after-change")
    return str(answer.get_json()["reason"])


def changes_of(reader: FeedReader, op: str) -> list[tuple[str, str]]:
    return [(one["entity"], one["id"]) for one in reader.pull() if one["op"] == op]


NO_CURSORS = ("", "x", "!!!", "AAAA", "é", packed(None), packed([]), packed({}), packed([1] * 9), packed(["1"] * 9), "W" * 3999)


def test_what_is_no_cursor_leads_nowhere(phone: Phone) -> None:
    for cursor in NO_CURSORS:
        assert "no cursor" in refused(FeedReader(phone), cursor), cursor


def test_no_damaged_part_of_a_cursor_breaks_the_server(phone: Phone) -> None:
    reader = FeedReader(phone, 1)
    reader.page()
    whole = taken(reader)
    for at in range(len(whole)):
        for wrong in (None, -1, 2**70, "", "\x00", "task", [], [["\x00"]], {}, True, 1.5):
            answer = reader.ask(cursor=packed([*whole[:at], wrong, *whole[at + 1 :]]))
            assert answer.status_code in {200, 410}, (at, wrong, answer.text)


def test_a_cursor_of_another_version_leads_nowhere(phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    assert "no cursor" in refused(reader, packed([2, *taken(reader)[1:]]))


def test_a_cursor_of_another_epoch_leads_nowhere(app: "Flask", phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    app.extensions["xuntu"].world.server_epoch = "7c1f5e60-2f0f-4ac0-9a51-3b7f0a9d6e04"
    assert "epoch" in refused(reader, reader.cursor or "")
    assert fresh(phone) == reader.known


def test_a_cursor_is_nobody_elses(app: "Flask", phone: Phone) -> None:
    reader, other = FeedReader(phone), FeedReader(phone_of(app, TOWN))
    reader.pull()
    assert "somebody else" in refused(other, reader.cursor or "")


def test_a_cursor_beyond_the_log_leads_nowhere(phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    value = taken(reader)
    value[4] += 1
    assert "beyond" in refused(reader, packed(value))


def test_a_cursor_lives_for_180_days_after_it_was_given(phone: Phone, clock: FixedClock) -> None:
    reader = FeedReader(phone)
    reader.pull()
    first = reader.cursor or ""
    clock.move(days=100)
    reader.pull()
    clock.move(days=60)
    assert reader.page() is False, "every pull gives a young cursor"
    value = taken(reader)
    value[3] = (clock.now - timedelta(days=181)).date().isoformat()
    assert "180 days" in refused(reader, packed(value))
    assert reader.ask(cursor=first).status_code == 200


@pytest.mark.parametrize("limit", [1, 500])
def test_another_crew_and_region_are_left_once_and_entered_whole(phone: Phone, world: OpenUnit, limit: int) -> None:
    reader = FeedReader(phone, limit)
    reader.pull()
    unheard = a_task(world, "unheard")
    move_inspector(world, crew_id=TOWN.id("crew"), region=TOWN.region)
    assert changes_of(reader, "out_of_scope") == [
        ("task", OWN.id("crew")),
        ("case_note", OWN.region),
        ("package", OWN.region),
    ]
    assert reader.of("task").keys() == {TOWN.id("task")}
    assert reader.of("case_note").keys() == {TOWN.id("lead"), TOWN.id("verified-lead"), TOWN.id("case")}
    assert unheard not in reader.of("task")
    assert reader.of("report_state").keys() == {OWN.id("report"), OWN.id("review")}, "what one wrote stays one's own"
    later = a_lead(world, "later", TOWN)
    reader.pull()
    assert later in reader.of("case_note")
    assert {ref: data for ref, data in reader.known.items() if ref[0] != "notice"} == {
        ref: data for ref, data in fresh(phone).items() if ref[0] != "notice"
    }


def test_a_phone_moved_to_a_crew_made_today_leaves_the_old_one_and_gets_its_tasks(app: "Flask", phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    run = app.test_cli_runner().invoke
    due = ("--reason", "核查动工", "--due", "2026-12-01")
    for words in (
        ("crews", "add", "--name", "新组", "--region", OWN.region),
        ("tasks", "assign", "--crew", "新组", "--parcel", OWN.canary("parcelcode"), *due),
        ("users", "move", OWN.canary("login"), "--crew", "新组"),
    ):
        assert run(args=list(words)).exit_code == 0, words
    assert changes_of(reader, "out_of_scope") == [("task", OWN.id("crew"))]
    assert [task["reason"] for task in reader.of("task").values()] == ["核查动工"]


@pytest.mark.both_stores
def test_a_scope_that_grows_or_shrinks_is_followed(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone, 2)
    reader.pull()
    small = reader.of("case_note").keys()
    move_inspector(world, region=COUNTY)
    assert changes_of(reader, "out_of_scope") == [("case_note", OWN.region)], "the town is a part of the county now"
    assert reader.of("case_note").keys() > small
    assert reader.known == fresh(phone)
    move_inspector(world, region=OWN.region)
    assert changes_of(reader, "out_of_scope") == [("case_note", COUNTY), ("package", COUNTY)]
    assert reader.of("case_note").keys() == small


def test_a_scope_that_changes_within_a_snapshot_begins_what_it_decides_again(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone, 1)
    for _ in range(6):
        reader.page()
    assert reader.of("case_note"), "the snapshot is under way"
    move_inspector(world, crew_id=TOWN.id("crew"), region=TOWN.region)
    reader.page()
    move_inspector(world, crew_id=OWN.id("crew"), region=OWN.region)
    reader.pull()
    assert reader.known == fresh(phone)


def test_an_inspector_without_a_crew_is_told_no_tasks(phone: Phone, world: OpenUnit) -> None:
    reader = FeedReader(phone)
    reader.pull()
    move_inspector(world, crew_id=None)
    assert changes_of(reader, "out_of_scope") == [("task", OWN.id("crew"))]
    a_task(world, "for-nobody")
    reader.pull()
    assert reader.of("task") == {}


def test_every_event_is_either_shown_to_phones_or_known_to_be_silent() -> None:
    assert JOBS_OF.keys() == SHOWN | SILENT
    assert frozenset() == SHOWN & SILENT


def test_every_entity_has_its_two_readings() -> None:
    assert PAGES.keys() == STATES.keys() == set(ENTITIES)
