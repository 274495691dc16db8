"""What a phone hears of its report from push to case, in the synthetic county, with every job done by the machine."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from server.domain.permissions import Actor, Role
from server.imports.synthetic import SyntheticCounty
from server.services.cases import open_case
from server.services.leads import verify_lead
from tests.api.pull.feed_reader import FeedReader, fresh
from tests.api.pull.world import OpenUnit
from tests.builders import Phone, a_declared_photo, a_jpeg, a_phone, an_enrolment_code
from tests.patrol import at_the_spot, nothing_started, spot_of

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def phone(app: "Flask", county: SyntheticCounty) -> Phone:
    """The phone of an inspector whose crew looks after the industrial zone."""
    assert county.users
    return a_phone(app, code=an_enrolment_code(app, "inspector-2"))


def officer(county: str) -> Actor:
    return Actor(id="an-officer", name="officer", role=Role.SECTION_HEAD, county=county, region=county)


def state_of(reader: FeedReader, report: str) -> dict[str, Any]:
    reader.pull()
    return reader.known["report_state", report]


@pytest.mark.both_stores
def test_a_report_is_followed_from_push_to_case(
    app: "Flask", unit_of_work: OpenUnit, county: SyntheticCounty, phone: Phone
) -> None:
    reader = FeedReader(phone, 20)
    reader.pull()
    spot = next(one for one in county.spots if one["scenario"] == "idle_not_started" and one["task_id"] in reader.of("task"))
    task = reader.of("task")[spot["task_id"]]
    assert (task["parcel_code"], task["programme"]) == (spot["parcel_code"], "idle_land")
    assert task["region"].startswith(spot["region"]), "the village it lies in"
    assert reader.of("package").keys() == set(phone.enrolled["regions"])
    text = phone.manifest(**at_the_spot(spot, observation=nothing_started(), photos=[a_declared_photo(a_jpeg(7))]))
    report = json.loads(text)["id"]

    phone.push(text)
    state = state_of(reader, report)
    assert (state["current"], len(state["missing"]), state["match"], state["lead"]) == ("stored", 1, None, None)

    phone.upload(a_jpeg(7))
    app.extensions["xuntu"].relay.drain()
    state = state_of(reader, report)
    assert (state["missing"], state["match"]["state"], state["match"]["decided_by"]) == ([], "matched", "machine")
    assert state["match"]["parcel_code"] == spot["parcel_code"]
    assert (state["lead"]["programme"], state["lead"]["status"], state["case"]) == ("idle_land", "open", None)
    lead = state["lead"]["id"]
    note = reader.of("case_note")[lead]
    assert (note["type"], note["status"], " 亩 · " in note["summary_zh"]) == ("lead", "open", True)

    with unit_of_work() as uow:
        verify_lead(lead, "属实", seen_version=1, actor=officer(county.code), uow=uow)
    assert state_of(reader, report)["lead"]["status"] == "verified"
    with unit_of_work() as uow:
        decided = {"basis": "涉嫌闲置", "decided_on": date(2026, 11, 23), "handler_id": None, "seen_version": 2}
        case = open_case(lead, **decided, actor=officer(county.code), uow=uow).id
    state = state_of(reader, report)
    assert (state["lead"]["status"], state["case"]["id"], state["case"]["stage"]) == ("case_opened", case, "investigation")
    assert lead not in reader.of("case_note")
    note = reader.of("case_note")[case]
    assert (note["type"], note["matter"], note["next_due"]) == ("case", "not_started_two_years", "2026-12-23")
    assert "下一步：" in note["summary_zh"]
    assert reader.known == fresh(phone)


def test_a_report_that_the_machine_cannot_place_waits_for_a_person(app: "Flask", county: SyntheticCounty, phone: Phone) -> None:
    reader = FeedReader(phone)
    reader.pull()
    spot = spot_of(county, "idle_not_started")
    position = at_the_spot(spot)["position"] | {"accuracy_m": 200}
    text = phone.manifest(**at_the_spot(spot, position=position, view=None, parcel_claim=None, task_id=None))
    phone.push(text)
    app.extensions["xuntu"].relay.drain()
    state = state_of(reader, json.loads(text)["id"])
    assert (state["match"]["state"], state["match"]["parcel_id"], state["lead"]) == ("review", None, None)
