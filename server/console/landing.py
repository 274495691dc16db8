"""The front door: the bare address leads to the console, and a role without a queue is told where its work is. Shows no data."""

from typing import Final

from flask import Blueprint, Response, make_response, redirect, url_for

from server.console.rendering import page
from server.domain.permissions import Action, Actor

COMMANDS: Final = (
    ("users list", "admin.users_list"),
    ("users add --login L --name N --role R --region CODE", "admin.users_add"),
    ("crews add --name N --region CODE", "admin.crews_add"),
    ("users move LOGIN --crew N", "admin.users_move"),
    ("users reset LOGIN", "admin.users_reset"),
    ("devices code --inspector LOGIN", "admin.devices_code"),
    ("devices revoke LOGIN --reason R", "admin.devices_revoke"),
    ("regions import FILE", "admin.regions_import"),
    ("parcels import FILE --region CODE", "admin.parcels_import"),
    ("layers import LAYER FILE --region CODE", "admin.layers_import"),
    ("duties import FILE --region CODE", "admin.duties_import"),
)
"""What an administrator does, as docs/commands.md describes it, each with the key of its words."""

landing = Blueprint("console_landing", __name__)


@landing.get("/")
def front() -> Response:
    """The bare address."""
    return make_response(redirect(url_for("console.queue"), code=303))


def works_elsewhere(actor: Actor) -> bool:
    """Whether this role's work is the server's command line: it keeps people and phones, and has no queue."""
    return actor.may(Action.USER_MANAGE, on=actor.region) and not actor.may(Action.QUEUE_VIEW, on=actor.region)


def administration() -> Response:
    """What an administrator finds where others find the queue."""
    return page("admin.html", commands=COMMANDS)
