"""People of the office and the crews: added, and given new passwords. A password is shown once and kept only hashed."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from server import problems
from server.domain.permissions import Action, Actor, Role
from server.keys.passwords import hash_password, hash_passwords, new_password
from server.services.crews import COUNTY_DIGITS, crew_for, known_region
from server.store.tables.organisation import User
from server.store.unit_of_work import UnitOfWork

ROLES = tuple(role.value for role in Role if role is not Role.OPERATOR)


@dataclass(frozen=True)
class NewUser:
    login: str
    name: str
    role: str
    region: str
    certificate_no: str | None = None
    crew: str | None = None
    """Id or name of the crew, of an inspector."""


def add_user(new: NewUser, *, actor: Actor, uow: UnitOfWork) -> tuple[User, str | None]:
    """Add a person; officers get a password (returned once), inspectors sign in by their phone alone.

    Raises LOGIN_TAKEN, ROLE_UNKNOWN, REGION_UNKNOWN; NOT_AN_INSPECTOR and CREW_UNKNOWN where a crew is named.
    """
    actor.require(Action.USER_MANAGE, on=new.region)
    if new.role not in ROLES:
        raise problems.ROLE_UNKNOWN(role=new.role, roles=", ".join(ROLES))
    known_region(new.region, uow=uow)
    if uow.session.scalar(select(User).where(User.login == new.login)) is not None:
        raise problems.LOGIN_TAKEN(login=new.login)
    password = None if new.role == Role.INSPECTOR.value else new_password()
    user = User(
        county=new.region[:COUNTY_DIGITS],
        id=str(uuid.uuid4()),
        login=new.login,
        name=new.name,
        role=new.role,
        region=new.region,
        password_hash=None if password is None else hash_password(password),
        session_key=secrets.token_urlsafe(32),
        certificate_no=new.certificate_no,
        crew_id=None,
        active=True,
    )
    if new.crew is not None:
        user.crew_id = crew_for(user, new.crew, actor, uow=uow).id
    uow.session.add(user)
    uow.session.flush()
    facts = {"login": user.login, "role": user.role, "region": user.region, "crew_id": user.crew_id}
    uow.record("user.added", county=user.county, aggregate=("user", user.id), facts=facts, by=actor)
    return user, password


def reset_passwords(logins: Sequence[str], *, actor: Actor, uow: UnitOfWork) -> dict[str, str]:
    """New passwords for active officers, returned once, by login; every session of theirs ends. Raises USER_UNKNOWN."""
    actor.require(Action.USER_MANAGE, on=actor.region)
    passwords = {login: new_password() for login in logins}
    hashes = dict(zip(passwords, hash_passwords(list(passwords.values())), strict=True))
    for login, hashed in hashes.items():
        user = uow.session.scalar(select(User).where(User.login == login, User.active, User.role != Role.INSPECTOR.value))
        if user is None:
            raise problems.USER_UNKNOWN(login=login)
        actor.require(Action.USER_MANAGE, on=user.region)
        user.password_hash = hashed
        user.session_key = secrets.token_urlsafe(32)
        uow.record("user.password_reset", county=user.county, aggregate=("user", user.id), facts={"login": login}, by=actor)
    return passwords


def list_users(*, actor: Actor, uow: UnitOfWork) -> Sequence[User]:
    """Everybody the actor may manage, by county, role and login."""
    actor.require(Action.USER_MANAGE, on=actor.region)
    query = select(User).where(User.region.startswith(actor.region)).order_by(User.county, User.role, User.login)
    return uow.session.scalars(query).all()
