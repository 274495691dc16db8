"""Finds the columns of a table under the names bureaus give them, cleans their values. Refuses tables without a code column."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server import problems

Aliases = Mapping[str, tuple[str, ...]]
# The name of a .dbf column ends after ten bytes, in the middle of 宗地代码 when it is written in UTF-8.
_DBF_NAME_BYTES = 10


def find_columns(names: Sequence[str], aliases: Aliases, *, required: Iterable[str]) -> dict[str, str]:
    """Which column of the file plays which role; roles not found are absent. Earlier aliases win, case does not matter.

    Raises COLUMN_MISSING for the first required role without a column.
    """
    there = {name.strip().casefold(): name for name in reversed(names)}
    found: dict[str, str] = {}
    for role, known in aliases.items():
        match = next((there[spelt] for alias in known for spelt in _spellings(alias) if spelt in there), None)
        if match is not None and match not in found.values():
            found[role] = match
    for role in required:
        if role not in found:
            raise problems.COLUMN_MISSING(column=" / ".join(aliases[role]), columns=", ".join(names) or "none")
    return found


def _spellings(alias: str) -> list[str]:
    cut = [alias.encode(code)[:_DBF_NAME_BYTES].decode(code, errors="ignore") for code in ("utf-8", "gb18030")]
    return list(dict.fromkeys(text.casefold() for text in (alias, *cut)))


def texts(values: NDArray[Any]) -> list[str | None]:
    """A column (N,) as stripped text; None for null, NaN and blank. Whole floats lose their `.0`: they were codes once."""
    return [_text(value) for value in values.tolist()]


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\0", "").strip() or None


def json_values(values: NDArray[Any]) -> list[Any]:
    """A column (N,) as JSON values: text stripped, NaN and blank None, days and times as ISO text, bytes dropped."""
    if np.issubdtype(values.dtype, np.datetime64):
        return [None if text == "NaT" else text for text in np.datetime_as_string(values).tolist()]
    return [_json_value(value) for value in values.tolist()]


def _json_value(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").strip() or None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float) else None


def too_long(row: Mapping[str, str | None], limits: Mapping[str, int]) -> str | None:
    """The first value longer than its limit in characters, said as a reason; None when all fit."""
    for role, limit in limits.items():
        value = row.get(role)
        if value is not None and len(value) > limit:
            return f"{role} has {len(value)} characters, at most {limit} are kept"
    return None
