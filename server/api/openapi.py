"""How the API describes itself at /openapi.json: what flask-smorest cannot know of it. Refuses to describe the console's pages.

Operations of the JSON endpoints come from their schemas; those of the tus files and of health are written here, because
headers and bytes have no schema. A test compares the result with the routes that really answer.
"""

from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final

from apispec import BasePlugin
from flask import Flask
from flask_smorest import Api
from werkzeug.routing import Rule

from server.api.openapi_examples import ANSWERS, BODIES
from server.problems import NOT_FOUND, REGISTRY

Operation = dict[str, Any]

PROBLEM_JSON: Final = "application/problem+json"
JSON: Final = "application/json"
CHUNK: Final = "application/offset+octet-stream"
BEARER: Final = "device"
PUBLIC: Final = frozenset({"enrol", "discover", "healthz", "readyz"})
"""Operations that need no token, by the last part of their id."""

DESCRIPTION: Final = """\
The API of Xuntu 巡土 for phones and machines. Whatever follows it can be a phone; `docs/protocol.md` is the whole agreement.

* Phones sign in with `Authorization: Bearer <device token>`; enrolling trades a one-time code for that token.
* Every answer carries `X-Request-Id`; those below `/sync/` carry `Server-Epoch`, which changes when a backup was restored.
* Every failure is `application/problem+json` (RFC 9457) with a permanent `code`, and `retry` says whether to come again.
* What is signed is the exact text sent, never a re-serialisation. A phone deletes nothing before it has verified a receipt.
* Times are RFC 3339 with an offset, positions lon, lat in degrees, digests `sha256:<64 lowercase hex>`.
"""

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. Details of a problem stand beside these as members of their own; docs/problems.md lists all codes.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(REGISTRY)},
        "retry": {"type": "string", "enum": ["never", "later", "after-change"]},
    },
    "required": ["type", "title", "status", "detail", "code", "retry"],
}
STATUS: Final = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
HEALTH_TAG: Final = {"name": "health", "description": "Whether this process is alive and can do its work"}
AREAS_TAG: Final = {"name": "areas", "description": "What a phone carries of its area (protocol section 5)"}
FILES_TAG: Final = {"name": "files", "description": "Photos by tus 1.0.0 (protocol section 4)"}


def text_header(description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "schema": schema or {"type": "string"}}


def asked(name: str, description: str, schema: dict[str, Any] | None = None, *, required: bool = False) -> dict[str, Any]:
    """A header that a request carries."""
    return {"in": "header", "name": name, "required": required, **text_header(description, schema)}


WHOLE: Final = {"type": "integer", "minimum": 0}
TUS_ASKED: Final = asked("Tus-Resumable", "The tus version spoken", {"type": "string", "enum": ["1.0.0"]}, required=True)
CHECKSUM: Final = asked("Upload-Checksum", "`sha256` or `sha1`, a space, the base64 of this chunk's digest")
OFFSET: Final = {"Upload-Offset": text_header("Bytes the server holds durably", WHOLE)}
STANDING: Final = {**OFFSET, "Upload-Expires": text_header("When an unfinished upload ends")}
PACKAGE: Final = {"content": {"application/gzip": {"schema": {"type": "string", "contentMediaType": "application/x-ndjson"}}}}
TAGGED: Final = {"ETag": text_header("The digest of the whole file, in quotes"), "Accept-Ranges": text_header("`bytes`")}
BYTES: Final = {"content": {CHUNK: {"schema": {"type": "string", "contentMediaType": CHUNK}}}}

