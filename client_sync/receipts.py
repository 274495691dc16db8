"""Reads the server's signed receipts. Believes none that is not about exactly the bytes that were sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client_sync.errors import NotBelievedError
from client_sync.keys import TrustedKey, open_signed

STATES = ("received", "complete")


@dataclass(frozen=True)
class Receipt:
    """What the server signed about one manifest. `text` is the exact signed payload; it proves inclusion in the log."""

    id: str
    rev: int | None
    digest: str
    state: str
    declared: int | None
    stored: int | None
    server_time: datetime
    server_epoch: str
    text: str


def read_receipt(signed: object, keys: Mapping[str, TrustedKey], *, digest: str, report_id: str, rev: int | None) -> Receipt:
    """The verified receipt for (report_id, rev, digest); raises NotBelievedError for any other, unsigned or outdated one."""
    text, key_id = open_signed(signed, keys, use="receipt")
    receipt = _parse(text)
    if receipt.digest != digest or receipt.id != report_id or (rev is not None and receipt.rev != rev):
        raise NotBelievedError("the receipt is for other bytes")
    until = keys[key_id].not_after
    if until is not None and receipt.server_time > until:
        raise NotBelievedError("the receipt was signed after its key had ended")
    return receipt


def _parse(text: str) -> Receipt:
    try:
        payload: dict[str, Any] = json.loads(text)
        photos = payload.get("photos") or {}
        receipt = Receipt(
            id=str(payload["id"]),
            rev=payload.get("rev"),
            digest=str(payload["digest"]),
            state=str(payload["state"]),
            declared=photos.get("declared"),
            stored=photos.get("stored"),
            server_time=datetime.fromisoformat(payload["server_time"]),
            server_epoch=str(payload["server_epoch"]),
            text=text,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise NotBelievedError(f"the receipt is unreadable: {fault}") from fault
    if receipt.state not in STATES or receipt.server_time.tzinfo is None:
        raise NotBelievedError("the receipt says nothing known")
    return receipt
