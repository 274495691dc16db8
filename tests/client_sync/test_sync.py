"""What a phone promises when the network, the server or the phone itself fails."""

import json
import sqlite3

import pytest

from client_sync.errors import DraftInvalidError, NotEnrolledError, RejectedError
from client_sync.keys import digest_of
from tests.client_sync.fake_server import ReplyError, problem, sha256, times

LOST = ReplyError(0)


def test_a_report_with_photos_reaches_complete_in_one_round(phone, server, a_report):
    phone.capture(a_report(1000, 2000, note="one"))
    summary = phone.sync()
    assert (summary.outcomes, summary.photos_uploaded, summary.quiet) == ({"stored": 1}, 2, True)
    assert phone.status()["complete"] == 1
    assert len(server.blobs) == 2


def test_the_second_round_sends_nothing_again(phone, server, a_report):
    phone.capture(a_report(1000))
    phone.sync()
    before = len(server.pushes)
    assert phone.sync().outcomes == {}
    assert len(server.pushes) == before


def test_a_cut_upload_goes_on_where_the_server_stands(phone, server, a_report):
    phone.chunk_bytes = 1000
    phone.capture(a_report(3500))
    cut = iter([None, None, LOST])

    def cut_the_second_answer(method, _path, _headers):
        if method == "PATCH" and (fault := next(cut, None)):
            raise fault

    server.after = cut_the_second_answer
    phone.sync()
    assert phone.status()["complete"] == 1
    assert server.patched_bytes == 3500


def test_a_restarted_phone_resumes_its_upload_by_asking_for_the_offset(phone, phone_in, server, a_report, tmp_path):
    phone.chunk_bytes = 1000
    phone.capture(a_report(3500))
    seen = []

    def die_after_two_chunks(method, _path, _headers):
        seen.append(method)
        if seen.count("PATCH") > 2 or (seen.count("PATCH") == 2 and method == "HEAD"):
            raise problem(503, "unavailable")

    server.before = die_after_two_chunks
    assert phone.sync().states["received"] == 1
    phone.close()
    server.before = lambda *request: seen.append(request[0])
    seen.clear()
    again = phone_in(tmp_path / "phone", chunk_bytes=1000)
    again.sync()
    assert (again.status()["complete"], server.patched_bytes) == (1, 3500)
    assert seen.count("HEAD") == 1
    assert server.requests["POST files"] == 1


def test_an_upload_the_server_forgot_starts_over(phone, server, a_report):
    phone.capture(a_report(2000))
    server.before = lambda method, *_: (_ for _ in ()).throw(problem(503, "unavailable")) if method == "PATCH" else None
    phone.sync()
    server.before = lambda *_: None
    server.uploads.clear()
    phone.sync()
    assert phone.status()["complete"] == 1


def test_a_damaged_chunk_is_sent_again(phone, server, a_report):
    phone.capture(a_report(2000))
    damaged = iter([problem(460, "checksum-mismatch")])

    def damage_once(method, _path, _headers):
        if method == "PATCH" and (fault := next(damaged, None)):
            raise fault

    server.before = damage_once
    phone.sync()
    assert phone.status()["complete"] == 1


def test_bytes_the_server_already_has_are_not_sent_twice(phone, server, a_report):
    phone.capture(a_report(2000, note="same"))
    phone.sync()
    phone.capture(a_report(2000, note="same"))
    phone.sync()
    assert (phone.status()["complete"], server.patched_bytes) == (2, 2000)


def test_a_photo_the_server_has_from_another_phone_counts_as_arrived(phone, phone_in, server, a_report, tmp_path):
    phone.capture(a_report(2000, note="same"))
    phone.sync()
    other = phone_in(tmp_path / "other")
    other.enrol("code-2", "phone 2")
    other.capture(a_report(2000, note="same"))
    summary = other.sync()
    assert (summary.photos_uploaded, other.status()["photos_waiting"], server.patched_bytes) == (1, 0, 2000)
    assert other.sync().photos_uploaded == 0


def test_an_upload_that_begins_at_its_end_counts_as_arrived(phone, server, a_report):
    draft = a_report(2000)
    content = draft.photos[0].path.read_bytes()

    def have_it_by_now(method, path, _headers):
        if method == "POST" and path.endswith("/files"):
            server.blobs[sha256(content)] = content

    server.before = have_it_by_now
    phone.capture(draft)
    summary = phone.sync()
    assert (summary.photos_uploaded, phone.status()["photos_waiting"], server.patched_bytes) == (1, 0, 0)


def test_a_missing_list_that_contradicts_the_signed_counts_settles_no_photo(phone, server, a_report):
    word = server.word
    server.word = lambda key: {**word(key), "missing": []}
    phone.capture(a_report(2000))
    summary = phone.sync()
    assert (summary.photos_uploaded, phone.status()["photos_waiting"]) == (0, 1)


