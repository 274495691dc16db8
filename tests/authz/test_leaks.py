"""What a matrix of routes does not ask: forged addresses, borrowed digests, changed people. Nothing of elsewhere gets out."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from server.store.tables.organisation import User
from server.store.tables.sync import Event
from tests.authz.asking import SIGN_IN, Caller, Callers, Request, content_of
from tests.authz.places import COUNTY, FOREIGN, OWN, PLACES, TOWN, traces
from tests.authz.seeding import photo_digest
from tests.builders import TUS, base64url

if TYPE_CHECKING:
    from flask import Flask

READERS = ("handler", "handler-of-a-town", "auditor", "auditor-of-a-town")
LISTS = ("/console/", "/console/queue.csv", "/console/queue.geojson")
FORGED = (
    "status=all&town={region}",
    "status=all&town={county}",
    "status=all&town=",
    "status=all&town=%25",
    "status=all&town=3_0583",
    "status=all&q=canary",
    "status=all&q={mark}",
    "status=all&q=%25",
    "status=all&who=mine&q={mark}",
    "status=all&kind=review",
    "status=all&kind=case&sort=-town",
    "status=all&sort=number&page=2",
    "status=closed",
    "county={county}&region={region}&status=all",
)


def hidden_in(caller: Caller, asked: str, content: bytes) -> dict[str, list[str]]:
    hidden = {relation: traces(PLACES[relation], content, except_for=asked) for relation in PLACES.keys() - caller.sees}
    return {relation: found for relation, found in hidden.items() if found}


@pytest.mark.parametrize("query", FORGED)
@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("principal", READERS)
def test_no_filter_of_a_list_reaches_beyond_its_reader(principal: str, address: str, query: str, find_caller: Callers) -> None:
    caller = find_caller(principal)
    filled = query.format(region=FOREIGN.region, county=FOREIGN.county, mark=FOREIGN.mark)
    answer = caller.ask(Request("GET", f"{address}?{filled}"))
    assert answer.status_code in {200, 422}
    assert hidden_in(caller, filled, content_of(answer)) == {}


@pytest.mark.parametrize("place", [FOREIGN, TOWN], ids=["foreign", "another-town"])
@pytest.mark.parametrize(
    "address", ["/console/leads/{}", "/console/cases/{}", "/console/reviews/{}", "/console/leads/{}/map.json"]
)
def test_what_is_out_of_scope_answers_like_what_never_was(address: str, place: Any, find_caller: Callers) -> None:
    caller = find_caller("handler-of-a-town")
    thing = {"leads": "lead", "cases": "case", "reviews": "review"}[address.split("/")[2]]
    there, never = place.id(thing), str(uuid.uuid4())
    said = []
    for id_ in (there, never):
        answer = caller.ask(Request("GET", address.format(id_)))
        said.append((answer.status_code, answer.get_data(as_text=True).replace(id_, "ID")))
    assert said[0] == said[1]
    assert said[0][0] == 404


@pytest.mark.parametrize("place", [FOREIGN, TOWN], ids=["foreign", "colleague"])
def test_announcing_somebody_elses_photo_does_not_tell_that_it_is_here(place: Any, find_caller: Callers) -> None:
    named = base64url(photo_digest(place, "report").encode())
    padded = named + "=" * (-len(named) % 4)
    headers = {**TUS, "Upload-Length": "10", "Upload-Metadata": f"digest {padded}"}
    answer = find_caller("inspector").ask(Request("POST", "/sync/v1/files", headers=headers))
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "0")


@pytest.mark.parametrize("principal", ["anonymous", "handler", "handler-of-a-town"])
def test_asking_for_the_methods_of_an_address_tells_nothing_else(principal: str, find_caller: Callers) -> None:
    caller = find_caller(principal)
    for place in PLACES.values():
        address = f"/console/leads/{place.id('lead')}"
        answer = caller.ask(Request("OPTIONS", address))
        assert answer.get_data() == b"" or answer.status_code == 303
        assert hidden_in(caller, address, content_of(answer)) == {}


def test_a_refusal_to_somebody_known_is_recorded(world: "Flask", find_caller: Callers) -> None:
    before = refusals(world)
    find_caller("handler").ask(Request("GET", f"/console/leads/{FOREIGN.id('lead')}"))
    find_caller("admin").ask(Request("GET", "/console/queue.csv"))
    find_caller("inspector").ask(Request("HEAD", f"/sync/v1/files/{TOWN.id('upload')}", headers=TUS))
    assert refusals(world) == before + 3


def refusals(world: "Flask") -> int:
    with world.extensions["xuntu"].unit_of_work(read_only=True) as uow:
        return int(uow.session.scalar(select(func.count()).select_from(Event).where(Event.type == "access.refused")))


@contextmanager
def person_with(world: "Flask", login: str, **values: Any) -> Iterator[None]:
    """The person changed for the length of the block, as somebody at another desk would change them."""
    open_unit: Callable[..., Any] = world.extensions["xuntu"].unit_of_work
    with open_unit() as uow:
        user = uow.session.scalars(select(User).where(User.login == login)).one()
        before = {name: getattr(user, name) for name in values}
        for name, value in values.items():
            setattr(user, name, value)
    try:
        yield
    finally:
        with open_unit() as uow:
            user = uow.session.scalars(select(User).where(User.login == login)).one()
            for name, value in before.items():
                setattr(user, name, value)


def status_of(caller: Caller, address: str) -> int:
    return caller.ask(Request("GET", address)).status_code


def test_a_new_role_counts_from_the_next_click(world: "Flask", find_caller: Callers) -> None:
    caller, lead = find_caller("handler"), f"/console/leads/{OWN.id('lead')}"
    assert status_of(caller, lead) == 200
    for role in ("admin", "inspector"):
        with person_with(world, "handler", role=role):
            assert status_of(caller, lead) == 403
    assert status_of(caller, lead) == 200


def test_a_new_scope_counts_from_the_next_click(world: "Flask", find_caller: Callers) -> None:
    caller = find_caller("handler")
    with person_with(world, "handler", region=TOWN.region):
        assert status_of(caller, f"/console/leads/{OWN.id('lead')}") == 404
        assert status_of(caller, f"/console/leads/{TOWN.id('lead')}") == 200
    with person_with(world, "handler", region=COUNTY):
        assert status_of(caller, f"/console/leads/{OWN.id('lead')}") == 200


@pytest.mark.parametrize("values", [{"active": False}, {"session_key": "another"}])
def test_a_person_who_left_or_changed_the_password_is_out_at_once(
    world: "Flask", find_caller: Callers, values: dict[str, Any]
) -> None:
    caller = find_caller("handler")
    with person_with(world, "handler", **values):
        answer = caller.ask(Request("GET", f"/console/leads/{OWN.id('lead')}"))
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, SIGN_IN)


def test_the_phone_of_an_inspector_who_left_is_refused(world: "Flask", find_caller: Callers) -> None:
    caller = find_caller("inspector")
    assert status_of(caller, "/sync/v1/session") == 200
    with person_with(world, OWN.canary("login"), active=False):
        assert status_of(caller, "/sync/v1/session") == 401
    with person_with(world, OWN.canary("login"), role="handler"):
        assert status_of(caller, "/sync/v1/session") == 403


def test_a_canary_that_sings_is_heard() -> None:
    for place in PLACES.values():
        for content in (place.canary("x"), place.canary("x").upper(), place.id("lead"), f"[{place.lon:.6f}, 1]"):
            assert traces(place, f"<p>{content}</p>".encode())
        assert traces(place, place.id("lead").encode(), except_for=f"/console/leads/{place.id('lead')}") == []
