"""Every refusal a machine gets is a problem document of the one shape, whoever refused: Flask, the blueprint or a service."""

import uuid
from typing import TYPE_CHECKING

import pytest

from server.problems import REGISTRY

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

MEMBERS = {"type", "title", "status", "detail", "code", "retry"}
SOME_ID = uuid.UUID("00000000-0000-4000-8000-000000000000")


def routes_of_machines(app: "Flask") -> list[tuple[str, str]]:
    """Method and address of every route that phones and machines use, with a value in each place that needs one."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/sync/"):
            address = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, SOME_ID))
            found += [(method, address) for method in sorted(rule.methods or set()) if method not in {"HEAD", "OPTIONS"}]
    return found


def assert_problem(answer: "TestResponse") -> None:
    assert answer.mimetype == "application/problem+json", answer.data[:200]
    body = answer.get_json(force=True)
    assert body.keys() >= MEMBERS
    assert body["status"] == answer.status_code
    assert body["retry"] == REGISTRY[body["code"]].retry


def test_an_unknown_address_is_a_problem(client: "FlaskClient") -> None:
    answer = client.get("/sync/v1/there-is-no-such-thing")
    assert answer.status_code == 404
    assert_problem(answer)


def test_a_wrong_method_is_a_problem_everywhere(app: "Flask", client: "FlaskClient") -> None:
    addresses = {address for _, address in routes_of_machines(app)}
    assert addresses
    for address in addresses:
        answer = client.delete(address)
        assert answer.status_code in {401, 404, 405}, f"DELETE {address}: {answer.status}"
        assert_problem(answer)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b'{"items": 5}', b"{" * 10_000])
def test_a_stranger_with_any_body_gets_a_problem(app: "Flask", client: "FlaskClient", body: bytes) -> None:
    for method, address in routes_of_machines(app):
        answer = client.open(address, method=method, data=body, content_type="application/json")
        if answer.status_code >= 400:
            assert_problem(answer)
        assert answer.status_code < 500, f"{method} {address}: {answer.status}"
