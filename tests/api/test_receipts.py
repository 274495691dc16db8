"""Receipts (protocol section 3): signed, logged, the same text for ever; complete only when every byte is durable."""

import json
import uuid
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature

from tests.builders import MakePhone, Phone, a_declared_photo, a_jpeg, digest, payload_of, rows_of, verify

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.both_stores
def test_a_receipt_is_the_text_of_its_own_event_signed_by_a_key_from_enrolment(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event

    text = phone.manifest()
    (result,) = phone.push(text)
    verify(result["receipt"], phone.enrolled["server_keys"])
    said = payload_of(result["receipt"])
    (event,) = rows_of(app, Event, type="receipt.complete")
    assert event.body == result["receipt"]["payload"]
    assert event.position == said["log_index"] + 1
    assert said == {
        "id": json.loads(text)["id"],
        "rev": 1,
        "digest": digest(text.encode()),
        "state": "complete",
        "photos": {"declared": 0, "stored": 0},
        "county": "320583",
        "server_time": "2026-11-23T04:00:00+00:00",
        "server_epoch": phone.enrolled["server_epoch"],
        "log_id": app.extensions["xuntu"].world.log_id("320583"),
        "log_index": said["log_index"],
    }


def test_a_changed_receipt_does_not_verify(phone: Phone) -> None:
    (result,) = phone.push(phone.manifest())
    changed = {**result["receipt"], "payload": result["receipt"]["payload"].replace("complete", "received")}
    with pytest.raises(InvalidSignature):
        verify(changed, phone.enrolled["server_keys"])


@pytest.mark.both_stores
def test_complete_comes_only_after_the_last_photo(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Receipt

    photos = [a_jpeg(1), a_jpeg(2)]
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(photo) for photo in photos]))
    question = {"id": result["id"], "rev": 1}
    seen = [result["receipt"]]
    for photo in photos:
        phone.upload(photo)
        (answer,) = phone.receipts(question)
        seen.append(answer["receipt"])
    assert [payload_of(each)["state"] for each in seen] == ["received", "received", "complete"]
    assert seen[0] == seen[1], "asked again, the same stored text"
    assert payload_of(seen[2])["photos"] == {"declared": 2, "stored": 2}
    assert (answer["missing"], answer["current"], answer["known"]) == ([], "stored", True)
    assert sorted(receipt.state for receipt in rows_of(app, Receipt)) == ["complete", "received"]


def test_a_photo_before_its_manifest_completes_it_at_once(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Receipt

    phone.upload(a_jpeg())
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(a_jpeg())]))
    assert (result["missing"], payload_of(result["receipt"])["state"]) == ([], "complete")
    assert [receipt.state for receipt in rows_of(app, Receipt)] == ["complete"], "nothing missing: complete alone"


def test_one_photo_serves_every_report_that_waits_for_it(phone: Phone) -> None:
    photo = a_declared_photo(a_jpeg())
    texts = [phone.manifest(photos=[photo]), phone.manifest(photos=[photo, photo]), phone.manifest(v=9, photos=[photo])]
    pushed = phone.push(*texts)
    phone.upload(a_jpeg())
    answers = phone.receipts(*({"id": each["id"], "rev": 1} for each in pushed))
    assert [payload_of(each["receipt"])["state"] for each in answers] == ["complete"] * 3
    assert [payload_of(each["receipt"])["photos"]["declared"] for each in answers] == [1, 1, 1]


def test_somebody_elses_upload_completes_nothing(phone: Phone, make_phone: MakePhone) -> None:
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(a_jpeg())]))
    make_phone().upload(a_jpeg())
    (answer,) = phone.receipts({"id": result["id"], "rev": 1})
    assert payload_of(answer["receipt"])["state"] == "received"
    assert answer["missing"] == [digest(a_jpeg())]


def test_reports_of_others_are_not_known(phone: Phone, make_phone: MakePhone) -> None:
    (result,) = phone.push(phone.manifest())
    unknown = {"id": str(uuid.uuid4()), "rev": 1}
    for other in (make_phone(), make_phone(county="350128")):
        answers = other.receipts({"id": result["id"], "rev": 1}, unknown)
        assert [each["known"] for each in answers] == [False, False]
        assert [(each["current"], each["missing"], each["receipt"]) for each in answers] == [(None, [], None)] * 2


def test_without_a_digest_the_content_that_claims_the_revision_is_meant(phone: Phone) -> None:
    first = phone.manifest()
    other = phone.manifest(id=json.loads(first)["id"], note="changed")
    phone.push(first, other)
    id_ = json.loads(first)["id"]
    plain, named, wrong = phone.receipts(
        {"id": id_, "rev": 1},
        {"id": id_, "rev": 1, "digest": digest(other.encode())},
        {"id": id_, "rev": 1, "digest": digest(b"")},
    )
    assert payload_of(plain["receipt"])["digest"] == digest(first.encode())
    assert (named["current"], payload_of(named["receipt"])["digest"]) == ("quarantined", digest(other.encode()))
    assert wrong["known"] is False


def test_the_question_has_its_limits(phone: Phone) -> None:
    question = {"id": str(uuid.uuid4()), "rev": 1}
    assert len(phone.receipts(*[question] * 500)) == 500
    wrong = [
        {"reports": [question] * 501},
        {"reports": [question], "more": 1},
        {"reports": [{**question, "more": 1}]},
        {"reports": [{**question, "rev": 0}]},
        {"reports": [{**question, "rev": "1"}]},
        {"reports": [{**question, "id": 7}]},
        {"reports": [{**question, "digest": "md5:0"}]},
        {"reports": {}},
        {},
    ]
    for body in wrong:
        answer = phone.post(json.dumps(body).encode(), "receipts")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid"), body
    for raw in (b"{", b'{"reports": [' + b"[" * 3000, b'{"reports": [{"rev": ' + b"1" * 5000 + b"}]}"):
        assert phone.post(raw, "receipts").json["code"] == "malformed"


def test_the_highest_revision_may_be_asked_for(phone: Phone) -> None:
    assert phone.receipts({"id": str(uuid.uuid4()), "rev": 2**53 - 1})[0]["known"] is False


@pytest.mark.both_stores
def test_the_events_of_a_county_have_no_gap(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event

    phone.push(phone.manifest(), phone.manifest(photos=[a_declared_photo(a_jpeg())]), phone.manifest(v=2))
    phone.upload(a_jpeg())
    positions = sorted(event.position for event in rows_of(app, Event, county="320583"))
    assert positions == list(range(1, len(positions) + 1))


@pytest.mark.both_stores
def test_a_unit_that_only_reads_leaves_nothing_behind(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event

    before = len(rows_of(app, Event))
    with app.extensions["xuntu"].unit_of_work(read_only=True) as uow:
        uow.record("access.refused", county="320583", aggregate=("user", "x"), facts={}, by="test")
        uow.session.flush()
    assert len(rows_of(app, Event)) == before
    phone.push(phone.manifest())
    positions = sorted(event.position for event in rows_of(app, Event, county="320583"))
    assert positions == list(range(1, len(positions) + 1))
