"""Reads one layer of the one map from a map file, attributes kept as they are. Refuses layers that no assessment knows."""

from pathlib import Path
from typing import Final

from server import problems
from server.domain.layers import LAYERS
from server.imports.columns import Aliases, too_long
from server.imports.features import read_features
from server.imports.readings import FeatureRow, LayerReading, Refusal, refusal

LAYER_COLUMNS: Final[Aliases] = {
    "code": (
        "code", "编号", "BH", "批文号", "批准文号", "PZWH", "电子监管号", "DZJGH", "许可证号", "XKZH",
        "图斑编号", "TBBH", "地块编号", "DKBH", "标识码", "BSM", "id",
    ),
    "name": ("name", "名称", "MC", "项目名称", "XMMC", "地块名称", "DKMC", "分区名称"),
}  # fmt: skip

# A road may come as a centre line; everything else is compared by area.
LINE_LAYERS: Final = frozenset({"road"})
_LIMITS = {"name": 200}


def read_layer(layer: str, path: Path, *, crs: int | None = None) -> LayerReading:
    """Features of one layer (a key of domain.layers.LAYERS), geometry in EPSG:4490.

    Raises LAYER_UNKNOWN, FILE_UNREADABLE, COLUMN_MISSING, CRS_UNKNOWN.
    """
    if layer not in LAYERS:
        raise problems.LAYER_UNKNOWN(layer=layer, layers=", ".join(LAYERS))
    table = read_features(path, LAYER_COLUMNS, crs=crs, lines_too=layer in LINE_LAYERS)
    rows: list[FeatureRow] = []
    refused: list[Refusal] = list(table.refused)
    for at in table.kept:
        said = {role: values[at] for role, values in table.named.items()}
        code = table.codes[at] or ""
        reason = too_long(said, _LIMITS)
        if reason is not None:
            refused.append(refusal(at + 1, code, problems.ROW_INVALID(reason=reason)))
            continue
        area = float(table.shapes.areas_m2[at])
        rows.append(
            FeatureRow(at + 1, code, said.get("name"), area, table.attributes(at), table.shapes.shapes[at], table.bounds(at))
        )
    return LayerReading(layer, table.origin, tuple(rows), tuple(sorted(refused, key=lambda one: one.row)))
