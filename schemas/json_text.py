"""JSON as strangers send it, read so that nothing doubtful passes unnoticed. Says what is wrong; loses no bytes."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

WHITESPACE = re.compile(r"[ \t\n\r]*")
FORBIDDEN_IN_STRINGS = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Reading:
    """The value as far as it could be read, and what is doubtful about it (empty when nothing is)."""

    value: Any
    doubts: tuple[str, ...]


def read_json(text: str) -> Reading:
    """Read one JSON text. Raises ValueError when it is no JSON at all; NaN, duplicate names, numbers beyond doubles,
    U+0000 and lone surrogates in strings are read and reported as doubts."""
    doubts: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(found)
        if len(value) != len(found):
            doubts.append("an object names a field twice")
        return value

    def constant(name: str) -> None:
        doubts.append(f"{name} is not a number")

    def real(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            doubts.append("a number is beyond the range of doubles")
        return value

    def whole(digits: str) -> int:
        if len(digits) > len(str(2**1023)):
            doubts.append("a number is beyond the range of doubles")
            return 0
        return int(digits)

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=real, parse_int=whole)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if "\\u" in text or FORBIDDEN_IN_STRINGS.search(text):
        doubts.extend(doubtful_strings(value))
    return Reading(value, tuple(dict.fromkeys(doubts)))


def doubtful_strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return ["a string holds U+0000 or a lone surrogate"] if FORBIDDEN_IN_STRINGS.search(value) else []
    if isinstance(value, dict):
        return [doubt for item in value.items() for part in item for doubt in doubtful_strings(part)]
    if isinstance(value, list):
        return [doubt for part in value for doubt in doubtful_strings(part)]
    return []


def slices_of_member(text: str, member: str) -> list[tuple[str, Any]]:
    """The elements of the array `member` of the top-level object: each as the exact text that stood there and its value.

    Raises ValueError when the text is no JSON object or the member is missing or no array.
    """
    decoder = json.JSONDecoder()
    at = expect(text, skip(text, 0), "{")
    while True:
        at = skip(text, at)
        if text[at : at + 1] == "}":
            raise ValueError(f"there is no array `{member}`")
        name, at = decoder.raw_decode(text, at)
        at = skip(text, expect(text, skip(text, at), ":"))
        if name == member:
            return slices_of_array(text, at, decoder)
        _value, at = decoder.raw_decode(text, at)
        at = skip(text, at)
        if text[at : at + 1] == ",":
            at += 1


def slices_of_array(text: str, at: int, decoder: json.JSONDecoder) -> list[tuple[str, Any]]:
    at = skip(text, expect(text, at, "["))
    slices: list[tuple[str, Any]] = []
    while text[at : at + 1] != "]":
        value, end = decoder.raw_decode(text, at)
        slices.append((text[at:end], value))
        at = skip(text, end)
        if text[at : at + 1] == ",":
            at = skip(text, at + 1)
    return slices


def skip(text: str, at: int) -> int:
    found = WHITESPACE.match(text, at)
    return at if found is None else found.end()


def expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise ValueError(f"expected {sign} at character {at}")
    return at + 1
