"""Signing in and out, and the demo's link. Refuses to say whether a login exists, and to hurry for whoever keeps guessing."""

from flask import Blueprint, Flask, Response, make_response, redirect, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from server import problems
from server.console.rendering import choose_language, form_text, page
from server.console.security import check_csrf, read_demo_link, safe_next
from server.console.sessions import begin_session, console_unit, current_officer, end_session, identify_officer
from server.problems import Problem
from server.services import accounts

TRIES_AN_ADDRESS = "20 per minute; 200 per hour"
TRIES_A_LOGIN = "6 per minute; 40 per hour"

limiter = Limiter(key_func=get_remote_address, storage_uri=None)
entrance = Blueprint("console_sign_in", __name__, url_prefix="/console", template_folder="templates")
entrance.before_request(choose_language)
entrance.before_request(check_csrf)


def register_limits(app: Flask) -> None:
    """Counters in Redis where there is one, so that every worker counts together; else in this process."""
    app.config["RATELIMIT_STORAGE_URI"] = redis_of(app) or "memory://"
    limiter.init_app(app)


def redis_of(app: Flask) -> str | None:
    redis_url: str | None = app.extensions["xuntu"].settings.redis_url
    return redis_url


def typed_login() -> str:
    return f"login:{request.form.get('login', '')[:64].strip().lower()}"


@entrance.get("/sign-in")
def sign_in() -> Response:
    """The form."""
    return page("sign_in.html", next=safe_next(request.args.get("next")), problem=None)


@entrance.post("/sign-in")
@limiter.limit(TRIES_AN_ADDRESS)
@limiter.limit(TRIES_A_LOGIN, key_func=typed_login)
def enter() -> Response:
    """Check login and password; a wrong one shows the form again."""
    target = safe_next(request.form.get("next"))
    try:
        with console_unit() as uow:
            actor = accounts.sign_in(form_text("login", 64).strip(), form_text("password", 200), uow=uow)
            begin_session(actor, uow=uow)
    except Problem as problem:
        if problem.kind is not problems.SIGN_IN_FAILED:
            raise
        return page("sign_in.html", problem.kind.status, next=target, problem=problem)
    return make_response(redirect(target, code=303))


@entrance.post("/sign-out")
def leave() -> Response:
    """End every session of this person."""
    identify_officer()
    with console_unit() as uow:
        accounts.sign_out(actor=current_officer(), uow=uow)
    end_session()
    return make_response(redirect(url_for("console_sign_in.sign_in"), code=303))


@entrance.get("/demo/<token>")
def demo(token: str) -> Response:
    """The link that `make run` prints: into one prepared page, on this machine alone."""
    login, target = read_demo_link(token)
    with console_unit() as uow:
        actor = accounts.sign_in_by_demo_link(login, uow=uow)
        begin_session(actor, uow=uow)
    return make_response(redirect(target, code=303))
