"""The officers' pages: queue, lead, case, report to place, and the acts on them. Refuses whoever has not signed in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, make_response, request, send_file

from server.console.landing import administration, works_elsewhere
from server.console.map_drawing import geojson_of
from server.console.rendering import acted, back_to, choose_language, form_day, form_text, form_whole, names, page, queue_address
from server.console.rendering import shown as shows
from server.console.security import check_csrf
from server.console.sessions import console_unit, current_officer, identify_officer
from server.domain.permissions import Actor
from server.listings.declaration import Asked, read_address
from server.listings.files import as_csv, as_geojson
from server.listings.queue import QUEUE, next_review, queue_file, queue_page, queue_shapes
from server.services.cases import open_case
from server.services.leads import dismiss_lead, route_out_lead, verify_lead
from server.services.map_views import MapShown
from server.services.matching import decide_match
from server.services.viewing import (
    PhotoFile,
    map_of_case,
    map_of_lead,
    map_of_review,
    view_case,
    view_lead,
    view_original,
    view_review,
    view_thumbnail,
)
from server.store.unit_of_work import UnitOfWork

THUMBNAIL_SECONDS = 300

pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
pages.before_request(choose_language)
pages.before_request(identify_officer)
pages.before_request(check_csrf)


def asked() -> Asked:
    return read_address(QUEUE, queue_address())


@pages.get("/")
def queue() -> Response:
    """Everything that waits, as the address asks for it; an administrator is told where that work is done."""
    if works_elsewhere(current_officer()):
        return administration()
    with console_unit(read_only=True) as uow:
        g.today = uow.today
        found = queue_page(asked(), names(), actor=current_officer(), uow=uow)
    response = page("queue.html", queue=found, listing=QUEUE)
    if request.headers.get("HX-Request") == "true":
        address = found.asked.address(page=found.asked.page)
        response.headers["HX-Push-Url"] = f"{request.path}?{address}" if address else request.path
    return response


@pages.get("/queue.csv")
def queue_csv() -> Response:
    """The rows of the address as a table."""
    with console_unit(read_only=True) as uow:
        rows, named = queue_file(asked(), names(), actor=current_officer(), uow=uow)
        day = uow.today.isoformat()
    response = make_response(as_csv(QUEUE, rows, named))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="queue-{day}.csv"'
    return response


@pages.get("/queue.geojson")
def queue_geojson() -> Response:
    """The rows of the page as features."""
    with console_unit(read_only=True) as uow:
        rows, named, shapes = queue_shapes(asked(), names(), actor=current_officer(), uow=uow)
    response = jsonify(as_geojson(QUEUE, rows, named, shapes))
    response.headers["Content-Type"] = "application/geo+json"
    return response


@pages.get("/leads/<uuid:lead_id>")
@shows("lead.html")
def lead(lead_id: UUID, *, actor: Actor, uow: UnitOfWork) -> Mapping[str, Any]:
    """One lead."""
    return {"shown": view_lead(str(lead_id), actor=actor, uow=uow)}


@pages.post("/leads/<uuid:lead_id>/verify")
@acted(lead, done="done.verified")
def verify(lead_id: UUID, *, actor: Actor, uow: UnitOfWork) -> str:
    """核查属实."""
    verify_lead(str(lead_id), form_text("conclusion"), seen_version=form_whole("version"), actor=actor, uow=uow)
    return back_to("console.lead", lead_id=lead_id)


@pages.post("/leads/<uuid:lead_id>/dismiss")
@acted(lead, done="done.dismissed")
def dismiss(lead_id: UUID, *, actor: Actor, uow: UnitOfWork) -> str:
    """不予立案."""
    dismiss_lead(str(lead_id), form_text("reason"), seen_version=form_whole("version"), actor=actor, uow=uow)
    return back_to("console.lead", lead_id=lead_id)


@pages.post("/leads/<uuid:lead_id>/route-out")
@acted(lead, done="done.routed_out")
def route_out(lead_id: UUID, *, actor: Actor, uow: UnitOfWork) -> str:
    """移送."""
    reason = form_text("transfer_reason")
    route_out_lead(str(lead_id), reason, seen_version=form_whole("version"), actor=actor, uow=uow)
    return back_to("console.lead", lead_id=lead_id)


@pages.post("/leads/<uuid:lead_id>/open-case")
@acted(lead, done="done.opened")
def open_a_case(lead_id: UUID, *, actor: Actor, uow: UnitOfWork) -> str:
    """立案."""
    case = open_case(
        str(lead_id),
        basis=form_text("basis"),
        decided_on=form_day("decided_on"),
        handler_id=form_text("handler_id", 36) or None,
        seen_version=form_whole("version"),
        actor=actor,
        uow=uow,
    )
    return back_to("console.case", case_id=case.id)


@pages.get("/cases/<uuid:case_id>")
@shows("case.html")
def case(case_id: UUID, *, actor: Actor, uow: UnitOfWork) -> Mapping[str, Any]:
    """One case."""
    return {"shown": view_case(str(case_id), actor=actor, uow=uow)}


@pages.get("/reviews/<uuid:report_id>")
@shows("review.html")
def review(report_id: UUID, *, actor: Actor, uow: UnitOfWork) -> Mapping[str, Any]:
    """A report whose parcel a person chooses."""
    return {"review": view_review(str(report_id), actor=actor, uow=uow)}


@pages.post("/reviews/<uuid:report_id>/decide")
@acted(review, done=lambda: "done.placed_none" if request.form.get("choice") == "none" else "done.placed")
def decide(report_id: UUID, *, actor: Actor, uow: UnitOfWork) -> str:
    """One key, one choice; on to the next report that waits."""
    decide_match(str(report_id), form_text("choice", 36), seq=form_whole("seq"), actor=actor, uow=uow)
    following = next_review(asked(), names(), actor=actor, uow=uow)
    return back_to("console.queue") if following is None else back_to("console.review", report_id=following.id)


@pages.get("/leads/<uuid:lead_id>/map.json")
def lead_map(lead_id: UUID) -> Response:
    """The lead's map for the browser."""
    with console_unit(read_only=True) as uow:
        return map_answer(map_of_lead(str(lead_id), actor=current_officer(), uow=uow))


