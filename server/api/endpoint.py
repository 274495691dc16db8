"""What every endpoint of the API shares: who asks, in which unit of work, how a body is read. No endpoint logic."""

import io
import uuid
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request
from werkzeug.wsgi import get_input_stream

from schemas.json_text import read_json
from server import problems
from server.composition import xuntu
from server.domain.permissions import Actor
from server.services.enrolment import device_actor
from server.store.unit_of_work import UnitOfWork

BLOCK = 64 * 1024
BEARER = "Bearer "
GZIP_ONLY = zlib.MAX_WBITS | 16


def request_id() -> str:
    """One id a request, named in every answer, event and log line of it."""
    if "request_id" not in g:
        g.request_id = str(uuid.uuid4())
    return str(g.request_id)


def request_unit(*, read_only: bool = False) -> UnitOfWork:
    return xuntu().unit_of_work(origin=request_id(), read_only=read_only)


def bearer_token() -> str:
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER):
        raise problems.UNAUTHENTICATED()
    return header.removeprefix(BEARER)


def identify_device() -> None:
    """before_request of every blueprint for phones: no valid token, no further."""
    with request_unit(read_only=True) as uow:
        g.actor = device_actor(bearer_token(), uow=uow)


def current_actor() -> Actor:
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise problems.UNAUTHENTICATED()
    return actor


def for_actor(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view gets the signed-in actor and an open unit of work; the answer leaves after the commit."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with request_unit() as uow:
            return view(*args, actor=current_actor(), uow=uow, **kwargs)

    return wrapped


def for_reader(view: Callable[..., Any]) -> Callable[..., Any]:
    """As for_actor, for a view that writes nothing: it waits for no writer and holds none up."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with request_unit(read_only=True) as uow:
            return view(*args, actor=current_actor(), uow=uow, **kwargs)

    return wrapped


def for_anyone(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view gets a unit of work and no actor: enrolment, before there is one."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with request_unit() as uow:
            return view(*args, uow=uow, **kwargs)

    return wrapped


def inflate_body() -> None:
    """before_request of JSON endpoints: bound the body on the wire and inflated, so that webargs sees plain JSON."""
    limits = xuntu().settings.sync
    coding = request.headers.get("Content-Encoding", "identity").lower()
    if coding not in ("identity", "gzip"):
        raise problems.UNSUPPORTED_CODING(coding=coding)
    if request.method in ("GET", "HEAD"):
        return
    body = read_bounded(get_input_stream(request.environ), limits.push_bytes_on_wire)
    refuse_cut_body(request.content_length, len(body))
    if coding == "gzip":
        body = inflate(body, limits.push_bytes_inflated)
    request.environ["wsgi.input"] = io.BytesIO(body)
    request.environ["CONTENT_LENGTH"] = str(len(body))
    request.environ.pop("HTTP_TRANSFER_ENCODING", None)


def read_bounded(stream: Any, most: int) -> bytes:
    body = bytearray()
    while block := stream.read(BLOCK):
        body += block
        if len(body) > most:
            raise problems.TOO_LARGE(max_bytes=most, max_items=xuntu().settings.sync.push_items)
    return bytes(body)


def refuse_cut_body(announced: int | None, received: int) -> None:
    """A body cut on its way is no word of the phone's, though the server's stream ends like that of a whole one."""
    if announced is not None and received < announced:
        raise problems.CUT_SHORT(received=received, announced=announced)


def inflate(body: bytes, most: int) -> bytes:
    """Inflate a whole gzip body of one member, never beyond the bound; damaged or trailing data is refused."""
    inflater = zlib.decompressobj(wbits=GZIP_ONLY)
    try:
        inflated = inflater.decompress(body, most + 1)
    except zlib.error as error:
        raise problems.MALFORMED(reason="the gzip body is damaged") from error
    if len(inflated) > most:
        raise problems.TOO_LARGE(max_bytes=most, max_items=xuntu().settings.sync.push_items)
    if not inflater.eof or inflater.unused_data:
        raise problems.MALFORMED(reason="the gzip body is cut or has trailing data")
    return inflated


def plain_json(view: Callable[..., Any]) -> Callable[..., Any]:
    """Before webargs parses the body: refuse what is no JSON or doubtful, which its own parser lets through or fails at."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            doubts = read_json(request.get_data().decode("utf-8")).doubts
        except ValueError as error:
            raise problems.MALFORMED(reason=str(error)) from error
        if doubts:
            raise problems.MALFORMED(reason="; ".join(doubts))
        return view(*args, **kwargs)

    return wrapped
