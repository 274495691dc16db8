"""Fields the wire uses again and again. Strict: a wrong type is refused, never coerced."""

import re
from datetime import UTC
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from schemas.json_text import FORBIDDEN_IN_STRINGS

DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
LARGEST_WHOLE = 2**53 - 1


class StrictSchema(Schema):
    """Unknown fields are refused."""

    class Meta:
        unknown = RAISE


class TolerantSchema(Schema):
    """Unknown fields are ignored here and kept in the stored bytes: a newer app loses nothing."""

    class Meta:
        unknown = EXCLUDE


class Number(fields.Float):
    """A JSON number (not a string, not true), finite; an optional range."""

    def __init__(self, *, least: float | None = None, most: float | None = None, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Not a number.")
        return super()._deserialize(value, attr, data, **kwargs)


class Whole(fields.Integer):
    """A JSON whole number in a range a JavaScript client can hold."""

    def __init__(self, *, least: int = 0, most: int = LARGEST_WHOLE, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Not a whole number.")
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """true or false; marshmallow's own field would also take "yes", 1 and "on"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not true or false.")
        return value


class Instant(fields.AwareDateTime):
    """RFC 3339 with an offset; a naive time is refused, and so is one that has no name in UTC (the year 0 or 10000)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("Not a time.")
        try:
            instant = super()._deserialize(value, attr, data, **kwargs)
            instant.astimezone(UTC)
        except (OverflowError, ValueError) as error:
            raise error if isinstance(error, ValidationError) else ValidationError("Not a time.") from error
        return instant


def digest(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(DIGEST, error="Not sha256: and 64 lowercase hex digits."), **kwargs)


def words(most: int, least: int = 0, **kwargs: Any) -> fields.String:
    """Text of so many characters, such as every database can hold."""
    return fields.String(validate=[validate.Length(min=least, max=most), is_storable], **kwargs)


def is_storable(text: str) -> None:
    if FORBIDDEN_IN_STRINGS.search(text):
        raise ValidationError("Holds U+0000 or a lone surrogate.")


def one_of(*choices: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(choices), **kwargs)
