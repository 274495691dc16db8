"""The five outcomes of a pushed item (protocol section 3), and that each is durable and answered once."""

import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import HERE, MakePhone, Phone, a_declared_photo, a_jpeg, digest, payload_of, rows_of

if TYPE_CHECKING:
    from flask import Flask


def inbox(app: "Flask") -> list[tuple[str, bytes]]:
    from server.store.tables.sync import InboxItem

    rows = sorted(rows_of(app, InboxItem), key=lambda row: (row.received_at, row.ordinal))
    return [(row.outcome, row.item) for row in rows]


@pytest.mark.both_stores
def test_a_good_report_is_stored_with_a_receipt(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Submission

    text = phone.manifest(note="水泥已浇筑 🏗", more={"unknown": [1, 2.5, None]})
    (result,) = phone.push(text)
    assert (result["outcome"], result["flags"], result["missing"]) == ("stored", [], [])
    assert (result["digest"], result["rev"]) == (digest(text.encode()), 1)
    assert "problem" not in result
    assert payload_of(result["receipt"])["state"] == "complete"
    (row,) = rows_of(app, Submission)
    assert row.manifest == text, "unknown fields are kept with the exact text"
    assert (row.lon, row.lat, row.observation_kind) == (HERE["lon"], HERE["lat"], "routine")


@pytest.mark.both_stores
def test_a_duplicate_returns_the_identical_receipt(phone: Phone) -> None:
    text = phone.manifest()
    (first,), (again,) = phone.push(text), phone.push(text)
    assert (again["outcome"], again["current"]) == ("duplicate", "stored")
    assert again["receipt"] == first["receipt"]


def test_a_duplicate_says_what_became_of_the_first(phone: Phone) -> None:
    held = phone.manifest(rev=2, prev="sha256:" + "0" * 64)
    invalid = phone.manifest(photos="none")
    phone.push(held, invalid)
    results = phone.push(held, invalid)
    assert [(each["outcome"], each["current"]) for each in results] == [("duplicate", "held"), ("duplicate", "quarantined")]
    assert all(each["receipt"] for each in results)


@pytest.mark.both_stores
def test_other_content_under_a_known_identity_is_kept_apart_for_ever(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Submission

    first = phone.manifest()
    other = phone.manifest(id=json.loads(first)["id"], note="changed")
    phone.push(first)
    for outcome in ("quarantined", "duplicate"):
        (result,) = phone.push(other)
        assert (result["outcome"], result["digest"]) == (outcome, digest(other.encode()))
        assert result["receipt"], "what is quarantined is durable and says so"
    assert result["current"] == "quarantined"
    rows = {row.digest: row for row in rows_of(app, Submission)}
    assert rows[digest(first.encode())].state == "stored"
    assert (rows[digest(other.encode())].state, rows[digest(other.encode())].cause) == ("quarantined", "conflicting-content")
    assert {row.manifest for row in rows.values()} == {first, other}


def test_a_conflict_is_a_409_inside_the_item_alone(phone: Phone) -> None:
    first = phone.manifest()
    phone.push(first)
    conflict, good = phone.push(phone.manifest(id=json.loads(first)["id"], note="changed"), phone.manifest())
    assert conflict["problem"]["status"] == 409
    assert conflict["problem"]["code"] == "conflicting-content"
    assert good["outcome"] == "stored"


@pytest.mark.both_stores
def test_repeats_and_conflicts_within_one_push_are_told_apart(phone: Phone) -> None:
    first = phone.manifest()
    other = phone.manifest(id=json.loads(first)["id"], note="changed")
    results = phone.push(first, first, other, first, other)
    assert [each["outcome"] for each in results] == ["stored", "duplicate", "quarantined", "duplicate", "duplicate"]
    assert results[0]["receipt"] == results[1]["receipt"] == results[3]["receipt"]
    assert results[2]["receipt"] == results[4]["receipt"] != results[0]["receipt"]
    assert "problem" not in results[1]


NO_IDENTITY: list[object] = [
    None,
    5,
    "text",
    [],
    {},
    {"type": "report"},
    {"type": ["report"], "manifest": "{}"},
    {"type": "photo", "manifest": "{}"},
    {"type": "report", "manifest": {"id": 1}},
    {"type": "report", "manifest": "no JSON"},
    {"type": "report", "manifest": "[]"},
    {"type": "report", "manifest": "{}"},
    {"type": "report", "manifest": '{"id": "not a uuid", "rev": 1}'},
    {"type": "report", "manifest": '{"id": "0b0c6a3e-7f0e-4d53-9d8c-2a5a4c1b7e01", "rev": 0}'},
    {"type": "report", "manifest": '{"id": "0b0c6a3e-7f0e-4d53-9d8c-2a5a4c1b7e01", "rev": true}'},
    {"type": "report", "manifest": "[" * 3000},
    {"type": "report", "manifest": "\u0000"},
]


def test_an_item_without_identity_is_refused_and_kept_all_the_same(app: "Flask", phone: Phone) -> None:
    good = phone.item(phone.manifest())
    results = phone.post(json.dumps({"items": [*NO_IDENTITY, good]}).encode()).json["results"]
    for item, result in zip(NO_IDENTITY, results[:-1], strict=True):
        assert (result["outcome"], result["receipt"], result["id"], result["rev"]) == ("refused", None, None, None), item
        assert result["problem"]["retry"] == "after-change"
    assert results[-1]["outcome"] == "stored"
    assert inbox(app) == [
        *(("refused", json.dumps(item).encode()) for item in NO_IDENTITY),
        ("stored", json.dumps(good).encode()),
    ]


@pytest.mark.both_stores
def test_every_delivery_is_in_the_inbox_exactly_as_it_came(app: "Flask", phone: Phone) -> None:
    good = json.dumps(phone.item(phone.manifest(note="原文")), ensure_ascii=False)
    strange = '{ "manifest":"\\u0000\\ud800" ,\t"type" :"report","x":1e999, "y":[NaN]}'
    deep = "[" * 2000 + '"]}"' + "]" * 2000
    long_number = '{"n": ' + "7" * 6000 + "}"
    body = '{"note": 1, "items": [ ' + " ,\n ".join([good, strange, deep, long_number, good]) + ' ], "more": {}}'
    answer = phone.post(body.encode())
    assert [each["outcome"] for each in answer.json["results"]] == ["stored", "refused", "refused", "refused", "duplicate"]
    assert [item for _, item in inbox(app)] == [text.encode() for text in (good, strange, deep, long_number, good)]


def test_missing_names_the_photos_in_the_order_declared(phone: Phone) -> None:
    photos = [a_jpeg(1), a_jpeg(2), a_jpeg(3)]
    phone.upload(photos[1])
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(photo) for photo in photos]))
    assert result["missing"] == [digest(photos[0]), digest(photos[2])]
    assert payload_of(result["receipt"])["photos"] == {"declared": 3, "stored": 1}


