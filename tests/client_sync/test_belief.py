"""Whom a phone believes: no portal, no stranger, no epoch that has ended; only a trusted signature over its own bytes."""

import json

import pytest

from client_sync.keys import digest_of
from tests.client_sync.fake_server import ReplyError, Signer, times

PORTAL = ReplyError(200, "<html>Please sign in to the station Wi-Fi</html>")


def test_after_a_lost_reply_the_same_push_earns_a_duplicate_and_its_receipt(phone, server, a_report):
    phone.capture(a_report())
    server.after = times(1, ReplyError(0), on="push")
    summary = phone.sync()
    assert summary.outcomes == {"duplicate": 1}
    assert phone.status()["complete"] == 1
    assert len(server.rows) == 1


def test_a_captive_portal_acknowledges_nothing(phone, server, a_report):
    phone.capture(a_report(1000))
    server.before = times(10**6, PORTAL, on="")
    summary = phone.sync()
    assert summary.stopped == "not-believed"
    assert phone.status()["queued"] == 1
    server.before = lambda *_: None
    assert phone.sync().outcomes == {"stored": 1}


def test_a_portal_in_front_of_the_push_alone_acknowledges_nothing(phone, server, a_report):
    phone.capture(a_report())
    server.before = times(10**6, PORTAL, on="push")
    assert phone.sync().stopped == "not-believed"
    assert phone.status()["queued"] == 1


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_never_followed(phone, server, a_report, status):
    phone.capture(a_report())
    server.before = times(10**6, ReplyError(status, None, Location="http://127.0.0.1:9/"), on="push")
    assert phone.sync().stopped == "not-believed"
    assert phone.status()["queued"] == 1


def test_a_receipt_signed_by_a_stranger_is_not_believed(phone, server, a_report):
    stranger = Signer()
    phone.capture(a_report())
    server.spoil_receipt = lambda receipt: stranger.signed(json.loads(receipt["payload"]))
    summary = phone.sync()
    assert summary.unbelieved == 1
    assert phone.status()["queued"] == 1
    server.spoil_receipt = lambda receipt: receipt
    assert phone.sync().outcomes == {"duplicate": 1}
    assert phone.status()["complete"] == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda receipt: None,
        lambda receipt: {**receipt, "payload": receipt["payload"].replace('"complete"', '"received"')},
        lambda receipt: {**receipt, "signature": {**receipt["signature"], "value": "AAAA"}},
        lambda receipt: {"payload": receipt["payload"]},
    ],
    ids=["none", "altered", "short signature", "unsigned"],
)
def test_a_spoilt_receipt_acknowledges_nothing(phone, server, a_report, spoil):
    phone.capture(a_report())
    server.spoil_receipt = spoil
    assert phone.sync().unbelieved >= 1
    assert phone.status()["queued"] == 1


def test_a_receipt_for_other_bytes_is_not_believed(phone, server, a_report):
    phone.capture(a_report(note="one"))
    phone.capture(a_report(note="two"))
    seen = []
    server.spoil_receipt = lambda receipt: seen.append(receipt) or seen[0]
    phone.sync()
    assert (phone.status()["complete"], phone.status()["queued"]) == (1, 1)


def test_a_refusal_of_other_bytes_sets_nothing_aside(phone, server, a_report):
    phone.capture(a_report())
    server.judge = lambda item, device: {"outcome": "refused", "digest": digest_of("other bytes"), "missing": []}
    assert phone.sync().unbelieved == 1
    assert phone.status()["queued"] == 1


def test_a_report_the_server_no_longer_knows_is_offered_again(phone, server, a_report):
    phone.capture(a_report(1000))
    for path in phone.outbox.shelf.folder.iterdir():
        path.unlink()
    phone.sync()
    server.rows.clear()
    phone.sync()
    assert phone.status()["queued"] == 1
    assert phone.sync().outcomes == {"stored": 1}


def test_an_older_receipt_does_not_undo_a_complete_one(phone, server, a_report):
    older = []
    server.spoil_receipt = lambda receipt: older.append(receipt) or receipt
    phone.capture(a_report(1000))
    phone.outbox.queue_captured()
    item = phone.outbox.items("queued")[0]
    with phone.outbox.writing() as db:
        db.execute("UPDATE reports SET signature = NULL WHERE n = ?", (item.n,))
    assert phone.sync().outcomes == {"quarantined": 1}
    assert phone.status()["complete"] == 1
    server.spoil_receipt = lambda receipt: older[0]
    phone.sync()
    assert '"received"' in older[0]["payload"]
    assert phone.status()["complete"] == 1


@pytest.mark.parametrize("signs_session", [True, False])
def test_a_restored_server_gets_everything_again_with_the_enrolments(phone, server, a_report, signs_session):
    server.signs_session = signs_session
    phone.capture(a_report(1500, note="one"))
    phone.capture(a_report(note="two"))
    phone.sync()
    server.epoch = "0b8f7a6e-0000-4000-8000-000000000001"
    server.rows.clear()
    server.blobs.clear()
    server.uploads.clear()
    phone.sync()
    assert phone.status()["complete"] == 2
    assert len(server.blobs) == 1
    assert [push for push in server.pushes if push["items"]][-1]["enrolments"]
    assert phone.outbox.epoch() == server.epoch


def test_an_epoch_that_is_only_rumoured_changes_nothing(phone, server, a_report):
    phone.capture(a_report())
    phone.sync()
    believed = phone.outbox.epoch()
    server.before = lambda method, path, headers: None
    real = server.word
    server.word = lambda key: {**real(key), "receipt": None}
    server.epoch = "rumour"
    phone.sync()
    assert phone.outbox.epoch() == believed


def test_an_epoch_that_has_ended_never_comes_back(phone, server, a_report):
    server.signs_session = True
    first = server.epoch
    phone.capture(a_report())
    phone.sync()
    server.epoch = "second"
    phone.sync()
    server.epoch = first
    phone.capture(a_report(note="later"))
    summary = phone.sync()
    assert (phone.outbox.epoch(), summary.unbelieved, phone.status()["queued"]) == ("second", 1, 1)


def test_a_new_server_key_counts_when_a_trusted_key_has_signed_it(phone, server, a_report):
    old, new = server.signer, Signer()
    server.signs_session, server.new_keys = True, [new.entry()]
    phone.sync()
    server.signer, server.signs_session = new, False
    phone.capture(a_report())
    assert phone.sync().unbelieved == 0
    assert old.key_id in phone.outbox.trusted_keys()


def test_a_new_server_key_that_only_signs_itself_is_not_believed(phone, server, a_report):
    new = Signer()
    server.signer, server.signs_session, server.new_keys = new, True, [new.entry()]
    phone.capture(a_report())
    assert phone.sync().unbelieved == 1
    assert phone.status()["queued"] == 1
