"""Revisions and sequence numbers (protocol section 3): held, released in cascade, forks kept, gaps flagged, progress applied."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import COUNTY, MakePhone, Phone, digest, payload_of, rows_of

if TYPE_CHECKING:
    from flask import Flask


def chain_of(phone: Phone, length: int, **differences: Any) -> list[str]:
    """A report and its revisions."""
    texts = [phone.manifest(**differences)]
    while len(texts) < length:
        texts.append(phone.revision(texts[-1], note=f"revision {len(texts) + 1}"))
    return texts


def states(app: "Flask") -> dict[int, tuple[str, bool]]:
    """Revision → state and whether it is superseded."""
    from server.store.tables.sync import Submission

    return {row.rev: (row.state, row.superseded) for row in rows_of(app, Submission)}


@pytest.mark.both_stores
def test_revisions_are_held_until_their_predecessor_comes_and_then_released_together(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event

    first, second, third, fourth = chain_of(phone, 4)
    assert [each["outcome"] for each in phone.push(third, second)] == ["held", "held"]
    assert phone.push(fourth)[0]["outcome"] == "held"
    assert phone.push(first)[0]["outcome"] == "stored"
    assert states(app) == {1: ("stored", True), 2: ("stored", True), 3: ("stored", True), 4: ("stored", False)}
    events = sorted(rows_of(app, Event), key=lambda event: event.position)
    assert [event.type for event in events if event.type.startswith("report.")] == [
        *["report.held"] * 3,
        "report.stored",
        *["report.released"] * 3,
    ]


def test_a_whole_chain_in_any_order_within_one_push_is_stored(app: "Flask", phone: Phone) -> None:
    assert {each["outcome"] for each in phone.push(*reversed(chain_of(phone, 4)))} == {"stored"}
    assert states(app) == {1: ("stored", True), 2: ("stored", True), 3: ("stored", True), 4: ("stored", False)}


def test_a_chain_of_five_hundred_held_revisions_is_released_at_once(app: "Flask", phone: Phone) -> None:
    first, *later = chain_of(phone, 500)
    assert {each["outcome"] for each in phone.push(*later)} == {"held"}
    assert phone.push(first)[0]["outcome"] == "stored"
    assert {state for state, _ in states(app).values()} == {"stored"}


def test_held_is_durable_and_asked_for_its_photos(phone: Phone) -> None:
    _, second = chain_of(phone, 2)
    (result,) = phone.push(second)
    assert payload_of(result["receipt"])["state"] == "complete"
    (answer,) = phone.receipts({"id": result["id"], "rev": 2})
    assert (answer["known"], answer["current"]) == (True, "held")


@pytest.mark.both_stores
def test_a_revision_of_something_else_is_quarantined(phone: Phone) -> None:
    first = phone.manifest()
    stranger = phone.manifest(id=json.loads(first)["id"], rev=2, prev="sha256:" + "0" * 64)
    _, result = phone.push(first, stranger)
    assert (result["outcome"], result["problem"]["code"]) == ("quarantined", "prev-mismatch")
    (right,) = phone.push(phone.revision(first))
    assert right["outcome"] == "stored", "what is quarantined claims no revision"


def test_a_held_revision_whose_predecessor_turns_out_other_is_quarantined(app: "Flask", phone: Phone) -> None:
    first = phone.manifest()
    second = phone.manifest(id=json.loads(first)["id"], rev=2, prev="sha256:" + "0" * 64)
    third = phone.revision(second)
    phone.push(second, third)
    phone.push(first)
    assert {rev: state for rev, (state, _) in states(app).items()} == {1: "stored", 2: "quarantined", 3: "held"}
    (answer,) = phone.push(second)
    assert (answer["outcome"], answer["current"]) == ("duplicate", "quarantined")


def test_a_released_revision_answers_with_the_receipt_it_had(phone: Phone) -> None:
    first, second = chain_of(phone, 2)
    (held,) = phone.push(second)
    phone.push(first)
    (answer,) = phone.push(second)
    assert (answer["outcome"], answer["current"], answer["receipt"]) == ("duplicate", "stored", held["receipt"])


@pytest.mark.both_stores
def test_two_manifests_of_one_sequence_number_are_a_fork(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Event, Submission

    first = phone.manifest()
    clone = phone.manifest(seq=1, chain=None)
    assert phone.push(first)[0]["flags"] == []
    (result,) = phone.push(clone)
    assert (result["outcome"], result["problem"]["code"], result["flags"]) == ("quarantined", "device-fork", ["device-fork"])
    rows = {row.digest: row for row in rows_of(app, Submission)}
    assert rows[digest(first.encode())].flags == ["device-fork"]
    assert rows[digest(first.encode())].state == "stored"
    assert phone.client.get("/sync/v1/session", headers=phone.headers).json["reenrol"] is True
    assert phone.push(phone.manifest())[0]["outcome"] == "stored", "pushes go on"
    assert len(rows_of(app, Event, type="device.forked")) == 1


def test_a_fork_within_one_push_flags_the_earlier_item(phone: Phone) -> None:
    results = phone.push(phone.manifest(), phone.manifest(seq=1, chain=None))
    assert [(each["outcome"], each["flags"]) for each in results] == [
        ("stored", ["device-fork"]),
        ("quarantined", ["device-fork"]),
    ]


def test_a_conflict_with_the_same_sequence_number_is_a_fork_too(phone: Phone) -> None:
    first = phone.manifest()
    phone.push(first)
    (result,) = phone.push(phone.manifest(id=json.loads(first)["id"], seq=1, chain=None, note="changed"))
    assert (result["problem"]["code"], result["flags"]) == ("conflicting-content", ["device-fork"])
    assert phone.client.get("/sync/v1/session", headers=phone.headers).json["reenrol"] is True


def test_what_nobody_signed_makes_no_fork(phone: Phone) -> None:
    forged = phone.manifest()
    phone.push({"type": "report", "manifest": forged, "signature": None})
    (result,) = phone.push(phone.manifest(seq=1, chain=None))
    assert (result["outcome"], result["flags"]) == ("stored", [])
    assert phone.client.get("/sync/v1/session", headers=phone.headers).json["reenrol"] is False


@pytest.mark.both_stores
def test_a_gap_holds_nothing_and_its_flag_goes_when_it_closes(app: "Flask", phone: Phone) -> None:
    from server.store.tables.sync import Submission

    first, second, third = phone.manifest(), phone.manifest(), phone.manifest()
    assert [(each["outcome"], each["flags"]) for each in phone.push(first, third)] == [("stored", []), ("stored", ["chain-gap"])]
    assert phone.push(second)[0]["flags"] == []
    assert [row.flags for row in rows_of(app, Submission)] == [[], [], []]


def test_a_quarantined_manifest_leaves_no_gap(phone: Phone) -> None:
    phone.push(phone.manifest(v=99))
    assert phone.push(phone.manifest())[0]["flags"] == []


def test_reports_and_progress_share_one_sequence(phone: Phone) -> None:
    results = phone.push(phone.manifest(), phone.progress("unknown", "started"), phone.manifest())
    assert [(each["outcome"], each["flags"]) for each in results] == [
        ("stored", []),
        ("stored", ["unknown-task"]),
        ("stored", []),
    ]
    assert payload_of(results[1]["receipt"])["state"] == "complete"


@pytest.mark.both_stores
def test_done_outweighs_impossible_outweighs_started(app: "Flask", phone: Phone) -> None:
    from server.store.tables.registry import Task

    told = {
        "t1": (["started", "done"], "done"),
        "t2": (["done", "started"], "done"),
        "t3": (["impossible", "done"], "done"),
        "t4": (["done", "impossible"], "done"),
        "t5": (["impossible", "started"], "impossible"),
        "t6": (["started"], "started"),
    }
    with app.extensions["xuntu"].unit_of_work() as uow:
        due_on = date(2026, 12, 1)
        uow.session.add_all(Task(county=COUNTY, id=id_, crew_id="c", parcel_id="p", reason="巡查", due_on=due_on) for id_ in told)
    for id_, (states_told, _) in told.items():
        for state in states_told:
            assert phone.push(phone.progress(id_, state))[0]["flags"] == []
    assert {task.id: task.state for task in rows_of(app, Task)} == {id_: ends for id_, (_, ends) in told.items()}


def test_progress_under_the_id_of_a_report_is_a_conflict(phone: Phone) -> None:
    report = phone.manifest()
    phone.push(report)
    (result,) = phone.push(phone.progress("task-1", "done", id=json.loads(report)["id"]))
    assert (result["outcome"], result["problem"]["code"]) == ("quarantined", "conflicting-content")
    assert phone.push(phone.revision(report))[0]["outcome"] == "stored"


def test_progress_is_no_predecessor_of_a_report(phone: Phone) -> None:
    progress = phone.progress("task-1", "done")
    phone.push(progress)
    revision = phone.manifest(id=json.loads(progress["manifest"])["id"], rev=2, prev=digest(progress["manifest"].encode()))
    assert phone.push(revision)[0]["outcome"] == "held"


def test_wrong_progress_is_quarantined(phone: Phone) -> None:
    for wrong in ({"state": "lost"}, {"task_id": None}, {"v": 3}, {"captured_at": "2026-11-20"}):
        assert phone.push(phone.progress(**({"task_id": "task-1", "state": "done"} | wrong)))[0]["outcome"] == "quarantined"


def test_phones_of_two_counties_do_not_meet(phone: Phone, make_phone: MakePhone) -> None:
    other = make_phone(county="350128")
    first = phone.manifest()
    assert phone.push(first)[0]["outcome"] == "stored"
    assert other.push(other.manifest(id=json.loads(first)["id"]))[0]["outcome"] == "stored"
