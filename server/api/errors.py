"""One shape for every failure (RFC 9457), whoever raised it. Prints no stack trace to a client; loses none in the log."""

import json

import structlog
from flask import Flask, Response, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from server import problems
from server.api.endpoint import request_id, request_unit
from server.domain.permissions import Actor
from server.problems import Kind, Problem
from server.store.failures import DatabaseFailure, is_temporary

log = structlog.get_logger()
PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = 5
AUDITED = frozenset({"forbidden", "not-found", "device-revoked", "token-expired"})

BY_STATUS: dict[int, Kind] = {404: problems.NOT_FOUND, 413: problems.TOO_LARGE, 429: problems.TOO_MANY_REQUESTS}


def register_errors(app: Flask) -> None:
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(ValidationError, answer_validation)
    app.register_error_handler(DatabaseFailure, answer_database)
    app.register_error_handler(OSError, answer_storage)
    app.register_error_handler(Exception, answer_unexpected)


def answer_problem(problem: Problem) -> Response:
    """The problem as JSON; a refusal to somebody known is recorded in a transaction of its own."""
    if problem.kind.code in AUDITED and isinstance(g.get("actor"), Actor):
        record_refusal(problem, g.actor)
    log.info("request_refused", code=problem.kind.code, request_id=request_id(), path=request.path)
    body = json.dumps(problem.as_json(), ensure_ascii=False, default=str)
    response = Response(body, status=problem.kind.status, content_type=PROBLEM_JSON)
    if problem.kind.status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if problem.kind.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def record_refusal(problem: Problem, actor: Actor) -> None:
    with request_unit() as uow:
        facts = {"code": problem.kind.code, "method": request.method, "path": request.path[:200]}
        uow.record("access.refused", county=actor.county, aggregate=("user", actor.id), facts=facts, by=actor)


def answer_http(error: HTTPException) -> Response:
    """Errors of Flask, Werkzeug and webargs, translated into Problems."""
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=error.get_headers())
    if error.code == 405:
        response = answer_problem(problems.METHOD_NOT_ALLOWED(method=request.method))
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
        return response
    messages = getattr(error, "data", {}).get("messages") if isinstance(getattr(error, "data", None), dict) else None
    if error.code == 422 and messages is not None:
        return answer_problem(problems.INVALID(fields=messages.get("json", messages)))
    if error.code == 415:
        return answer_problem(problems.UNSUPPORTED_TYPE(content_type=request.content_type))
    kind = BY_STATUS.get(error.code or 500)
    if kind is not None:
        return answer_problem(kind())
    if error.code is not None and error.code < 500:
        return answer_problem(problems.MALFORMED(reason=error.description or error.name))
    return answer_unexpected(error)


def answer_validation(error: ValidationError) -> Response:
    return answer_problem(problems.INVALID(fields=error.messages))


def answer_database(error: DatabaseFailure) -> Response:
    """A lock, a full disk or a lost connection is temporary: the phone keeps everything and comes back."""
    log.error("database_failed", request_id=request_id(), error=str(error.orig), exc_info=error)
    if is_temporary(error):
        return answer_problem(problems.UNAVAILABLE(reason="the database cannot be written"))
    return answer_problem(problems.INTERNAL(request_id=request_id()))


def answer_storage(error: OSError) -> Response:
    log.error("storage_failed", request_id=request_id(), error=str(error), exc_info=error)
    return answer_problem(problems.UNAVAILABLE(reason="the photo storage cannot be written"))


def answer_unexpected(error: Exception) -> Response:
    log.error("request_failed", request_id=request_id(), path=request.path, exc_info=error)
    return answer_problem(problems.INTERNAL(request_id=request_id()))
