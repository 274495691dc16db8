"""Writes `schemas/examples/package.ndjson`: a small area package, unpacked, as the server makes it. Never run by a test.

`python -m tests.schemas.golden_package` keeps what a phone of the area gets; run it when a line changes shape, and read the
difference. The test beside the golden messages makes the package again and compares.
"""

import gzip
import tempfile
import uuid
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import shapely

from server import create_app
from server.domain.geometry import BoundsE7, areas_m2
from server.ops.migrate import upgrade
from server.settings import Settings
from server.store.tables.organisation import Region
from server.store.tables.registry import Duty, LayerFeature, Parcel, ParcelVersion
from server.store.tables.work import Case, Lead
from tests.builders import COUNTY, a_phone
from tests.processes.databases import close

FILE = Path(__file__).resolve().parents[2] / "schemas" / "examples" / "package.ndjson"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NAMES = uuid.UUID("8f1a4a52-6a1f-4f6f-9c55-2b1a64f2f0c1")
TOWN, VILLAGE = "320583100", "320583100202"
LON, LAT = 120.98, 31.38
STEP = 0.001


def name_of(thing: str) -> str:
    return str(uuid.uuid5(NAMES, thing))


def square(column: float, row: float, wide: float = 0.9, high: float = 0.9) -> shapely.Polygon:
    """A block of the map, about 95 m a column and 110 m a row."""
    west, south = LON + column * STEP, LAT + row * STEP
    return shapely.box(west, south, west + wide * STEP, south + high * STEP)


def drawn(key: int, shape: Any) -> dict[str, Any]:
    """What every shape in the register has beside its own facts."""
    bounds = {f"{name}_e7": value for name, value in asdict(BoundsE7.of(shape)).items()}
    fixed = {"county": COUNTY, "spatial_id": key, "source": "example", "source_crs": "EPSG:4490", "recorded_at": NOON}
    return {
        **bounds,
        **fixed,
        "geometry": shape,
        "area_m2": round(float(areas_m2([shape])[0]), 2),
        "valid_from": date(2024, 1, 1),
    }


def parcels() -> list[Any]:
    rows: list[Any] = []
    facts = [
        ("320583100001GB00001", "城北路东侧地块", "昆山某某置业有限公司", "state", "0701", square(0, 0)),
        ("320583100001GB00002", "某某产业园二期", "昆山某某精密机械有限公司", "state", "0601", square(1, 0)),
        ("320583100002JB00003", "某某村东侧农田", "某某村股份经济合作社", "collective", "0101", square(2, 0)),
    ]
    for key, (code, name, holder, ownership, use, shape) in enumerate(facts, start=1):
        rows.append(Parcel(county=COUNTY, id=name_of(code), code=code))
        own: dict[str, Any] = {
            "parcel_id": name_of(code),
            "code": code,
            "region": VILLAGE if code.startswith(TOWN + "002") else TOWN,
            "name": name,
            "holder": holder,
            "ownership": ownership,
        }
        own |= {"land_use_scheme": "GB/T 21010-2017", "land_use_code": use, "area_method": "ellipsoidal", "attributes": {}}
        rows.append(ParcelVersion(id=name_of(f"{code}/1"), **own, **drawn(key, shape)))
    return rows


def features() -> list[Any]:
    facts: list[tuple[str, str, str | None, dict[str, Any], Any]] = [
        ("approval", "苏政地〔2023〕88号", "某批次城镇建设用地", {"批准日期": "2023-05-18"}, square(0, -0.2, 1.9, 1.3)),
        ("supply", "3205832023B00123", "城北路东侧地块出让", {"供地方式": "挂牌出让"}, square(0, 0)),
        ("permanent_basic_farmland", "YJ320583-0007", "永久基本农田图斑", {}, square(2.3, 0, 2.0, 0.9)),
        ("plan_zone", "GH-01", "城镇发展区", {}, square(-1, -1, 3, 3)),
        (
            "road",
            "X301",
            "县道301",
            {},
            shapely.LineString([(LON - STEP, LAT + 0.95 * STEP), (LON + 4 * STEP, LAT + 0.85 * STEP)]),
        ),
    ]
    return [
        LayerFeature(id=name_of(code), layer=layer, code=code, name=name, attributes=attributes, **drawn(key, shape))
        for key, (layer, code, name, attributes, shape) in enumerate(facts, start=1)
    ]


