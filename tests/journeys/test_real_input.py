"""Real photos at their own positions, on real parcels moved under them: stored, examined, matched, judged.

The parcels are French cadastral parcels; they are moved and called what they are. Skipped where the data is absent.
"""

import gzip
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import shapely
import shapely.geometry

from server.domain.geometry import distance_m
from server.store.tables.organisation import Region
from server.store.tables.sync import Photo, PhotoFlag, Submission
from server.store.tables.work import Lead, Match
from tests.builders import COUNTY, Phone, a_phone, digest

if TYPE_CHECKING:
    from flask import Flask

APART_M = 600.0
PATCH_DEG = 0.0012


@dataclass(frozen=True)
class Shot:
    """A real photo with a place in its EXIF."""

    content: bytes
    lon: float
    lat: float
    taken_at: datetime
    azimuth: dict[str, Any] | None


def shots(app: "Flask", folder: Path) -> list[Shot]:
    """The photos with a place, one for each neighbourhood, so that the land moved under them does not overlap."""
    examiner = app.extensions["xuntu"].world.examiner
    found: list[Shot] = []
    for path in sorted((folder / "photos" / "with-gps").iterdir()):
        facts = examiner.examine(path).facts
        if facts.lon is None or facts.lat is None or (facts.lon, facts.lat) == (0.0, 0.0):
            continue
        if any(distance_m(shot.lon, shot.lat, facts.lon, facts.lat) < APART_M for shot in found):
            continue
        taken = facts.exif_taken_at or datetime(2020, 1, 1, 12)
        view = None
        if facts.azimuth_deg is not None and facts.azimuth_ref is not None:
            view = {"azimuth_deg": facts.azimuth_deg, "azimuth_ref": facts.azimuth_ref}
        aware = taken if taken.tzinfo else taken.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        found.append(Shot(path.read_bytes(), facts.lon, facts.lat, aware, view))
    return found


def moved_land(folder: Path, places: list[Shot]) -> dict[str, Any]:
    """For each place a patch of the real parcels around a large one, moved so that the large one lies under the photo.

    Longitudes are stretched with the latitude, so that every parcel keeps its shape and size on the ground.
    """
    packed = next((folder / "parcels").glob("*.json.gz"))
    real = json.loads(gzip.decompress(packed.read_bytes()))["features"]
    shapes = [shapely.geometry.shape(each["geometry"]) for each in real]
    tree = shapely.STRtree(shapes)
    anchors = sorted(range(len(shapes)), key=lambda at: -shapes[at].minimum_rotated_rectangle.area)[40 : 40 + len(places)]
    features = []
    for number, (shot, anchor) in enumerate(zip(places, anchors, strict=True)):
        centre = shapes[anchor].representative_point()
        stretch = math.cos(math.radians(centre.y)) / math.cos(math.radians(shot.lat))
        for at in tree.query(centre.buffer(PATCH_DEG)):
            moved = shapely.transform(
                shapes[at], lambda xy, c=centre, s=shot, k=stretch: (xy - [c.x, c.y]) * [k, 1.0] + [s.lon, s.lat]
            )
            code = f"{'UNDER' if at == anchor else 'NEAR'}-{number}-{real[at]['id']}"
            features.append({"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(moved)})
    return {"type": "FeatureCollection", "features": features}


def report_of(phone: Phone, shot: Shot, claim: str) -> str:
    at = shot.taken_at.isoformat()
    position = {
        "lon": shot.lon,
        "lat": shot.lat,
        "accuracy_m": 4,
        "accuracy_p": 0.68,
        "fixed_at": at,
        "source": "gnss",
        "mocked": None,
        "crs": "wgs84",
    }
    photo = {
        "digest": digest(shot.content),
        "bytes": len(shot.content),
        "media_type": "image/jpeg",
        "taken_at": at,
        "kind": "near",
        "position": position,
        "view": shot.azimuth,
        "source": "camera",
    }
    return phone.manifest(
        captured_at=at,
        position=position,
        view=shot.azimuth,
        parcel_claim=claim,
        observation={"kind": "land_use", "use": "factory", "buildings": 1},
        photos=[photo],
    )


def test_real_photos_on_real_parcels_moved_under_them_end_as_leads(
    app: "Flask", shared_data: Path, tmp_path: Path, unit_of_work: Callable[..., Any]
) -> None:
    with unit_of_work() as uow:
        uow.session.add(Region(code=COUNTY, name="昆山市", level="county", parent_code=None, statistical=False))
    places = shots(app, shared_data)
    assert len(places) >= 15
    land = moved_land(shared_data, places)
    path = tmp_path / "moved.geojson"
    path.write_text(json.dumps(land), encoding="utf-8")
    imported = app.test_cli_runner().invoke(args=["parcels", "import", str(path), "--region", COUNTY, "--json"])
    assert imported.exit_code == 0, imported.output
    assert json.loads(imported.output)["imported"] == len(land["features"])

    phone = a_phone(app)
    codes = [feature["properties"]["code"] for feature in land["features"]]
    under = {int(code.split("-")[1]): code for code in codes if code.startswith("UNDER")}
    results = phone.push(*(report_of(phone, shot, under[number]) for number, shot in enumerate(places)))
    assert {result["outcome"] for result in results} == {"stored"}
    for shot in places:
        assert phone.upload(shot.content).status_code in (201, 204)
    app.extensions["xuntu"].relay.drain()

    with unit_of_work(read_only=True) as uow:
        assert uow.session.query(Submission).filter_by(state="stored").count() == len(places)
        assert uow.session.query(Photo).filter(Photo.facts.is_(None)).count() == 0
        assert uow.session.query(PhotoFlag).filter_by(code="exif-place-far").count() == 0
        matched = uow.session.query(Match).filter_by(state="matched").count()
        assert matched >= len(places) * 0.6
        assert uow.session.query(Lead).filter_by(programme="illegal_use").count() == matched
