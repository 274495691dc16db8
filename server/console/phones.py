"""The page of inspectors' phones: codes that join them, what each still holds, the end of a lost one. Shows a code once only."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, g, request, url_for

from server.console.rendering import acted, choose_language, form_text, page, take_done
from server.console.security import asked_from_here, check_csrf
from server.console.sessions import console_unit, current_officer, identify_officer
from server.domain.permissions import Actor
from server.problems import Problem
from server.services.devices import list_phones, revoke_device
from server.services.enrolment import issue_code_to
from server.store.unit_of_work import UnitOfWork

QUIET_MODULES = 4
"""The margin around a QR code that its standard asks for, in modules."""

phones = Blueprint("console_phones", __name__, url_prefix="/console/phones")
phones.before_request(choose_language)
phones.before_request(identify_officer)
phones.before_request(check_csrf)


@phones.get("")
def overview() -> Response:
    """Every inspector of the region with their phones."""
    return shown()


def shown(*, problem: Problem | None = None, issued: dict[str, Any] | None = None, device_id: UUID | None = None) -> Response:
    """The page; with the problem that kept `device_id` from being revoked, or with a code that was just issued."""
    with console_unit(read_only=True) as uow:
        g.today = uow.today
        holders, now = list_phones(actor=current_officer(), uow=uow), uow.now
    status = 200 if problem is None else problem.kind.status
    failed = {"problem": problem, "failed": str(device_id or ""), "typed": request.form if problem is not None else {}}
    return page("phones.html", status, holders=holders, now=now, issued=issued, done=take_done(), **failed)


@phones.post("/<uuid:inspector_id>/code")
def issue(inspector_id: UUID) -> Response:
    """A code for one phone, in the answer to this form and nowhere else: no later page can show it again."""
    with console_unit() as uow:
        issued = issue_code_to(str(inspector_id), actor=current_officer(), uow=uow)
    link = url_for("phone.front", _external=True, _anchor=f"enrol={issued['code']}")
    # The picture is black on white in a dark page too: many cameras read no inverted code.
    drawn = segno.make(link, error="m", micro=False).svg_inline(border=QUIET_MODULES, dark="#000", light="#fff", omitsize=True)
    until = datetime.fromisoformat(issued["expires_at"])
    said = {"name": issued["name"], "code": issued["code"], "until": until, "link": link, "drawn": drawn}
    return shown(issued=said | {"usable": request.is_secure or asked_from_here()})


@phones.post("/devices/<uuid:device_id>/revoke")
@acted(shown, done="done.revoked")
def revoke(device_id: UUID, *, actor: Actor, uow: UnitOfWork) -> str:
    """停用一部手机."""
    revoke_device(str(device_id), form_text("reason"), actor=actor, uow=uow)
    return url_for("console_phones.overview")
