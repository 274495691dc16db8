"""Enrolment and session (protocol section 2): a code makes one phone, a lost reply burns nothing, a token ends."""

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from server.keys.codes import spelt
from server.keys.passwords import token_hash
from server.store.tables.organisation import Region
from tests.builders import MakePhone, Phone, a_phone, a_user, an_enrolment_code, base64url, new_key, rows_of, spki_of, verify
from tests.conftest import ROOT, FixedClock

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def asking(code: str, key: Any, **differences: Any) -> dict[str, Any]:
    public = None if key is None else {"alg": "Ed25519", "spki": base64url(spki_of(key))}
    body = {"code": code, "label": "测试", "platform": "tests", "app": {"name": "tests", "version": "1"}, "public_key": public}
    return body | differences


def revoke(app: "Flask", phone: Phone) -> None:
    from server.store.tables.organisation import Device

    with app.extensions["xuntu"].unit_of_work() as uow:
        uow.session.execute(update(Device).where(Device.id == phone.device_id).values(revoked_at=uow.now))


@pytest.mark.both_stores
def test_the_same_code_and_key_give_the_same_device_and_a_new_token(app: "Flask", client: "FlaskClient") -> None:
    a_user(app, "li")
    code, key = an_enrolment_code(app, "li"), new_key("Ed25519")
    first = client.post("/sync/v1/devices", json=asking(code, key))
    second = client.post("/sync/v1/devices", json=asking(code, key))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["device_id"] == second.json["device_id"]
    assert first.json["token"] != second.json["token"]
    answers = [
        client.get("/sync/v1/session", headers={"Authorization": f"Bearer {each.json['token']}"}) for each in (first, second)
    ]
    assert [answer.status_code for answer in answers] == [401, 200]


def test_a_used_code_is_refused_to_any_other_key(app: "Flask", client: "FlaskClient") -> None:
    a_user(app, "li")
    code = an_enrolment_code(app, "li")
    assert client.post("/sync/v1/devices", json=asking(code, new_key("Ed25519"))).status_code == 201
    for other in (new_key("Ed25519"), None):
        answer = client.post("/sync/v1/devices", json=asking(code, other))
        assert (answer.status_code, answer.json["code"]) == (403, "enrolment-code-invalid")


def test_a_code_used_without_a_key_works_once(app: "Flask", client: "FlaskClient") -> None:
    a_user(app, "li")
    code = an_enrolment_code(app, "li")
    assert client.post("/sync/v1/devices", json=asking(code, None)).status_code == 201
    assert client.post("/sync/v1/devices", json=asking(code, None)).status_code == 403


def test_a_code_ends_after_a_day(app: "Flask", client: "FlaskClient", clock: FixedClock) -> None:
    a_user(app, "li")
    code, key = an_enrolment_code(app, "li"), new_key("Ed25519")
    clock.move(hours=23, minutes=59)
    assert client.post("/sync/v1/devices", json=asking(code, key)).status_code == 201
    clock.move(minutes=1)
    assert client.post("/sync/v1/devices", json=asking(code, key)).json["code"] == "enrolment-code-invalid"


def test_an_unknown_code_is_refused_without_saying_why(client: "FlaskClient") -> None:
    assert client.post("/sync/v1/devices", json=asking("guess", None)).json["code"] == "enrolment-code-invalid"


TYPED = json.loads((ROOT / "tests" / "enrolment_codes.json").read_text("utf-8"))
"""By the code that is meant, the ways in which somebody may type it; the phone reads the same list."""


@pytest.mark.parametrize(("meant", "typed"), [(meant, each) for meant, ways in TYPED.items() for each in ways])
def test_a_code_is_the_same_however_it_is_typed(meant: str, typed: str) -> None:
    assert spelt(typed) == meant


def test_a_code_has_no_character_that_is_taken_for_another_and_at_least_128_bits(app: "Flask") -> None:
    a_user(app, "li")
    code = an_enrolment_code(app, "li")
    assert re.fullmatch("([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}", code)
    assert len(code.replace("-", "")) * 5 >= 128
    assert code != an_enrolment_code(app, "li")


def test_a_code_scanned_first_and_then_typed_in_small_letters_is_one_code(app: "Flask", client: "FlaskClient") -> None:
    a_user(app, "li")
    code, key = an_enrolment_code(app, "li"), new_key("Ed25519")
    typed = code.replace("-", " ").lower().replace("1", "l").replace("0", "o")
    answers = [client.post("/sync/v1/devices", json=asking(each, key)) for each in (code, typed)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json["device_id"] == answers[1].json["device_id"]


def test_a_code_that_an_older_server_gave_out_goes_on_working_to_its_end(app: "Flask", client: "FlaskClient") -> None:
    from server.store.tables.organisation import EnrolmentCode

    older, inspector_id = "Io0l-1_aBcDeFgHiJkLmNoP", a_user(app, "li")
    with app.extensions["xuntu"].unit_of_work() as uow:
        ends = uow.now + timedelta(hours=24)
        uow.session.add(EnrolmentCode(code_hash=token_hash(older), county="320583", inspector_id=inspector_id, expires_at=ends))
    assert client.post("/sync/v1/devices", json=asking(older.lower(), None)).status_code == 403
    assert client.post("/sync/v1/devices", json=asking(older, None)).status_code == 201


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"more": 1}, 422),
    ({"label": "a\u0000b"}, 400),
    ({"label": "\ud800"}, 400),
    ({"label": "字" * 101}, 422),
    ({"public_key": {"alg": "Ed25519", "spki": "AAAA"}}, 422),
    ({"public_key": {"alg": "ES256", "spki": base64url(spki_of(new_key("Ed25519")))}}, 422),
    ({"public_key": {"alg": "RS256", "spki": "AAAA"}}, 422),
    ({"public_key": "missing"}, 422),
    ({"app": []}, 422),
]


