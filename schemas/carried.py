"""What a carried queue holds beside photos, and what an import of one gives back. Reads items as a push's are read."""

from typing import Any

from marshmallow import ValidationError, fields

from schemas.fields import Instant, StrictSchema, Whole, one_of
from schemas.json_text import Slice, read_members
from schemas.sync import ResultSchema, ServerKeySchema, SignedSchema


class CarriedPhotoSchema(StrictSchema):
    digest = fields.String(required=True)
    outcome = one_of("stored", "held", "refused", required=True)
    problem = fields.Dict()


class CarriedReceiptsSchema(StrictSchema):
    """The receipts file: a RESULT for each item of push.json, in order, as it stands after the photos were brought in."""

    v = Whole(required=True, least=1, most=1)
    file_digest = fields.String(required=True)
    server_time = Instant(required=True)
    server_epoch = fields.String(required=True)
    server_keys = fields.List(fields.Nested(ServerKeySchema), required=True)
    receipts = fields.List(fields.Nested(ResultSchema), required=True)
    photos = fields.List(fields.Nested(CarriedPhotoSchema), required=True)


MOST_ENROLMENTS = 20
"""Phones that one queue may stand for in turn; each proof costs a verification."""


def read_carried_body(text: str, *, most: int) -> tuple[list[dict[str, Any]], list[Slice]]:
    """The signed enrolments a queue names (`enrolment`, `enrolments`), and its items as the exact slices that stood there.

    Raises ValueError when the text is no JSON object with an array `items` of at most `most`. An enrolment of another shape,
    and all beyond the newest MOST_ENROLMENTS, are left out.
    """
    members = read_members(text, "items", most=most)
    items: list[Slice] = members.pop("items")
    several = members.get("enrolments")
    named = [members.get("enrolment"), *(several[-MOST_ENROLMENTS:] if isinstance(several, list) else [])]
    return [each for each in named if is_signed(each)], items


def is_signed(value: Any) -> bool:
    """Whether the value has the shape of SIGNED."""
    try:
        SignedSchema().load(value)
    except ValidationError:
        return False
    return True