def test_photos_that_arrived_before_the_round_was_stopped_are_counted(phone, server, a_report):
    for number in range(4):
        phone.capture(a_report(1000 + number, note=str(number)))
    served = []

    def serve_one(method, path, _headers):
        if method == "POST" and path.endswith("/files"):
            served.append(path)
            if len(served) > 1:
                raise problem(503, "unavailable")

    server.before = serve_one
    summary = phone.sync()
    assert (summary.stopped, summary.photos_uploaded, phone.status()["photos_waiting"]) == ("unavailable", 1, 3)


def test_a_round_ends_with_the_true_counts_of_what_is_unsent(phone, server, a_report):
    phone.capture(a_report(1000, 2000))
    phone.sync()
    told = [(push["unsent"], len(push["items"])) for push in server.pushes]
    assert told == [({"reports": 1, "photos": 2}, 1), ({"reports": 0, "photos": 0}, 0)]
    phone.sync()
    assert len(server.pushes) == 2


def test_a_phone_enrolled_anew_tells_its_counts_again(phone, server):
    phone.sync()
    phone.enrol("code-2", "phone 1")
    phone.sync()
    assert [push["unsent"] for push in server.pushes] == [{"reports": 0, "photos": 0}] * 2


def test_a_server_that_refuses_an_empty_push_stops_no_round(phone, server, a_report):
    push = server.push

    def refuse_empty(body, device):
        if not body["items"]:
            raise problem(422, "invalid")
        return push(body, device)

    server.push = refuse_empty
    phone.capture(a_report(1000))
    summary = phone.sync()
    assert (summary.stopped, summary.quiet, phone.status()["complete"]) == (None, True, 1)


def test_a_push_that_is_too_large_is_halved_until_it_fits(phone, server, a_report):
    for number in range(10):
        phone.capture(a_report(note=str(number)))
    server.max_items = 3
    summary = phone.sync()
    assert summary.outcomes == {"stored": 10}
    assert max(len(push["items"]) for push in server.pushes) <= 3


def test_one_item_too_large_by_itself_is_set_aside_and_blocks_nobody(phone, server, a_report):
    for number in range(4):
        phone.capture(a_report(note=str(number)))
    phone.outbox.queue_captured()
    poison = phone.outbox.items("queued")[1].manifest
    judge = server.push

    def too_large_with_poison(body, device):
        if any(item["manifest"] == poison for item in body["items"]):
            raise problem(413, "too-large")
        return judge(body, device)

    server.push = too_large_with_poison
    summary = phone.sync()
    assert summary.outcomes == {"stored": 3}
    assert [item.manifest for item in phone.outbox.items("attention")] == [poison]


def test_a_revoked_device_keeps_everything_and_goes_on_after_a_new_enrolment(phone, server, a_report):
    phone.capture(a_report(1000))
    server.revoked.add(phone.outbox.identity().device_id)
    summary = phone.sync()
    assert (summary.stopped, summary.reenrol) == ("device-revoked", True)
    assert phone.status()["queued"] == 1
    phone.enrol("code-2", "phone 1")
    assert phone.sync().outcomes == {"stored": 1}
    assert phone.status()["complete"] == 1


def test_a_crash_between_capture_and_queue_keeps_the_report(phone, phone_in, tmp_path, a_report):
    phone.capture(a_report(1000))
    phone.close()
    again = phone_in(tmp_path / "phone")
    assert again.status()["captured"] == 1
    assert again.sync().outcomes == {"stored": 1}


