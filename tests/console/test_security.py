"""Strangers, forged forms, scripts in every field, guessed passwords, old sessions. Each is refused without a trace of harm."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.console.security import safe_next
from server.keys.links import demo_token
from server.store.tables.organisation import User
from server.store.tables.work import Lead
from tests.console import builders as build
from tests.console.conftest import Desk, SignIn, token_of

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "\"'><img src=x onerror=alert(1)>{{7*7}}"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/console/",
    "/\\evil.example",
    "/console/\\..\\evil",
    "/console//evil.example",
    "/console/../admin",
    "javascript:alert(1)",
    "/other",
    "/console/\nSet-Cookie: a=b",
    "",
    None,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_elsewhere(target: str | None) -> None:
    assert safe_next(target) == "/console/"


def test_signing_in_leads_back_to_the_page_asked_for(client: FlaskClient, desk: Desk) -> None:
    page = f"/console/leads/{desk.lead}?kind=lead"
    asked = client.get(page)
    assert asked.status_code == 303
    form = {"csrf_token": token_of(client), "login": "handler", "password": build.PASSWORD, "next": page}
    assert client.post("/console/sign-in", data=form).headers["Location"] == page


PROTECTED = ["/console/", "/console/queue.csv", "/console/queue.geojson", "/console/leads/{0.lead}", "/console/cases/{0.case}"]
PROTECTED += ["/console/reviews/{0.review}", "/console/photos/{0.photo}/original", "/console/photos/{0.photo}/thumbnail"]


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, desk: Desk) -> None:
    for path in (each.format(desk) for each in PROTECTED):
        answer = client.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/console/sign-in"), path


def test_a_script_without_a_session_gets_json(client: FlaskClient, desk: Desk) -> None:
    answer = client.get(f"/console/leads/{desk.lead}/map.json")
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (401, "unauthenticated")


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client: FlaskClient, desk: Desk) -> None:
    pages = []
    for login in ("handler", "nobody"):
        form = {"csrf_token": token_of(client), "login": login, "password": "wrong"}
        answer = client.post("/console/sign-in", data=form)
        pages.append((answer.status_code, answer.get_data(as_text=True)))
    assert pages[0] == pages[1]
    assert pages[0][0] == 401


def test_guessing_is_slowed_down(client: FlaskClient, desk: Desk) -> None:
    token = token_of(client)
    form = {"csrf_token": token, "login": "handler", "password": "wrong"}
    answers = [client.post("/console/sign-in", data=form) for _ in range(7)]
    assert [each.status_code for each in answers] == [401] * 6 + [429]
    assert "请等一分钟再试" in answers[-1].get_data(as_text=True)


def test_a_form_without_this_sessions_token_is_refused(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client, form = sign_in("head"), {"version": 1, "conclusion": "x", "reason": "x", "basis": "x", "decided_on": "2026-11-23"}
    of_another = {"csrf_token": token_of(sign_in("handler"), "/console/")}
    for move in ("verify", "dismiss", "open-case"):
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "forged"}, of_another):
            assert client.post(f"/console/leads/{desk.lead}/{move}", data={**form, **token}).status_code == 403
    with unit_of_work(read_only=True) as uow:
        assert uow.session.get(Lead, (build.COUNTY, desk.lead)).version == 1


def test_nobody_can_be_signed_in_or_out_by_another_site(sign_in: SignIn, app: Any, desk: Desk) -> None:
    assert app.test_client().post("/console/sign-in", data={"login": "handler", "password": build.PASSWORD}).status_code == 403
    client = sign_in("handler")
    assert client.post("/console/sign-out").status_code == 403
    assert client.get("/console/").status_code == 200


def test_signing_out_ends_a_copied_session_too(sign_in: SignIn, app: Any, desk: Desk) -> None:
    client, thief = sign_in("handler"), app.test_client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    assert thief.get("/console/").status_code == 200
    assert client.post("/console/sign-out", data={"csrf_token": token_of(client, "/console/")}).status_code == 303
    assert thief.get("/console/").status_code == 303


@pytest.mark.parametrize("change", [{"session_key": "another"}, {"active": False}])
def test_a_new_password_or_a_closed_account_ends_every_session(
    sign_in: SignIn, unit_of_work: Any, change: dict[str, Any]
) -> None:
    client = sign_in("handler")
    with unit_of_work() as uow:
        user = uow.session.query(User).filter_by(login="handler").one()
        for name, value in change.items():
            setattr(user, name, value)
    assert client.get("/console/").status_code == 303


def test_a_smaller_region_counts_from_the_next_request_on(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client = sign_in("handler")
    assert client.get(f"/console/leads/{desk.lead}").status_code == 200
    with unit_of_work() as uow:
        uow.session.query(User).filter_by(login="handler").one().region = build.SOUTH
    assert client.get(f"/console/leads/{desk.lead}").status_code == 404


def test_every_answer_carries_the_headers(sign_in: SignIn) -> None:
    client = sign_in("handler")
    for path in ("/console/sign-in", "/console/", "/console/nothing", "/console/static/console.css", "/docs"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_out_of_reach_of_scripts(client: FlaskClient, desk: Desk) -> None:
    cookie = client.get("/console/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("payload", [SCRIPT, BREAKOUT])
def test_what_strangers_write_stays_text_on_every_page(sign_in: SignIn, unit_of_work: Any, payload: str) -> None:
    client = sign_in("head")
    with unit_of_work() as uow:
        version = build.a_parcel(uow, payload[:60], east=20, holder=payload, name=payload)
        said = {"note": payload, "observation": {"kind": "land_use", "use": payload, "buildings": [payload], payload: payload}}
        said |= {"onsite": {"suspect": payload, "effect": payload, payload: payload}, "parcel_claim": payload}
        photo = build.a_photo(uow)
        report = build.a_report(uow, photos=(photo,), east=20.5, **said)
        build.a_flag(uow, report, photo, text=payload)
        build.a_match(uow, report, [version], reason_zh=payload, reason_en=payload)
        build.a_layer(uow, "patch", version.geometry, name=payload)
        parts = [{"name_zh": payload, "name_en": payload, "points": 1, "why": payload}]
        assessment = build.ASSESSMENT | {"reason_zh": payload, "facts": {payload: payload}}
        lead = build.a_lead(
            uow,
            version,
            report,
            actor=payload,
            conclusion=payload,
            priority_parts=parts,
            assessment=assessment,
            status="verified",
        )
        case = build.a_case(uow, lead, version, basis=payload, party=payload, cause=payload)
    for path in (f"/console/leads/{lead}", f"/console/cases/{case}", f"/console/reviews/{report}", f"/console/?q={payload}"):
        page = client.get(path).get_data(as_text=True)
        assert "alert(1)" in page or "?q=" in path
        assert SCRIPT not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"onerror=alert\(1\)>(\d+)", page)


def test_the_demo_link_opens_its_page_on_this_machine(settings: Any, build_app: Any, app: Any, desk: Desk) -> None:
    demo = build_app(replace(settings, demo=True))
    token = demo_token(settings.secret_key, login="handler", target=f"/console/cases/{desk.case}")
    client = demo.test_client()
    assert client.get(f"/console/demo/{token}").headers["Location"] == f"/console/cases/{desk.case}"
    assert client.get(f"/console/cases/{desk.case}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "request_said"),
    [
        ({"demo": False}, {}),
        ({"demo": True, "production": True}, {}),
        ({"demo": True}, {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}),
        ({"demo": True}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}),
        ({"demo": True, "secret_key": "another-secret-0123456789abcdefghijklmn"}, {}),
    ],
)
def test_the_demo_link_opens_nothing_elsewhere(
    settings: Any, build_app: Any, desk: Desk, changes: dict[str, Any], request_said: dict[str, Any]
) -> None:
    token = demo_token(settings.secret_key, login="handler", target="/console/")
    client = build_app(replace(settings, **changes)).test_client()
    assert client.get(f"/console/demo/{token}", **request_said).status_code == 404


def test_a_demo_link_never_leads_off_the_console(settings: Any, build_app: Any, desk: Desk) -> None:
    token = demo_token(settings.secret_key, login="handler", target="https://evil.example/")
    client = build_app(replace(settings, demo=True)).test_client()
    assert client.get(f"/console/demo/{token}").headers["Location"] == "/console/"
