"""Writes the exact text that a device signs. Refuses what the server could never judge: NaN, oversize, impossible order."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client_sync.errors import DraftInvalidError

VERSION = 1
MAX_MANIFEST_BYTES = 1024 * 1024
MAX_NOTE_CHARACTERS = 10_000
ROOM_FOR_HEAD_BYTES = 16 * 1024
NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
APP = {"name": "xuntu-client-sync", "version": "0.1"}


@dataclass(frozen=True)
class Link:
    """The place of a manifest in its device's chain: `chain` is the digest of seq - 1, None iff seq is 1."""

    device_id: str
    seq: int
    chain: str | None

    def __post_init__(self) -> None:
        if self.seq < 1 or (self.chain is None) != (self.seq == 1):
            raise DraftInvalidError("the chain starts at seq 1 and never breaks")


def report_text(
    body: Mapping[str, Any],
    *,
    report_id: str,
    rev: int,
    prev: str | None,
    link: Link,
    inspectors: Sequence[Mapping[str, Any]],
    checkpoint: str | None = None,
) -> str:
    """The manifest of a report as text; `prev` is the digest of rev - 1, None iff rev is 1. Raises DraftInvalidError."""
    if rev < 1 or (prev is None) != (rev == 1):
        raise DraftInvalidError("revision 1 has no predecessor, every later one names its own")
    head: dict[str, Any] = {"v": VERSION, "id": report_id, "rev": rev, "prev": prev}
    chain = {"device_id": link.device_id, "seq": link.seq, "chain": link.chain, "inspectors": [dict(i) for i in inspectors]}
    tail: dict[str, Any] = {"app": APP} if checkpoint is None else {"checkpoint": checkpoint, "app": APP}
    return to_text({**head, **chain, **body, **tail})


def task_progress_text(body: Mapping[str, Any], *, event_id: str, link: Link) -> str:
    """The manifest of one task event as text; `body` has captured_at, task_id, state and perhaps reason."""
    head = {"v": VERSION, "id": event_id, "device_id": link.device_id, "seq": link.seq, "chain": link.chain}
    return to_text({**head, **body})


def to_text(fields: Mapping[str, Any]) -> str:
    """Compact JSON in UTF-8; raises DraftInvalidError for NaN, lone surrogates, U+0000, or more than a manifest may hold."""
    try:
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size_bytes = len(text.encode("utf-8"))
    except (TypeError, ValueError) as fault:
        raise DraftInvalidError(f"this cannot be written as JSON: {fault}") from fault
    if NUL_ESCAPE.search(text):
        raise DraftInvalidError("a text contains U+0000")
    if size_bytes > MAX_MANIFEST_BYTES:
        raise DraftInvalidError(f"the report has {size_bytes} bytes, {MAX_MANIFEST_BYTES} are allowed")
    return text


def check_body(body: Mapping[str, Any]) -> None:
    """Refuses a draft at capture that could not be signed later, its head included; raises DraftInvalidError."""
    if len(str(body.get("note") or "")) > MAX_NOTE_CHARACTERS:
        raise DraftInvalidError(f"a note may have {MAX_NOTE_CHARACTERS} characters")
    if len(to_text(body).encode("utf-8")) > MAX_MANIFEST_BYTES - ROOM_FOR_HEAD_BYTES:
        raise DraftInvalidError("the report is too large to be sent as one manifest")
