"""The layers of the one map (一张图) that assessments overlay. A layer not named here is refused on import."""

from typing import Final

LAYERS: Final[dict[str, tuple[str, str]]] = {
    "permanent_basic_farmland": ("永久基本农田", "permanent basic farmland"),
    "ecological_red_line": ("生态保护红线", "ecological red line"),
    "plan_zone": ("规划分区", "plan zone"),
    "approval": ("批文", "approval"),
    "supply": ("供地", "supply"),
    "mining": ("采矿权", "mining right"),
    "temporary_land": ("临时用地", "temporary land"),
    "current_land_use": ("现状地类", "current land use"),
    "road": ("道路", "road"),
    "patch": ("卫片图斑", "satellite patch"),
}
