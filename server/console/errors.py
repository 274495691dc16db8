"""A failure as a page: what happened, what is safe, what to do. Refuses to show anything a Problem does not say itself."""

from flask import Response, make_response, redirect, request, url_for

from server import problems
from server.console.rendering import page
from server.problems import Problem

SAFE_TO_REPEAT = ("stale-version", "csrf-failed", "too-many-requests", "unavailable", "invalid")


def render_problem(problem: Problem) -> Response | None:
    """The page of a problem; the sign-in page for somebody unknown; None where a script asked and wants JSON."""
    if request.path.endswith(".json"):
        return None
    if problem.kind is problems.UNAUTHENTICATED:
        return to_sign_in()
    response = page("problem.html", problem.kind.status, problem=problem)
    if request.headers.get("HX-Request") == "true":
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def to_sign_in() -> Response:
    """Ask who it is, and come back to the page that was asked for; a form's address is not a page."""
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    address = url_for("console_sign_in.sign_in", next=target)
    if request.headers.get("HX-Request") == "true":
        response = make_response("", 204)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, code=303))
