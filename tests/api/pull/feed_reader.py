"""A phone's side of the feed in tests: pulls to the end and keeps what it was told. Believes no page that breaks the rules."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.pull import PulledSchema
from tests.builders import Phone

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

Ref = tuple[str, str]
PULL = "/sync/v1/pull"


@dataclass
class FeedReader:
    """What a phone knows by pulling; `told` is every change in the order it came."""

    phone: Phone
    limit: int = 500
    cursor: str | None = None
    known: dict[Ref, dict[str, Any]] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, **query: Any) -> "TestResponse":
        """One pull, whatever the answer."""
        asked = {"limit": self.limit} | ({} if self.cursor is None else {"cursor": self.cursor}) | query
        return self.phone.client.get(PULL, query_string=asked, headers=self.phone.headers)

    def page(self) -> bool:
        """Pull once and apply; whether there is more."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        body = PulledSchema().load(answer.get_json())
        assert len(body["changes"]) <= self.limit
        for change in answer.get_json()["changes"]:
            self.apply(change)
        self.cursor = body["cursor"]
        return bool(body["more"])

    def apply(self, change: dict[str, Any]) -> None:
        """As a phone does: the last wins, and what lies in a crew or region that was left goes."""
        self.told.append(change)
        entity, id_ = change["entity"], change["id"]
        if change["op"] == "put":
            self.known[entity, id_] = change["data"]
        elif change["op"] == "delete":
            self.known.pop((entity, id_), None)
        else:
            self.known = {ref: data for ref, data in self.known.items() if not left(entity, id_, ref, data)}

    def pull(self) -> list[dict[str, Any]]:
        """Pull until there is no more; the changes of this time."""
        before = len(self.told)
        for _ in range(2000):
            if not self.page():
                return self.told[before:]
        raise AssertionError("the feed never ends")

    def of(self, entity: str) -> dict[str, dict[str, Any]]:
        """What is known of an entity, by id."""
        return {id_: data for (kind, id_), data in self.known.items() if kind == entity}


def left(entity: str, id_: str, ref: Ref, data: dict[str, Any]) -> bool:
    """Whether a thing goes with the crew (all its tasks) or the region (by its code) that was left."""
    if ref[0] != entity:
        return False
    place = {"case_note": data.get("region", ""), "package": data.get("area", "")}.get(entity)
    return place is None or place.startswith(id_)


def fresh(phone: Phone, limit: int = 500) -> dict[Ref, dict[str, Any]]:
    """What a phone without a cursor is told."""
    reader = FeedReader(phone, limit)
    reader.pull()
    return reader.known
