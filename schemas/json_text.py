"""JSON as strangers send it, read so that nothing doubtful passes unnoticed. Says what is wrong; loses no bytes."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

DEEPEST = 100
"""Nesting beyond this is doubtful: no manifest needs it, and every later reader would have to survive it."""
LARGEST_DIGITS = 308
WHITESPACE = re.compile(r"[ \t\n\r]*")
FORBIDDEN_IN_STRINGS = re.compile("[\x00\ud800-\udfff]")
STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
TOO_DEEP = "nested too deeply"


class TooManyError(ValueError):
    """An array has more elements than its reader takes; told before those beyond are read."""


@dataclass(frozen=True)
class Reading:
    """The value as far as it could be read, and what is doubtful about it (empty when nothing is)."""

    value: Any
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Slice:
    """One element of an array: the exact text that stood there, and its value (None where it is nested too deeply)."""

    text: str
    value: Any


def read_json(text: str) -> Reading:
    """Read one JSON text. Raises ValueError when it is no JSON at all; NaN, duplicate names, numbers beyond doubles, deep
    nesting, U+0000 and lone surrogates in strings are read and reported as doubts."""
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
        if len(digits) > LARGEST_DIGITS:
            doubts.append("a number is beyond the range of doubles")
        return bounded_whole(digits)

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=real, parse_int=whole)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    if "\\u" in text or FORBIDDEN_IN_STRINGS.search(text) or text.count("[") + text.count("{") > DEEPEST:
        doubts.extend(doubts_within(value))
    return Reading(value, tuple(dict.fromkeys(doubts)))


def bounded_whole(digits: str) -> int:
    """The whole number, or 0 for one so long that reading it would cost more than it is worth."""
    return int(digits) if len(digits) <= LARGEST_DIGITS else 0


def doubts_within(value: Any) -> list[str]:
    """Strings no database holds, and nesting beyond DEEPEST; walks without recursion, since the depth is the stranger's."""
    found: list[str] = []
    waiting = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, str):
            if FORBIDDEN_IN_STRINGS.search(part):
                found.append("a string holds U+0000 or a lone surrogate")
        elif isinstance(part, dict | list):
            if depth > DEEPEST:
                found.append(f"the values are {TOO_DEEP}")
                break
            below = part if isinstance(part, list) else [each for item in part.items() for each in item]
            waiting.extend((each, depth + 1) for each in below)
    return found


LENIENT = json.JSONDecoder(parse_int=bounded_whole)


def read_members(text: str, sliced: str, *, most: int) -> dict[str, Any]:
    """The members of the top-level object in one pass; the array named `sliced` comes as a list of `most` Slices or fewer.

    Raises ValueError when the text is no JSON object, or when `sliced` is missing, no array, or stands there twice, and
    TooManyError when it is longer. An element that is nested too deeply to be read is still cut out whole: it must not take
    its neighbours with it.
    """
    members: dict[str, Any] = {}
    at = skip(text, expect(text, skip(text, 0), "{"))
    while text[at : at + 1] != "}":
        if text[at : at + 1] != '"':
            raise ValueError(f"expected a name at character {at}")
        name, at = LENIENT.raw_decode(text, at)
        at = skip(text, expect(text, skip(text, at), ":"))
        if name != sliced:
            members[name], at = read_value(text, at)
        elif name in members:
            raise ValueError(f"`{sliced}` stands twice")
        else:
            members[name], at = slices_of_array(text, at, most)
        at = after_separator(text, skip(text, at), "}")
    if skip(text, at + 1) != len(text):
        raise ValueError(f"extra data at character {at + 1}")
    if sliced not in members:
        raise ValueError(f"there is no array `{sliced}`")
    return members


def slices_of_array(text: str, at: int, most: int) -> tuple[list[Slice], int]:
    """The elements of the array that begins at `at`, and where it ends. Raises TooManyError beyond `most`."""
    at = skip(text, expect(text, at, "["))
    slices: list[Slice] = []
    while text[at : at + 1] != "]":
        if len(slices) == most:
            raise TooManyError(f"it has more than {most} items")
        value, end = read_value(text, at)
        slices.append(Slice(text[at:end], value))
        at = after_separator(text, skip(text, end), "]")
    return slices, at + 1


def read_value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at `at` (None when it is nested too deeply) and where it ends."""
    try:
        return LENIENT.raw_decode(text, at)
    except RecursionError:
        return None, end_of_nesting(text, at)


def end_of_nesting(text: str, at: int) -> int:
    depth = 0
    for found in STRING_OR_BRACKET.finditer(text, at):
        sign = found.group()
        if sign in ("[", "{"):
            depth += 1
        elif sign in ("]", "}"):
            depth -= 1
            if depth == 0:
                return found.end()
    raise ValueError(f"what begins at character {at} never ends")


def after_separator(text: str, at: int, close: str) -> int:
    """Past the comma to the next element, or at the closing sign."""
    if text[at : at + 1] == close:
        return at
    at = skip(text, expect(text, at, ","))
    if text[at : at + 1] == close:
        raise ValueError(f"expected another element at character {at}")
    return at


def skip(text: str, at: int) -> int:
    found = WHITESPACE.match(text, at)
    return at if found is None else found.end()


def expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise ValueError(f"expected {sign} at character {at}")
    return at + 1
