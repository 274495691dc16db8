"""Area packages: the bytes of a digest, whole or in ranges, made once for a state of the land and for no other area."""

import gzip
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from schemas.area_package import read_line
from server.domain.geometry import areas_m2
from server.domain.permissions import Actor, Role
from server.imports.synthetic import SyntheticCounty
from server.services import packages
from server.services.enrolment import device_actor
from server.services.packages import area_package
from server.store.tables.registry import LayerFeature
from server.store.tables.work import Lead
from tests.builders import Phone, a_phone, an_enrolment_code, digest, rows_of
from tests.conftest import FixedClock

if TYPE_CHECKING:
    from flask import Flask

WEST, EAST = "320999101", "320999102"


@pytest.fixture
def crew(app: "Flask", county: SyntheticCounty) -> Phone:
    """The phone of an inspector of the county's western town."""
    assert county.code == WEST[:6]
    return a_phone(app, code=an_enrolment_code(app, "inspector-1"))


def fetch(phone: Phone, area: str = WEST, method: str = "GET", **headers: str) -> Any:
    address = f"/sync/v1/areas/{area}/package"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return phone.client.open(address, method=method, headers={**phone.headers, **named}, buffered=True)


def lines_of(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


def open_lead(open_unit: Callable[..., Any], parcel: dict[str, Any]) -> None:
    """A lead on the parcel, as the machine registers one."""
    with open_unit() as uow:
        lead = Lead(
            county=WEST[:6],
            id=str(uuid.uuid4()),
            number=f"线索-{uuid.uuid4().hex[:6]}",
            programme="illegal_use",
            matter="occupation",
            parcel_id=parcel["id"],
            parcel_code=parcel["code"],
            actor="某某建材经营部",
            region=parcel["region"],
            source="patrol",
            status="open",
            found_on=uow.today,
            registered_at=uow.now,
            priority=1,
            priority_parts=[],
            assessment={},
        )
        uow.session.add(lead)
        uow.record("lead.registered", county=lead.county, aggregate=("lead", lead.id), facts={}, by="test")


def test_a_package_is_gzip_of_lines_that_load_named_by_the_digest_of_its_bytes(crew: Phone) -> None:
    began = time.perf_counter()
    answer = fetch(crew)
    seconds = time.perf_counter() - began
    assert (answer.status_code, answer.mimetype) == (200, "application/gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["ETag"] == f'"{digest(answer.data)}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    lines = lines_of(answer.data)
    for line in lines:
        read_line(line)
    counts = Counter(line["entity"] for line in lines)
    assert lines[0]["counts"] == {entity: count for entity, count in counts.items() if entity not in ("package", "end")}
    assert lines[-1] == {"entity": "end", "lines": len(lines)}
    print(f"{WEST}: {len(lines)} lines, {len(answer.data)} bytes packed, made and sent in {seconds:.2f} s")
    assert seconds < 10


def test_every_parcel_of_the_town_and_none_of_another_is_in_its_package(crew: Phone, county: SyntheticCounty) -> None:
    parcels = [line for line in lines_of(fetch(crew).data) if line["entity"] == "parcel"]
    assert {line["region"][:9] for line in parcels} == {WEST}
    wanted = {row.code for row in county.parcels if (row.region or "").startswith(WEST)}
    assert {line["code"] for line in parcels} == wanted


def test_every_parcel_says_its_village_by_name(crew: Phone, county: SyntheticCounty) -> None:
    names = {row.code: row.name for row in county.regions}
    told = {(line["region"], line["region_name"]) for line in lines_of(fetch(crew).data) if line["entity"] == "parcel"}
    assert len(told) > 3
    mark = "（合成数据）"
    assert told == {(code, names[WEST].removesuffix(mark) + names[code]) for code, _ in told}


@pytest.mark.both_stores
def test_a_parcel_says_which_features_cover_how_much_of_it(app: "Flask", crew: Phone) -> None:
    lines = lines_of(fetch(crew).data)
    features = [row for row in rows_of(app, LayerFeature) if row.layer not in ("plan_zone", "road")][::4]
    ids = {row.id for row in features}
    parcels = [line for line in lines if line["entity"] == "parcel"]
    told = {(line["code"], each["id"]): each["share"] for line in parcels for each in line["covered_by"] if each["id"] in ids}
    shapes = [shapely.geometry.shape(line["geometry"]) for line in parcels]
    found = {}
    for row in features:
        shares = areas_m2(shapely.intersection(shapes, row.geometry)) / areas_m2(shapes)
        found |= {(parcels[at]["code"], row.id): shares[at] for at in np.flatnonzero(shares >= 0.01)}
    assert len({row.layer for row in features if any(id_ == row.id for _, id_ in found)}) > 1
    assert told.keys() == found.keys()
    assert all(abs(told[key] - share) < 0.001 for key, share in found.items())
    assert not {each["layer"] for line in parcels for each in line["covered_by"]} & {"plan_zone", "road"}


def test_features_are_cut_to_where_the_towns_parcels_lie(crew: Phone) -> None:
    first, *rest = lines_of(fetch(crew).data)
    box = shapely.box(*first["bbox"]).buffer(1e-9)
    shapes = [shapely.geometry.shape(line["geometry"]) for line in rest if line["entity"] in ("parcel", "feature")]
    assert len(shapes) > 100
    assert all(shapely.covers(box, shape) for shape in shapes)


def test_a_download_that_was_cut_goes_on_where_it_stopped(crew: Phone) -> None:
    whole = fetch(crew)
    cut = len(whole.data) // 3
    rest = fetch(crew, Range=f"bytes={cut}-", If_Range=whole.headers["ETag"])
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {cut}-{len(whole.data) - 1}/{len(whole.data)}"
    assert whole.data[:cut] + rest.data == whole.data


def test_a_range_of_a_package_that_changed_meanwhile_is_answered_with_the_whole_new_one(
    crew: Phone, unit_of_work: Callable[..., Any]
) -> None:
    before = fetch(crew)
    parcels = [line for line in lines_of(before.data) if line["entity"] == "parcel"]
    open_lead(unit_of_work, parcels[0])
    after = fetch(crew, Range="bytes=100-", If_Range=before.headers["ETag"])
    assert after.status_code == 200
    assert after.headers["ETag"] == f'"{digest(after.data)}"' != before.headers["ETag"]
    gone, come = set(gzip.decompress(before.data).splitlines()), set(gzip.decompress(after.data).splitlines())
    assert {json.loads(line)["entity"] for line in gone - come} == {"package", "end"}
    assert Counter(json.loads(line)["entity"] for line in come - gone) == {"package": 1, "case_note": 1, "end": 1}


def test_who_has_the_package_already_is_told_so_and_a_head_says_its_size(crew: Phone) -> None:
    whole = fetch(crew)
    same = fetch(crew, If_None_Match=whole.headers["ETag"])
    assert (same.status_code, same.data) == (304, b"")
    head = fetch(crew, method="HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_a_range_beyond_the_end_is_a_problem(crew: Phone) -> None:
    answer = fetch(crew, Range="bytes=999999999-")
    assert answer.mimetype == "application/problem+json"
    assert answer.status_code == 416


def test_any_other_area_is_not_there(crew: Phone) -> None:
    others = (EAST, "320999", "350128", "350128100", "", "3209991", "..", "320999101999", f"{WEST}%")
    assert {area: fetch(crew, area).status_code for area in others} == dict.fromkeys(others, 404)


def test_the_same_state_makes_the_same_bytes(crew: Phone, tmp_path: Path) -> None:
    first = fetch(crew)
    for path in (tmp_path / "packages").iterdir():
        path.unlink()
    assert fetch(crew).data == first.data


def test_a_day_on_which_nothing_changes_keeps_the_package_of_the_day_before(crew: Phone, clock: FixedClock) -> None:
    first = fetch(crew)
    clock.move(days=1)
    again = fetch(crew, If_None_Match=first.headers["ETag"])
    assert again.status_code == 304


def test_a_lead_in_another_town_does_not_change_the_package(crew: Phone, unit_of_work: Callable[..., Any]) -> None:
    first = fetch(crew)
    open_lead(unit_of_work, {"id": str(uuid.uuid4()), "code": "x", "region": EAST})
    assert fetch(crew, If_None_Match=first.headers["ETag"]).status_code == 304


def test_phones_that_ask_together_wait_for_one_making(
    app: "Flask", crew: Phone, unit_of_work: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    really = packages.make_package

    def counted(area: str, *rest: Any, **named: Any) -> Any:
        made.append(area)
        return really(area, *rest, **named)

    monkeypatch.setattr(packages, "make_package", counted)

    def ask(_: int) -> str:
        with unit_of_work(read_only=True) as uow:
            return area_package(WEST, actor=device_actor(crew.token, uow=uow), uow=uow).digest

    with ThreadPoolExecutor(6) as threads:
        digests = set(threads.map(ask, range(6)))
    assert (len(digests), made) == (1, [WEST])


def test_an_officer_may_not_fetch_a_package(app: "Flask", county: SyntheticCounty, unit_of_work: Callable[..., Any]) -> None:
    officer = Actor(id="x", name="x", role=Role.HANDLER, county=county.code, region=county.code)
    with unit_of_work(read_only=True) as uow, pytest.raises(Exception, match=r"area\.fetch"):
        area_package(WEST, actor=officer, uow=uow)