def test_a_crash_while_signing_leaves_the_draft_and_the_chain_whole(phone, a_report, monkeypatch):
    phone.capture(a_report(note="one"))
    phone.capture(a_report(note="two"))
    monkeypatch.setattr("client_sync.outbox.report_text", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        phone.sync()
    monkeypatch.undo()
    assert phone.status()["captured"] == 2
    phone.sync()
    manifests = [json.loads(item.manifest) for item in phone.outbox.items()]
    assert [manifest["seq"] for manifest in manifests] == [1, 2]


def test_a_phone_can_capture_before_it_is_enrolled(phone_in, tmp_path, a_report):
    phone = phone_in(tmp_path / "new")
    phone.capture(a_report())
    with pytest.raises(NotEnrolledError):
        phone.sync()
    phone.enrol("code-9", "late")
    assert phone.sync().outcomes == {"stored": 1}


def test_a_lost_enrolment_reply_burns_nothing(phone_in, server, tmp_path):
    phone = phone_in(tmp_path / "new")
    server.after = times(1, LOST, on="devices")
    phone.enrol("code-3", "phone 3")
    assert server.requests["POST devices"] == 2
    with pytest.raises(RejectedError):
        phone_in(tmp_path / "thief").enrol("code-3", "thief")


def test_no_attempt_is_made_before_retry_after(phone, server, waits, a_report):
    phone.capture(a_report())
    server.before = times(2, problem(503, "unavailable", **{"Retry-After": "7"}), on="push")
    assert phone.sync().outcomes == {"stored": 1}
    assert [wait >= 7 for wait in waits] == [True, True]


def test_large_pushes_travel_as_gzip(phone, server, a_report):
    codings = []
    server.before = lambda _m, path, headers: codings.append(headers.get("Content-Encoding")) if path.endswith("push") else None
    phone.capture(a_report(note="x" * 5000))
    phone.sync()
    assert codings[0] == "gzip"


def test_the_chain_and_the_revisions_name_the_digest_before_them(phone, server, a_report):
    first = phone.capture(a_report(note="one"))
    phone.capture(a_report(note="better"), revises=first.id)
    phone.sync()
    one, two = phone.outbox.items()
    manifest = json.loads(two.manifest)
    assert (manifest["rev"], manifest["prev"], manifest["chain"], manifest["seq"]) == (2, one.digest, one.digest, 2)
    assert one.digest == digest_of(one.manifest)


def test_a_held_revision_is_asked_for_until_it_is_stored(phone, server, a_report):
    first = phone.capture(a_report(note="one"))
    phone.capture(a_report(note="better"), revises=first.id)
    phone.outbox.queue_captured()
    one, _two = phone.outbox.items()
    judge = server.judge
    server.judge = lambda item, device: judge(item, device) if item["manifest"] != one.manifest else {"outcome": "x"}
    phone.sync()
    assert {item.rev: item.outcome for item in phone.outbox.items()} == {1: None, 2: "held"}
    server.judge = judge
    phone.sync()
    assert {item.rev: item.outcome for item in phone.outbox.items()} == {1: "stored", 2: "stored"}


def test_a_refused_item_waits_for_a_person_and_is_kept(phone, server, a_report):
    phone.capture(a_report())
    phone.outbox.queue_captured()
    with phone.outbox.writing() as db:
        db.execute("UPDATE reports SET manifest = 'rubbish', digest = ?", (digest_of("rubbish"),))
    assert phone.sync().outcomes == {"refused": 1}
    assert [item.state for item in phone.outbox.items()] == ["attention"]
    assert phone.sync().outcomes == {}


def test_a_photo_lost_on_the_phone_leaves_its_report_received(phone, server, a_report):
    phone.capture(a_report(1000, 2000))
    for path in list(phone.outbox.shelf.folder.iterdir())[:1]:
        path.unlink()
    summary = phone.sync()
    assert (summary.photos_lost, phone.status()["received"], len(server.blobs)) == (1, 1, 1)


def test_a_report_that_breaks_the_server_does_not_block_those_behind_it(phone, server, a_report):
    for number in range(4):
        phone.capture(a_report(note=str(number)))
    phone.outbox.queue_captured()
    poison = phone.outbox.items("queued")[0].manifest
    judge = server.push

    def break_on_poison(body, device):
        if any(item["manifest"] == poison for item in body["items"]):
            raise problem(500, "internal")
        return judge(body, device)

    server.push = break_on_poison
    summary = phone.sync()
    assert summary.outcomes == {"stored": 3}
    assert [item.manifest for item in phone.outbox.items("queued")] == [poison]


def test_a_server_that_says_later_is_not_asked_in_smaller_pieces(phone, server, a_report):
    for number in range(4):
        phone.capture(a_report(note=str(number)))
    server.before = times(10**6, problem(503, "unavailable"), on="push")
    assert phone.sync().stopped == "unavailable"
    assert server.requests["POST push"] == 4


def test_a_draft_that_could_never_be_sent_is_refused_at_capture(phone, a_report):
    with pytest.raises(DraftInvalidError):
        phone.capture(a_report(note="x" * 10_001))
    with pytest.raises(DraftInvalidError):
        phone.capture(a_report(), revises="no-such-report")
    assert sum(phone.outbox.counts().values()) == 0


def test_a_task_event_travels_in_the_same_chain(phone, server, a_report):
    phone.capture(a_report())
    phone.progress("task-1", "done")
    assert phone.sync().outcomes == {"stored": 2}
    report, event = (json.loads(item.manifest) for item in phone.outbox.items())
    assert phone.status()["complete"] == 2
    assert (event["seq"], event["state"], "rev" in event) == (report["seq"] + 1, "done", False)


def test_the_outbox_is_on_the_disk_before_it_says_saved(phone):
    connection: sqlite3.Connection = phone.outbox._db
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
