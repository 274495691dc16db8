"""Many phones and requests at once, over a real socket: one submission, one receipt, one order of events, no lost byte."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.builders import COUNTY, TUS, MakePhone, Phone, a_declared_photo, a_jpeg, digest, payload_of, rows_of

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8


def at_once(work: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def push(server: str, phone: Phone, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    body = json.dumps({"items": items})
    answer = requests.post(f"{server}/sync/v1/push", data=body, headers=phone.headers, timeout=60)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def positions(app: "Flask") -> list[int]:
    from server.store.tables.sync import Event

    return sorted(event.position for event in rows_of(app, Event, county=COUNTY))


@pytest.mark.both_stores
def test_the_same_items_pushed_at_once_are_one_submission_and_one_receipt(app: "Flask", live_server: str, phone: Phone) -> None:
    from server.store.tables.sync import InboxItem, Job, Receipt, Submission

    items = [phone.item(phone.manifest()) for _ in range(20)]
    answers = at_once(lambda n: push(live_server, phone, items if n % 2 else items[::-1]))
    by_digest: dict[str, set[str]] = {}
    for result in (result for answer in answers for result in answer):
        by_digest.setdefault(result["digest"], set()).add(json.dumps(result["receipt"]))
    assert {len(receipts) for receipts in by_digest.values()} == {1}
    outcomes = [result["outcome"] for answer in answers for result in answer]
    assert (outcomes.count("stored"), outcomes.count("duplicate")) == (20, 20 * (THREADS - 1))
    assert [len(rows_of(app, table)) for table in (Submission, Receipt, InboxItem)] == [20, 20, 20 * THREADS]
    assert len(rows_of(app, Job, name="match_report")) == 20
    assert positions(app) == list(range(1, len(positions(app)) + 1))


@pytest.mark.both_stores
def test_one_chain_pushed_in_pieces_at_once_ends_as_if_in_order(app: "Flask", live_server: str, phone: Phone) -> None:
    from server.store.tables.sync import Submission

    texts = [phone.manifest()]
    while len(texts) < THREADS:
        texts.append(phone.revision(texts[-1]))
    at_once(lambda n: push(live_server, phone, [phone.item(texts[n])]))
    rows = sorted(rows_of(app, Submission), key=lambda row: row.rev)
    assert [(row.state, row.superseded, row.flags) for row in rows] == [("stored", row.rev < THREADS, []) for row in rows]
    assert positions(app) == list(range(1, len(positions(app)) + 1))


@pytest.mark.both_stores
def test_contents_that_claim_one_identity_at_once_leave_one_stored(app: "Flask", live_server: str, phone: Phone) -> None:
    from server.store.tables.sync import Submission

    first = phone.manifest()
    rivals = [first, *(phone.manifest(id=json.loads(first)["id"], note=f"other {n}") for n in range(THREADS - 1))]
    at_once(lambda n: push(live_server, phone, [phone.item(rivals[n])]))
    states = sorted(row.state for row in rows_of(app, Submission))
    assert states == ["quarantined"] * (THREADS - 1) + ["stored"]


@pytest.mark.both_stores
def test_a_photo_and_its_manifest_crossing_on_the_way_are_complete(live_server: str, make_phone: MakePhone) -> None:
    phones = [make_phone() for _ in range(THREADS // 2)]
    photos = [a_jpeg(n) for n in range(len(phones))]
    items = [phone.item(phone.manifest(photos=[a_declared_photo(photo)])) for phone, photo in zip(phones, photos, strict=True)]
    places = [
        phone.create_upload(digest(photo), len(photo)).headers["Location"] for phone, photo in zip(phones, photos, strict=True)
    ]

    def work(n: int) -> None:
        one = n // 2
        if n % 2:
            push(live_server, phones[one], [items[one]])
        else:
            assert patch(live_server, phones[one], places[one], 0, photos[one]).status_code == 204

    at_once(work)
    for phone, item in zip(phones, items, strict=True):
        (answer,) = phone.receipts({"id": json.loads(item["manifest"])["id"], "rev": 1})
        assert payload_of(answer["receipt"])["state"] == "complete"
        assert answer["missing"] == []


def patch(server: str, phone: Phone, location: str, offset: int, content: bytes) -> requests.Response:
    headers = {**phone.headers, **TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return requests.patch(f"{server}{location}", data=content, headers=headers, timeout=60)


@pytest.mark.both_stores
def test_patches_at_once_take_turns_and_only_one_counts(app: "Flask", live_server: str, phone: Phone) -> None:
    photo = a_jpeg(3, (300, 200))
    half = len(photo) // 2
    location = phone.create_upload(digest(photo), len(photo)).headers["Location"]
    answers = at_once(lambda n: patch(live_server, phone, location, 0, photo[: half + n]))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [204] + [409] * (THREADS - 1)
    won = {answer.headers["Upload-Offset"] for answer in answers}
    assert len(won) == 1, "every loser hears where the upload stands"
    offset = int(won.pop())
    assert patch(live_server, phone, location, offset, photo[offset:]).status_code == 204
    assert app.extensions["xuntu"].world.blobs.path(digest(photo)).read_bytes() == photo


def test_one_code_used_at_once_with_two_keys_makes_one_phone(app: "Flask", live_server: str) -> None:
    from server.store.tables.organisation import Device
    from tests.builders import a_user, an_enrolment_code, base64url, new_key, spki_of

    a_user(app, "li")
    code = an_enrolment_code(app, "li")

    def enrol(_: int) -> int:
        public = {"alg": "Ed25519", "spki": base64url(spki_of(new_key("Ed25519")))}
        body = {"code": code, "label": "", "platform": "", "app": {"name": "t", "version": "1"}, "public_key": public}
        return requests.post(f"{live_server}/sync/v1/devices", json=body, timeout=60).status_code

    assert sorted(at_once(enrol, 4)) == [201, 403, 403, 403]
    assert len(rows_of(app, Device)) == 1


def test_answers_over_a_socket_carry_a_date(live_server: str) -> None:
    answer = requests.get(f"{live_server}/sync/v1/session", timeout=10)
    assert answer.status_code == 401
    assert answer.headers["Date"].endswith("GMT")
