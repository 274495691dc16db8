"""/openapi.json is a valid description of exactly the routes that phones and machines use, with examples that are messages."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from schemas import pull as pull_wire
from schemas import push as push_wire
from schemas import sync as wire
from server.api.openapi import PROBLEM_JSON, PUBLIC, WRITTEN
from server.api.openapi_examples import ANSWERS, BODIES

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

DESCRIBED = ("/sync/", "/healthz", "/readyz")
METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}
REQUESTS = {"enrol": wire.EnrolSchema, "push": push_wire.PushEnvelopeSchema, "receipts": wire.ReceiptsAskedSchema}
ANSWERED = {
    "enrol": wire.EnrolledSchema,
    "session": wire.SessionSchema,
    "push": wire.PushedSchema,
    "pull": pull_wire.PulledSchema,
    "receipts": wire.ReceiptsSchema,
}


@pytest.fixture
def spec(client: "FlaskClient") -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def operations(spec: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation by method and path."""
    found = {}
    for path, item in spec["paths"].items():
        found |= {(method, path): operation for method, operation in item.items() if method in METHODS}
    return found


def routes(app: "Flask") -> set[tuple[str, str]]:
    """Method and path of what was written to answer a machine; what Flask adds by itself is left out."""
    found = set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(DESCRIBED):
            continue
        every = rule.methods or set()
        own = every - {"HEAD", "OPTIONS"} or (every - {"OPTIONS"} or every)
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        found |= {(method.lower(), path) for method in own}
    return found


def test_the_description_is_valid_openapi(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    validate(spec)


def test_exactly_the_routes_of_machines_are_described(app: "Flask", spec: dict[str, Any]) -> None:
    assert routes(app)
    assert set(operations(spec)) == routes(app)


def test_what_is_written_by_hand_is_about_routes_that_exist(app: "Flask") -> None:
    assert WRITTEN.keys() - app.view_functions.keys() == set()


def test_every_operation_explains_itself_and_can_fail_in_one_shape_only(spec: dict[str, Any]) -> None:
    assert len(spec["info"]["description"]) > 200
    for place, operation in operations(spec).items():
        assert operation["summary"].endswith("."), place
        assert operation["tags"], place
        assert "default" in operation["responses"], place
    ids = [operation["operationId"] for operation in operations(spec).values()]
    assert len(ids) == len(set(ids))
    for response in spec["components"]["responses"].values():
        assert response["content"].keys() == {PROBLEM_JSON}
        assert response["content"][PROBLEM_JSON]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_description_says_truly_who_must_sign_in(spec: dict[str, Any], client: "FlaskClient") -> None:
    for (method, path), operation in operations(spec).items():
        address = re.sub(r"\{[^}]+\}", "00000000-0000-4000-8000-000000000000", path)
        answer = client.open(address, method=method.upper())
        is_public = operation["operationId"].rpartition(".")[2] in PUBLIC
        assert operation["security"] == ([] if is_public else [{"device": []}]), (method, path)
        assert (answer.status_code == 401) is not is_public, (method, path, answer.status)
    assert spec["components"]["securitySchemes"]["device"]["scheme"] == "bearer"


@pytest.mark.parametrize("name", REQUESTS)
def test_the_example_of_a_request_is_one(name: str) -> None:
    assert REQUESTS[name]().load(BODIES[name])


@pytest.mark.parametrize("name", ANSWERED)
def test_the_example_of_an_answer_is_one(name: str) -> None:
    assert ANSWERED[name]().load(ANSWERS[name])


def test_every_json_operation_has_its_examples(spec: dict[str, Any]) -> None:
    by_name = {operation["operationId"].rpartition(".")[2]: operation for operation in operations(spec).values()}
    assert BODIES.keys() == REQUESTS.keys()
    for name, body in BODIES.items():
        assert by_name[name]["requestBody"]["content"]["application/json"]["example"] == body
    for name, body in ANSWERS.items():
        good = next(each for status, each in by_name[name]["responses"].items() if status.startswith("2"))
        assert good["content"]["application/json"]["example"] == body
