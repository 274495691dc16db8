"""One report's way through every layer, on both stores: phone, receipt, match, law, lead, case, frozen weekly issue."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.domain.permissions import operator
from server.imports.synthetic import SyntheticCounty, synthetic_county
from server.services.synthetic import load_synthetic_county
from server.store.tables.sync import Job
from server.store.tables.work import Case, Lead, Match
from tests.builders import Phone, a_declared_photo, a_jpeg, a_phone, an_enrolment_code, payload_of

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.both_stores


@pytest.fixture
def county(app: "Flask", unit_of_work: Callable[..., Any], store: str) -> SyntheticCounty:
    del store
    with unit_of_work() as uow:
        made = synthetic_county(day=uow.today)
        load_synthetic_county(made, uow=uow)
    return made


@pytest.fixture
def phone(app: "Flask", county: SyntheticCounty) -> Iterator[Phone]:
    yield a_phone(app, code=an_enrolment_code(app, "inspector-1"))


def spot_of(county: SyntheticCounty, scenario: str) -> dict[str, Any]:
    return next(each for each in county.spots if each["scenario"] == scenario)


def at_the_spot(spot: dict[str, Any], **differences: Any) -> dict[str, Any]:
    """What a manifest says of a report made at the stand of a spot, looking at its parcel and tapping it."""
    lon, lat = spot["stand"]
    position = {
        "lon": lon,
        "lat": lat,
        "accuracy_m": 3,
        "accuracy_p": 0.68,
        "fixed_at": "2026-11-23T10:00:00+08:00",
        "source": "gnss",
        "mocked": False,
        "crs": "cgcs2000",
    }
    said = {
        "captured_at": "2026-11-23T10:00:00+08:00",
        "position": position,
        "view": {"azimuth_deg": spot["azimuth_deg"], "azimuth_ref": "true"},
        "parcel_claim": spot["parcel_code"],
        "task_id": spot["task_id"],
    }
    return said | differences


def nothing_started() -> dict[str, Any]:
    return {"kind": "construction", "sign_board": False, "permit_no": None, "foundation": "other", "foundation_share": 0, "stage": "none"}


def all_jobs_done(uow: Any) -> bool:
    states = {state for (state,) in uow.session.query(Job.state).distinct()}
    return states <= {"done"}


def test_a_report_of_land_not_started_becomes_one_idle_land_lead(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Callable[..., Any]
) -> None:
    spot = spot_of(county, "idle_not_started")
    photo = a_jpeg(7)
    text = phone.manifest(**at_the_spot(spot, observation=nothing_started(), photos=[a_declared_photo(photo)]))

    (result,) = phone.push(text)
    assert result["outcome"] == "stored"
    assert payload_of(result["receipt"])["state"] == "received"
    assert phone.upload(photo).status_code == 204
    (answer,) = phone.receipts({"id": result["id"], "rev": 1})
    assert payload_of(answer["receipt"])["state"] == "complete"
    app.extensions["xuntu"].relay.drain()

    with unit_of_work(read_only=True) as uow:
        assert all_jobs_done(uow)
        match = uow.session.query(Match).one()
        assert (match.state, match.claim_agrees) == ("matched", True)
        lead = uow.session.query(Lead).one()
    assert (lead.programme, lead.matter, lead.status, lead.parcel_code) == ("idle_land", "not_started", "open", spot["parcel_code"])
    assert {citation["law_id"] for citation in lead.assessment["citations"]} >= {"IDLE-01", "IDLE-05"}


def test_a_second_report_feeds_the_same_lead_and_a_replayed_job_changes_nothing(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Callable[..., Any]
) -> None:
    from server.services.assessing import assess_report

    spot = spot_of(county, "idle_not_started")
    texts = [phone.manifest(**at_the_spot(spot, observation=nothing_started())) for _ in range(2)]
    results = phone.push(*texts)
    app.extensions["xuntu"].relay.drain()
    with unit_of_work() as uow:
        for result in results:
            assess_report(result["id"], 1, actor=operator(county.code), uow=uow)
    with unit_of_work(read_only=True) as uow:
        lead = uow.session.query(Lead).one()
        assert lead.version == 2


def test_a_verified_lead_becomes_a_case_and_both_stand_in_the_frozen_weekly_issue(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Callable[..., Any], clock: Any
) -> None:
    from server.demo.office import open_first_case
    from server.services.weekly import cut_issue, kept_issue

    phone.push(phone.manifest(**at_the_spot(spot_of(county, "illegal_on_farmland"), observation=a_factory())))
    app.extensions["xuntu"].relay.drain()
    with unit_of_work() as uow:
        case_id = open_first_case(county.code, uow=uow)
        opened = uow.today
    with unit_of_work(read_only=True) as uow:
        case = uow.session.get_one(Case, (county.code, case_id))
        assert (case.next_step, case.opened_on) == ("decision", opened)
        assert case.next_due is not None and case.next_due >= opened + timedelta(days=90)
    clock.move(days=7)
    monday = date(2026, 11, 23)
    with unit_of_work() as uow:
        issue = cut_issue(county.code, monday, monday + timedelta(days=6), actor=operator(county.code), uow=uow)
    with unit_of_work() as uow:
        again = kept_issue(county.code, issue.year, issue.number, actor=operator(county.code), uow=uow)
    assert again.rows_digest == issue.rows_digest


def a_factory() -> dict[str, Any]:
    return {"kind": "land_use", "use": "factory", "area_m2": 600, "area_method": "estimated", "buildings": 1}
