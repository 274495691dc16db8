"""A county that does not exist, the same for the same seed, for demonstrations and first steps. Holds no real place or name.

Its code is not assigned by GB/T 2260 and everything in it is marked 合成数据. Situations (due, overdue, not yet) are laid out
around the day given, so that they hold whenever it is made.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import shapely

from server.imports.readings import DutyRow, FeatureRow, ParcelRow, RegionRow
from server.imports.synthetic_duties import charge
from server.imports.synthetic_land import COUNTY, MARK, TOWNS, VILLAGES, base_layers, features, settle, town_code, village_code
from server.imports.synthetic_layout import draw_layout
from server.imports.synthetic_people import SyntheticCrew, SyntheticUser, people
from server.imports.synthetic_spots import Goal, SyntheticTask, goals, spot_at, tasks_for

SEED: Final = 20261121
_NAMESPACE: Final = uuid.UUID("6f2b1c0e-5f0b-4c53-9b55-0a7d3b1f9e21")


@dataclass(frozen=True)
class SyntheticCounty:
    """Everything of the county: rows as readers give them, people without passwords, and the spots of a demonstration patrol.

    `layers` maps the names of domain.layers.LAYERS to features. A spot is {"parcel_code", "lon", "lat", "stand": [lon, lat],
    "azimuth_deg", "scenario", "task_id", "region"} in degrees of EPSG:4490.
    """

    code: str
    day: date
    seed: int
    regions: tuple[RegionRow, ...]
    crews: tuple[SyntheticCrew, ...]
    users: tuple[SyntheticUser, ...]
    parcels: tuple[ParcelRow, ...]
    layers: dict[str, tuple[FeatureRow, ...]]
    duties: tuple[DutyRow, ...]
    tasks: tuple[SyntheticTask, ...]
    spots: tuple[dict[str, Any], ...]


def synthetic_county(seed: int = SEED, *, day: date) -> SyntheticCounty:
    """The county of a seed as it stands on a day: about 3,200 parcels, ten layers, some 130 duties, 60 spots."""
    rng = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    layout = draw_layout(rng)
    plots = settle(layout, rng)
    charges = charge(plots, rng, day)
    chosen = goals(plots, charges, rng)
    tasks = tasks_for(chosen, day)
    crews, users = people()
    layers = base_layers(layout, plots) | charges.layers | {"patch": _patches(chosen, day)}
    ids = {task.parcel_code: synthetic_id("task", task.key) for task in tasks}
    roads = shapely.STRtree(list(layout.roads))
    return SyntheticCounty(
        code=COUNTY,
        day=day,
        seed=seed,
        regions=_regions(),
        crews=crews,
        users=users,
        parcels=tuple(plot.parcel for plot in plots),
        layers={name: tuple(rows) for name, rows in layers.items()},
        duties=tuple(duty for one in charges.charges for duty in one.duties),
        tasks=tuple(tasks),
        spots=tuple(spot_at(goal, roads, ids.get(goal.plot.parcel.code), rng) for goal in chosen),
    )


def synthetic_id(kind: str, key: str) -> str:
    """The id of a crew, user or task of the county: the same in every installation."""
    return str(uuid.uuid5(_NAMESPACE, f"{COUNTY}/{kind}/{key}"))


def _patches(chosen: list[Goal], day: date) -> list[FeatureRow]:
    """Satellite patches over some of the places where building will be seen."""
    seen = [goal.plot for goal in chosen if goal.scenario in ("illegal_on_farmland", "illegal_approved")][::3]
    return features("WP", [(plot.cell.shape, "疑似新增建设", {"batch": f"{day.year}-1"}) for plot in seen])


def _regions() -> tuple[RegionRow, ...]:
    """The county, which belongs to no city, its towns and villages."""
    named: list[tuple[str, str, str, str | None]] = [(COUNTY, f"示例县{MARK}", "county", None)]
    named += [(town_code(at), f"{name}{MARK}", "town", COUNTY) for at, name in enumerate(TOWNS)]
    named += [(village_code(at), f"{name}村{MARK}", "village", village_code(at)[:9]) for at, name in enumerate(VILLAGES)]
    return tuple(
        RegionRow(row, code, name, level, parent, None, None, None, statistical=False)
        for row, (code, name, level, parent) in enumerate(named, start=1)
    )
