"""Imports against the register: versions, dry runs, permission, events; the same on both stores."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, func, select

from server import problems
from server.domain.geometry import BoundsE7
from server.domain.permissions import Actor, Role, operator
from server.imports.duties import read_duties
from server.imports.layers import read_layer
from server.imports.parcels import read_parcels
from server.imports.regions import read_regions
from server.problems import Problem
from server.services.registry import import_duties, import_layer, import_parcels, import_regions
from server.services.registry_report import DEPLOYMENT
from server.store.dialects.spatial import candidates
from server.store.engine import prepare_engine
from server.store.tables.organisation import Region
from server.store.tables.registry import Duty, ImportRun, LayerFeature, Parcel, ParcelVersion
from server.store.tables.sync import Event
from server.store.unit_of_work import UnitOfWork
from tests.imports.map_files import a_square, moved_french_parcels, write_map

COUNTY, TOWN = "320981", "320981101"
TODAY = date(2026, 11, 23)


class Register:
    """One register and the units of work on it; nothing an import needs of the world outside the store."""

    def __init__(self, engine):
        self.engine = engine
        self.now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    def unit(self, *, read_only=False):
        return UnitOfWork(self.engine, None, now=self.now, origin="test", read_only=read_only)

    def count(self, row_type):
        with self.unit(read_only=True) as uow:
            return uow.session.scalar(select(func.count()).select_from(row_type))

    def all(self, row_type, order):
        with self.unit(read_only=True) as uow:
            rows = list(uow.session.scalars(select(row_type).order_by(order)))
            uow.session.expunge_all()
            return rows

    def imports(self):
        """The events of imports; the opening of the register is another."""
        return [event for event in self.all(Event, Event.position) if event.type.endswith(".imported")]


@pytest.fixture
def register(database_url):
    engine = prepare_engine(create_engine(database_url))
    made = Register(engine)
    with made.unit() as uow:
        for code, statistical in ((COUNTY, False), (TOWN, False), ("320971", True)):
            uow.session.add(Region(code=code, name=code, level="county", statistical=statistical))
    yield made
    engine.dispose()


def load(register, reading, *, region=COUNTY, actor=None, **asked):
    with register.unit() as uow:
        return import_parcels(reading, region, actor=actor or operator(), uow=uow, **asked)


def some_parcels(tmp_path, name="a.gpkg", **different):
    columns = {"code": ["A", "B", "C"], "DLBM": ["0101", "0103", "0601"], "year": [1, 2, 3]} | different
    return read_parcels(write_map(tmp_path / name, [a_square(at) for at in range(3)], columns))


@pytest.mark.both_stores
def test_a_first_import_adds_parcels_that_held_since_before_records_began(register, tmp_path):
    report = load(register, some_parcels(tmp_path))

    assert (report.imported, report.changed, report.unchanged, report.refused) == (3, 0, 0, ())
    with register.unit(read_only=True) as uow:
        rows = candidates(uow.session, ParcelVersion, COUNTY, BoundsE7.of(a_square(1)), date(1999, 1, 1))
    assert [row.code for row in rows] == ["A", "B", "C"]
    assert rows[0].attributes == {"year": 1}
    assert rows[0].geometry.equals_exact(a_square(0), 1e-8)


@pytest.mark.both_stores
def test_the_same_file_again_changes_nothing(register, tmp_path):
    load(register, some_parcels(tmp_path))
    again = load(register, some_parcels(tmp_path, name="b.shp"))

    assert (again.imported, again.changed, again.unchanged) == (0, 0, 3)
    assert register.count(ParcelVersion) == 3


@pytest.mark.both_stores
def test_a_changed_parcel_closes_its_old_version_and_keeps_its_identity(register, tmp_path):
    load(register, some_parcels(tmp_path))
    changed = load(register, some_parcels(tmp_path, name="b.gpkg", DLBM=["0101", "0601", "0601"]))

    assert (changed.imported, changed.changed, changed.unchanged) == (0, 1, 2)
    old, new = [row for row in register.all(ParcelVersion, ParcelVersion.valid_from) if row.code == "B"]
    assert (old.land_use_code, old.valid_to) == ("0103", TODAY)
    assert (new.land_use_code, new.valid_from, new.valid_to) == ("0601", TODAY, None)
    assert old.parcel_id == new.parcel_id
    assert register.count(Parcel) == 3


@pytest.mark.both_stores
def test_moved_land_is_found_where_it_is_on_each_day(register, tmp_path):
    load(register, some_parcels(tmp_path))
    moved = write_map(tmp_path / "moved.gpkg", [a_square(50)], {"code": ["A"], "DLBM": ["0101"], "year": [1]})
    load(register, read_parcels(moved))

    with register.unit(read_only=True) as uow:

        def codes(shape, on):
            return [row.code for row in candidates(uow.session, ParcelVersion, COUNTY, BoundsE7.of(shape), on, columns=("code",))]

        assert "A" in codes(a_square(0), date(2026, 11, 22))
        assert "A" not in codes(a_square(0), TODAY)
        assert codes(a_square(50), TODAY) == ["A"]


def test_a_new_parcel_of_a_later_import_holds_from_that_day(register, tmp_path):
    load(register, some_parcels(tmp_path))
    load(register, read_parcels(write_map(tmp_path / "b.gpkg", [a_square(9)], {"code": ["D"]})))

    (late,) = [row for row in register.all(ParcelVersion, ParcelVersion.code) if row.code == "D"]
    assert late.valid_from == TODAY


def test_a_change_from_before_the_version_in_force_is_refused(register, tmp_path):
    load(register, some_parcels(tmp_path), valid_from=date(2024, 1, 1))
    late = load(register, some_parcels(tmp_path, name="b.gpkg", DLBM=["0101", "0601", "0601"]), valid_from=date(2023, 1, 1))

    assert (late.changed, late.unchanged) == (0, 2)
    assert "2024-01-01" in late.refused[0].detail


def test_a_dry_run_tells_the_same_and_writes_nothing(register, tmp_path):
    with register.unit(read_only=True) as uow:
        dry = import_parcels(some_parcels(tmp_path), COUNTY, actor=operator(), uow=uow, dry_run=True)

    assert (dry.imported, dry.run_id) == (3, None)
    assert [register.count(kind) for kind in (Parcel, ParcelVersion, ImportRun)] == [0, 0, 0]
    assert register.imports() == []


def test_an_import_leaves_one_run_and_one_event(register, tmp_path):
    report = load(register, some_parcels(tmp_path, code=["A", "A", None]))

    (run,) = register.all(ImportRun, ImportRun.id)
    (event,) = register.imports()
    assert (run.id, run.kind, run.imported, run.source) == (report.run_id, "parcels", 1, "a.gpkg")
    assert [(one["row"], one["problem"]) for one in run.refused] == [(2, "row-duplicate"), (3, "row-invalid")]
    assert (event.type, event.county) == ("parcels.imported", COUNTY)


def test_a_failure_on_the_way_leaves_nothing_behind(register, tmp_path):
    reading = some_parcels(tmp_path)
    spoilt = replace(reading, rows=(*reading.rows[:2], replace(reading.rows[2], area_m2=None)))

    with pytest.raises(Exception, match="area_m2"):
        load(register, spoilt)

    assert [register.count(kind) for kind in (Parcel, ParcelVersion, ImportRun)] == [0, 0, 0]
    assert register.imports() == []


def test_a_parcel_belongs_to_the_town_its_row_names_if_the_register_knows_it(register, tmp_path):
    regions = [f"{TOWN}2010000000", "3209819990010000000", "320982101"]
    report = load(register, some_parcels(tmp_path, ZLDWDM=regions))

    rows = register.all(ParcelVersion, ParcelVersion.code)
    assert [(row.code, row.region) for row in rows] == [("A", TOWN), ("B", COUNTY)]
    assert [(one.row, one.problem) for one in report.refused] == [(3, "row-invalid")]


@pytest.mark.parametrize("region", ["320999", "320971", "3209", ""])
def test_a_region_that_is_no_county_of_the_register_is_refused(register, tmp_path, region):
    with pytest.raises(Problem) as caught:
        load(register, some_parcels(tmp_path), region=region)
    assert caught.value.kind is problems.REGION_UNKNOWN


@pytest.mark.parametrize("role", [Role.HANDLER, Role.DIRECTOR, Role.INSPECTOR, Role.AUDITOR])
def test_who_may_not_import_is_refused_before_anything_is_read(register, tmp_path, role):
    actor = Actor(id="u", name="u", role=role, county=COUNTY, region=COUNTY)
    with pytest.raises(Problem) as caught:
        load(register, some_parcels(tmp_path), actor=actor)
    assert caught.value.kind is problems.FORBIDDEN


def test_an_administrator_of_one_county_imports_nothing_into_another_or_into_the_deployment(register, tmp_path, shared_data):
    elsewhere = Actor(id="u", name="u", role=Role.ADMIN, county="320999", region="320999")
    with pytest.raises(Problem) as into_county:
        load(register, some_parcels(tmp_path), actor=elsewhere)
    reading = read_regions(shared_data / "regions" / "dist" / "provinces.json.gz")
    with pytest.raises(Problem) as into_deployment, register.unit() as uow:
        import_regions(reading, actor=elsewhere, uow=uow)

    assert into_county.value.kind is problems.NOT_FOUND
    assert into_deployment.value.kind is problems.NOT_FOUND


@pytest.mark.both_stores
def test_real_divisions_are_imported_once_and_changes_are_told(register, shared_data):
    folder = shared_data / "regions" / "dist"

    def bring(reading):
        with register.unit() as uow:
            return import_regions(reading, actor=operator(), uow=uow)

    assert bring(read_regions(folder / "provinces.json.gz")).imported == 31
    areas = read_regions(folder / "areas.json.gz")
    first = bring(areas)
    assert (first.imported, first.changed) == (2976, 2)
    renamed = replace(areas, rows=(replace(areas.rows[0], name="renamed"), *areas.rows[1:]))
    again = bring(renamed)
    assert (again.imported, again.changed, again.unchanged) == (0, 1, 2977)
    (event, *_) = register.imports()
    assert (event.county, event.type) == (DEPLOYMENT, "regions.imported")


@pytest.mark.both_stores
def test_real_parcels_are_imported_and_found_alike(register, shared_data, tmp_path):
    reading = read_parcels(moved_french_parcels(shared_data, tmp_path))

    assert load(register, reading).imported == 4241
    window = BoundsE7.of_degrees(120.19, 33.10, 120.20, 33.11)
    with register.unit(read_only=True) as uow:
        rows = candidates(uow.session, ParcelVersion, COUNTY, window, TODAY, columns=("code",))
    boxes = [BoundsE7(*row.bounds).meets(window) for row in reading.rows]
    assert [row.code for row in rows] == sorted(row.code for row, meets in zip(reading.rows, boxes, strict=True) if meets)


@pytest.mark.both_stores
def test_features_of_two_layers_may_share_a_code_and_keep_versions(register, tmp_path):
    def bring(layer, name, **columns):
        reading = read_layer(layer, write_map(tmp_path / name, [a_square()], {"code": ["1"]} | columns))
        with register.unit() as uow:
            return import_layer(reading, COUNTY, actor=operator(), uow=uow)

    assert bring("approval", "a.gpkg", holder=["x"]).imported == 1
    assert bring("supply", "b.gpkg", holder=["x"]).imported == 1
    assert bring("approval", "c.gpkg", holder=["x"]).unchanged == 1
    assert bring("approval", "d.gpkg", holder=["y"]).changed == 1
    rows = register.all(LayerFeature, LayerFeature.valid_from)
    assert [(row.layer, row.attributes["holder"], row.valid_to) for row in rows if row.valid_to] == [("approval", "x", TODAY)]
    assert len(rows) == 3


DUTIES = "电子监管号,宗地代码,受让人,供应面积,成交价款,约定动工日期\nN1,A,甲,100,5000.01,{}\nN2,nowhere,乙,100,1,2025-01-01\n"


@pytest.mark.both_stores
def test_duties_find_their_parcels_and_a_new_agreement_changes_them_with_a_trace(register, tmp_path):
    load(register, some_parcels(tmp_path))

    def bring(start):
        path = tmp_path / "d.csv"
        path.write_text(DUTIES.format(start), "utf-8")
        with register.unit() as uow:
            return import_duties(read_duties(path), COUNTY, actor=operator(), uow=uow)

    first = bring("2025-03-15")
    assert (first.imported, [(one.row, one.code, one.problem) for one in first.refused]) == (1, [(2, "N2", "row-invalid")])
    assert bring("2025-03-15").unchanged == 1
    assert bring("2026-03-15").changed == 1
    (duty,) = register.all(Duty, Duty.code)
    assert (duty.code, duty.due_on, duty.amount_fen) == ("N1:start_construction", date(2026, 3, 15), 500_001)
    facts = [json.loads(event.body)["facts"] for event in register.imports()]
    assert facts[-1]["changed_from"] == {"N1:start_construction": {"due_on": "2025-03-15"}}
