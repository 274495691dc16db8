"""Who a phone is after an enrolment: device, key, token, inspector. Refuses an answer that lacks any of them."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from client_sync.keys import DeviceKey


@dataclass(frozen=True)
class Identity:
    """One finished enrolment. `author` is `{"id", "certificate_no"}`; `enrolment` is the server's SIGNED word about it."""

    n: int
    server: str
    label: str
    device_id: str
    token: str
    key: DeviceKey
    county: str
    author: dict[str, Any]
    enrolment: dict[str, Any] | None
    push_items: int | None


def read_identity(row: sqlite3.Row) -> Identity:
    """The identity of a finished row of `identities`."""
    reply: dict[str, Any] = json.loads(row["reply"])
    inspector = reply["inspector"]
    return Identity(
        n=row["n"],
        server=row["server"],
        label=row["label"],
        device_id=row["device_id"],
        token=str(reply["token"]),
        key=DeviceKey.from_pem(row["key_pem"]),
        county=str(reply["county"]),
        author={"id": str(inspector["id"]), "certificate_no": inspector.get("certificate_no")},
        enrolment=reply.get("enrolment"),
        push_items=(reply.get("limits") or {}).get("push_items"),
    )


REQUIRED = ("device_id", "token", "county", "inspector", "server_keys", "server_epoch")


def lacks(reply: dict[str, Any]) -> list[str]:
    """The fields an enrolment answer must have and does not."""
    missing = [name for name in REQUIRED if not reply.get(name)]
    if not isinstance(reply.get("inspector"), dict) or "id" not in reply["inspector"]:
        missing.append("inspector.id")
    return missing
