"""Who is looking at a page. Refuses a session whose person has a new password, signed out, or is gone."""

import uuid
from typing import Any

from flask import Flask, g, session
from flask_login import LoginManager, current_user, login_user, logout_user

from server import problems
from server.composition import xuntu
from server.domain.permissions import Actor
from server.problems import Problem
from server.services.accounts import actor_of_session, session_key_of
from server.store.unit_of_work import UnitOfWork

SEPARATOR = "|"
KEPT = ("lang",)


class Officer:
    """A signed-in person as flask-login wants it; the session id carries county, id and session key."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, actor: Actor, session_key: str) -> None:
        self.actor = actor
        self.session_key = session_key

    def get_id(self) -> str:
        return SEPARATOR.join((self.actor.county, self.actor.id, self.session_key))


def register_sessions(app: Flask) -> None:
    manager = LoginManager()
    manager.user_loader(officer_of)
    manager.init_app(app)


def console_unit(*, read_only: bool = False) -> UnitOfWork:
    """A unit of work that carries the request's id, as the API's do."""
    if "request_id" not in g:
        g.request_id = str(uuid.uuid4())
    return xuntu().unit_of_work(origin=str(g.request_id), read_only=read_only)


def officer_of(session_id: str) -> Officer | None:
    """Asked on every request: the database decides whether the session still stands."""
    parts = session_id.split(SEPARATOR)
    if len(parts) != 3:
        return None
    county, user_id, session_key = parts
    try:
        with console_unit(read_only=True) as uow:
            return Officer(actor_of_session(county, user_id, session_key, uow=uow), session_key)
    except Problem:
        return None


def begin_session(actor: Actor, *, uow: UnitOfWork) -> None:
    """Start a fresh session: nothing of what stood in the old one but the language is kept."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    login_user(Officer(actor, session_key_of(actor, uow=uow)))
    g.actor = actor


def end_session() -> None:
    logout_user()
    kept: dict[str, Any] = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)


def identify_officer() -> None:
    """before_request of every blueprint of the console that shows anything. Raises UNAUTHENTICATED."""
    if not current_user.is_authenticated:
        raise problems.UNAUTHENTICATED()
    g.actor = current_user.actor


def current_officer() -> Actor:
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise problems.UNAUTHENTICATED()
    return actor
