"""Officers signing in and out. Refuses a wrong password, a stranger and an idle account in the same words and time."""

from typing import Any

from sqlalchemy import select

from server import problems
from server.domain.permissions import Actor, Role
from server.keys.passwords import new_token, password_fits
from server.store.tables.organisation import User
from server.store.unit_of_work import UnitOfWork

BY_PASSWORD = "password"  # noqa: S105 - the way of signing in, not a secret
BY_DEMO_LINK = "demo link"


def sign_in(login: str, password: str, *, uow: UnitOfWork) -> Actor:
    """The officer of a login and password. Raises SIGN_IN_FAILED, whichever of the two was wrong."""
    user = active_user(login, uow=uow)
    fits = password_fits(None if user is None else user.password_hash, password)
    if user is None or not fits:
        raise problems.SIGN_IN_FAILED()
    return welcomed(user, BY_PASSWORD, uow=uow)


def sign_in_by_demo_link(login: str, *, uow: UnitOfWork) -> Actor:
    """The officer a demo link names; the caller has checked link, setting and address. Raises SIGN_IN_FAILED."""
    user = active_user(login, uow=uow)
    if user is None:
        raise problems.SIGN_IN_FAILED()
    return welcomed(user, BY_DEMO_LINK, uow=uow)


def session_key_of(actor: Actor, *, uow: UnitOfWork) -> str:
    """The key every session of this person carries; a new password or signing out replaces it and ends them all."""
    return uow.session.get_one(User, (actor.county, actor.id)).session_key


def actor_of_session(county: str, user_id: str, session_key: str, *, uow: UnitOfWork) -> Actor:
    """Who a session belongs to, with today's role and region. Raises UNAUTHENTICATED for a session that has ended."""
    user = uow.session.get(User, (county, user_id))
    if user is None or not user.active or user.session_key != session_key:
        raise problems.UNAUTHENTICATED()
    return actor_of(user)


def sign_out(*, actor: Actor, uow: UnitOfWork) -> None:
    """End every session of this person: a copied cookie is worth nothing afterwards."""
    uow.session.get_one(User, (actor.county, actor.id)).session_key = new_token()
    uow.record("user.signed_out", county=actor.county, aggregate=("user", actor.id), facts={}, by=actor)


def active_user(login: str, *, uow: UnitOfWork) -> User | None:
    return uow.session.scalar(select(User).where(User.login == login, User.active))


def welcomed(user: User, way: str, *, uow: UnitOfWork) -> Actor:
    actor = actor_of(user)
    facts: dict[str, Any] = {"role": user.role, "by": way}
    uow.record("user.signed_in", county=user.county, aggregate=("user", user.id), facts=facts, by=actor)
    return actor


def actor_of(user: User) -> Actor:
    return Actor(id=user.id, name=user.name, role=Role(user.role), county=user.county, region=user.region)