def test_unreadable_photos_earn_received_only(phone: Phone) -> None:
    for photos in ("none", [5], [{"digest": "sha256:short"}], None):
        (result,) = phone.push(phone.manifest(photos=photos))
        assert (result["outcome"], result["problem"]["code"]) == ("quarantined", "manifest-invalid")
        assert payload_of(result["receipt"])["state"] == "received"


def test_a_photo_that_another_inspector_uploaded_counts_for_nobody_else(phone: Phone, make_phone: MakePhone) -> None:
    photo = a_jpeg()
    make_phone().upload(photo)
    (result,) = phone.push(phone.manifest(photos=[a_declared_photo(photo)]))
    assert result["missing"] == [digest(photo)]
    assert payload_of(result["receipt"])["state"] == "received"


def test_the_pusher_may_bring_the_photos_of_a_quarantined_report(phone: Phone, make_phone: MakePhone) -> None:
    colleague, photo = make_phone(), a_jpeg()
    colleague.upload(photo)
    item = phone.item(phone.manifest(photos=[a_declared_photo(photo)]))
    (result,) = colleague.push(item)
    assert (result["problem"]["code"], result["missing"]) == ("not-author", [])
    assert payload_of(result["receipt"])["state"] == "complete"
    (released,) = phone.push(item)
    assert (released["outcome"], released["missing"], released["receipt"]) == ("stored", [], result["receipt"])


def test_an_empty_push_is_a_visit(app: "Flask", phone: Phone) -> None:
    from server.store.tables.organisation import Device

    assert phone.push(unsent={"reports": 3, "photos": 7}) == []
    (device,) = rows_of(app, Device)
    assert (device.unsent_reports, device.unsent_photos) == (3, 7)
    assert device.last_seen_at is not None


@pytest.mark.both_stores
def test_nothing_about_the_envelope_keeps_a_report_out(phone: Phone) -> None:
    strange = [
        {"unsent": {"reports": 2**40, "photos": 1}},
        {"unsent": "many", "sent_at": "yesterday"},
        {"sent_at": "0001-01-01T00:00:00+08:00", "enrolments": [{"payload": "?"}], "more": {"items": []}},
        {"unsent": None, "sent_at": None},
    ]
    for envelope in strange:
        assert phone.push(phone.manifest(), **envelope)[0]["outcome"] == "stored"
