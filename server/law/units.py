"""The units a legal value can have: how each is read from the data and shown to people. Refuses a value of another shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

Number = int | Fraction
Value = int | Fraction | str | tuple[int, ...] | tuple[str, ...] | Mapping[str, Number]


@dataclass(frozen=True)
class Unit:
    """How one unit is written: `{}` is the number; `reads` names the shape the data must have."""

    reads: str
    zh: str
    en: str


UNITS: Final[dict[str, Unit]] = {
    "years": Unit("whole", "{}年", "{} y"),
    "months": Unit("whole", "{}个月", "{} months"),
    "days": Unit("whole", "{}日", "{} d"),
    "working_days": Unit("whole", "{}个工作日", "{} working days"),
    "fen_per_m2": Unit("whole", "每平方米{}元", "{} yuan per m²"),
    "times_cultivation_fee": Unit("whole", "耕地开垦费的{}倍", "{} × the farmland cultivation fee"),
    "times_reclamation_fee": Unit("whole", "土地复垦费的{}倍", "{} × the reclamation fee"),
    "mu": Unit("fraction", "{}亩", "{} mu"),
    "share": Unit("share", "{}", "{}"),
    "day_counts": Unit("wholes", "{}日", "{} days"),
    "names": Unit("names", "{}", "{}"),
    "office": Unit("text", "{}", "{}"),
    "rule": Unit("text", "{}", "{}"),
}
TEXT_UNITS: Final = frozenset({"office", "rule"})


def read_value(unit: str, raw: object) -> Value:
    """The value of one unit as the data writes it (`"1/3"` is a share). Raises ValueError saying what was expected."""
    reads = UNITS[unit].reads
    if reads == "whole" and _is_whole(raw):
        return _whole(raw)
    if reads == "fraction" and (_is_whole(raw) or isinstance(raw, str)):
        return _fraction(str(raw))
    if reads == "share" and isinstance(raw, str) and "/" in raw:
        return _share(raw)
    if reads == "text" and isinstance(raw, str) and raw:
        return raw
    if isinstance(raw, list) and raw:
        if reads == "wholes" and all(_is_whole(item) for item in raw):
            return tuple(_whole(item) for item in raw)
        if reads == "names" and all(isinstance(item, str) and item for item in raw):
            return tuple(raw)
    raise ValueError(f"{raw!r} is not a value in {unit}")


def read_number(unit: str, raw: object) -> Number:
    """One part of a table value; only numbers may stand there. Raises ValueError."""
    value = read_value(unit, raw)
    if isinstance(value, int | Fraction):
        return value
    raise ValueError(f"{raw!r} in {unit} cannot be a part of a table")


def _is_whole(raw: object) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0


def _whole(raw: object) -> int:
    assert isinstance(raw, int)
    return raw


def _fraction(raw: str) -> Fraction:
    try:
        return Fraction(raw)
    except ZeroDivisionError:
        raise ValueError(f"{raw!r} divides by zero") from None


def _share(raw: str) -> Fraction:
    share = _fraction(raw)
    if not 0 <= share <= 1:
        raise ValueError(f"{raw!r} is not between 0 and 1")
    return share


def number_text(number: Number, unit: str) -> str:
    """The bare number as people write it: money in yuan, a share as per cent where that is whole."""
    if unit == "fen_per_m2":
        return f"{Fraction(number, 100)}"
    if unit == "share":
        percent = Fraction(number) * 100
        return f"{percent}%" if percent.denominator == 1 else f"{Fraction(number)}"
    return str(number)


def value_text(value: Value, unit: str, language: str) -> str:
    """A whole value in one language (`zh` or `en`); rules and offices are named by their titles, not here."""
    pattern = UNITS[unit].zh if language == "zh" else UNITS[unit].en
    comma = "、" if language == "zh" else ", "
    if isinstance(value, tuple):
        return pattern.format(comma.join(str(item) for item in value))
    if isinstance(value, int | Fraction):
        return pattern.format(number_text(value, unit))
    return str(value)


def band_text(low: Number, high: Number, unit: str, language: str) -> str:
    """A band from low to high, both included, such as a fine's."""
    pattern = UNITS[unit].zh if language == "zh" else UNITS[unit].en
    return pattern.format(f"{number_text(low, unit)}–{number_text(high, unit)}")


def json_value(value: Value) -> object:
    """The value for JSON: fractions as text, because a float would not be the law's number."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {name: json_value(part) for name, part in value.items()}
    return value


def iso(day: date | None) -> str | None:
    """An ISO date, or None."""
    return None if day is None else day.isoformat()
