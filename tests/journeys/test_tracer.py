"""One report's way through every layer, on both stores: phone, receipt, match, law, lead, case, frozen weekly issue."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.demo.first_start import open_first_case
from server.domain.permissions import operator
from server.imports.synthetic import SyntheticCounty
from server.store.tables.sync import Job
from server.store.tables.work import Case, Lead, Match
from tests.builders import Phone, a_declared_photo, a_jpeg, payload_of
from tests.patrol import a_factory, at_the_spot, nothing_started, spot_of

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.both_stores


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
    assert (lead.programme, lead.matter, lead.status) == ("idle_land", "not_started_two_years", "open")
    assert lead.parcel_code == spot["parcel_code"]
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
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Callable[..., Any], clock: Any, tmp_path: Path
) -> None:
    phone.push(phone.manifest(**at_the_spot(spot_of(county, "illegal_on_farmland"), observation=a_factory())))
    app.extensions["xuntu"].relay.drain()
    with unit_of_work() as uow:
        case_id = open_first_case(county.code, uow=uow)
        opened = uow.today
    with unit_of_work(read_only=True) as uow:
        case = uow.session.get_one(Case, (county.code, case_id))
        assert (case.next_step, case.opened_on) == ("decision", opened)
        assert case.next_due is not None
        assert case.next_due >= opened + timedelta(days=90)
    clock.move(days=7)
    first = export_week(app, "2026-11-23", "2026-11-29", tmp_path / "first")
    again = export_week(app, "2026-11-23", "2026-11-29", tmp_path / "again")
    assert first == again
    ledgers = "".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "first").rglob("*.csv"))
    assert case.number in ledgers
    with unit_of_work(read_only=True) as uow:
        assert uow.session.query(Lead).one().number in ledgers


def export_week(app: "Flask", first: str, last: str, folder: Path) -> list[str]:
    """Export a week by the command; the digests of its files."""
    done = app.test_cli_runner().invoke(args=["export", "weekly", "--from", first, "--to", last, "--out", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    return [file["digest"] for file in json.loads(done.stdout)["files"]]
