"""How a caller asks a route about a thing of a place, and whether the answer holds it. Decides nothing about right or wrong."""

import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from server.keys.passwords import token_hash
from server.store.tables.organisation import Device, User
from tests.authz.declared import OF_A_TOWN, OFFICERS
from tests.authz.places import COUNTY, OWN, PLACES, Place
from tests.authz.seeding import photo_digest
from tests.builders import TUS, base64url

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PASSWORD = "a-password-of-these-tests"
SIGN_IN = "/console/sign-in"
CSRF = "csrf_token"
TOKENS = {"inspector": "token-inspector", "revoked_device": "token-revoked", "expired_token": "token-expired"}
SEEN, STALE = "1", "999"
"""The version of everything in the world, and one that nobody has seen."""

FORMS = {
    "POST /console/sign-in": {"login": "nobody-like-{principal}", "password": "wrong"},
    "POST /console/leads/<uuid:lead_id>/verify": {"conclusion": "x", "version": "{seen}"},
    "POST /console/leads/<uuid:lead_id>/dismiss": {"reason": "x", "version": "{seen}"},
    "POST /console/leads/<uuid:lead_id>/route-out": {"transfer_reason": "x", "version": "{seen}"},
    "POST /console/leads/<uuid:lead_id>/open-case": {"basis": "x", "decided_on": "2026-11-20", "version": "{seen}"},
    "POST /console/reviews/<uuid:report_id>/decide": {"choice": "none", "seq": "{seen}"},
    "POST /console/phones/<uuid:inspector_id>/code": {},
    "POST /console/phones/devices/<uuid:device_id>/revoke": {"reason": "{why}"},
}
"""Whole forms that would do what they say; where authorization lets them through `seen` is wrong and `why` is empty, so that
nothing changes. A code for a phone is issued: it stands in no later answer."""

ADDRESSES = {
    "GET /console/static/<path:filename>": "/console/static/console.css",
    "GET /console/demo/<token>": "/console/demo/x",
    "GET /phone/<path:name>": "/phone/vendor/idb/index.js",
}

# What an answer must hold to have shown the thing, by how the route ends or by what it is about.
SHOWN_BY_ROUTE = {"map.json": "featurename", "/thumbnail": "picturethumbnailreport", "/original": "picturereport"}
SHOWN_BY_THING = {
    "area": "parcelname",
    "lead": "note",
    "case": "basis",
    "review": "note",
    "upload": "uploadmetadata",
    "phones": "devicelabel",
    "task": "taskreason",
}
LISTS = ("GET /console/", "GET /console/queue.csv", "GET /console/queue.geojson")


@dataclass
class Caller:
    """One kind of caller with the client it asks through; `sees` are the places whose things it may be shown."""

    principal: str
    client: "FlaskClient"
    headers: dict[str, str]
    sees: frozenset[str]

    @property
    def address(self) -> str:
        """A network address of its own, so that limits on guessing count each caller apart."""
        number = int(hashlib.sha256(self.principal.encode()).hexdigest()[:4], 16)
        return f"127.1.{number // 256}.{number % 256}"

    def csrf(self) -> str:
        """The token of this session's forms."""
        self.client.get(SIGN_IN, environ_overrides={"REMOTE_ADDR": self.address})
        with self.client.session_transaction() as session:
            return str(session.get(CSRF, ""))

    def ask(self, request: "Request") -> "TestResponse":
        typed = {name: text.replace("{principal}", self.principal) for name, text in (request.form or {}).items()}
        form = None if request.form is None else {**typed, CSRF: self.csrf()}
        return self.client.open(
            request.address,
            method=request.method,
            buffered=True,
            headers={**self.headers, **request.headers},
            environ_overrides={"REMOTE_ADDR": self.address},
            json=request.json,
            data=form if request.content is None else request.content,
        )


@dataclass(frozen=True)
class Request:
    method: str
    address: str
    form: dict[str, str] | None = None
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def request_for(route: str, place: Place, *, seen: str = STALE) -> Request:
    """The request of a route about the thing of a place; `seen` is the version a form says it saw."""
    method, rule = route.split(" ", 1)
    address = ADDRESSES.get(route) or filled(rule, place)
    if rule.startswith("/sync/v1/files"):
        return tus_request(method, address)
    if route == "POST /sync/v1/devices":
        app = {"name": "tests", "version": "1"}
        return Request(method, address, json={"code": "x", "label": "x", "platform": "x", "app": app, "public_key": None})
    if route == "POST /sync/v1/push":
        return Request(method, address, json={"items": []})
    if route == "POST /sync/v1/receipts":
        return Request(method, address, json={"reports": [{"id": place.id("report"), "rev": 1}]})
    why = "" if seen == STALE else "x"
    form = {name: text.replace("{seen}", seen).replace("{why}", why) for name, text in FORMS.get(route, {}).items()}
    return Request(method, address, form=form if method == "POST" else None)