def duties() -> list[Any]:
    shared: dict[str, Any] = {"county": COUNTY, "programme": "idle_land", "recorded_at": NOON, "attributes": {}}
    first: dict[str, Any] = {
        "parcel_id": name_of("320583100001GB00001"),
        "party": "昆山某某置业有限公司",
        "contract_no": "3205832023CR0045",
    }
    first |= {"supply_no": "3205832023B00123", "delivered_on": date(2024, 9, 1), "area_m2": 9460.0}
    second = {"parcel_id": name_of("320583100001GB00002"), "party": "昆山某某精密机械有限公司", "contract_no": "3205832025CR0012"}
    return [
        Duty(
            id=name_of("d1"),
            code="3205832023CR0045:start_construction",
            kind="start_construction",
            due_on=date(2025, 9, 1),
            **shared,
            **first,
        ),
        Duty(
            id=name_of("d2"),
            code="3205832023CR0045:finish_construction",
            kind="finish_construction",
            due_on=date(2027, 9, 1),
            **shared,
            **first,
        ),
        Duty(
            id=name_of("d3"),
            code="3205832025CR0012:start_construction",
            kind="start_construction",
            due_on=date(2026, 12, 15),
            **shared,
            **second,
        ),
    ]


def matters() -> list[Any]:
    """A lead that waits, and a case with the lead it came from."""

    def lead(thing: str, number: str, status: str, matter: str, parcel: str, **more: Any) -> Lead:
        fixed: dict[str, Any] = {"county": COUNTY, "region": TOWN, "source": "patrol", "found_on": date(2026, 11, 16)}
        fixed |= {"registered_at": NOON, "priority": 50, "priority_parts": [], "assessment": {}, "area_m2": 1200.0}
        where = {"parcel_id": name_of(parcel), "parcel_code": parcel}
        return Lead(id=name_of(thing), number=number, status=status, matter=matter, **where, **fixed, **more)

    idle = {"programme": "idle_land", "actor": "昆山某某置业有限公司", "next_due": date(2026, 12, 16)}
    illegal = {"programme": "illegal_use", "actor": "某某建材经营部"}
    case = Case(
        county=COUNTY,
        id=name_of("case"),
        number="〔2026〕7号",
        programme="illegal_use",
        lead_id=name_of("lead-2"),
        parcel_id=name_of("320583100002JB00003"),
        parcel_code="320583100002JB00003",
        region=TOWN,
        cause="非法占用土地",
        party="某某建材经营部",
        stage="investigation",
        opened_on=date(2026, 11, 18),
        opened_by=name_of("head"),
        recorded_at=NOON,
        basis="现场核查属实",
        area_m2=1200.0,
        area_source="sketched",
    )
    return [
        lead("lead-1", "320583-2026-00012", "open", IDLE, "320583100001GB00001", **idle),
        lead("lead-2", "320583-2026-00009", "case_opened", ILLEGAL, "320583100002JB00003", **illegal),
        case,
    ]


def matter_of(programme: str) -> str:
    from server.programmes import PROGRAMMES

    return next(iter(next(found for key, found in PROGRAMMES.items() if key.value == programme).matters))


IDLE, ILLEGAL = matter_of("idle_land"), matter_of("illegal_use")


def example_package(folder: Path) -> bytes:
    """The package of the example's town, as it comes over the wire."""
    app = create_app(Settings.for_tests(folder), clock=lambda: NOON)
    upgrade(app)
    with app.extensions["xuntu"].unit_of_work(origin="example") as uow:
        names = {COUNTY: ("昆山市", "county"), TOWN: ("玉山镇", "town"), VILLAGE: ("某某村", "village")}
        uow.session.add_all(Region(code=code, name=name, level=level) for code, (name, level) in names.items())
        uow.session.add_all([*parcels(), *features(), *duties(), *matters()])
    phone = a_phone(app, "zhang", region=TOWN)
    answer = phone.client.get(f"/sync/v1/areas/{TOWN}/package", headers=phone.headers, buffered=True)
    assert answer.status_code == 200, answer.text
    close(app)
    return bytes(answer.data)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        FILE.write_bytes(gzip.decompress(example_package(Path(name))))


if __name__ == "__main__":
    main()
