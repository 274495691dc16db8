"""A queue carried to the office gives what a push would have given, once, whatever else stands in its file."""

import io
import json
import os
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from schemas.carried import CarriedReceiptsSchema
from server.keys.carry import carry_recipient
from server.store.tables.sync import Event, InboxItem, Photo, PhotoHolder, Receipt, Submission, Upload
from tests.builders import (
    FOREIGN_COUNTY,
    MakePhone,
    Phone,
    a_declared_photo,
    a_jpeg,
    digest,
    payload_of,
    rows_of,
    verify,
)

if TYPE_CHECKING:
    from flask import Flask

Carry = Callable[..., dict[str, Any]]


def sealed(phone: Phone, content: bytes, recipient: str | None = None) -> bytes:
    to = recipient or phone.enrolled["carry_recipient"]
    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(to)]))


def zipped(entries: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, each in entries:
            archive.writestr(name, each)
    return content.getvalue()


def body(phone: Phone, *texts: str, proof: bool = True) -> bytes:
    items = [phone.item(text) for text in texts]
    said = {"items": items} | ({"enrolment": phone.enrolled["enrolment"]} if proof else {})
    return json.dumps(said, ensure_ascii=False).encode()


def named(photo: bytes, mark: str = "-") -> str:
    return f"photos/{digest(photo).replace(':', mark)}"


@pytest.fixture
def carry(app: "Flask", tmp_path: Path) -> Carry:
    """Imports a file of these bytes by the command and gives what it said of it; `more` are further options."""

    def run(content: bytes, *more: str, name: str = "queue.age") -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(content)
        result = app.test_cli_runner().invoke(args=["sync", "import", str(path), "--json", *more])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        said: dict[str, Any] = json.loads(result.stdout)["files"][0]
        assert (result.exit_code == 1) == bool(said["problems"])
        return said

    return run


def receipts_beside(said: dict[str, Any]) -> dict[str, Any]:
    content = json.loads(Path(said["receipts"]).read_text("utf-8"))
    CarriedReceiptsSchema().load(content)
    return dict(content)


@pytest.mark.both_stores
def test_a_carried_queue_gives_complete_receipts_that_the_phone_can_verify(app: "Flask", phone: Phone, carry: Carry) -> None:
    photos = [a_jpeg(1), a_jpeg(2)]
    texts = [phone.manifest(photos=[a_declared_photo(each)]) for each in photos]
    entries = [("push.json", body(phone, *texts)), (named(photos[0]), photos[0]), (named(photos[1], ":"), photos[1])]
    said = carry(sealed(phone, zipped(entries)))
    assert (said["outcomes"], said["photos"], said["problems"]) == ({"stored": 2}, {"stored": 2}, [])
    assert said["of"] == [{"inspector": "测试员", "device_id": phone.device_id, "proven": True}]
    content = receipts_beside(said)
    assert [each["digest"] for each in content["receipts"]] == [digest(text.encode()) for text in texts]
    for each in content["receipts"]:
        verify(each["receipt"], phone.enrolled["server_keys"])
        assert payload_of(each["receipt"])["state"] == "complete"
        assert each["missing"] == []
    assert {row.digest for row in rows_of(app, Photo)} == {digest(each) for each in photos}
    assert all(app.extensions["xuntu"].world.blobs.has(digest(each)) for each in photos)
    kept = [json.loads(row.item)["manifest"] for row in rows_of(app, InboxItem)]
    assert sorted(kept) == sorted(texts)


def test_the_same_file_again_changes_nothing(app: "Flask", phone: Phone, carry: Carry) -> None:
    photo = a_jpeg(1)
    text = phone.manifest(photos=[a_declared_photo(photo)])
    content = sealed(phone, zipped([("push.json", body(phone, text)), (named(photo), photo)]))
    first = receipts_beside(carry(content))
    tables = (Submission, Receipt, Event, Photo, PhotoHolder, Upload)
    before = [len(rows_of(app, table)) for table in tables]
    again = carry(content)
    assert (again["outcomes"], again["photos"]) == ({"duplicate": 1}, {"held": 1})
    assert [len(rows_of(app, table)) for table in tables] == before
    assert receipts_beside(again)["receipts"][0]["receipt"] == first["receipts"][0]["receipt"]


def test_what_was_carried_and_what_is_pushed_later_meet_as_one(phone: Phone, carry: Carry) -> None:
    photo = a_jpeg(1)
    text = phone.manifest(photos=[a_declared_photo(photo)])
    carry(sealed(phone, zipped([("push.json", body(phone, text))])))
    result = phone.push(text)[0]
    assert (result["outcome"], result["missing"]) == ("duplicate", [digest(photo)])
    late = carry(sealed(phone, zipped([("push.json", body(phone)), (named(photo), photo)])))
    assert (late["photos"], late["problems"]) == ({"stored": 1}, [])
    answer = phone.receipts({"id": result["id"], "rev": 1})[0]
    assert payload_of(answer["receipt"])["state"] == "complete"


def test_without_a_proof_the_devices_named_decide_inspector_by_inspector(
    app: "Flask", make_phone: MakePhone, carry: Carry
) -> None:
    one, two = make_phone(), make_phone()
    photo = a_jpeg(5)
    texts = [one.manifest(photos=[a_declared_photo(photo)]), two.manifest(photos=[a_declared_photo(photo)])]
    items = [one.item(texts[0]), two.item(texts[1])]
    said = carry(sealed(one, zipped([("push.json", json.dumps({"items": items}).encode()), (named(photo), photo)])))
    assert (said["outcomes"], said["photos"]) == ({"stored": 2}, {"stored": 2})
    assert [each["proven"] for each in said["of"]] == [False, False]
    assert {row.pushed_by for row in rows_of(app, Submission)} == {one.inspector_id, two.inspector_id}
    assert [payload_of(each["receipt"])["state"] for each in receipts_beside(said)["receipts"]] == ["complete"] * 2


def test_nobody_speaks_by_a_file_for_a_phone_that_cannot_sign(app: "Flask", make_phone: MakePhone, carry: Carry) -> None:
    victim, other = make_phone(alg=None), make_phone()
    items = [other.item(other.manifest()), victim.item(victim.manifest())]
    for some in (items[1:], items):
        said = carry(sealed(other, zipped([("push.json", json.dumps({"items": some}).encode())])))
        assert [each["code"] for each in said["problems"]] == ["carried-file"]
        assert "no enrolment proves whose" in said["problems"][0]["detail"]
    assert rows_of(app, Submission) == []
    proven = carry(sealed(victim, zipped([("push.json", body(victim, victim.manifest()))])))
    assert proven["outcomes"] == {"stored": 1}


def test_a_proof_that_another_server_signed_is_no_proof(phone: Phone, carry: Carry) -> None:
    text = phone.manifest()
    proof = json.loads(json.dumps(phone.enrolled["enrolment"]))
    proof["payload"] = proof["payload"].replace(phone.device_id, str(uuid.uuid4()))
    content = json.dumps({"items": [phone.item(text)], "enrolment": proof, "enrolments": [7, None]}).encode()
    said = carry(sealed(phone, zipped([("push.json", content)])))
    assert (said["of"][0]["proven"], said["outcomes"]) == (False, {"stored": 1})


def test_items_are_judged_as_in_a_push(phone: Phone, make_phone: MakePhone, carry: Carry) -> None:
    colleague = make_phone()
    foreign = colleague.item(colleague.manifest())
    unsigned = phone.item(phone.manifest()) | {"signature": None}
    items = [phone.item(phone.manifest()), foreign, unsigned, {"type": "report", "manifest": "{"}]
    content = json.dumps({"items": items, "enrolment": phone.enrolled["enrolment"]}).encode()
    said = carry(sealed(phone, zipped([("push.json", content)])))
    results = receipts_beside(said)["receipts"]
    assert [each["outcome"] for each in results] == ["stored", "quarantined", "quarantined", "refused"]
    assert [each.get("problem", {}).get("code") for each in results[1:3]] == ["not-author", "bad-signature"]


def test_a_long_queue_goes_in_in_several_batches_and_keeps_its_order(app: "Flask", phone: Phone, carry: Carry) -> None:
    texts = [phone.manifest() for _ in range(230)]
    said = carry(sealed(phone, zipped([("push.json", body(phone, *texts))], zipfile.ZIP_DEFLATED)))
    assert said["outcomes"] == {"stored": 230}
    assert [each["digest"] for each in receipts_beside(said)["receipts"]] == [digest(text.encode()) for text in texts]
    assert not any(row.flags for row in rows_of(app, Submission))


def test_a_dry_run_reads_everything_and_keeps_nothing(app: "Flask", phone: Phone, carry: Carry) -> None:
    photo = a_jpeg(1)
    text = phone.manifest(photos=[a_declared_photo(photo)])
    entries = [("push.json", body(phone, text)), (named(photo), photo), (f"photos/sha256-{'0' * 64}", b"x")]
    said = carry(sealed(phone, zipped(entries)), "--dry-run")
    assert (said["items"], said["photos"], said["receipts"]) == (1, {"stored": 1, "refused": 1}, None)
    assert [rows_of(app, table) for table in (Submission, InboxItem, Photo, Upload)] == [[], [], [], []]
    assert not list(app.extensions["xuntu"].world.blobs.parts.iterdir())


BAD_ENTRIES = {
    "other bytes than named": (lambda good: [(named(good), good[:-1] + b"?")], "do not have the digest"),
    "a path out of the folder": (lambda good: [("photos/../../etc/cron.d/x", good)], "photos/../../etc/cron.d/x"),
    "an absolute path": (lambda good: [("/etc/passwd", good)], "/etc/passwd"),
    "a photo nobody declares": (lambda good: [(named(a_jpeg(77)), a_jpeg(77))], "no report of this queue"),
    "a name of another shape": (lambda good: [("photos/IMG_1.jpg", good)], "photos/IMG_1.jpg"),
    "a name with control characters": (lambda good: [("photos/\x1b[2J", good)], "\\x1b[2J"),
}


@pytest.mark.parametrize("case", BAD_ENTRIES)
def test_a_bad_entry_is_named_and_keeps_nothing_else_out(case: str, app: "Flask", phone: Phone, carry: Carry) -> None:
    make, words = BAD_ENTRIES[case]
    one, other = a_jpeg(1), a_jpeg(2)
    text = phone.manifest(photos=[a_declared_photo(one), a_declared_photo(other)])
    said = carry(sealed(phone, zipped([*make(one), ("push.json", body(phone, text)), (named(other), other)])))
    assert [problem["code"] for problem in said["problems"]] == ["carried-entry"]
    problem = said["problems"][0]
    assert words in problem["detail"]
    assert problem["file"] == "queue.age"
    assert problem["entry"]
    assert said["outcomes"] == {"stored": 1}
    assert said["photos"]["stored"] == 1
    assert receipts_beside(said)["receipts"][0]["missing"] == [digest(one)]
    assert [row.digest for row in rows_of(app, Photo)] == [digest(other)]


def test_an_entry_that_is_damaged_within_the_zip_is_named(phone: Phone, carry: Carry) -> None:
    photo = a_jpeg(1)
    text = phone.manifest(photos=[a_declared_photo(photo)])
    content = zipped([("push.json", body(phone, text)), (named(photo), photo)])
    at = content.rindex(photo[20:40])
    said = carry(sealed(phone, content[:at] + b"\0" * 20 + content[at + 20 :]))
    assert [problem["code"] for problem in said["problems"]] == ["carried-entry"]
    assert said["outcomes"] == {"stored": 1}


def bomb() -> bytes:
    return zipped([("push.json", b"[" * 80_000_000)], zipfile.ZIP_DEFLATED)


BAD_FILES = {
    "no age file": (lambda phone: b"PK\x03\x04 just bytes", "no whole age file"),
    "an empty file": (lambda phone: b"", "no whole age file"),
    "for another recipient": (
        lambda phone: sealed(phone, zipped([]), str(pyrage.x25519.Identity.generate().to_public())),
        "another recipient",
    ),
    "cut off": (lambda phone: sealed(phone, os.urandom(200_000))[:-7], "cut off"),
    "no zip": (lambda phone: sealed(phone, b"not a zip"), "not a zip"),
    "without push.json": (lambda phone: sealed(phone, zipped([(named(b"x"), b"x")])), "0 entries named push.json"),
    "with two": (lambda phone: sealed(phone, zipped([("push.json", b"{}"), ("push.json", b"{}")])), "2 entries named"),
    "a bomb": (lambda phone: sealed(phone, bomb()), "larger than"),
    "of nobody": (lambda phone: sealed(phone, zipped([("push.json", b'{"items": []}')])), "no phone"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_cannot_be_used_is_named_and_changes_nothing(app: "Flask", phone: Phone, carry: Carry) -> None:
    for case, (make, words) in BAD_FILES.items():
        said = carry(make(phone))
        assert [problem["code"] for problem in said["problems"]] == ["carried-file"], case
        assert words in said["problems"][0]["detail"], case
        assert (said["problems"][0]["file"], said["receipts"]) == ("queue.age", None), case
        assert rows_of(app, InboxItem) == [], case


def cut_off(phone: Phone) -> bytes:
    return body(phone, phone.manifest(), proof=False)[:-40]


def no_utf8(phone: Phone) -> bytes:
    return body(phone, phone.manifest()) + b"\xff"


@pytest.mark.parametrize("make", [cut_off, no_utf8, lambda phone: b"{", lambda phone: b""])
def test_a_queue_that_cannot_be_read_is_kept_once_as_it_is_under_the_phone_it_names(
    app: "Flask", phone: Phone, carry: Carry, make: Callable[[Phone], bytes]
) -> None:
    content = make(phone)
    file = sealed(phone, zipped([("push.json", content)]))
    assert carry(file, "--dry-run")["problems"]
    assert rows_of(app, InboxItem) == []
    for _ in range(2):
        (problem,) = carry(file)["problems"]
        assert (problem["code"], "is kept as it is" in problem["detail"]) == ("carried-file", True)
    (kept,) = rows_of(app, InboxItem)
    assert (kept.item, kept.outcome, kept.problem["code"]) == (content, "refused", "carried-file")
    named = phone.device_id if b"device_id" in content else ""
    assert (kept.county, kept.device_id) == (phone.enrolled["county"], named), "there is only one bureau"


def test_a_queue_that_cannot_be_read_and_names_nobody_is_put_down_to_no_bureau_where_there_are_two(
    app: "Flask", phone: Phone, make_phone: MakePhone, carry: Carry
) -> None:
    make_phone(county=FOREIGN_COUNTY)
    carry(sealed(phone, zipped([("push.json", b"{")])))
    assert [(kept.county, kept.device_id) for kept in rows_of(app, InboxItem)] == [("", "")]
    told = json.loads(app.test_cli_runner().invoke(args=["sync", "reconcile", "--json"]).stdout)
    assert told["totals"]["refused"] == 1, "and the operator sees that it is there"


def test_a_bad_file_among_several_does_not_keep_the_others_out(app: "Flask", phone: Phone, tmp_path: Path) -> None:
    (tmp_path / "bad.age").write_bytes(b"x")
    (tmp_path / "good.age").write_bytes(sealed(phone, zipped([("push.json", body(phone, phone.manifest()))])))
    files = [str(tmp_path / name) for name in ("bad.age", "absent.age", "good.age")]
    result = app.test_cli_runner().invoke(args=["sync", "import", *files])
    assert result.exit_code == 1
    assert "bad.age: it is no whole age file (carried-file)" in result.stdout
    assert "absent.age: No such file or directory (carried-file)" in result.stdout
    assert "good.age: brought 1 items of 测试员 (stored 1)" in result.stdout


def test_a_queue_of_a_phone_that_was_revoked_is_still_brought_in(app: "Flask", phone: Phone, carry: Carry) -> None:
    from sqlalchemy import update

    from server.store.tables.organisation import Device

    content = sealed(phone, zipped([("push.json", body(phone, phone.manifest()))]))
    with app.extensions["xuntu"].unit_of_work() as uow:
        uow.session.execute(update(Device).values(revoked_at=uow.now))
    assert carry(content)["outcomes"] == {"stored": 1}


def test_the_recipient_of_an_enrolment_is_the_one_that_can_be_opened(app: "Flask", phone: Phone) -> None:
    assert phone.enrolled["carry_recipient"] == carry_recipient(app.extensions["xuntu"].settings.data_dir / "keys")
