"""What a phone can learn by the feed of what is not its own, by guessing ids and by cursors that no server gave: nothing."""

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.pull.feed_reader import FeedReader
from tests.api.pull.world import phone_of
from tests.authz.places import FOREIGN, OWN, TOWN, traces
from tests.builders import Phone

if TYPE_CHECKING:
    from flask import Flask


def test_who_pushes_under_the_id_of_anothers_report_learns_nothing_of_it(app: "Flask", phone: Phone) -> None:
    stranger = phone_of(app, TOWN)
    pushed = stranger.push(stranger.manifest(id=OWN.id("report")), stranger.manifest(id=OWN.id("report"), rev=2))
    assert {each["outcome"] for each in pushed} == {"quarantined"}
    reader = FeedReader(stranger)
    reader.pull()
    told = reader.known["report_state", OWN.id("report")]
    assert (told["current"], told["match"], told["lead"], told["case"]) == ("quarantined", None, None, None)
    assert traces(OWN, json.dumps(told).encode(), except_for=OWN.id("report")) == []
    owner = FeedReader(phone)
    owner.pull()
    assert owner.known["report_state", OWN.id("report")]["lead"] is not None


def forged(cursor: str, **members: Any) -> str:
    """The cursor with some of its members replaced, as somebody can who reads base64."""
    names = ("version", "epoch", "scope", "made_on", "position", "kinds", "after", "left", "within")
    value = dict(zip(names, json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))), strict=True))
    return base64.urlsafe_b64encode(json.dumps(list((value | members).values())).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("kinds", [["task", "task"], ["notice", "task"], ["form"], "task"])
def test_a_cursor_repeats_no_entity_of_the_snapshot(phone: Phone, kinds: Any) -> None:
    reader = FeedReader(phone)
    reader.pull()
    assert reader.cursor is not None
    answer = reader.ask(cursor=forged(reader.cursor, kinds=kinds, position=0))
    assert (answer.status_code, answer.get_json()["code"]) == (410, "full-resync")


@pytest.mark.parametrize("place", [TOWN, FOREIGN])
def test_a_cursor_with_anothers_scope_tells_nothing_of_it(phone: Phone, place: Any) -> None:
    reader = FeedReader(phone)
    reader.pull()
    scope = [OWN.county, phone.inspector_id, place.id("crew"), [place.region, place.county]]
    assert reader.cursor is not None
    for members in ({"scope": scope, "position": 0}, {"scope": scope, "kinds": ["task", "case_note"], "after": ""}):
        answer = reader.ask(cursor=forged(reader.cursor, **members))
        assert answer.status_code == 200
        told = [each for each in answer.get_json()["changes"] if each["op"] != "out_of_scope"]
        assert traces(place, json.dumps(told).encode()) == []
    for who in ([place.county, place.id("user")], [OWN.county, place.id("user")]):
        answer = reader.ask(cursor=forged(reader.cursor, scope=[*who, *scope[2:]]))
        assert answer.get_json()["code"] == "full-resync"
