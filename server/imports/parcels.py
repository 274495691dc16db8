"""Reads parcels from a map file under the column names of cadastre and land survey. Refuses rows, not files, where it can.

The area of a parcel is measured here on the ellipsoid; the area the file declares stays among the attributes, because which of
the two a document must state is not an import's decision.
"""

import re
from pathlib import Path
from typing import Final

from server import problems
from server.imports.columns import Aliases, too_long
from server.imports.features import FeatureTable, read_features
from server.imports.readings import ParcelReading, ParcelRow, Refusal, refusal

GB_T_21010: Final = "GB/T 21010-2017"
"""The land-use scheme a file is read with when it names none: codes mean different things in different schemes."""

PARCEL_COLUMNS: Final[Aliases] = {
    "code": (
        "code", "parcel_code", "宗地代码", "ZDDM", "不动产单元号", "BDCDYH", "地块编号", "DKBH",
        "图斑编号", "TBBH", "标识码", "BSM", "id",
    ),
    "name": ("name", "宗地名称", "地块名称", "DKMC", "项目名称", "XMMC", "坐落", "ZL"),
    "region": ("region", "坐落单元代码", "ZLDWDM", "行政区代码", "XZQDM"),
    "land_use_scheme": ("land_use_scheme", "地类标准", "DLBZ"),
    "land_use_code": ("land_use_code", "land_use", "地类编码", "DLBM", "地类代码", "DLDM", "批准用途", "PZYT", "用途", "YT"),
    "ownership": ("ownership", "权属性质", "QSXZ", "权利性质", "QLXZ"),
    "holder": ("holder", "权利人", "权利人名称", "QLRMC", "使用权人", "SYQR", "权属单位名称", "QSDWMC"),
    "declared_area": ("declared_area", "area_m2", "宗地面积", "ZDMJ", "图斑面积", "TBMJ", "面积", "MJ", "contenance"),
}  # fmt: skip

_LIMITS = {"name": 200, "region": 19, "land_use_scheme": 40, "land_use_code": 12, "ownership": 100, "holder": 200}
# A cadastral code tells the ownership by its letter: 国家, 集体, or not yet settled (STD-06, STD-08).
_CADASTRAL_CODE = re.compile(r"\d{12}([GJZ])[A-Z]\d{5}")
_OWNERSHIP_WORDS = (("集体", "collective"), ("collective", "collective"), ("国", "state"), ("state", "state"))
_OWNERSHIP_DIGITS = {"1": "state", "2": "state", "3": "collective", "4": "collective"}


def read_parcels(path: Path, *, crs: int | None = None, land_use_scheme: str = GB_T_21010) -> ParcelReading:
    """Parcels of a GeoPackage, Shapefile, GeoJSON or FileGDB (also in .gz or .zip), geometry brought to EPSG:4490.

    `crs` insists on an EPSG number; `land_use_scheme` names the scheme of the codes where no column does. Raises
    FILE_UNREADABLE, COLUMN_MISSING, CRS_UNKNOWN.
    """
    table = read_features(path, PARCEL_COLUMNS, crs=crs)
    rows: list[ParcelRow] = []
    refused = list(table.refused)
    for at in table.kept:
        taken = _parcel(table, at, land_use_scheme)
        if isinstance(taken, Refusal):
            refused.append(taken)
        else:
            rows.append(taken)
    return ParcelReading(table.origin, tuple(rows), tuple(sorted(refused, key=lambda one: one.row)))


def ownership_of(said: str | None, code: str) -> str | None:
    """`state` or `collective`, told by word (国有土地使用权), land-survey code (10–43) or the letter of the parcel's code."""
    if said is not None:
        by_word = next((kind for word, kind in _OWNERSHIP_WORDS if word in said.lower()), None)
        return by_word or (_OWNERSHIP_DIGITS.get(said[0]) if said.isdigit() and len(said) == 2 else None)
    letter = _CADASTRAL_CODE.fullmatch(code)
    return None if letter is None else {"G": "state", "J": "collective"}.get(letter.group(1))


def _parcel(table: FeatureTable, at: int, land_use_scheme: str) -> ParcelRow | Refusal:
    said = {role: values[at] for role, values in table.named.items()}
    code = table.codes[at] or ""
    reason = too_long(said, _LIMITS)
    if reason is not None:
        return refusal(at + 1, code, problems.ROW_INVALID(reason=reason))
    use = said.get("land_use_code")
    ownership = ownership_of(said.get("ownership"), code)
    attributes = table.attributes(at)
    if said.get("ownership") not in (None, ownership):
        attributes["ownership_as_given"] = said["ownership"]
    return ParcelRow(
        row=at + 1,
        code=code,
        name=said.get("name"),
        region=said.get("region"),
        land_use_scheme=None if use is None else said.get("land_use_scheme") or land_use_scheme,
        land_use_code=use,
        ownership=ownership,
        holder=said.get("holder"),
        area_m2=float(table.shapes.areas_m2[at]),
        attributes=attributes,
        geometry=table.shapes.shapes[at],
        bounds=table.bounds(at),
    )