def test_enrolment_refuses_what_it_does_not_know_and_burns_no_code(app: "Flask", client: "FlaskClient") -> None:
    a_user(app, "li")
    code = an_enrolment_code(app, "li")
    answers = [client.post("/sync/v1/devices", json=asking(code, None) | differences) for differences, _ in REFUSED]
    assert [answer.status_code for answer in answers] == [status for _, status in REFUSED]
    assert client.post("/sync/v1/devices", json=asking(code, None)).status_code == 201


def test_an_unreadable_enrolment_is_malformed(client: "FlaskClient") -> None:
    for body in (b"", b"{", b"[" * 5000, b"[" * 500 + b"]" * 500, b'{"code": ' + b"9" * 5000 + b"}", b'{"code": NaN}', b"\xff"):
        answer = client.post("/sync/v1/devices", data=body, content_type="application/json")
        assert (answer.status_code, answer.json["code"]) == (400, "malformed"), body[:20]


def test_a_revoked_device_hears_so_and_its_code_is_dead(app: "Flask", client: "FlaskClient") -> None:
    a_user(app, "li")
    code, key = an_enrolment_code(app, "li"), new_key("Ed25519")
    reply = client.post("/sync/v1/devices", json=asking(code, key)).json
    phone = Phone(client, "", reply["device_id"], reply["token"], key, reply)
    revoke(app, phone)
    answer = client.get("/sync/v1/session", headers=phone.headers)
    assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (401, "device-revoked", "after-change")
    assert client.post("/sync/v1/devices", json=asking(code, key)).status_code == 403


def test_an_expired_token_hears_so(phone: Phone, clock: FixedClock) -> None:
    clock.move(days=180)
    answer = phone.client.get("/sync/v1/session", headers=phone.headers)
    assert (answer.status_code, answer.json["code"]) == (401, "token-expired")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_reaches_nothing(phone: Phone) -> None:
    for header in ("", "Bearer", "Bearer ", "Bearer wrong", f"bearer {phone.token}", f"Basic {phone.token}"):
        answer = phone.client.get("/sync/v1/session", headers={"Authorization": header})
        assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_a_dismissed_inspector_has_no_phone_any_more(app: "Flask", phone: Phone) -> None:
    from server.store.tables.organisation import User

    with app.extensions["xuntu"].unit_of_work() as uow:
        uow.session.execute(update(User).where(User.id == phone.inspector_id).values(active=False))
    assert phone.client.get("/sync/v1/session", headers=phone.headers).json["code"] == "device-revoked"


def test_tokens_and_codes_are_stored_hashed(app: "Flask", phone: Phone) -> None:
    from server.store.tables.organisation import Device

    (device,) = rows_of(app, Device)
    assert len(phone.token) >= 43
    assert phone.token not in json.dumps([device.token_hash, device.label])
    assert device.app == {"name": "tests", "version": "1"}


def test_a_phone_is_told_the_names_of_its_regions_when_it_joins_and_in_every_session(app: "Flask", client: "FlaskClient") -> None:
    with app.extensions["xuntu"].unit_of_work() as uow:
        names = {"320583": "昆山市", "320583100": "玉山镇", "320583100202": "城北村"}
        uow.session.add_all(Region(code=code, name=name, level="any") for code, name in names.items())
    a_user(app, "wang", region="320583100202")
    joined = client.post("/sync/v1/devices", json=asking(an_enrolment_code(app, "wang"), None)).json
    session = client.get("/sync/v1/session", headers={"Authorization": f"Bearer {joined['token']}"}).json
    assert joined["region_names"] == session["region_names"] == {"320583100202": "玉山镇城北村"}


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
def test_both_kinds_of_key_sign_what_is_stored(app: "Flask", alg: str) -> None:
    phone = a_phone(app, alg=alg)
    assert phone.push(phone.manifest())[0]["outcome"] == "stored"


def test_the_session_tells_who_and_under_which_limits(phone: Phone, clock: FixedClock) -> None:
    clock.move(hours=1)
    answer = phone.client.get("/sync/v1/session", headers=phone.headers).json
    assert answer["inspector"] == {"id": phone.inspector_id, "name": "测试员", "certificate_no": None}
    assert (answer["regions"], answer["region_names"]) == (["320583"], {}), "a code in no register has no name"
    assert answer["server_time"] == clock.now.isoformat()
    assert answer["limits"]["push_items"] == 500
    assert (answer["checkpoint"], answer["reenrol"]) == (None, False)


def test_what_changes_trust_is_signed_by_a_key_known_from_enrolment(phone: Phone) -> None:
    answer = phone.client.get("/sync/v1/session", headers=phone.headers).json
    trusted = phone.enrolled["server_keys"]
    verify(answer["server_keys_signed"], trusted)
    verify(phone.enrolled["enrolment"], trusted)
    said = json.loads(answer["server_keys_signed"]["payload"])
    assert (said["server_keys"], said["server_epoch"]) == (trusted, phone.enrolled["server_epoch"])
    relearnt = json.loads(phone.enrolled["enrolment"]["payload"])
    assert relearnt["device_id"] == phone.device_id


def test_new_devices_of_one_inspector_may_push_what_the_old_one_wrote(app: "Flask", make_phone: MakePhone) -> None:
    old = make_phone("li")
    written = old.item(old.manifest())
    revoke(app, old)
    new = a_phone(app, "li", code=an_enrolment_code(app, "li"))
    assert new.push(written)[0]["outcome"] == "stored"
