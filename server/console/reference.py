"""/docs: the API as people read it, drawn from the generated OpenAPI description. Refuses to say more than that file does."""

from typing import Any

from flask import Blueprint, Response, current_app

from server.console.rendering import choose_language, page

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

reference = Blueprint("api_reference", __name__, template_folder="templates")
reference.before_request(choose_language)


@reference.get("/docs")
def docs() -> Response:
    """Every path with its methods, and every schema with its fields; open to anyone, as /openapi.json is."""
    spec = described()
    return page("docs.html", spec=spec, operations=operations_of(spec))


def described() -> dict[str, Any]:
    """The OpenAPI description that /openapi.json serves."""
    view = current_app.view_functions["api-docs.openapi_json"]
    response = current_app.ensure_sync(view)()
    found: dict[str, Any] = response.get_json()
    return found


def operations_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Each method of each path with its words, bodies and answers, in the order of the file."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary") or operation.get("description", ""),
            "body": schema_name(operation.get("requestBody", {})),
            "answers": {code: schema_name(answer) for code, answer in operation.get("responses", {}).items()},
        }
        for path, methods in spec.get("paths", {}).items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def schema_name(part: dict[str, Any]) -> str:
    """The name of the schema a body or answer refers to; empty where there is none."""
    for content in part.get("content", {}).values():
        return str(content.get("schema", {}).get("$ref", "")).rsplit("/", 1)[-1]
    return ""
