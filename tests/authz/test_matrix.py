"""Every cell of server/authz.toml, asked of the running application. A cell fails for a wrong answer and for a foreign word."""

from typing import TYPE_CHECKING

import pytest

from tests.authz.asking import SEEN, SIGN_IN, STALE, Caller, Callers, content_of, request_for, shows
from tests.authz.declared import Cell, cells
from tests.authz.places import PLACES, traces

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

ENDS_THE_SESSION = "POST /console/sign-out"


def outcome(cell: Cell, answer: "TestResponse") -> str:
    """What became of it, in the words of the matrix."""
    status = answer.status_code
    location = answer.headers.get("Location", "")
    if status in (302, 303) and location.partition("?")[0] == SIGN_IN:
        return "sign-in"
    if status in (401, 403, 404):
        return str(status)
    if status >= 500 or status == 429:
        return f"broken: {status}"
    reads = cell.about is not None and (cell.route.startswith(("GET ", "HEAD ")) or cell.route.endswith("/receipts"))
    if reads and not shows(cell.route, cell.about or "", PLACES[cell.relation], answer):
        return "blind"
    return "allow"


def let_out(caller: Caller, asked: str, content: bytes) -> dict[str, list[str]]:
    """What the answer says of places that the caller may not see."""
    hidden = {relation: traces(PLACES[relation], content, except_for=asked) for relation in PLACES.keys() - caller.sees}
    return {relation: found for relation, found in hidden.items() if found}


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: cell.name)
def test_a_cell_is_as_declared(cell: Cell, find_caller: Callers) -> None:
    caller = find_caller(cell.principal)
    request = request_for(cell.route, PLACES[cell.relation], seen=STALE if cell.expected == "allow" else SEEN)
    answer = caller.ask(request)
    if cell.route == ENDS_THE_SESSION:
        find_caller.forget()
    assert outcome(cell, answer) == cell.expected, answer.get_data()[:2000].decode("utf-8", "replace")
    assert let_out(caller, f"{request.address} {request.json}", content_of(answer)) == {}
