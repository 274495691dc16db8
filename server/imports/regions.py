"""Reads administrative divisions (GB/T 2260 style codes and names) from JSON or CSV. Refuses codes of any other shape.

Statistics editions hold pseudo-codes for development zones, told by a 7 in the fifth place; they and what lies below them are
kept but marked, because no parcel, case or document may carry them as its county.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from server import problems
from server.imports.columns import Aliases, find_columns
from server.imports.readings import Origin, Refusal, RegionReading, RegionRow, digest_of, refusal
from server.imports.sources import require_there
from server.imports.tables import day, read_table

REGION_COLUMNS: Final[Aliases] = {
    "code": ("code", "代码", "行政区划代码"),
    "name": ("name", "名称", "单位名称", "行政区划名称"),
    "valid_from": ("valid_from", "启用日期"),
    "valid_to": ("valid_to", "停用日期"),
    "successor_code": ("successor", "successor_code", "新代码"),
}

READABLE_ENDINGS: Final = (".json", ".json.gz", ".csv")
LEVELS: Final = {2: "province", 4: "city", 6: "county", 9: "town", 12: "village"}
_CODE = re.compile(r"[1-9]\d(\d\d(\d\d(\d{3}(\d{3})?)?)?)?")
_NAME_CHARACTERS = 100

Record = dict[str, str]


def region_code(text: str) -> str:
    """The shortest form of a code: 320000 is 32, 320900 is 3209, a town's 320981100000 is 320981100. Raises ROW_INVALID."""
    if _CODE.fullmatch(text) is None:
        raise problems.ROW_INVALID(reason=f"{text!r} is not a code of 2, 4, 6, 9 or 12 digits")
    code = text
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code


def parent_of(code: str) -> str | None:
    """The code one level up; of a town in a city without counties (441900003) it is the city. None for provinces."""
    shorter = {4: 2, 6: 4, 9: 6, 12: 9}.get(len(code))
    return None if shorter is None else region_code(code[:shorter])


def is_statistical(code: str) -> bool:
    """Whether the code is, or lies below, a pseudo-county of the statistics office."""
    return len(code) >= 6 and code[4] == "7"


def read_regions(path: Path) -> RegionReading:
    """Divisions of a .json, .json.gz or .csv file, each code once. Raises FILE_UNREADABLE, COLUMN_MISSING."""
    require_there(path)
    if not path.name.lower().endswith(READABLE_ENDINGS):
        raise problems.FILE_UNREADABLE(path=path.name, reason=f"only {', '.join(READABLE_ENDINGS)} can be read")
    digest, records = _table_records(path) if path.suffix.lower() == ".csv" else _json_records(path)
    rows: list[RegionRow] = []
    refused: list[Refusal] = []
    seen: set[str] = set()
    for number, record in records:
        try:
            row = _region(number, record)
            if row.code in seen:
                raise problems.ROW_DUPLICATE(duplicate=row.code)
        except problems.Problem as problem:
            refused.append(refusal(number, record["code"] or None, problem))
            continue
        seen.add(row.code)
        rows.append(row)
    return RegionReading(Origin(path.name, digest, "", ()), tuple(rows), tuple(refused))


def _table_records(path: Path) -> tuple[str, Iterable[tuple[int, Record]]]:
    table = read_table(path)
    roles = find_columns(table.headings, REGION_COLUMNS, required=("code", "name"))
    at = {role: table.headings.index(name) for role, name in roles.items()}

    def cell(cells: tuple[str, ...], role: str) -> str:
        return cells[at[role]] if role in at and at[role] < len(cells) else ""

    return table.digest, [(number, {role: cell(cells, role) for role in REGION_COLUMNS}) for number, cells in table.rows]


def _json_records(path: Path) -> tuple[str, Iterable[tuple[int, Record]]]:
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
        listed: Any = json.loads(raw)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as broken:
        raise problems.FILE_UNREADABLE(path=path.name, reason=f"not JSON: {broken}") from broken
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise problems.FILE_UNREADABLE(path=path.name, reason="a list of objects with code and name is wanted")
    if listed and not {"code", "name"} <= listed[0].keys():
        raise problems.COLUMN_MISSING(column="code and name", columns=", ".join(listed[0]) or "none")
    names = {role: role for role in REGION_COLUMNS} | {"successor_code": "successor"}
    return digest_of([path]), [
        (number, {role: str(one.get(name) or "").strip() for role, name in names.items()}) for number, one in enumerate(listed, 1)
    ]


def _region(number: int, record: Record) -> RegionRow:
    code = region_code(record["code"])
    name = record["name"]
    if not name or len(name) > _NAME_CHARACTERS:
        raise problems.ROW_INVALID(reason=f"a name has 1 to {_NAME_CHARACTERS} characters")
    valid_from, valid_to = day(record["valid_from"]), day(record["valid_to"])
    _require_order(valid_from, valid_to)
    successor = region_code(record["successor_code"]) if record["successor_code"] else None
    return RegionRow(
        number, code, name, LEVELS[len(code)], parent_of(code), valid_from, valid_to, successor, is_statistical(code)
    )


def _require_order(valid_from: date | None, valid_to: date | None) -> None:
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        raise problems.ROW_INVALID(reason=f"the code ends on {valid_to}, before it began on {valid_from}")
