"""Reads CSV tables as spreadsheets of bureaus save them, and their days, numbers and money. Refuses what it would have to guess.

UTF-8 and GB18030 are told apart by their bytes; a byte order mark and tabs or semicolons instead of commas are understood.
"""

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path

from server import problems
from server.imports.readings import digest_of
from server.imports.sources import likely_encoding, require_there

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# How a workbook begins: a zip archive (.xlsx), or the compound file of older ones (.xls).
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEPARATORS = (",", "\t", ";")
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T]00:00(?::00)?)?")
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 1, 1)
_UNIT = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]\s*$")


@dataclass(frozen=True)
class TextTable:
    """A table as text: headings, and rows as (number from 1 below the headings, cells). Blank rows are left out."""

    name: str
    digest: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(path: Path) -> TextTable:
    """Read a CSV file. Raises FILE_UNREADABLE when it is missing, a workbook, not text, or has no headings."""
    require_there(path)
    try:
        raw = path.read_bytes()
        if raw.startswith(_WORKBOOKS):
            raise problems.FILE_UNREADABLE(path=path.name, reason="this is a workbook; save its sheet as CSV")
        mark = next((code for start, code in _MARKS.items() if raw.startswith(start)), None)
        text = raw.decode(mark or likely_encoding(raw))
        lines = list(csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as broken:
        raise problems.FILE_UNREADABLE(path=path.name, reason=f"not a CSV table: {broken}") from broken
    cleaned = [tuple(cell.replace("\0", "").strip() for cell in line) for line in lines]
    if not cleaned or not any(cleaned[0]):
        raise problems.FILE_UNREADABLE(path=path.name, reason="the first line must hold the headings")
    rows = tuple((number, cells) for number, cells in enumerate(cleaned[1:], start=1) if any(cells))
    return TextTable(path.name, digest_of([path]), cleaned[0], rows)


def split_unit(heading: str) -> tuple[str, str | None]:
    """A heading without the unit in brackets at its end, and the unit: `供应面积（公顷）` → (`供应面积`, `公顷`)."""
    unit = _UNIT.search(heading)
    return (heading.strip(), None) if unit is None else (heading[: unit.start()].strip(), unit.group(1).strip())


def day(text: str) -> date | None:
    """A day written 2025-03-15, 2025/3/15, 2025.3.15, 2025年3月15日 or 20250315; None for blank. Raises ROW_INVALID."""
    if not text:
        return None
    parts = _DAY.fullmatch(text)
    if parts is not None:
        year, month, dom, packed_month, packed_dom = parts.groups()
        try:
            found = date(int(year), int(month or packed_month), int(dom or packed_dom))
        except ValueError:
            found = _LATEST
        if _EARLIEST <= found < _LATEST:
            return found
    raise problems.ROW_INVALID(reason=f"{text!r} is not a day; write it as 2025-03-15")


def number(text: str, what: str) -> Decimal | None:
    """A finite decimal number, thousands separated by commas or not; None for blank. Raises ROW_INVALID."""
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise problems.ROW_INVALID(reason=f"{what} {text!r} is not a number")
    return value


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)