def filled(rule: str, place: Place) -> str:
    """The address with the place's own ids in it."""
    parts = {
        "<uuid:lead_id>": place.id("verified-lead" if rule.endswith("/open-case") else "lead"),
        "<uuid:case_id>": place.id("case"),
        "<uuid:report_id>": place.id("review"),
        "<uuid:upload_id>": place.id("upload"),
        "<uuid:inspector_id>": place.id("user"),
        "<uuid:device_id>": place.id("device"),
        "<digest>": photo_digest(place, "report"),
        "<area>": place.region,
    }
    for name, value in parts.items():
        rule = rule.replace(name, value)
    return rule


def tus_request(method: str, address: str) -> Request:
    if method == "POST":
        named = f"digest {base64url(b'sha256:' + b'0' * 64)}"
        return Request(method, address, headers={**TUS, "Upload-Length": "10", "Upload-Metadata": named})
    if method == "PATCH":
        chunk = {"Upload-Offset": "7", "Content-Type": "application/offset+octet-stream"}
        return Request(method, address, content=b"x", headers={**TUS, **chunk})
    return Request(method, address, headers=TUS)


def content_of(answer: "TestResponse") -> bytes:
    """Everything an answer says: its headers and its body, unpacked where it is a packed file."""
    body = answer.get_data()
    unpacked = gzip.decompress(body) if answer.mimetype == "application/gzip" else body
    return str(answer.headers).encode() + unpacked


def shows(route: str, about: str, place: Place, answer: "TestResponse") -> bool:
    """Whether the thing of the place is really in the answer."""
    if route == "POST /sync/v1/receipts":
        return [each["known"] for each in answer.get_json()["receipts"]] == [True]
    field_ = "numberlead" if route in LISTS else next((each for end, each in SHOWN_BY_ROUTE.items() if route.endswith(end)), "")
    return place.canary(field_ or SHOWN_BY_THING[about]).encode() in content_of(answer)


def officer_rows(password_hash: str) -> list[User]:
    """Every officer, once for the county and once for the town of their own place."""
    return [
        User(
            county=COUNTY,
            id=OWN.id(f"officer/{principal}"),
            login=principal,
            name=principal,
            role=principal.removesuffix(OF_A_TOWN),
            region=OWN.region if principal.endswith(OF_A_TOWN) else COUNTY,
            password_hash=password_hash,
            session_key=f"key-of-{principal}",
            active=True,
        )
        for principal in (*OFFICERS, *(f"{officer}{OF_A_TOWN}" for officer in OFFICERS))
    ]


def device_rows(now: datetime) -> list[Device]:
    """Three phones of the inspector of their own place: in use, revoked, expired."""
    later, earlier = now + timedelta(days=30), now - timedelta(days=1)
    return [
        Device(
            county=COUNTY,
            id=OWN.id(f"device/{principal}"),
            inspector_id=OWN.id("user"),
            label=principal,
            platform="tests",
            app={"name": "tests", "version": "1"},
            token_hash=token_hash(token),
            token_expires_at=earlier if principal == "expired_token" else later,
            enrolled_at=earlier,
            revoked_at=earlier if principal == "revoked_device" else None,
        )
        for principal, token in TOKENS.items()
    ]


def caller(app: "Flask", principal: str) -> Caller:
    """The caller, signed in by password or carrying its token."""
    client = app.test_client()
    if principal == "anonymous":
        return Caller(principal, client, {}, frozenset())
    if principal in TOKENS:
        sees = frozenset({"own"}) if principal == "inspector" else frozenset[str]()
        return Caller(principal, client, {"Authorization": f"Bearer {TOKENS[principal]}"}, sees)
    officer = Caller(principal, client, {}, frozenset({"own"} if principal.endswith(OF_A_TOWN) else PLACES.keys() - {"foreign"}))
    answer = officer.ask(Request("POST", SIGN_IN, form={"login": principal, "password": PASSWORD}))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return officer


class Callers:
    """Every kind of caller of one application, each signed in when it is first asked for."""

    def __init__(self, app: "Flask") -> None:
        self.app = app
        self.known: dict[str, Caller] = {}

    def __call__(self, principal: str) -> Caller:
        if principal not in self.known:
            self.known[principal] = caller(self.app, principal)
        return self.known[principal]

    def forget(self) -> None:
        """Let everybody sign in again, after somebody's session has ended."""
        self.known.clear()
