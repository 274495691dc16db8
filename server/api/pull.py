"""The feed of changes (protocol section 5). One sentence: the query in, one service call, the changes out."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE

from schemas.pull import PullAskedSchema, PulledSchema
from server.api.endpoint import for_reader, identify_device
from server.domain.permissions import Actor
from server.services.pull import pull_changes
from server.store.unit_of_work import UnitOfWork

feed = Blueprint("feed", __name__, url_prefix="/sync/v1", description="What became of things, for phones (protocol section 5)")
feed.before_request(identify_device)


@feed.get("/pull")
@feed.arguments(PullAskedSchema, location="query", unknown=RAISE)
@feed.response(200, PulledSchema)
@for_reader
def pull(asked: dict[str, Any], *, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """Changes of this phone's scope after a cursor; without one, a snapshot of it."""
    return pull_changes(asked.get("cursor"), asked["limit"], actor=actor, uow=uow)
