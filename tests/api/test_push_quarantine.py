"""What a readable item is quarantined for (protocol section 3): durable, receipted, released when its cause goes, or never."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import FOREIGN_COUNTY, HERE, MakePhone, Phone, a_declared_photo, a_jpeg, a_report, digest, rows_of

if TYPE_CHECKING:
    from flask import Flask


def text_of(phone: Phone, **differences: Any) -> str:
    return phone.manifest(**differences)


def position(**differences: Any) -> dict[str, Any]:
    return a_report("", "", 1, None)["position"] | differences


def with_text(member: str, raw: str) -> Callable[[Phone], str]:
    """A manifest with another member written by hand, because no JSON writer would write it so."""
    return lambda phone: phone.manifest()[:-1] + f', "{member}": {raw}}}'


WRONG: dict[str, tuple[Callable[[Phone], str], str]] = {
    "an unknown version": (lambda p: p.manifest(v=2), "unknown-version"),
    "a version that is a list": (lambda p: p.manifest(v=[1]), "unknown-version"),
    "a version that is true": (lambda p: p.manifest(v=True), "unknown-version"),
    "a version beyond doubles": (lambda p: p.manifest(v="V").replace('"V"', "1e999"), "unknown-version"),
    "a version nested deeply": (lambda p: p.manifest(v="V").replace('"V"', "[" * 300 + "]" * 300), "unknown-version"),
    "a version with a lone surrogate": (lambda p: p.manifest(v="V").replace('"V"', '"\\ud800"'), "unknown-version"),
    "a naive time": (lambda p: p.manifest(captured_at="2026-11-20T10:00:00"), "manifest-invalid"),
    "a time before UTC began": (lambda p: p.manifest(captured_at="0001-01-01T00:00:00+08:00"), "manifest-invalid"),
    "a time after it ends": (lambda p: p.manifest(captured_at="9999-12-31T23:59:59-08:00"), "manifest-invalid"),
    "a time of another planet": (lambda p: p.manifest(captured_at="2026-11-20T10:00:00+99:99"), "manifest-invalid"),
    "NaN": (lambda p: p.manifest(position=position(lon=float("nan"))), "manifest-invalid"),
    "NaN where nobody reads": (with_text("more", "[NaN]"), "manifest-invalid"),
    "infinity": (with_text("more", "-Infinity"), "manifest-invalid"),
    "a name twice": (with_text("note", '"a", "note": "b"'), "manifest-invalid"),
    "a name twice far below": (with_text("more", '[{"a": {"b": 1, "b": 2}}]'), "manifest-invalid"),
    "a number beyond doubles": (with_text("more", "1e400"), "manifest-invalid"),
    "a whole number beyond doubles": (with_text("more", "9" * 400), "manifest-invalid"),
    "a whole number of 5000 digits": (with_text("more", "9" * 5000), "manifest-invalid"),
    "values nested deeply": (with_text("more", "[" * 400 + "]" * 400), "manifest-invalid"),
    "U+0000": (lambda p: p.manifest(note="a\u0000b"), "manifest-invalid"),
    "U+0000 in a name": (with_text("a\\u0000b", "1"), "manifest-invalid"),
    "a lone surrogate, escaped": (with_text("more", '"\\udead"'), "manifest-invalid"),
    "a lone surrogate, raw": (lambda p: p.manifest(note="\ud800"), "manifest-invalid"),
    "null island": (lambda p: p.manifest(position=position(lon=0, lat=0)), "manifest-invalid"),
    "latitude and longitude swapped": (
        lambda p: p.manifest(position=position(lon=HERE["lat"], lat=HERE["lon"])),
        "manifest-invalid",
    ),
    "a place abroad": (lambda p: p.manifest(position=position(lon=2.35, lat=48.85)), "manifest-invalid"),
    "a latitude of 91": (lambda p: p.manifest(position=position(lat=91)), "manifest-invalid"),
    "a position in words": (lambda p: p.manifest(position="here"), "manifest-invalid"),
    "a number in words": (lambda p: p.manifest(position=position(accuracy_m="5")), "manifest-invalid"),
    "no position at all": (lambda p: p.manifest().replace('"position"', '"nowhere"'), "manifest-invalid"),
    "an unknown kind of observation": (lambda p: p.manifest(observation={"kind": "party"}), "manifest-invalid"),
    "a kind that is a list": (lambda p: p.manifest(observation={"kind": []}), "manifest-invalid"),
    "a share above 1": (lambda p: p.manifest(observation={"kind": "construction", "foundation_share": 1.5}), "manifest-invalid"),
    "a note of 10 001 characters": (lambda p: p.manifest(note="字" * 10_001), "manifest-invalid"),
    "prev on the first revision": (lambda p: p.manifest(prev="sha256:" + "0" * 64), "manifest-invalid"),
    "no chain on the second number": (lambda p: p.manifest(seq=1000, chain=None), "manifest-invalid"),
    "201 photos": (lambda p: p.manifest(photos=[a_declared_photo(b"%d" % n) for n in range(201)]), "manifest-invalid"),
    "no inspector": (lambda p: p.manifest(inspectors=[]), "manifest-invalid"),
    "a manifest beyond 1 MiB": (lambda p: p.manifest(more="x" * 1024 * 1024), "too-large"),
}


def test_what_cannot_be_right_is_quarantined_with_its_reason_and_harms_no_neighbour(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Submission

    texts = {wrong: write(phone) for wrong, (write, _) in WRONG.items()}
    results = phone.push(*(text for wrong in texts.values() for text in (wrong, phone.manifest())))
    bad = dict(zip(WRONG, results[::2], strict=True))
    assert {wrong: result.get("problem", {}).get("code") for wrong, result in bad.items()} == {
        w: code for w, (_, code) in WRONG.items()
    }
    assert {result["outcome"] for result in bad.values()} == {"quarantined"}
    assert {result["outcome"] for result in results[1::2]} == {"stored"}
    assert all(result["receipt"] for result in results)
    kept = {row.digest: (row.state, row.cause) for row in rows_of(app, Submission)}
    for wrong, (_, code) in WRONG.items():
        assert kept[digest(texts[wrong].encode("utf-8", "surrogatepass"))] == ("quarantined", code), wrong


@pytest.mark.both_stores
def test_text_that_no_database_holds_is_kept_byte_for_byte(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import InboxItem, Submission

    texts = [phone.manifest(note="\ud800 中文"), phone.manifest(note="a\u0000b"), phone.manifest(v="V").replace('"V"', "1e999")]
    items = [json.dumps(phone.item(text)) for text in texts]
    body = '{"items": [' + ",".join(items) + "]}"
    results = phone.post(body.encode()).json["results"]
    assert [each["outcome"] for each in results] == ["quarantined"] * 3
    assert sorted(row.item for row in rows_of(app, InboxItem)) == sorted(item.encode() for item in items)
    for text, result in zip(texts, results, strict=True):
        (row,) = rows_of(app, Submission, digest=result["digest"])
        assert row.manifest == text or row.manifest.encode().decode("unicode_escape") == text
    assert [each["outcome"] for each in phone.post(body.encode()).json["results"]] == ["duplicate"] * 3


def test_what_is_just_within_its_bounds_is_stored(phone: Phone) -> None:
    fine = [
        phone.manifest(note="字" * 10_000),
        phone.manifest(position=None),
        phone.manifest(captured_at="2026-11-20T02:00:00Z"),
        phone.manifest(captured_at="2026-11-20T10:00:00.123456+08:00"),
        phone.manifest(photos=[a_declared_photo(b"%d" % n) for n in range(200)]),
        phone.manifest(more={"deep": [[[[{"a": 1}]]]]}, view=None),
        phone.manifest(rev=1, note="\\u0000 as text, \U0001f9f1"),
    ]
    assert [each["outcome"] for each in phone.push(*fine)] == ["stored"] * len(fine)


@pytest.mark.both_stores
def test_the_highest_numbers_a_phone_can_count_to_are_kept(phone: Phone) -> None:
    most = 2**53 - 1
    results = phone.push(
        phone.manifest(rev=most, prev="sha256:" + "0" * 64),
        phone.manifest(seq=most, chain="sha256:" + "0" * 64),
        unsent={"reports": 0, "photos": 0},
    )
    assert [(each["outcome"], each["flags"]) for each in results] == [("held", []), ("stored", ["chain-gap"])]


def test_no_outcome_depends_on_the_clock_of_a_device(phone: Phone) -> None:
    for year in ("1996", "2026", "2056"):
        first = phone.manifest(captured_at=f"{year}-11-20T10:00:00+08:00")
        second = phone.revision(first, captured_at="2001-01-01T00:00:00-05:00")
        assert [(each["outcome"], each["flags"]) for each in phone.push(second, first)] == [("stored", [])] * 2


def test_a_keyless_phone_may_push_unsigned_and_is_flagged(make_phone: MakePhone) -> None:
    phone = make_phone(alg=None)
    (result,) = phone.push(phone.manifest())
    assert (result["outcome"], result["flags"]) == ("stored", ["unsigned"])


SIGNATURES: dict[str, Callable[[Phone, str], Any]] = {
    "none": lambda p, t: None,
    "of other bytes": lambda p, t: p.sign(b"other"),
    "in words": lambda p, t: "signed by me",
    "of another key": lambda p, t: p.sign(t.encode()) | {"key_id": "A" * 43},
    "too short": lambda p, t: p.sign(t.encode()) | {"value": "AAAA"},
    "with padding": lambda p, t: p.sign(t.encode()) | {"value": p.sign(t.encode())["value"] + "=="},
    "with NaN beside it": lambda p, t: p.sign(b"other") | {"more": float("nan")},
    "with a lone surrogate": lambda p, t: p.sign(t.encode()) | {"value": "\ud800"},
}


def test_a_phone_with_a_key_must_sign_what_it_wrote(phone: Phone) -> None:
    texts = {kind: phone.manifest() for kind in SIGNATURES}
    results = phone.push(
        *({"type": "report", "manifest": texts[kind], "signature": make(phone, texts[kind])} for kind, make in SIGNATURES.items())
    )
    assert {(each["outcome"], each["problem"]["code"]) for each in results} == {("quarantined", "bad-signature")}
    released = phone.push(*texts.values())
    assert {(each["outcome"], "problem" in each) for each in released} == {("stored", False)}
    assert [each["receipt"] for each in released] == [each["receipt"] for each in results]


@pytest.mark.both_stores
def test_a_colleague_is_not_the_author_until_the_author_comes(app: "Flask", phone: Phone, make_phone: MakePhone) -> None:
    from server.store.tables.sync import Event

    item = phone.item(phone.manifest())
    (result,) = make_phone().push(item)
    assert (result["outcome"], result["problem"]["code"]) == ("quarantined", "not-author")
    (released,) = phone.push(item)
    assert (released["outcome"], released["receipt"]) == ("stored", result["receipt"])
    types = [event.type for event in sorted(rows_of(app, Event), key=lambda event: event.position)]
    assert types[-3:] == ["report.quarantined", "receipt.complete", "report.stored"]


def test_an_unknown_device_waits_in_the_pushers_county_until_it_is_known(app: "Flask", phone: Phone) -> None:
    from server.store.tables.organisation import Device
    from server.store.tables.sync import Submission

    stranger = "11111111-2222-4333-8444-555555555555"
    text = json.dumps(a_report(stranger, phone.inspector_id, 1, None))
    (result,) = phone.push(text)
    assert (result["outcome"], result["problem"]["code"]) == ("quarantined", "unknown-device")
    assert [row.county for row in rows_of(app, Submission)] == ["320583"]
    with app.extensions["xuntu"].unit_of_work() as uow:
        known = uow.session.get_one(Device, ("320583", phone.device_id))
        uow.session.add(
            Device(
                **{name: getattr(known, name) for name in ("county", "inspector_id", "label", "platform", "app", "enrolled_at")},
                id=stranger,
                token_hash="x" * 64,
                token_expires_at=known.token_expires_at,
            )
        )
    (released,) = phone.push(text)
    assert (released["outcome"], released["flags"]) == ("stored", ["unsigned"])


def test_a_report_belongs_to_the_county_of_its_author(app: "Flask", phone: Phone, make_phone: MakePhone) -> None:
    from server.store.tables.sync import InboxItem, Submission

    foreigner = make_phone(county=FOREIGN_COUNTY)
    foreigner.push(phone.item(phone.manifest()))
    assert [row.county for row in rows_of(app, Submission)] == ["320583"]
    assert [row.county for row in rows_of(app, InboxItem)] == [FOREIGN_COUNTY]


@pytest.mark.both_stores
def test_a_cause_that_goes_does_not_displace_what_was_stored_meanwhile(phone: Phone) -> None:
    late = phone.manifest()
    phone.push({"type": "report", "manifest": late, "signature": None})
    assert phone.push(phone.manifest(id=json.loads(late)["id"], note="the one that counts"))[0]["outcome"] == "stored"
    (result,) = phone.push(late)
    assert (result["outcome"], result["problem"]["code"]) == ("quarantined", "conflicting-content")
    (again,) = phone.push(late)
    assert (again["outcome"], again["current"]) == ("duplicate", "quarantined")


def test_two_contents_whose_cause_goes_together_cannot_both_be_stored(phone: Phone) -> None:
    first = phone.manifest()
    second = phone.manifest(id=json.loads(first)["id"], note="other")
    phone.push(*({"type": "report", "manifest": text, "signature": None} for text in (first, second)))
    assert [each["outcome"] for each in phone.push(first, second)] == ["stored", "quarantined"]


@pytest.mark.both_stores
def test_an_item_the_database_refuses_is_quarantined_alone(app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.services import push
    from server.store.tables.sync import Submission

    written = push.submission_row

    def poisoned(delivery: Any, *rest: Any) -> dict[str, Any]:
        row = written(delivery, *rest)
        claims = delivery.item.fields or {}
        return row | {"received_at": None} if claims.get("note") == "poison" else row

    monkeypatch.setattr(push, "submission_row", poisoned)
    results = phone.push(phone.manifest(), phone.manifest(note="poison"), phone.manifest())
    assert [each["outcome"] for each in results] == ["stored", "quarantined", "stored"]
    assert results[1]["problem"]["code"] == "judgement-failed"
    assert results[1]["receipt"]
    assert len(rows_of(app, Submission)) == 3


def test_a_jpeg_in_place_of_a_manifest_is_refused(phone: Phone) -> None:
    item = {"type": "report", "manifest": a_jpeg().decode("latin-1"), "signature": None}
    assert phone.push(item)[0]["outcome"] == "refused"