WRITTEN: Final[dict[str, Operation]] = {
    "areas.package": {
        "tags": ["areas"],
        "parameters": [
            {"in": "path", "name": "area", "required": True, "schema": {"type": "string"}, "description": "6 or 9 digits"},
            asked("Range", "The bytes still wanted"),
            asked("If-Range", "The digest of the file that the range is of; another file comes whole"),
            asked("If-None-Match", "The digest of the file one has"),
        ],
        "responses": {
            "200": {"description": "The whole file", "headers": TAGGED, **PACKAGE},
            "206": {"description": "The range asked for", "headers": TAGGED, **PACKAGE},
            "304": {"description": "Nothing has changed"},
        },
    },
    "files.create": {
        "tags": ["files"],
        "parameters": [
            TUS_ASKED,
            asked("Upload-Length", "Bytes of the whole file", WHOLE, required=True),
            asked(
                "Upload-Metadata",
                "`digest` (required), `filetype`, `report_id`, `rev`, each followed by its base64",
                required=True,
            ),
            CHECKSUM,
        ],
        "requestBody": {"required": False, "description": "The first bytes, if any are sent along", **BYTES},
        "responses": {"201": {"description": "Begun", "headers": {**STANDING, "Location": text_header("The upload")}}},
    },
    "files.head": {
        "tags": ["files"],
        "parameters": [TUS_ASKED],
        "responses": {
            "200": {
                "description": "Where it stands",
                "headers": {**STANDING, "Upload-Length": text_header("Bytes in all", WHOLE)},
            }
        },
    },
    "files.patch": {
        "tags": ["files"],
        "parameters": [
            TUS_ASKED,
            asked("Upload-Offset", "Where this chunk begins", WHOLE, required=True),
            CHECKSUM,
        ],
        "requestBody": {"required": True, **BYTES},
        "responses": {"204": {"description": "Appended and durable", "headers": STANDING}},
    },
    "capabilities.discover": {
        "tags": ["files"],
        "responses": {"204": {"description": "tus versions, extensions, checksum algorithms and the largest size, as headers"}},
    },
    "health.healthz": {"tags": ["health"], "responses": {"200": {"description": "Alive", "content": {JSON: {"schema": STATUS}}}}},
    "health.readyz": {"tags": ["health"], "responses": {"200": {"description": "Ready", "content": {JSON: {"schema": STATUS}}}}},
}
"""What has no schema, by endpoint. The summary is the first sentence of the view's docstring."""


class Completed(BasePlugin):
    """Gives every operation its id, its examples, who may call it, and the one shape of failure."""

    def operation_helper(self, path: str | None = None, operations: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Complete the operations of one path in place; apispec calls this for each path it is told of."""
        for operation in (operations or {}).values():
            operation["operationId"] = kwargs["rule"].endpoint
            complete(operation)


def complete(operation: Operation) -> None:
    """Security, the default failure and examples. An operation's id is the endpoint that answers it."""
    last = operation["operationId"].rpartition(".")[2]
    operation["security"] = [] if last in PUBLIC else [{BEARER: []}]
    operation["responses"].setdefault("default", "DEFAULT_ERROR")
    if last in BODIES:
        operation["requestBody"]["content"][JSON]["example"] = BODIES[last]
    if last in ANSWERS:
        for status, response in operation["responses"].items():
            if str(status).startswith("2"):
                response["content"][JSON]["example"] = ANSWERS[last]


class ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest without its own error shape: server.api.errors answers everything in one."""

    def _register_error_handlers(self, *_: Any, **__: Any) -> None:
        """The one error shape is registered by `register_errors`."""

    def _register_responses(self) -> None:
        """Every failure, by whatever status, is a problem document."""
        self.spec.components.schema("Problem", PROBLEM)
        shape = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": NOT_FOUND().as_json()}
        for status in HTTPStatus:
            if status >= HTTPStatus.BAD_REQUEST:
                response = {"description": status.phrase, "content": {PROBLEM_JSON: shape}}
                self.spec.components.response(status.name, response, lazy=True)
        failure = {"description": "Any failure: `code` says which", "content": {PROBLEM_JSON: shape}}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, failure)

    def _register_pagination_header(self) -> None:
        """Nothing here comes in numbered pages."""


def described_api(app: Flask) -> ProblemApi:
    """The API of this application, ready for its blueprints."""
    app.config.update(
        API_TITLE="Xuntu",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    licence = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    api = ProblemApi(app, spec_kwargs={"extra_plugins": [Completed()], "info": {"description": DESCRIPTION, "license": licence}})
    token = {"type": "http", "scheme": "bearer", "description": "The token a phone got when it enrolled"}
    api.spec.components.security_scheme(BEARER, token)
    return api


def describe_written(app: Flask, api: ProblemApi) -> None:
    """Add the operations that no schema describes, for those of their endpoints that this application answers."""
    for tag in (AREAS_TAG, FILES_TAG, HEALTH_TAG):
        api.spec.tag(tag)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in WRITTEN:
            api.spec.path(operations=written_operations(app, rule), rule=rule)


def written_operations(app: Flask, rule: Rule) -> dict[str, Operation]:
    written = WRITTEN[rule.endpoint]
    told = (app.view_functions[rule.endpoint].__doc__ or "").partition("\n")[0]
    return {method: {**deepcopy(written), "summary": told} for method in methods_of(rule)}


def methods_of(rule: Rule) -> list[str]:
    """The methods a route was written for, in small letters: those Flask answers by itself count only when nothing else does."""
    every = rule.methods or set()
    own = every - {"HEAD", "OPTIONS"} or every - ({"OPTIONS"} if len(every) > 1 else set())
    return sorted(method.lower() for method in own)
