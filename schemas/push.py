"""The envelope of a push. Tolerates unknown fields; the items are read one by one by schemas.manifest."""

import json
from typing import Any

from marshmallow import ValidationError, fields

from schemas.fields import Instant, TolerantSchema, Whole, one_of
from schemas.sync import SignatureSchema


class UnsentSchema(TolerantSchema):
    reports = Whole(required=True)
    photos = Whole(required=True)


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


def read_envelope(text: str) -> dict[str, Any]:
    """The fields beside `items`. A wrong one is dropped: nothing about the envelope may keep a report out."""
    body = json.loads(text)
    head = {name: body[name] for name in ("sent_at", "unsent") if name in body}
    try:
        loaded: dict[str, Any] = HEAD.load(head)
    except ValidationError as error:
        loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
        if isinstance(error.messages, dict):
            loaded = {name: value for name, value in loaded.items() if name not in error.messages}
    return loaded
