"""A world for tests of the feed: four places of two counties with everything in them, and what may happen there."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from server.domain.permissions import Actor, Role, operator
from server.services.crews import Move, move_user
from server.services.leads import about
from server.store.tables.organisation import Region
from server.store.tables.registry import Task
from server.store.tables.work import Lead
from tests.authz.places import COUNTY, FOREIGN, OWN, PLACES, TOWN, Place
from tests.authz.seeding import lead_row, seed
from tests.builders import Phone, a_phone, an_enrolment_code

if TYPE_CHECKING:
    from flask import Flask

    from server.store.unit_of_work import UnitOfWork

OpenUnit = Callable[..., "UnitOfWork"]


def fill(uow: "UnitOfWork") -> None:
    """The four places of the authorization tests, and the registers their regions are in."""
    for place in (OWN, TOWN, FOREIGN):
        uow.session.merge(Region(code=place.county, name=place.county, level="county"))
        uow.session.add(Region(code=place.region, name=place.region, level="town", parent_code=place.county))
    for place in PLACES.values():
        seed(place, uow=uow)


def phone_of(app: "Flask", place: Place) -> Phone:
    return a_phone(app, code=an_enrolment_code(app, place.canary("login")))


def officer(role: Role = Role.SECTION_HEAD, county: str = COUNTY) -> Actor:
    """An officer of a whole county."""
    return Actor(id=OWN.id("user"), name="officer", role=role, county=county, region=county)


def a_lead(world: OpenUnit, thing: str, place: Place = OWN) -> str:
    """One more open lead of a place, recorded as a new one is; gives its id."""
    with world() as uow:
        lead = lead_row(place, thing, "open")
        lead.actor = place.canary(f"{thing}actor")
        uow.session.add(lead)
        uow.session.flush()
        uow.record("lead.registered", **about(lead, {}, by=officer(county=place.county)))
    return place.id(thing)


def a_task(world: OpenUnit, thing: str, place: Place = OWN) -> str:
    """One more task of a place's crew, recorded as the assignment of one is; gives its id."""
    with world() as uow:
        task = Task(
            county=place.county,
            id=place.id(thing),
            crew_id=place.id("crew"),
            parcel_id=place.id("parcel"),
            reason=thing,
            due_on=date(2026, 12, 1),
            state="open",
        )
        uow.session.add(task)
        uow.record("task.assigned", county=place.county, aggregate=("task", task.id), facts={}, by="tests")
    return place.id(thing)


def version_of(world: OpenUnit, lead_id: str) -> int:
    with world(read_only=True) as uow:
        return int(uow.session.get_one(Lead, (COUNTY, lead_id)).version)


def move_inspector(world: OpenUnit, **to: str | None) -> None:
    """The inspector of the own place in another `crew_id` (None: in no crew) or `region`, as an administrator puts it."""
    leaves = "crew_id" in to and to["crew_id"] is None
    with world() as uow:
        move_user(OWN.canary("login"), Move(to.get("region"), to.get("crew_id"), leaves), actor=operator(), uow=uow)
