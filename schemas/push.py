"""The envelope of a push. Tolerates unknown fields; the items are read one by one by schemas.manifest."""

from typing import Any

from marshmallow import ValidationError, fields

from schemas.fields import Instant, TolerantSchema, Whole, one_of
from schemas.json_text import Slice, read_members
from schemas.sync import SignatureSchema

MOST_UNSENT = 2**31 - 1


class UnsentSchema(TolerantSchema):
    reports = Whole(required=True, most=MOST_UNSENT)
    photos = Whole(required=True, most=MOST_UNSENT)


class PushedItemSchema(TolerantSchema):
    """How an item should look; a push with another item is not refused, the item alone is."""

    type = one_of("report", "task_progress", required=True)
    manifest = fields.String(required=True, metadata={"description": "The exact text of a JSON object, as signed"})
    signature = fields.Nested(SignatureSchema, required=True, allow_none=True)


class PushEnvelopeSchema(TolerantSchema):
    sent_at = Instant()
    unsent = fields.Nested(UnsentSchema, allow_none=True)
    items = fields.List(fields.Nested(PushedItemSchema), required=True)


HEAD = PushEnvelopeSchema(exclude=("items",))


def read_push_body(text: str, *, most: int) -> tuple[dict[str, Any], list[Slice]]:
    """The fields beside `items`, and the items as the exact slices that stood in the body.

    Raises ValueError when the body is no JSON object with an array `items`, TooManyError when that has more than `most`.
    Another wrong field is dropped: nothing about the envelope may keep a report out. `enrolments` is tolerated and not read yet.
    """
    members = read_members(text, "items", most=most)
    items: list[Slice] = members.pop("items")
    head: dict[str, Any] = {name: members[name] for name in ("sent_at", "unsent") if name in members}
    try:
        loaded: dict[str, Any] = HEAD.load(head)
    except ValidationError as error:
        loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
        if isinstance(error.messages, dict):
            loaded = {name: value for name, value in loaded.items() if name not in error.messages}
    return loaded, items
