"""One shape for every failure (RFC 9457), whoever raised it. Prints no stack trace to a client; loses none in the log."""

import json

import structlog
from flask import Flask, Response, current_app, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from server import problems
from server.api.endpoint import request_id, request_unit
from server.domain.permissions import Actor
from server.problems import Kind, Problem
from server.services.readiness import temporary_failure

log = structlog.get_logger()
PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = 5
AUDITED = frozenset({"forbidden", "not-found", "device-revoked", "token-expired"})

BY_STATUS: dict[int, Kind] = {
    404: problems.NOT_FOUND,
    413: problems.TOO_LARGE,
    416: problems.RANGE_NOT_SATISFIABLE,
    429: problems.TOO_MANY_REQUESTS,
}


def register_errors(app: Flask) -> None:
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(ValidationError, answer_validation)
    app.register_error_handler(Exception, answer_unexpected)


def answer_problem(problem: Problem) -> Response:
    """The problem as JSON; a refusal to somebody known is recorded in a transaction of its own."""
    if problem.kind.code in AUDITED and isinstance(g.get("actor"), Actor):
        record_refusal(problem, g.actor)
    log.info("request_refused", code=problem.kind.code, request_id=request_id(), path=request.path)
    if (shown := problem_page(problem)) is not None:
        return shown
    body = json.dumps(problem.as_json(), ensure_ascii=False, default=str)
    response = Response(body, status=problem.kind.status, content_type=PROBLEM_JSON)
    if problem.kind.status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if problem.kind is problems.UPLOAD_OFFSET_MISMATCH:
        response.headers["Upload-Offset"] = str(problem.extras["offset"])
    if problem.kind.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_page(problem: Problem) -> Response | None:
    """The page that an edge for people registered for its addresses; None where the one JSON shape is wanted."""
    for prefix, render in current_app.extensions.get("problem_pages", {}).items():
        if request.path.startswith(prefix):
            page: Response | None = render(problem)
            return page
    return None


def record_refusal(problem: Problem, actor: Actor) -> None:
    with request_unit() as uow:
        facts = {"code": problem.kind.code, "method": request.method, "path": request.path[:200]}
        uow.record("access.refused", county=actor.county, aggregate=("user", actor.id), facts=facts, by=actor)


def answer_http(error: HTTPException) -> Response:
    """Errors of Flask, Werkzeug and webargs, translated into Problems."""
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=dict(error.get_response(request.environ).headers))
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


def answer_unexpected(error: Exception) -> Response:
    """A lock, a full disk or a lost connection is temporary: the phone keeps everything and comes back. The rest is ours."""
    temporary = temporary_failure(error)
    event = "request_failed" if temporary is None else "storage_failed"
    log.error(event, request_id=request_id(), path=request.path, error=str(error), exc_info=error)
    return answer_problem(temporary or problems.INTERNAL(request_id=request_id()))
