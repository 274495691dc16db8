"""The sync protocol's JSON endpoints (sections 2 and 3). Each is a sentence: schema in, one service call, schema out."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from schemas import sync as wire
from schemas.json_text import slices_of_member
from schemas.manifest import read_item
from schemas.push import PushEnvelopeSchema, read_envelope
from server import problems
from server.api.endpoint import for_actor, for_anyone, identify_device, inflate_body
from server.composition import xuntu
from server.domain.envelope import PushedItem
from server.domain.permissions import Actor
from server.services.enrolment import Enrolment, enrol_device, open_session
from server.services.push import receive_push
from server.services.receipts import look_up_receipts
from server.store.unit_of_work import UnitOfWork

enrolment = Blueprint("enrolment", __name__, url_prefix="/sync/v1", description="Enrolling a phone (protocol section 2)")
enrolment.before_request(inflate_body)

sync = Blueprint("sync", __name__, url_prefix="/sync/v1", description="Session, push and receipts (protocol section 3)")
sync.before_request(identify_device)
sync.before_request(inflate_body)


@enrolment.post("/devices")
@enrolment.arguments(wire.EnrolSchema)
@enrolment.response(201, wire.EnrolledSchema)
@for_anyone
def enrol(body: dict[str, Any], *, uow: UnitOfWork) -> dict[str, Any]:
    """Trade an enrolment code for a device id and a token."""
    return enrol_device(Enrolment(**body), uow=uow)


@sync.get("/session")
@sync.response(200, wire.SessionSchema)
@for_actor
def session(*, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """Who this phone is, where, and under which limits, keys and epoch."""
    return open_session(actor=actor, uow=uow)


@sync.post("/push")
@sync.doc(requestBody={"required": True, "content": {"application/json": {"schema": PushEnvelopeSchema}}})
@sync.response(200, wire.PushedSchema)
@for_actor
def push(*, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """Deliver manifests; one outcome and one signed receipt an item."""
    envelope, items = read_push()
    return {"results": receive_push(items, unsent=envelope.get("unsent"), actor=actor, uow=uow), "server_time": uow.now}


def read_push() -> tuple[dict[str, Any], list[PushedItem]]:
    """The push body, its items as the exact slices that stood in it. Raises MALFORMED, TOO_LARGE; judges nothing."""
    limits = xuntu().settings.sync
    try:
        text = request.get_data().decode("utf-8")
        slices = slices_of_member(text, "items")
        envelope = read_envelope(text)
    except (ValueError, RecursionError) as error:
        raise problems.MALFORMED(reason=str(error)) from error
    if len(slices) > limits.push_items:
        raise problems.TOO_LARGE(max_bytes=limits.push_bytes_on_wire, max_items=limits.push_items)
    return envelope, [PushedItem(**vars(read_item(raw, item))) for raw, item in slices]


@sync.post("/receipts")
@sync.arguments(wire.ReceiptsAskedSchema)
@sync.response(200, wire.ReceiptsSchema)
@for_actor
def receipts(body: dict[str, Any], *, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """The newest receipts of this epoch for own reports."""
    return {"receipts": look_up_receipts(body["reports"], actor=actor, uow=uow)}
