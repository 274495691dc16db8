"""Parcels and layers of the synthetic county, cut from its layout. Every row says in its attributes that it is synthetic."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from server.domain.geometry import areas_m2, bounds_e7
from server.imports.parcels import GB_T_21010
from server.imports.readings import FeatureRow, ParcelRow
from server.imports.synthetic_layout import Block, Cell, Layout

COUNTY: Final = "320999"
"""A code GB/T 2260 does not assign: no county of Yancheng, or anywhere, ends in 99."""
MARK: Final = "（合成数据）"
TOWNS: Final = ("示例西镇", "示例东镇")
VILLAGES: Final = ("稻香", "柳溪", "石桥", "槐荫", "荷塘", "枫林", "梅岭", "竹园")
_VILLAGES_PER_TOWN = 4

# Land-use code and second letter of the parcel code (STD-08) by kind of block; first letter G for the state, J for collectives.
_USES: Final[dict[str, tuple[str, ...]]] = {
    "park": ("0601", "0601", "0604"),
    "town": ("0501", "0701", "0701", "0809"),
    "village": ("0702", "0702", "0702", "1201"),
    "woods": ("0301", "0307"),
    "mine": ("0602",),
}
_LETTERS: Final = {"park": "GB", "town": "GB", "village": "JC", "woods": "JE", "mine": "GB", "farmland": "JD"}
_PADDY, _DRY, _POND = "0101", "0103", "1104"
_PROTECTED_SHARE = 0.7
_ZONES: Final = {
    "park": "允许建设区",
    "town": "允许建设区",
    "village": "允许建设区",
    "woods": "禁止建设区",
    "mine": "有条件建设区",
    "farmland": "限制建设区",
}


@dataclass(frozen=True)
class Plot:
    """A parcel with the cell and block it came from, and whether its block is permanent basic farmland."""

    parcel: ParcelRow
    cell: Cell
    block: Block
    protected: bool


def town_code(town: int) -> str:
    """The 9-digit code of a town."""
    return f"{COUNTY}{101 + town}"


def village_code(village: int) -> str:
    """The 12-digit code of a village."""
    return f"{town_code(village // _VILLAGES_PER_TOWN)}{201 + village % _VILLAGES_PER_TOWN}"


def village_name(village: int) -> str:
    """The name of a village, marked as synthetic."""
    return f"{VILLAGES[village]}村{MARK}"


def settle(layout: Layout, rng: random.Random) -> list[Plot]:
    """A parcel with code, use and owner for every cell."""
    serials: Counter[str] = Counter()
    cells = [(block, cell) for block in layout.blocks for cell in block.cells]
    areas = areas_m2([cell.shape for _, cell in cells])
    boxes = bounds_e7([cell.shape for _, cell in cells]).tolist()
    protected = {(b.east, b.north): b.kind == "farmland" and rng.random() < _PROTECTED_SHARE for b in layout.blocks}
    paddy = {(b.east, b.north): rng.random() < (0.9 if protected[(b.east, b.north)] else 0.35) for b in layout.blocks}
    plots = []
    for number, ((block, cell), area, box) in enumerate(zip(cells, areas.tolist(), boxes, strict=True), start=1):
        place = (block.east, block.north)
        use = _use(block, paddy[place], rng)
        parcel = _parcel(number, block, cell, use, area, tuple(box), serials)
        plots.append(Plot(parcel, cell, block, protected[place]))
    return plots


def _use(block: Block, paddy: bool, rng: random.Random) -> str:
    if block.kind != "farmland":
        return rng.choice(_USES[block.kind])
    return _POND if rng.random() < 0.03 else _PADDY if paddy else _DRY


def _parcel(number: int, block: Block, cell: Cell, use: str, area: float, box: Any, serials: Counter[str]) -> ParcelRow:
    letters = _LETTERS[block.kind]
    ward = f"{COUNTY}{block.town + 1:03d}{block.village % _VILLAGES_PER_TOWN + 1:03d}{letters}"
    serials[ward] += 1
    collective = letters.startswith("J")
    return ParcelRow(
        row=number,
        code=f"{ward}{serials[ward]:05d}",
        name=None,
        region=village_code(block.village),
        land_use_scheme=GB_T_21010,
        land_use_code=use,
        ownership="collective" if collective else "state",
        holder=f"{VILLAGES[block.village]}村村民委员会{MARK}" if collective else None,
        area_m2=area,
        attributes={"synthetic": True, "village": village_name(block.village)},
        geometry=cell.shape,
        bounds=box,
    )


def base_layers(layout: Layout, plots: Sequence[Plot]) -> dict[str, list[FeatureRow]]:
    """Roads, current land use, permanent basic farmland, ecological red line and plan zones."""
    by_use: defaultdict[tuple[int, int, str], list[shapely.Polygon]] = defaultdict(list)
    protected: dict[tuple[int, int], Block] = {}
    for plot in plots:
        use = plot.parcel.land_use_code or ""
        by_use[plot.block.north, plot.block.east, use].append(plot.cell.shape)
        if plot.protected:
            protected[plot.block.north, plot.block.east] = plot.block
    uses = [(use, shapely.coverage_union_all(shapes)) for (_, _, use), shapes in by_use.items()]
    woods = [block for block in layout.blocks if block.kind == "woods"]
    return {
        "road": features("DL", [(road, "示例道路", {}) for road in layout.roads]),
        "current_land_use": features(
            "TB", [(shape, None, {"DLBM": use, "land_use_code": use, "scheme": GB_T_21010}) for use, shape in uses]
        ),
        "permanent_basic_farmland": features("YN", [(block.shape, "永久基本农田保护片", {}) for block in protected.values()]),
        "ecological_red_line": features("HX", [(block.shape, "生态保护红线", {}) for block in woods]),
        "plan_zone": features("GH", [(b.shape, _ZONES[b.kind], {"zone": _ZONES[b.kind]}) for b in layout.blocks]),
    }


def features(letters: str, drawn: Sequence[tuple[shapely.Geometry, str | None, Mapping[str, Any]]]) -> list[FeatureRow]:
    """Features of a layer, numbered in order under the county's code and the layer's letters."""
    if not drawn:
        return []
    shapes = [shape for shape, _, _ in drawn]
    measured = zip(drawn, areas_m2(shapes).tolist(), np.asarray(bounds_e7(shapes)).tolist(), strict=True)
    rows = []
    for number, ((shape, name, attributes), area, box) in enumerate(measured, start=1):
        marked = None if name is None else f"{name}{MARK}"
        code = str(attributes.get("code") or f"{COUNTY}{letters}{number:05d}")
        kept = {key: value for key, value in attributes.items() if key != "code"} | {"synthetic": True}
        rows.append(FeatureRow(number, code, marked, area, kept, shape, tuple(box)))
    return rows
