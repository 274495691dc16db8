"""The golden messages in `schemas/examples/`: each loads with its schema, and what is signed in them is truly signed."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from marshmallow import RAISE, Schema

from schemas import pull, sync
from schemas.carried import CarriedReceiptsSchema
from schemas.manifest import OBSERVATIONS, READERS, read_item
from schemas.push import PushEnvelopeSchema, read_push_body
from tests.builders import digest, verify

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "examples"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}

PULLED = (
    "task",
    "report_state",
    "report_state.quarantined",
    "case_note.lead",
    "case_note.case",
    "notice",
    "package",
    "delete",
    "out_of_scope",
    "out_of_scope.region",
)
"""The single changes that stand beside whole answers of a pull."""

SCHEMAS: dict[str, Schema] = {
    "enrol.request": sync.EnrolSchema(),
    "enrol.response": sync.EnrolledSchema(),
    "session.response": sync.SessionSchema(),
    "push.request": PushEnvelopeSchema(exclude=("items",)),
    "push.response": sync.PushedSchema(),
    "receipts.request": sync.ReceiptsAskedSchema(),
    "receipts.response": sync.ReceiptsSchema(),
    "carried.receipts": CarriedReceiptsSchema(),
    "manifest.task_progress": READERS["task_progress"],
    **{f"manifest.{kind}": READERS["report"] for kind in (*OBSERVATIONS, "revision")},
    **{f"result.{outcome}": sync.ResultSchema() for outcome in ("stored", "duplicate", "held", "quarantined", "refused")},
    **{f"receipt.{state}": sync.SignedSchema() for state in ("received", "complete")},
    **{name: sync.ProblemSchema() for name in FILES if name.startswith("problem.")},
    **{name: pull.PulledSchema() for name in ("pull.response", "pull.response.changes")},
    **{f"pull.{name}": pull.ChangeSchema() for name in PULLED},
}


def test_every_message_has_a_schema_and_every_schema_a_message() -> None:
    assert FILES.keys() == SCHEMAS.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_golden_message_loads_with_its_schema(name: str) -> None:
    message, schema = FILES[name], SCHEMAS[name]
    if name == "push.request":
        message = {member: value for member, value in message.items() if member != "items"}
    if name.startswith("manifest."):
        schema.load(message)
    else:
        # Tolerant or not: a golden message holds nothing that its schema does not name, but for a problem's own details.
        schema.load(message, unknown=None if name.startswith("problem.") else RAISE)


@pytest.mark.parametrize("outcome", ["stored", "duplicate", "held", "quarantined", "refused"])
def test_a_result_is_of_the_outcome_its_file_names(outcome: str) -> None:
    result = FILES[f"result.{outcome}"]
    assert result["outcome"] == outcome
    assert ("current" in result) == (outcome == "duplicate")
    assert (result["receipt"] is None) == (outcome == "refused")
    assert ("problem" in result) == (outcome in ("quarantined", "refused"))


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("problem.")])
def test_a_problem_is_named_by_its_code(name: str) -> None:
    assert FILES[name]["code"] == name.removeprefix("problem.")


def test_the_pushed_items_are_read_and_signed_by_the_enrolled_key() -> None:
    _, items = read_push_body(json.dumps(FILES["push.request"], ensure_ascii=False), most=500)
    results = FILES["push.response"]["results"]
    key = FILES["enrol.request"]["public_key"]
    public = load_der_public_key(from_base64url(key["spki"]))
    assert isinstance(public, Ed25519PublicKey)
    for item, result in zip(items, results, strict=True):
        reading = read_item(item.text, item.value)
        assert (reading.id, reading.rev, reading.digest) == (result["id"], result["rev"], result["digest"])
        if reading.signature is not None:
            public.verify(from_base64url(reading.signature["value"]), reading.manifest.encode())
    signed = [item for item in FILES["push.request"]["items"] if item.get("signature")]
    assert len(signed) == len(items) - 1


def from_base64url(text: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def every_signed_text(message: Any) -> list[dict[str, Any]]:
    """Each {"payload", "signature"} anywhere in a message."""
    if isinstance(message, list):
        return [found for each in message for found in every_signed_text(each)]
    if not isinstance(message, dict):
        return []
    if message.keys() == {"payload", "signature"}:
        return [message]
    return [found for each in message.values() for found in every_signed_text(each)]


def test_every_receipt_and_enrolment_is_signed_by_a_key_of_the_enrolment_or_of_its_own_file() -> None:
    enrolled = FILES["enrol.response"]["server_keys"]
    found = [
        (signed, message.get("server_keys", enrolled)) for message in FILES.values() for signed in every_signed_text(message)
    ]
    assert len(found) > 15
    for signed, keys in found:
        verify(signed, keys)


def test_the_manifests_beside_the_push_are_those_within_it() -> None:
    pushed = [json.loads(item["manifest"]) for item in FILES["push.request"]["items"] if item["manifest"] != "{"]
    for name, manifest in FILES.items():
        if name.startswith("manifest."):
            assert manifest in pushed, name
    received = json.loads(FILES["receipt.received"]["payload"])
    assert received["digest"] == digest(FILES["push.request"]["items"][0]["manifest"].encode())
