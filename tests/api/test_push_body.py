"""The body of a push (protocol sections 1 and 3): codings, limits, and that what cannot be read is kept all the same."""

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import Phone, digest, rows_of

if TYPE_CHECKING:
    from flask import Flask

MIB = 1024 * 1024


def kept(app: "Flask") -> list[tuple[str, bytes, str]]:
    from server.store.tables.sync import InboxItem

    return [(row.outcome, row.item, row.problem["code"] if row.problem else "") for row in rows_of(app, InboxItem)]


def body_of(phone: Phone, **envelope: Any) -> bytes:
    return json.dumps({"items": [phone.item(phone.manifest())], **envelope}).encode()


NO_PUSH = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"items"',
    b"{}",
    b'{"items": 5}',
    b'{"items": [1,]}',
    b'{"items": [1 2]}',
    b'{"items": []} trailing',
    b'{"items": [], }',
    b'{"items": [1], "items": [2]}',
    b"{items: []}",
    b'{"items": [' + b"[" * 5000,
    b'\xff\xfe{"items": []}',
    b'{"items": ["\xed\xa0\x80"]}',
    '\ufeff{"items": []}'.encode(),
]


@pytest.mark.both_stores
def test_a_body_that_is_no_push_is_malformed_and_its_bytes_are_kept_once(app: "Flask", phone: Phone) -> None:
    for body in NO_PUSH:
        for _ in range(2):
            answer = phone.post(body)
            assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (400, "malformed", "after-change"), body[
                :30
            ]
    assert sorted(kept(app)) == sorted(("refused", body, "malformed") for body in NO_PUSH)


def test_a_gzip_body_is_read_like_a_plain_one(app: "Flask", phone: Phone) -> None:
    body = body_of(phone)
    answer = phone.post(gzip.compress(body), **{"Content-Encoding": "gzip"})
    assert answer.json["results"][0]["outcome"] == "stored"
    assert kept(app)[0][1] in body


def test_damaged_cut_or_trailing_gzip_data_is_malformed(phone: Phone) -> None:
    whole = gzip.compress(body_of(phone))
    damaged = whole[:30] + bytes([whole[30] ^ 0xFF]) + whole[31:]
    wrong_sum = whole[:-8] + b"\0\0\0\0" + whole[-4:]
    for body in (
        whole[:-1],
        whole + b"x",
        whole + b"\0",
        whole + whole,
        damaged,
        wrong_sum,
        b"",
        b"no gzip",
        zlib.compress(b"{}"),
    ):
        answer = phone.post(body, **{"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json["code"]) == (400, "malformed"), body[-12:]


def test_another_coding_is_refused(phone: Phone) -> None:
    for coding in ("br", "deflate", "zstd", "gzip, gzip", "x-gzip"):
        answer = phone.post(b"{}", **{"Content-Encoding": coding})
        assert (answer.status_code, answer.json["code"], answer.json["coding"]) == (415, "unsupported-coding", coding)


def test_a_push_beyond_its_limits_is_judged_not_at_all_and_told_both_of_them(app: "Flask", phone: Phone) -> None:
    bomb = gzip.compress(b" " * (64 * MIB))
    assert len(bomb) < MIB
    too_many = json.dumps({"items": [{}] * 501}).encode()
    on_wire = body_of(phone, more="x" * (4 * MIB))
    inflated = gzip.compress(body_of(phone, more="x" * (8 * MIB)))
    asked = [(bomb, "gzip"), (too_many, "identity"), (on_wire, "identity"), (inflated, "gzip")]
    for body, coding in asked:
        answer = phone.post(body, **{"Content-Encoding": coding})
        assert (answer.status_code, answer.json["code"]) == (413, "too-large")
        assert (answer.json["max_bytes"], answer.json["max_items"]) == (8 * MIB if coding == "gzip" else 4 * MIB, 500)
    assert kept(app) == []


def test_a_push_at_its_limits_is_judged(phone: Phone) -> None:
    full = json.dumps({"items": [{}] * 500}).encode()
    assert len(phone.post(full).json["results"]) == 500
    exact = full + b" " * (4 * MIB - len(full))
    assert phone.post(exact).status_code == 200
    assert phone.post(exact + b" ").status_code == 413
    inflated = full + b" " * (8 * MIB - len(full))
    assert phone.post(gzip.compress(inflated), **{"Content-Encoding": "gzip"}).status_code == 200
    assert phone.post(gzip.compress(inflated + b" "), **{"Content-Encoding": "gzip"}).status_code == 413


def test_answers_are_compressed_for_who_wants_it(phone: Phone) -> None:
    body = json.dumps({"items": [{}] * 20}).encode()
    plain, packed = phone.post(body), phone.post(body, **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert json.loads(gzip.decompress(packed.data))["results"] == plain.json["results"]
    assert "Content-Encoding" not in phone.post(body, **{"Accept-Encoding": "gzip;q=0"}).headers


def test_every_result_stands_at_the_place_of_its_item(phone: Phone) -> None:
    texts = [phone.manifest() for _ in range(10)]
    results = phone.push(*texts[5:], "{", *texts[:5])
    assert [each["digest"] for each in results] == [digest(text.encode()) for text in (*texts[5:], "{", *texts[:5])]
