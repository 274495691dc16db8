"""The calls of the protocol: enrol, session, push, receipts. Believes no answer that does not have the promised shape."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from client_sync.draft import timestamp
from client_sync.errors import NotBelievedError
from client_sync.identity import lacks
from client_sync.keys import DeviceKey
from client_sync.manifest import APP
from client_sync.wire import Patience, Wire, json_of

BASE = "/sync/v1"
MAX_PUSH_ITEMS = 500
MAX_PUSH_BYTES = 7 * 1024 * 1024
GZIP_FROM_BYTES = 1024

Item = TypeVar("Item", bound=Mapping[str, Any])


class SyncSession:
    """The protocol's JSON calls over one Wire, each repeated with patience while nothing answers."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self.wire = wire
        self.patience = patience

    def enrol(self, *, code: str, label: str, platform: str, key: DeviceKey | None) -> dict[str, Any]:
        """The enrolment answer; safe to repeat with the same code and key. Raises RejectedError for a code not valid."""
        body = {
            "code": code,
            "label": label,
            "platform": platform,
            "app": APP,
            "public_key": None if key is None else key.public_json(),
        }
        reply = self._call("POST", "/devices", body)
        if lacks(reply):
            raise NotBelievedError(f"the enrolment answer lacks {', '.join(lacks(reply))}")
        return reply

    def greet(self) -> dict[str, Any]:
        """`GET /session`: server time, epoch, keys, newest checkpoint."""
        reply = self._call("GET", "/session", None)
        if not isinstance(reply.get("server_time"), str):
            raise NotBelievedError("the session answer has no server_time")
        return reply

    def push(
        self,
        items: Sequence[Mapping[str, Any]],
        *,
        unsent: Mapping[str, int] | None = None,
        enrolments: Sequence[Mapping[str, Any]] = (),
    ) -> list[dict[str, Any]]:
        """RESULTs of the items, in order. Raises TooLargeError when the server takes less at once.

        The receipts inside are still to be verified one by one: a status acknowledges nothing.
        """
        body: dict[str, Any] = {"sent_at": timestamp(datetime.now(UTC)), "items": [dict(item) for item in items]}
        if unsent is not None:
            body["unsent"] = dict(unsent)
        if enrolments:
            body["enrolments"] = [dict(signed) for signed in enrolments]
        return self._list("/push", body, "results", len(items))

    def receipts(self, reports: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What the server knows of these (id, rev, digest), in order; at most 500 at once."""
        return self._list("/receipts", {"reports": [dict(report) for report in reports]}, "receipts", len(reports))

    def _list(self, path: str, body: Mapping[str, Any], name: str, expected: int) -> list[dict[str, Any]]:
        def once() -> list[dict[str, Any]]:
            found = self._once("POST", path, body).get(name)
            if not isinstance(found, list) or len(found) != expected or not all(isinstance(entry, dict) for entry in found):
                raise NotBelievedError(f"the answer has no {name} for the {expected} that were sent")
            return found

        return self.patience.insist(once)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        return self.patience.insist(lambda: self._once(method, path, body))

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        raw = None
        if body is not None:
            raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
            headers["Content-Type"] = "application/json"
            if len(raw) >= GZIP_FROM_BYTES:
                raw = gzip.compress(raw, compresslevel=6)
                headers["Content-Encoding"] = "gzip"
        return json_of(self.wire.send(method, BASE + path, body=raw, headers=headers))


def batches(items: Sequence[Item], *, max_items: int, max_bytes: int = MAX_PUSH_BYTES) -> list[list[Item]]:
    """Cuts items into pushes that stay under the limits; an item larger than a push stands alone.

    >>> [len(batch) for batch in batches([{"manifest": "x"}] * 5, max_items=2)]
    [2, 2, 1]
    """
    cut: list[list[Item]] = []
    size_bytes = 0
    for item in items:
        item_bytes = len(json.dumps(dict(item), ensure_ascii=False).encode("utf-8", "surrogatepass")) + 1
        if not cut or len(cut[-1]) >= max_items or size_bytes + item_bytes > max_bytes:
            cut.append([])
            size_bytes = 0
        cut[-1].append(item)
        size_bytes += item_bytes
    return cut
