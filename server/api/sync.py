"""The sync protocol's JSON endpoints (sections 2 and 3). Each is a sentence: schema in, one service call, schema out."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from schemas import sync as wire
from schemas.json_text import TooManyError
from schemas.manifest import read_item
from schemas.push import PushEnvelopeSchema, read_push_body
from server import problems
from server.api.endpoint import (
    current_actor,
    for_actor,
    for_anyone,
    for_reader,
    identify_device,
    inflate_body,
    plain_json,
    request_unit,
)
from server.composition import xuntu
from server.domain.envelope import PushedItem
from server.domain.permissions import Actor
from server.services.enrolment import Enrolment, enrol_device, open_session
from server.services.push import keep_unreadable, receive_push
from server.services.receipts import look_up_receipts
from server.store.unit_of_work import UnitOfWork

enrolment = Blueprint("enrolment", __name__, url_prefix="/sync/v1", description="Enrolling a phone (protocol section 2)")
enrolment.before_request(inflate_body)

sync = Blueprint("sync", __name__, url_prefix="/sync/v1", description="Session, push and receipts (protocol section 3)")
sync.before_request(identify_device)
sync.before_request(inflate_body)


@enrolment.post("/devices")
@plain_json
@enrolment.arguments(wire.EnrolSchema)
@enrolment.response(201, wire.EnrolledSchema)
@for_anyone
def enrol(body: dict[str, Any], *, uow: UnitOfWork) -> dict[str, Any]:
    """Trade an enrolment code for a device id and a token."""
    return enrol_device(Enrolment(**body), uow=uow)


@sync.get("/session")
@sync.response(200, wire.SessionSchema)
@for_reader
def session(*, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """Who this phone is, where, and under which limits, keys and epoch."""
    return open_session(actor=actor, uow=uow)


@sync.post("/push")
@sync.doc(requestBody={"required": True, "content": {"application/json": {"schema": PushEnvelopeSchema}}})
@sync.response(200, wire.PushedSchema)
def push() -> dict[str, Any]:
    """Deliver manifests; one outcome and one signed receipt an item. The body is read before the transaction begins."""
    envelope, items = read_push()
    with request_unit() as uow:
        results = receive_push(items, unsent=envelope.get("unsent"), actor=current_actor(), uow=uow)
    return {"results": results, "server_time": uow.now}


def read_push() -> tuple[dict[str, Any], list[PushedItem]]:
    """The push body, its items as the exact slices that stood in it. Raises MALFORMED, TOO_LARGE; judges nothing."""
    limits = xuntu().settings.sync
    body = request.get_data()
    try:
        envelope, slices = read_push_body(body.decode("utf-8"), most=limits.push_items)
    except TooManyError as error:
        raise problems.TOO_LARGE(max_bytes=limits.push_bytes_on_wire, max_items=limits.push_items) from error
    except ValueError as error:
        problem = problems.MALFORMED(reason=str(error))
        with request_unit() as uow:
            keep_unreadable(body, problem, actor=current_actor(), uow=uow)
        raise problem from error
    return envelope, [PushedItem(**vars(read_item(each.text, each.value))) for each in slices]


@sync.post("/receipts")
@plain_json
@sync.arguments(wire.ReceiptsAskedSchema)
@sync.response(200, wire.ReceiptsSchema)
@for_actor
def receipts(body: dict[str, Any], *, actor: Actor, uow: UnitOfWork) -> dict[str, Any]:
    """The newest receipts of this epoch for own reports."""
    return {"receipts": look_up_receipts(body["reports"], actor=actor, uow=uow)}
