"""What an inspector writes down at a spot, by scenario. Says the same about the same spot, whoever comes by."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from client_sync.demo.plan import Spot

EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True)
class Sighting:
    """The part of a report that depends on what stands there. `needs_two` wants a second certified inspector."""

    observation: dict[str, Any]
    note: str
    onsite: dict[str, Any] | None = None
    sketch: dict[str, Any] | None = None
    needs_two: bool = False


def sighting_at(spot: Spot, day: date) -> Sighting:
    """What is to be seen at a spot on a day."""
    return SCENES[spot.scenario](spot, day, random.Random(spot.parcel_code))


def moved(lon: float, lat: float, *, east_m: float, north_m: float) -> tuple[float, float]:
    """lon, lat in degrees after a step in metres; good for the few kilometres of a patrol.

    >>> moved(120.0, 0.0, east_m=0.0, north_m=111194.93)
    (120.0, 1.0)
    """
    step_lat = math.degrees(north_m / EARTH_RADIUS_M)
    step_lon = math.degrees(east_m / (EARTH_RADIUS_M * math.cos(math.radians(lat))))
    return round(lon + step_lon, 7), round(lat + step_lat, 7)


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two lon, lat pairs, on a plane: for neighbours only."""
    east = math.radians(other[0] - one[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, math.radians(other[1] - one[1])) * EARTH_RADIUS_M


def _not_started(_spot: Spot, _day: date, rng: random.Random) -> Sighting:
    observation = _construction(stage="none", foundation=None, share=0.0, piles=(0, 0), sign_board=rng.random() < 0.4)
    return Sighting(observation, "围墙内杂草丛生,未见施工机械和人员,未动工。")


def _started(_spot: Spot, _day: date, rng: random.Random) -> Sighting:
    total = rng.randrange(120, 260)
    share = round(rng.uniform(0.4, 0.9), 2)
    observation = _construction(
        stage="foundation", foundation="piles", share=share, piles=(int(total * share), total), sign_board=True
    )
    return Sighting(observation, "桩基施工中,现场有桩机,公示牌在大门口。")


def _construction(
    *, stage: str, foundation: str | None, share: float, piles: tuple[int, int], sign_board: bool
) -> dict[str, Any]:
    return {
        "kind": "construction",
        "sign_board": sign_board,
        "permit_no": None,
        "foundation": foundation,
        "foundation_share": share,
        "piles_done": piles[0],
        "piles_total": piles[1],
        "stage": stage,
        "developed_area_m2": 0.0,
        "halted_since": None,
    }


def _on_farmland(spot: Spot, day: date, rng: random.Random) -> Sighting:
    onsite = {
        "suspect": rng.choice(["某建材经营部", "某农机合作社", "某仓储有限公司"]),
        "act_started_on": (day - timedelta(days=rng.randrange(12, 40))).isoformat(),
        "act_date_source": "statement",
        "state": "in_progress",
        "approval_shown": False,
        "measures": ["oral_stop", "stop_notice"],
        "party_present": True,
        "party_refused": False,
    }
    observation, sketch = _land_use(spot, rng, use="warehouse", current_class="0101")
    return Sighting(observation, "水田上浇筑地坪并砌墙,现场未出示批准文件,已口头制止。", onsite, sketch, needs_two=True)


def _approved(spot: Spot, _day: date, rng: random.Random) -> Sighting:
    observation, _ = _land_use(spot, rng, use="industrial", current_class="0601")
    return Sighting(
        observation, "厂房已建成,当事人出示用地批准文件。", {"state": "finished", "approval_shown": True, "measures": []}
    )


def _rural_house(spot: Spot, _day: date, rng: random.Random) -> Sighting:
    observation, sketch = _land_use(spot, rng, use="rural_house", current_class="0103")
    onsite = {"suspect": "某村民", "state": "in_progress", "approval_shown": False, "measures": ["oral_stop"]}
    return Sighting(observation, "农村村民建住宅,未见宅基地批准书。", onsite, sketch)


def _land_use(spot: Spot, rng: random.Random, *, use: str, current_class: str) -> tuple[dict[str, Any], dict[str, Any]]:
    wide_m, deep_m = rng.uniform(14, 34), rng.uniform(10, 24)
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [list(moved(spot.lon, spot.lat, east_m=x * wide_m / 2, north_m=y * deep_m / 2)) for x, y in corners]
    observation = {
        "kind": "land_use",
        "use": use,
        "area_m2": round(wide_m * deep_m, 1),
        "area_method": "sketched",
        "buildings": 1,
        "current_class": current_class,
    }
    return observation, {"type": "Polygon", "coordinates": [ring]}


def _overdue(_spot: Spot, _day: date, rng: random.Random) -> Sighting:
    return Sighting(_reclamation("none", rng, topsoil=False), "临时用地上工棚未拆,料堆未清,未见复垦。")


def _reclaimed(_spot: Spot, _day: date, rng: random.Random) -> Sighting:
    return Sighting(_reclamation("completed", rng, topsoil=True), "表土已回覆,已种植,复垦完成。")


def _reclamation(stage: str, rng: random.Random, *, topsoil: bool) -> dict[str, Any]:
    return {
        "kind": "reclamation",
        "stage": stage,
        "area_m2": round(rng.uniform(1800, 5200), 1),
        "topsoil_stripped": topsoil,
        "topsoil_stored": topsoil,
    }


def _routine(_spot: Spot, _day: date, _rng: random.Random) -> Sighting:
    return Sighting({"kind": "routine", "nothing_found": True}, "未发现异常。")


SCENES: dict[str, Callable[[Spot, date, random.Random], Sighting]] = {
    "idle_not_started": _not_started,
    "idle_started": _started,
    "illegal_on_farmland": _on_farmland,
    "illegal_approved": _approved,
    "rural_house": _rural_house,
    "temporary_overdue": _overdue,
    "temporary_reclaimed": _reclaimed,
    "routine": _routine,
}
