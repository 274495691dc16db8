"""Permission is the first thing a service asks, and every blueprint signs in, but for those named here with their reason."""

from typing import TYPE_CHECKING

from tests.contracts.permission import called_by_edges, is_guarded, services
from tests.contracts.sources import module, modules

if TYPE_CHECKING:
    from flask import Flask

WITHOUT_AN_ACTOR = {
    "server.services.accounts.sign_in": "before it nobody is known; login and password decide",
    "server.services.accounts.sign_in_by_demo_link": "before it nobody is known; the signed link decides",
    "server.services.accounts.actor_of_session": "finds out who it is",
    "server.services.accounts.session_key_of": "one's own session, just begun",
    "server.services.accounts.sign_out": "ends one's own sessions",
    "server.services.enrolment.device_actor": "finds out who it is",
    "server.services.enrolment.enrol_device": "before it nobody is known; the code decides",
    "server.services.readiness.check_readiness": "says nothing but whether the process can work",
    "server.services.weekly.finished_period": "reads the calendar only",
}
"""Services that an edge calls and that require nothing of an actor."""

PUBLIC_BLUEPRINTS = {
    "api-docs": "the description of the API",
    "api_reference": "the same, for people",
    "capabilities": "what the tus server can do, asked before signing in",
    "console_assets": "styles and scripts",
    "console_landing": "the bare address, which leads to the console",
    "console_sign_in": "the way in; signing out asks who it is itself",
    "enrolment": "a code decides",
    "health": "alive and ready",
    "phone": "the app's files, which hold nothing until a code has been redeemed",
}
SIGNS_IN = {"identify_device", "identify_officer", "speak_tus"}
"""Functions before a request that raise unless somebody is known; speak_tus begins with identify_device."""

GUARDED_BY_ANOTHER = """
def own_lead(lead_id, *, actor, uow):
    actor.require(action, on=actor.region)

def verify(lead_id, *, actor, uow):
    lead = own_lead(lead_id, actor=actor, uow=uow)
    uow.record("lead.verified")
"""
TOO_LATE = """
def verify(lead_id, *, actor, uow):
    uow.record("lead.verified")
    actor.require(action, on="")
"""
NEVER = "def list_leads(*, actor, uow):\n    return uow.session.scalars(query)"


def test_a_service_that_delegates_is_guarded() -> None:
    known = services((module(GUARDED_BY_ANOTHER, "server/services/a.py"),))
    assert [name for name, service in known.items() if not is_guarded(service, known)] == []


def test_a_service_that_asks_too_late_or_never_is_found() -> None:
    for text in (TOO_LATE, NEVER):
        known = services((module(text, "server/services/a.py"),))
        assert [is_guarded(service, known) for service in known.values()] == [False]


def test_every_service_that_an_edge_calls_asks_for_permission_first() -> None:
    known = services(modules("server"))
    called = called_by_edges(modules("server"), known)
    assert len(called) > 20
    unguarded = {name for name in called if not is_guarded(known[name], known)}
    assert sorted(unguarded - WITHOUT_AN_ACTOR.keys()) == []


def test_every_exception_is_still_one() -> None:
    known = services(modules("server"))
    assert sorted(WITHOUT_AN_ACTOR.keys() - called_by_edges(modules("server"), known)) == []
    assert [name for name in WITHOUT_AN_ACTOR if is_guarded(known[name], known)] == []


def test_every_blueprint_signs_in(app: "Flask") -> None:
    before = {name: {each.__name__ for each in app.before_request_funcs.get(name, ())} for name in app.blueprints}
    assert sorted(name for name, functions in before.items() if not functions & SIGNS_IN) == sorted(PUBLIC_BLUEPRINTS)
