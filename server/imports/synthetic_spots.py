"""Where the demonstration patrol goes: parcels, the place on the road to stand, and the way to look. Invents no sighting."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import shapely

from server.domain.assessment import Programme
from server.domain.crs import LocalFrame
from server.imports.synthetic_duties import Charges
from server.imports.synthetic_land import Plot, town_code

_NEAREST_M, _FARTHEST_M = 10.0, 25.0
_LIKED_M = 13.0
# How deep into the parcel the crew looks.
_DEPTH_M = 25.0
_TRIES = 400
_MOST: Final = {
    "idle_not_started": 14,
    "idle_started": 6,
    "illegal_on_farmland": 8,
    "illegal_approved": 6,
    "rural_house": 5,
    "temporary_overdue": 5,
    "temporary_reclaimed": 4,
    "routine": 12,
}
_REASONS: Final = {
    "idle_not_started": "约定动工日期已过，核查是否动工",
    "idle_started": "核查动工进展",
    "temporary_overdue": "临时用地期满，核查复垦",
    "temporary_reclaimed": "临时用地期满，核查复垦",
    "rural_house": "群众反映村民建房，现场核实",
}
_PROGRAMMES: Final = {
    "idle_not_started": Programme.IDLE_LAND,
    "idle_started": Programme.IDLE_LAND,
    "temporary_overdue": Programme.RECLAMATION,
    "temporary_reclaimed": Programme.RECLAMATION,
    "rural_house": Programme.ILLEGAL_USE,
}


@dataclass(frozen=True)
class SyntheticTask:
    """Where a crew is sent: `key` names the task within the county, `crew` the crew."""

    key: str
    crew: str
    parcel_code: str
    reason: str
    due_on: date
    programme: str


@dataclass(frozen=True)
class Goal:
    """A parcel to visit, by scenario."""

    scenario: str
    plot: Plot


def goals(plots: Sequence[Plot], charges: Charges, rng: random.Random) -> list[Goal]:
    """The parcels worth a visit, scenario by scenario, each once."""
    by_situation: dict[str, list[Plot]] = {
        scenario: [one.plot for one in charges.charges if one.situation == scenario] for scenario in _MOST
    }
    charged = {one.plot.parcel.code for one in charges.charges}
    free = [plot for plot in plots if plot.cell.on_road and plot.parcel.code not in charged and plot.block.kind == "farmland"]
    paddies = [plot for plot in free if plot.protected and plot.parcel.land_use_code == "0101"]
    dry = [plot for plot in free if not plot.protected and plot.parcel.land_use_code == "0103"]
    by_situation["illegal_approved"] = list(charges.approved)
    by_situation["illegal_on_farmland"] = rng.sample(paddies, _MOST["illegal_on_farmland"])
    by_situation["rural_house"] = rng.sample(dry, _MOST["rural_house"])
    chosen = {plot.parcel.code for some in by_situation.values() for plot in some}
    by_situation["routine"] = rng.sample([plot for plot in free if plot.parcel.code not in chosen], _MOST["routine"])
    return [Goal(scenario, plot) for scenario, some in by_situation.items() for plot in some[: _MOST[scenario]]]


def tasks_for(chosen: Sequence[Goal], day: date) -> list[SyntheticTask]:
    """A task for every goal that somebody has a reason to order; the others are what a patrol comes across."""
    return [
        SyntheticTask(
            key=f"{goal.scenario}/{goal.plot.parcel.code}",
            crew=f"crew-{goal.plot.block.town + 1}",
            parcel_code=goal.plot.parcel.code,
            reason=_REASONS[goal.scenario],
            due_on=day + timedelta(days=7),
            programme=_PROGRAMMES[goal.scenario].value,
        )
        for goal in chosen
        if goal.scenario in _REASONS
    ]


def spot_at(goal: Goal, roads: shapely.STRtree, task_id: str | None, rng: random.Random) -> dict[str, Any]:
    """The entry of a plan: where to stand on a road, 10–25 m from the parcel's edge, and the true azimuth towards it."""
    shape = goal.plot.cell.shape
    frame = LocalFrame(shape.centroid.x, shape.centroid.y)
    outline = shapely.transform(shape, frame.to_metres)
    nearby = [shapely.transform(roads.geometries[at], frame.to_metres) for at in roads.query(shape.buffer(3e-4))]
    stand = _stand(outline, shapely.union_all(nearby), rng)
    edge = shapely.get_coordinates(shapely.shortest_line(outline, stand))[0]
    target = _inside(outline, edge)
    (lon, lat), (stand_lon, stand_lat) = frame.to_degrees([[target.x, target.y], [stand.x, stand.y]]).tolist()
    return {
        "parcel_code": goal.plot.parcel.code,
        "lon": round(lon, 7),
        "lat": round(lat, 7),
        "stand": [round(stand_lon, 7), round(stand_lat, 7)],
        "azimuth_deg": round(math.degrees(math.atan2(target.x - stand.x, target.y - stand.y)) % 360.0, 1),
        "scenario": goal.scenario,
        "task_id": task_id,
        "region": town_code(goal.plot.block.town),
    }


def _stand(outline: shapely.Polygon, road: shapely.Geometry, rng: random.Random) -> shapely.Point:
    """The likeliest of some random places on the road: across it from the parcel, not down the lane."""
    west, south, east, north = outline.buffer(_FARTHEST_M).bounds
    places = [shapely.Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(_TRIES)]
    fitting = [p for p in places if road.contains(p) and _NEAREST_M <= outline.distance(p) <= _FARTHEST_M]
    return min(fitting, key=lambda place: abs(outline.distance(place) - _LIKED_M) + outline.centroid.distance(place) / 10.0)


def _inside(outline: shapely.Polygon, edge: Any) -> shapely.Point:
    """A point some way in from the edge towards the middle, or the middle of a small parcel."""
    middle = outline.centroid
    way = math.hypot(middle.x - edge[0], middle.y - edge[1])
    share = min(1.0, _DEPTH_M / way)
    return shapely.Point(edge[0] + (middle.x - edge[0]) * share, edge[1] + (middle.y - edge[1]) * share)
