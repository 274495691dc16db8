"""What officers and the machine do with leads, matches and cases, one behaviour a test."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server import problems
from server.demo.first_start import person
from server.domain.permissions import Actor
from server.imports.synthetic import SyntheticCounty
from server.problems import Kind, Problem
from server.services.cases import open_case
from server.services.leads import dismiss_lead, route_out_lead, verify_lead
from server.services.matching import decide_match
from server.store.tables.sync import Event, PhotoFlag
from server.store.tables.work import Case, Lead, Match
from tests.builders import Phone, a_declared_photo, a_jpeg
from tests.patrol import a_factory, at_the_spot, nothing_started, spot_of

if TYPE_CHECKING:
    from flask import Flask

Open = Callable[..., Any]


def refused(act: Callable[[], Any], kind: Kind) -> None:
    with pytest.raises(Problem) as caught:
        act()
    assert caught.value.kind is kind


@pytest.fixture
def lead(app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open) -> Lead:
    """An open lead on a factory on farmland."""
    phone.push(phone.manifest(**at_the_spot(spot_of(county, "illegal_on_farmland"), observation=a_factory())))
    app.extensions["xuntu"].relay.drain()
    return only_lead(unit_of_work)


def only_lead(unit_of_work: Open) -> Lead:
    with unit_of_work(read_only=True) as uow:
        found: Lead = uow.session.query(Lead).one()
        return found


def officer(login: str, unit_of_work: Open) -> Actor:
    with unit_of_work(read_only=True) as uow:
        return person(login, uow=uow)


def verified(lead: Lead, unit_of_work: Open) -> Lead:
    handler = officer("handler-1", unit_of_work)
    with unit_of_work() as uow:
        verify_lead(lead.id, "属实", seen_version=lead.version, actor=handler, uow=uow)
    return only_lead(unit_of_work)


def opened(lead: Lead, actor: Actor, uow: Any, **differences: Any) -> Case:
    said = {"basis": "符合立案条件", "decided_on": uow.today, "handler_id": None, "seen_version": lead.version}
    return open_case(lead.id, **(said | differences), actor=actor, uow=uow)


def test_a_lead_that_nobody_verified_opens_no_case(lead: Lead, unit_of_work: Open) -> None:
    head = officer("section-head", unit_of_work)
    with unit_of_work() as uow:
        refused(lambda: opened(lead, head, uow), problems.MOVE_NOT_ALLOWED)


def test_a_handler_may_verify_but_not_open_a_case(lead: Lead, unit_of_work: Open) -> None:
    handler = officer("handler-1", unit_of_work)
    with unit_of_work() as uow:
        refused(lambda: opened(verified(lead, unit_of_work), handler, uow), problems.FORBIDDEN)


def test_a_case_decided_on_a_day_to_come_is_refused(lead: Lead, unit_of_work: Open) -> None:
    known, head = verified(lead, unit_of_work), officer("section-head", unit_of_work)
    with unit_of_work() as uow:
        refused(lambda: opened(known, head, uow, decided_on=uow.today + timedelta(days=1)), problems.PERIOD_INVALID)


def test_a_case_entered_late_keeps_the_day_decided_and_the_day_recorded(lead: Lead, unit_of_work: Open, clock: Any) -> None:
    known, head = verified(lead, unit_of_work), officer("section-head", unit_of_work)
    clock.move(days=3)
    with unit_of_work() as uow:
        case = opened(known, head, uow, decided_on=lead.found_on)
    assert (case.opened_on, case.recorded_at.date()) == (lead.found_on, lead.found_on + timedelta(days=3))


def test_a_case_is_not_decided_before_its_matter_was_found(lead: Lead, unit_of_work: Open) -> None:
    known, head = verified(lead, unit_of_work), officer("section-head", unit_of_work)
    with unit_of_work() as uow:
        refused(lambda: opened(known, head, uow, decided_on=lead.found_on - timedelta(days=1)), problems.PERIOD_INVALID)


def test_a_villagers_house_waits_for_a_person_to_send_it_to_its_office(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open
) -> None:
    house = {"kind": "land_use", "use": "rural_house", "area_m2": 120, "buildings": 1}
    for _ in range(2):
        phone.push(phone.manifest(**at_the_spot(spot_of(county, "rural_house"), observation=house, onsite={"suspect": "村民"})))
    app.extensions["xuntu"].relay.drain()
    proposed, handler = only_lead(unit_of_work), officer("handler-1", unit_of_work)
    assert (proposed.status, proposed.assessment["finding"]) == ("open", "routed_out")
    with unit_of_work() as uow:
        route_out_lead(proposed.id, "移送农业农村部门", seen_version=proposed.version, actor=handler, uow=uow)
    assert only_lead(unit_of_work).status == "routed_out"


def test_an_officer_who_saw_an_older_version_is_told_that_someone_changed_it(lead: Lead, unit_of_work: Open) -> None:
    handler = officer("handler-2", unit_of_work)
    verified(lead, unit_of_work)
    with unit_of_work() as uow:
        stale = lambda: dismiss_lead(lead.id, "重复", seen_version=lead.version, actor=handler, uow=uow)  # noqa: E731
        refused(stale, problems.STALE_VERSION)


def test_a_lead_is_not_dismissed_without_a_reason(lead: Lead, unit_of_work: Open) -> None:
    handler = officer("handler-1", unit_of_work)
    with unit_of_work() as uow:
        silent = lambda: dismiss_lead(lead.id, "  ", seen_version=lead.version, actor=handler, uow=uow)  # noqa: E731
        refused(silent, problems.REASON_REQUIRED)


def test_later_evidence_of_a_dismissed_matter_makes_a_new_lead(
    app: "Flask", county: SyntheticCounty, phone: Phone, lead: Lead, unit_of_work: Open
) -> None:
    handler = officer("handler-1", unit_of_work)
    with unit_of_work() as uow:
        dismiss_lead(lead.id, "误报", seen_version=lead.version, actor=handler, uow=uow)
    phone.push(phone.manifest(**at_the_spot(spot_of(county, "illegal_on_farmland"), observation=a_factory())))
    app.extensions["xuntu"].relay.drain()
    with unit_of_work(read_only=True) as uow:
        assert sorted(status for (status,) in uow.session.query(Lead.status)) == ["dismissed", "open"]


def test_later_evidence_of_an_open_case_joins_its_lead(
    app: "Flask", county: SyntheticCounty, phone: Phone, lead: Lead, unit_of_work: Open
) -> None:
    known, head = verified(lead, unit_of_work), officer("section-head", unit_of_work)
    with unit_of_work() as uow:
        opened(known, head, uow)
    phone.push(phone.manifest(**at_the_spot(spot_of(county, "illegal_on_farmland"), observation=a_factory())))
    app.extensions["xuntu"].relay.drain()
    assert only_lead(unit_of_work).status == "case_opened"


def test_a_report_of_something_else_feeds_no_lead(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open
) -> None:
    spot = spot_of(county, "idle_not_started")
    phone.push(phone.manifest(**at_the_spot(spot, observation=nothing_started())), phone.manifest(**at_the_spot(spot)))
    app.extensions["xuntu"].relay.drain()
    assert only_lead(unit_of_work).version == 1


def test_flags_of_a_photo_that_comes_late_lower_the_priority_and_are_told(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open
) -> None:
    photo = a_jpeg(11)
    declared = a_declared_photo(photo, source="gallery")
    spot = spot_of(county, "illegal_on_farmland")
    phone.push(phone.manifest(**at_the_spot(spot, observation=a_factory(), photos=[declared])))
    app.extensions["xuntu"].relay.drain()
    before = only_lead(unit_of_work)
    phone.upload(photo)
    app.extensions["xuntu"].relay.drain()
    after = only_lead(unit_of_work)
    with unit_of_work(read_only=True) as uow:
        assert "gallery-source" in {code for (code,) in uow.session.query(PhotoFlag.code)}
        assert uow.session.query(Event).filter_by(type="lead.reweighed").count() == 1
    assert after.priority < before.priority
    assert after.version == before.version


def unsure_report(county: SyntheticCounty, phone: Phone) -> str:
    """A report with a bad fix and no claim: the machine must ask."""
    said = at_the_spot(
        spot_of(county, "illegal_on_farmland"), observation=a_factory(), parcel_claim=None, task_id=None, view=None
    )
    said["position"] = said["position"] | {"accuracy_m": 30}
    return phone.manifest(**said)


def waiting_match(app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open) -> Match:
    phone.push(unsure_report(county, phone))
    app.extensions["xuntu"].relay.drain()
    with unit_of_work(read_only=True) as uow:
        found: Match = uow.session.query(Match).one()
    assert found.state == "review"
    return found


def test_a_person_decides_an_unsure_match_and_the_law_is_asked(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open
) -> None:
    shown, handler = waiting_match(app, county, phone, unit_of_work), officer("handler-1", unit_of_work)
    with unit_of_work() as uow:
        decide_match(shown.report_id, shown.ranked[0]["version_id"], seq=shown.seq, actor=handler, uow=uow)
    app.extensions["xuntu"].relay.drain()
    assert only_lead(unit_of_work).parcel_id == shown.ranked[0]["parcel_id"]


def test_none_of_these_makes_no_lead_and_keeps_the_report(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open
) -> None:
    shown, handler = waiting_match(app, county, phone, unit_of_work), officer("handler-1", unit_of_work)
    with unit_of_work() as uow:
        decided = decide_match(shown.report_id, "none", seq=shown.seq, actor=handler, uow=uow)
    app.extensions["xuntu"].relay.drain()
    assert decided.state == "none"
    with unit_of_work(read_only=True) as uow:
        assert uow.session.query(Lead).count() == 0


def test_a_match_is_decided_once_and_only_among_what_was_shown(
    app: "Flask", county: SyntheticCounty, phone: Phone, unit_of_work: Open
) -> None:
    shown, handler = waiting_match(app, county, phone, unit_of_work), officer("handler-1", unit_of_work)

    def decide(choice: str, seq: int) -> Callable[[], Any]:
        def act() -> None:
            with unit_of_work() as uow:
                decide_match(shown.report_id, choice, seq=seq, actor=handler, uow=uow)

        return act

    refused(decide("not-shown", shown.seq), problems.MATCH_CHOICE)
    decide("none", shown.seq)()
    refused(decide("none", shown.seq), problems.STALE_VERSION)
    refused(decide("none", shown.seq + 1), problems.MATCH_DECIDED)
