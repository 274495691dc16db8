"""Crews, and which of them an inspector goes out with. Takes in no officer, and nobody of another county.

What a phone is told follows from crew and region: the next pull of who was moved leaves the old scope and tells the new.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from server import problems
from server.domain.permissions import Action, Actor, Role
from server.store.tables.organisation import Crew, Region, User
from server.store.unit_of_work import UnitOfWork

COUNTY_DIGITS = 6
LONGEST_NAME = 100


@dataclass(frozen=True)
class CrewListed:
    """A crew as the office lists it; `people` counts the active inspectors in it."""

    id: str
    name: str
    region: str
    people: int


@dataclass(frozen=True)
class Move:
    """Where a person goes: `region` None keeps the region, `crew` (id or name) None keeps the crew, `no_crew` leaves it."""

    region: str | None = None
    crew: str | None = None
    no_crew: bool = False


def add_crew(name: str, region: str, *, actor: Actor, uow: UnitOfWork) -> Crew:
    """A new crew of a county (6 digits) or town (9). Raises REGION_UNKNOWN, INVALID for its name, CREW_NAME_TAKEN."""
    actor.require(Action.USER_MANAGE, on=region)
    known_region(region, uow=uow)
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise problems.INVALID(fields={"name": [f"1 to {LONGEST_NAME} characters"]})
    county = region[:COUNTY_DIGITS]
    if uow.session.scalar(select(Crew.id).where(Crew.county == county, Crew.name == name)) is not None:
        raise problems.CREW_NAME_TAKEN(crew=name, county=county)
    crew = Crew(county=county, id=str(uuid.uuid4()), name=name, region=region)
    uow.session.add(crew)
    uow.session.flush()
    uow.record("crew.added", county=county, aggregate=("crew", crew.id), facts={"name": name, "region": region}, by=actor)
    return crew


def list_crews(*, actor: Actor, uow: UnitOfWork) -> list[CrewListed]:
    """The crews in the actor's scope, by county and name."""
    actor.require(Action.USER_MANAGE, on=actor.region)
    members = (User.county == Crew.county) & (User.crew_id == Crew.id) & User.active
    query = (
        select(Crew, func.count(User.id))
        .outerjoin(User, members)
        .where(Crew.region.startswith(actor.region))
        .group_by(Crew.county, Crew.id, Crew.name, Crew.region)
        .order_by(Crew.county, Crew.name)
    )
    return [CrewListed(crew.id, crew.name, crew.region, people) for crew, people in uow.session.execute(query)]


def move_user(login: str, move: Move, *, actor: Actor, uow: UnitOfWork) -> User:
    """Put a person in another crew or region of their county; what is so already records nothing.

    Raises USER_UNKNOWN, NOT_AN_INSPECTOR for a crew, CREW_UNKNOWN, REGION_UNKNOWN, INVALID for a region of another county.
    """
    actor.require(Action.USER_MANAGE, on=actor.region)
    user = uow.session.scalar(select(User).where(User.login == login, User.active, User.region.startswith(actor.region)))
    if user is None:
        raise problems.USER_UNKNOWN(login=login)
    before = {"region": user.region, "crew_id": user.crew_id}
    if move.region is not None:
        actor.require(Action.USER_MANAGE, on=move.region)
        known_region(move.region, uow=uow)
        if move.region[:COUNTY_DIGITS] != user.county:
            raise problems.INVALID(fields={"region": [f"{login} belongs to county {user.county}"]})
        user.region = move.region
    if move.no_crew:
        user.crew_id = None
    elif move.crew is not None:
        user.crew_id = crew_for(user, move.crew, actor, uow=uow).id
    after = {"region": user.region, "crew_id": user.crew_id}
    if after != before:
        uow.session.flush()
        facts = {"login": login, "before": before, "after": after}
        uow.record("user.moved", county=user.county, aggregate=("user", user.id), facts=facts, by=actor)
    return user


def crew_for(user: User, name: str, actor: Actor, *, uow: UnitOfWork) -> Crew:
    """The crew of this id or name in the county of an inspector. Raises NOT_AN_INSPECTOR, CREW_UNKNOWN."""
    if user.role != Role.INSPECTOR.value:
        raise problems.NOT_AN_INSPECTOR(login=user.login, role=user.role)
    return crew_named(name, actor, uow=uow, county=user.county)


def crew_named(name: str, actor: Actor, *, uow: UnitOfWork, county: str = "") -> Crew:
    """The one crew of this id or name in the actor's scope, of one county where it is given.

    Raises CREW_UNKNOWN, which says what crews there are.
    """
    own = select(Crew).where(Crew.region.startswith(actor.region), Crew.county.startswith(county))
    found = uow.session.scalars(own.where(or_(Crew.id == name, Crew.name == name))).all()
    if len(found) != 1:
        crews = uow.session.scalars(own.order_by(Crew.county, Crew.name))
        raise problems.CREW_UNKNOWN(crew=name, crews="; ".join(f"{crew.name} ({crew.id})" for crew in crews) or "none")
    return found[0]


def crew_names(users: Sequence[User], *, actor: Actor, uow: UnitOfWork) -> dict[str, str]:
    """Name of the crew by id, of the crews these people go out with."""
    actor.require(Action.USER_MANAGE, on=actor.region)
    ids = {user.crew_id for user in users if user.crew_id is not None}
    found = uow.session.execute(select(Crew.id, Crew.name).where(Crew.id.in_(ids)))
    return {crew.id: crew.name for crew in found}


def known_region(code: str, *, uow: UnitOfWork) -> Region:
    """The county or smaller division of a code. Raises REGION_UNKNOWN."""
    region = uow.session.get(Region, code) if len(code) >= COUNTY_DIGITS else None
    if region is None:
        raise problems.REGION_UNKNOWN(region=code)
    return region
