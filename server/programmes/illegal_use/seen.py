"""What a report says is being done to the land. Refuses to call silence an answer: what is not recorded is unclear."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from server.programmes.inputs import ParcelFacts, Sighting

RURAL_HOUSE: Final = "rural_house"
HOUSE_USES: Final = frozenset({RURAL_HOUSE, "house", "residential"})
BUILDING_USES: Final = frozenset(
    HOUSE_USES
    | {"industrial", "commercial", "public", "warehouse", "storage", "hardening", "parking", "road", "mining", "photovoltaic"}
)
# Uses that a plan or a filing may allow without an approval; they are asked about, never judged by overlay alone.
ASIDE_USES: Final = frozenset({"facility_agriculture", "rural_road", "temporary"})
FARM_USES: Final = frozenset({"cultivated", "fallow", "orchard", "forest", "grass", "pond"})

# Classes of GB/T 21010-2017, which the third survey shares: 1202 设施农用地 and 1006 农村道路.
ASIDE_CLASSES: Final = {"1202": ("设施农用地", "facility agriculture"), "1006": ("农村道路", "rural road")}
# Construction land in the same standard: 05–09, 10 without rural roads, 1109 and 1201.
CONSTRUCTION_PREFIXES: Final = ("05", "06", "07", "08", "09", "10", "1109", "1201")
# The guide of 2023 for survey, planning and control uses the same digits for other things.
OTHER_SCHEMES: Final = ("2023", "234")


class Activity(Enum):
    BUILDING = "building"
    NOTHING = "nothing"
    UNCLEAR = "unclear"


def building_activity(observation: Mapping[str, Any]) -> Activity:
    """Whether building, or another use that takes land out of nature or farming, was seen."""
    if observation.get("kind") == "construction":
        return _construction(observation)
    use, buildings = observation.get("use"), _has_buildings(observation.get("buildings"))
    if buildings or use in BUILDING_USES or use in ASIDE_USES:
        return Activity.BUILDING
    if buildings is False or use in FARM_USES:
        return Activity.NOTHING
    return Activity.UNCLEAR


def _construction(observation: Mapping[str, Any]) -> Activity:
    stage = observation.get("stage")
    if stage == "none":
        return Activity.NOTHING
    if stage is not None or observation.get("piles_done") or observation.get("foundation_share"):
        return Activity.BUILDING
    return Activity.UNCLEAR


def _has_buildings(claim: Any) -> bool | None:
    if isinstance(claim, str):
        return claim.strip().lower() not in ("", "0", "no", "none", "无", "否")
    if isinstance(claim, bool | int | float | list):
        return bool(claim)
    return None


def is_rural_house(sighting: Sighting) -> bool | None:
    """Whether a villager's house is being built; None where a villager acts and the use is not recorded."""
    use = sighting.report.observation.get("use")
    if use == RURAL_HOUSE:
        return True
    if not suspects_villager(sighting):
        return False
    return None if use is None else use in HOUSE_USES


def suspects_villager(sighting: Sighting) -> bool:
    """Whether the report names a villager, and not the village's own body, as the one who acts."""
    if sighting.report.observation.get("suspect_kind") == "villager":
        return True
    suspect = (sighting.report.onsite.suspect if sighting.report.onsite else None) or ""
    return "村民" in suspect.replace("村民委员会", "").replace("村民小组", "") or suspect.strip().lower() == "villager"


def aside_class(parcel: ParcelFacts, sighting: Sighting) -> tuple[str, str] | None:
    """The name of a class or use that needs its own filing instead of an approval, or None."""
    use = sighting.report.observation.get("use")
    if use == "facility_agriculture":
        return ASIDE_CLASSES["1202"]
    if use == "rural_road":
        return ASIDE_CLASSES["1006"]
    if use == "temporary":
        return ("临时用地", "temporary use")
    return ASIDE_CLASSES.get(_class_of(parcel))


def is_construction_land(parcel: ParcelFacts) -> bool:
    """Whether the register already calls the parcel construction land, in a scheme whose codes are known here."""
    code = _class_of(parcel)
    return code.startswith(CONSTRUCTION_PREFIXES) and code not in ASIDE_CLASSES


def _class_of(parcel: ParcelFacts) -> str:
    scheme = parcel.land_use_scheme or ""
    return "" if any(mark in scheme for mark in OTHER_SCHEMES) else parcel.land_use_code or ""
