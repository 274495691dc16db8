"""Ids of many new rows at once, ascending, so that they go to the end of an index instead of all over it. Never repeats one."""

import secrets
from datetime import datetime

_SEQUENCE_BITS, _RANDOM_BITS = 34, 40


def ascending_ids(count: int, *, now: datetime) -> list[str]:
    """`count` UUIDs (version 7) of an aware instant, each larger than the one before.

    Of the 74 bits that are free, 34 count on from a random start and 40 are random, so that ids given out elsewhere in the
    same millisecond differ.

    >>> from datetime import UTC
    >>> ids = ascending_ids(3, now=datetime(2026, 1, 1, tzinfo=UTC))
    >>> ids == sorted(ids), ids[0][14]
    (True, '7')
    """
    milliseconds = int(now.timestamp() * 1000)
    start = secrets.randbits(_SEQUENCE_BITS - 1)
    return [_uuid7(milliseconds, ((start + at) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)) for at in range(count)]


def _uuid7(milliseconds: int, free: int) -> str:
    """The text of a UUID with a 48-bit time and 74 free bits."""
    value = (milliseconds << 80) | (0x7 << 76) | ((free >> 62) << 64) | (0b10 << 62) | (free & ((1 << 62) - 1))
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
