"""Four places with a text of their own in everything that is kept about them: whatever appears elsewhere was let out."""

import uuid
from dataclasses import dataclass

NAMES = uuid.UUID("2d6c1d0e-55e9-4f5a-9b53-0a8b5b1c7d10")
COUNTY = "320583"
OTHER_COUNTY = "350128"


@dataclass(frozen=True)
class Place:
    """A place seen from the callers of the tests: `relation` is the column of the matrix it stands for.

    `region` is a town, or the county itself for what lies in no town; lon and lat are degrees far from every other place.
    """

    relation: str
    county: str
    region: str
    lon: float
    lat: float
    mark: str

    def canary(self, field: str) -> str:
        """A text that occurs nowhere else; letters and digits only, so that no escaping changes it."""
        return f"canary{self.mark}{field}"

    def id(self, thing: str) -> str:
        """The id of a thing here."""
        return str(uuid.uuid5(NAMES, f"{self.mark}/{thing}"))

    @property
    def square(self) -> list[tuple[float, float]]:
        """A parcel of about 100 m a side around the place."""
        half = 0.0005
        west, east, south, north = self.lon - half, self.lon + half, self.lat - half, self.lat + half
        return [(west, south), (east, south), (east, north), (west, north)]


PLACES = {
    "own": Place("own", COUNTY, "320583100", 120.911237, 31.311237, "Qxo1"),
    "town": Place("town", COUNTY, "320583101", 120.722348, 31.522348, "Wvt2"),
    "county": Place("county", COUNTY, COUNTY, 120.533459, 31.233459, "Zkc3"),
    "foreign": Place("foreign", OTHER_COUNTY, "350128100", 119.744561, 25.544561, "Yjf4"),
}
OWN, TOWN, WHOLE_COUNTY, FOREIGN = PLACES.values()

THINGS = (
    "parcel",
    "version",
    "feature",
    "duty",
    "task",
    "crew",
    "user",
    "device",
    "report",
    "review",
    "upload",
    "lead",
    "verified-lead",
    "case-lead",
    "case",
    "import",
    "notice",
    "town-notice",
)
"""What every place has, each with an id of its own."""


def traces(place: Place, content: bytes, *, except_for: str = "") -> list[str]:
    """What of a place stands in an answer: its texts, its ids, its coordinates. What the request itself named is no news."""
    asked = except_for.lower()
    text = content.decode("utf-8", "replace").lower()
    ids = [place.id(thing) for thing in THINGS]
    spots = [f"{value:.6f}"[:-2] for value in (place.lon, place.lat)]
    wanted = [place.canary("").lower(), *(one for one in (*ids, *spots) if one not in asked)]
    return [text[max(0, text.index(one) - 60) : text.index(one) + 60] for one in wanted if one in text]
