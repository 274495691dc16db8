"""Signatures as the protocol writes them, checked against keys made by the library itself."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from client_sync.errors import NotBelievedError
from client_sync.keys import DeviceKey, TrustedKey, digest_of, from_base64url, key_id_of, open_signed, to_base64url, verify
from client_sync.receipts import read_receipt

RECEIPT = {
    "id": "r",
    "rev": 1,
    "digest": digest_of("text"),
    "state": "complete",
    "photos": {"declared": 0, "stored": 0},
    "server_time": "2026-11-20T09:00:00+08:00",
    "server_epoch": "e",
}


def trusted(key, use="receipt", not_after=None):
    entry = {"key_id": key.key_id, "use": use, **key.public_json()}
    return {key.key_id: TrustedKey.from_json({**entry, "not_after": not_after} if not_after else entry)}


def read(key, keys, **changes):
    signed = key.signed(json.dumps({**RECEIPT, **changes}))
    return read_receipt(signed, keys, digest=digest_of("text"), report_id="r", rev=1)


def test_a_key_survives_its_pem():
    key = DeviceKey.generate()
    again = DeviceKey.from_pem(key.to_pem())
    assert again.key_id == key.key_id
    verify("宗地", again.sign("宗地"), alg="Ed25519", spki=key.spki)


def test_one_changed_character_breaks_a_signature():
    key = DeviceKey.generate()
    with pytest.raises(NotBelievedError):
        verify("宗地 1", key.sign("宗地 2"), alg="Ed25519", spki=key.spki)


def test_es256_is_raw_r_and_s_in_64_bytes():
    private = ec.generate_private_key(ec.SECP256R1())
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    der = private.sign(b"receipt", ec.ECDSA(SHA256()))
    r, s = utils.decode_dss_signature(der)
    signature = {"key_id": key_id_of(spki), "alg": "ES256", "value": to_base64url(r.to_bytes(32) + s.to_bytes(32))}
    verify("receipt", signature, alg="ES256", spki=spki)
    with pytest.raises(NotBelievedError):
        verify("receipt", {**signature, "value": to_base64url(der)}, alg="ES256", spki=spki)


@pytest.mark.parametrize("text", ["AA==", "a+b/", "a", "é"])
def test_only_unpadded_base64url_is_read(text):
    with pytest.raises(ValueError, match=r"."):
        from_base64url(text)


def test_a_key_of_another_use_does_not_sign_receipts():
    key = DeviceKey.generate()
    with pytest.raises(NotBelievedError):
        open_signed(key.signed("x"), trusted(key, use="checkpoint"), use="receipt")


def test_a_key_that_claims_another_id_is_refused():
    key, other = DeviceKey.generate(), DeviceKey.generate()
    with pytest.raises(NotBelievedError):
        TrustedKey.from_json({"key_id": other.key_id, "use": "receipt", **key.public_json()})


def test_a_receipt_says_what_was_signed():
    key = DeviceKey.generate()
    receipt = read(key, trusted(key))
    assert (receipt.state, receipt.server_epoch, receipt.server_time) == ("complete", "e", datetime(2026, 11, 20, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "changes",
    [{"id": "other"}, {"rev": 2}, {"digest": digest_of("other")}, {"state": "fine"}, {"server_time": "2026-11-20T09:00:00"}],
)
def test_a_receipt_about_something_else_is_not_believed(changes):
    key = DeviceKey.generate()
    with pytest.raises(NotBelievedError):
        read(key, trusted(key), **changes)


def test_a_receipt_signed_after_the_end_of_its_key_is_not_believed():
    key = DeviceKey.generate()
    with pytest.raises(NotBelievedError):
        read(key, trusted(key, not_after="2026-11-19T00:00:00+08:00"))
    assert read(key, trusted(key, not_after="2026-12-01T00:00:00+08:00")).state == "complete"


def test_the_digest_of_a_text_is_that_of_its_utf8_bytes():
    assert digest_of("巡土") == digest_of("巡土".encode())
    assert digest_of(b"\xff") != digest_of("ÿ")
