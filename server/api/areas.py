"""Area packages for phones (protocol section 5): one file by its digest, whole or in ranges. Makes no package itself."""

from flask import Blueprint, Response, send_file

from server.api.endpoint import current_actor, identify_device, request_unit
from server.services.packages import area_package

GZIP = "application/gzip"

areas = Blueprint("areas", __name__, url_prefix="/sync/v1/areas")
areas.before_request(identify_device)


@areas.get("/<area>/package")
def package(area: str) -> Response:
    """The area's parcels, layers, duties, open matters and the law to ask by, as gzip of NDJSON."""
    with request_unit(read_only=True) as uow:
        found = area_package(area, actor=current_actor(), uow=uow)
    response = send_file(found.path, mimetype=GZIP, etag=found.digest, conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    del response.headers["Content-Disposition"]
    return response