@pages.get("/cases/<uuid:case_id>/map.json")
def case_map(case_id: UUID) -> Response:
    """The case's map for the browser."""
    with console_unit(read_only=True) as uow:
        return map_answer(map_of_case(str(case_id), actor=current_officer(), uow=uow))


@pages.get("/reviews/<uuid:report_id>/map.json")
def review_map(report_id: UUID) -> Response:
    """The map of the candidates for the browser."""
    with console_unit(read_only=True) as uow:
        return map_answer(map_of_review(str(report_id), actor=current_officer(), uow=uow))


def map_answer(shown: MapShown | None) -> Response:
    found = {"type": "FeatureCollection", "bbox": None, "features": []} if shown is None else geojson_of(shown)
    response = jsonify(found)
    response.headers["Content-Type"] = "application/geo+json"
    return response


@pages.get("/photos/<digest>/thumbnail")
def thumbnail(digest: str) -> Response:
    """A re-encoded small picture, shown inline."""
    with console_unit(read_only=True) as uow:
        photo = view_thumbnail(digest, actor=current_officer(), uow=uow)
    response = send_file(photo.path, mimetype=photo.media_type, etag=photo.name)
    response.headers["Cache-Control"] = f"private, max-age={THUMBNAIL_SECONDS}"
    return response


@pages.get("/photos/<digest>/original")
def original(digest: str) -> Response:
    """The bytes as the phone sent them: to be saved, never run or shown here."""
    with console_unit() as uow:
        photo = view_original(digest, actor=current_officer(), uow=uow)
    return attached(photo)


def attached(photo: PhotoFile) -> Response:
    response = send_file(photo.path, mimetype=photo.media_type, as_attachment=True, download_name=photo.name, etag=False)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
