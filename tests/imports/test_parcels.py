"""Parcels of map files: what is taken, what is refused row by row, and which files are refused whole."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from server import problems
from server.imports.parcels import ownership_of, read_parcels
from server.problems import Problem
from tests.imports.map_files import NEW_LON, a_square, in_system, moved_french_parcels, ring, same_shape, write_geojson, write_map


def refused(path: Path, **asked: int) -> Problem:
    with pytest.raises(Problem) as caught:
        read_parcels(path, **asked)
    return caught.value


def test_real_parcels_keep_their_area_when_moved_into_a_county(shared_data, tmp_path):
    reading = read_parcels(moved_french_parcels(shared_data, tmp_path))

    assert len(reading.rows) == 4241
    assert reading.refused == ()
    declared = np.array([row.attributes.get("contenance") or np.nan for row in reading.rows], dtype=float)
    ratio = np.array([row.area_m2 for row in reading.rows]) / declared
    assert 0.98 < np.nanmedian(ratio) < 1.02
    assert reading.rows[0].attributes["contenance"] == 254881


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
def test_every_kind_of_file_gives_the_same_parcel(tmp_path, suffix):
    path = write_map(tmp_path / f"parcels.{suffix}", [a_square()], {"ZDDM": ["320999001001JD00001"], "DLBM": ["0101"]})

    (row,) = read_parcels(path).rows

    assert (row.code, row.land_use_scheme, row.land_use_code) == ("320999001001JD00001", "GB/T 21010-2017", "0101")
    assert row.ownership == "collective"
    assert same_shape(row.geometry, a_square())
    assert row.bounds[0] < round(NEW_LON * 1e7) + 1


@pytest.mark.parametrize("epsg", [4528, 4549, 4499, 4510, 4326])
def test_grids_of_cgcs2000_come_back_to_degrees_within_a_millimetre(tmp_path, epsg):
    path = write_map(tmp_path / "grid.gpkg", [a_square()], {"code": ["A"]}, epsg=epsg)

    reading = read_parcels(path)

    assert reading.origin.crs == f"EPSG:{epsg}"
    assert same_shape(reading.rows[0].geometry, a_square())


def test_the_area_is_ellipsoidal_and_the_declared_area_stays_an_attribute(tmp_path):
    path = write_map(tmp_path / "a.gpkg", [a_square()], {"code": ["A"], "ZDMJ": [9999.5]}, epsg=4528)

    (row,) = read_parcels(path).rows

    assert row.area_m2 == pytest.approx(93.35 * 110.9, rel=2e-3)
    assert row.attributes["ZDMJ"] == 9999.5


def test_columns_are_known_by_the_names_of_cadastre_and_survey(tmp_path):
    columns = {
        "宗地代码": ["320999001001GB00007"],
        "坐落": ["示例路1号"],
        "权属单位名称": ["示例村"],
        "QSXZ": ["20"],
        "ZLDWDM": ["3209991012010000000"],
    }
    (row,) = read_parcels(write_map(tmp_path / "a.gpkg", [a_square()], columns)).rows

    assert (row.code, row.name, row.holder, row.region) == (
        "320999001001GB00007", "示例路1号", "示例村", "3209991012010000000",
    )  # fmt: skip
    assert row.ownership == "state"
    assert row.attributes == {"ownership_as_given": "20"}


@pytest.mark.parametrize(
    ("said", "code", "owner"),
    [
        ("国有土地使用权", "A", "state"),
        ("集体土地所有权", "A", "collective"),
        ("30", "A", "collective"),
        ("别的", "320999001001JC00001", None),
        (None, "320999001001JC00001", "collective"),
        (None, "320999001001GB00001", "state"),
        (None, "320999001001ZW00001", None),
        (None, "A", None),
    ],
)
def test_ownership_is_told_by_word_survey_code_or_parcel_code(said, code, owner):
    assert ownership_of(said, code) == owner


@pytest.mark.parametrize("cpg", [True, False])
def test_a_shapefile_in_gb18030_is_read_with_and_without_its_cpg(tmp_path, cpg):
    path = write_map(
        tmp_path / "a.shp", [a_square()], {"宗地代码": ["甲-1"], "QLRMC": ["示例县柳溪村村民委员会"]}, encoding="GB18030"
    )
    if not cpg:
        path.with_suffix(".cpg").unlink()

    (row,) = read_parcels(path).rows

    assert (row.code, row.holder) == ("甲-1", "示例县柳溪村村民委员会")


def test_a_shapefile_in_utf8_without_cpg_is_not_taken_for_gb18030(tmp_path):
    path = write_map(tmp_path / "a.shp", [a_square()], {"ZDDM": ["A"], "QLRMC": ["柳溪村村民委员会"]})
    path.with_suffix(".cpg").unlink()

    assert read_parcels(path).rows[0].holder == "柳溪村村民委员会"


def test_a_zipped_shapefile_is_read_like_a_plain_one(tmp_path):
    plain = write_map(tmp_path / "a.shp", [a_square()], {"code": ["A"]})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in plain.parent.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)

    assert [row.code for row in read_parcels(tmp_path / "a.zip").rows] == ["A"]


def test_rows_are_refused_one_by_one_and_the_rest_is_taken(tmp_path):
    good, line = ring((0, 0), (1, 0), (1, 1), (0, 1)), {"type": "LineString", "coordinates": [[120.2, 33.1], [120.3, 33.1]]}
    bow_tie = ring((0, 0), (2, 2), (2, 0), (0, 2))
    nowhere = {"type": "Polygon", "coordinates": []}
    path = write_geojson(
        tmp_path / "a.json",
        [
            ({"code": "good"}, good),
            ({"code": "none"}, None),
            ({"code": "empty"}, nowhere),
            ({"code": "line"}, line),
            ({"code": "bow"}, bow_tie),
            ({"code": "good"}, good),
            ({"code": None}, good),
            ({"code": "x" * 65}, good),
            ({"code": "flat"}, ring((0, 0), (1, 0), (2, 0))),
        ],
    )

    reading = read_parcels(path)

    assert [row.code for row in reading.rows] == ["good"]
    assert [(one.row, one.problem) for one in reading.refused] == [
        (2, "row-geometry"),
        (3, "row-geometry"),
        (4, "row-geometry"),
        (5, "row-geometry"),
        (6, "row-duplicate"),
        (7, "row-invalid"),
        (8, "row-invalid"),
        (9, "row-geometry"),
    ]
    assert "no geometry" in reading.refused[0].detail
    assert "LineString" in reading.refused[2].detail
    assert "broken" in reading.refused[3].detail


def test_a_coordinate_that_is_not_a_number_costs_its_row_only(tmp_path):
    broken = ring((0, 0), (1, 0), (1, 1))
    broken["coordinates"][0][1][1] = float("nan")
    path = write_geojson(tmp_path / "a.json", [({"code": "A"}, broken), ({"code": "B"}, ring((0, 0), (1, 0), (1, 1)))])

    reading = read_parcels(path)

    assert [row.code for row in reading.rows] == ["B"]
    assert "not a number" in reading.refused[0].detail


def test_a_spike_is_repaired_because_the_area_stays_and_the_repair_is_noted(tmp_path):
    spiked = ring((0, 0), (1, 0), (1, 1), (1, 2), (1, 1), (0, 1))
    path = write_geojson(tmp_path / "a.json", [({"code": "A"}, spiked)])

    (row,) = read_parcels(path).rows

    assert row.geometry.is_valid
    assert same_shape(row.geometry, a_square())
    assert "repaired_outline" in row.attributes


def test_swapped_axes_are_refused_with_a_hint(tmp_path):
    swapped = shapely.transform(a_square(), lambda xy: xy[:, ::-1])
    reading = read_parcels(write_map(tmp_path / "a.gpkg", [swapped], {"code": ["A"]}))

    assert "swapped" in reading.refused[0].detail


def test_swapped_axes_of_a_grid_are_refused_with_a_hint(tmp_path):
    grid = shapely.transform(in_system(a_square(), 4528), lambda xy: xy[:, ::-1])
    path = tmp_path / "a.json"
    write_geojson(path, [({"code": "A"}, shapely.geometry.mapping(grid))])

    reading = read_parcels(path)

    assert reading.origin.crs == "EPSG:4528"
    assert "swapped" in reading.refused[0].detail


def test_a_parcel_that_strays_into_another_country_is_refused_without_a_hint(tmp_path):
    shapes = [shapely.box(2.3, 48.6, 2.4, 48.7), a_square()]
    reading = read_parcels(write_map(tmp_path / "a.gpkg", shapes, {"code": ["A", "B"]}))

    assert [row.code for row in reading.rows] == ["B"]
    assert "not in China" in reading.refused[0].detail
    assert "swapped" not in reading.refused[0].detail


def test_a_file_of_another_country_alone_is_taken_with_a_note(tmp_path):
    reading = read_parcels(write_map(tmp_path / "a.gpkg", [shapely.box(2.3, 48.6, 2.4, 48.7)], {"code": ["A"]}))

    assert [row.code for row in reading.rows] == ["A"]
    assert any("outside China" in note for note in reading.origin.notes)


def test_metres_that_land_abroad_are_an_error_and_not_another_country(tmp_path):
    far_north = shapely.transform(a_square(), lambda xy: np.add(xy, (0.0, 25.0)))
    reading = read_parcels(write_map(tmp_path / "a.gpkg", [far_north], {"code": ["A"]}, epsg=4549))

    assert reading.rows == ()
    assert "not in China" in reading.refused[0].detail


def test_degrees_in_geojson_that_are_metres_tell_their_zone(tmp_path):
    grid = in_system(a_square(), 4528)
    path = write_geojson(tmp_path / "a.json", [({"code": "A"}, shapely.geometry.mapping(grid))])

    reading = read_parcels(path)

    assert reading.origin.crs == "EPSG:4528"
    assert "zone 40" in reading.origin.notes[0]
    assert same_shape(reading.rows[0].geometry, a_square())


def test_metres_without_a_zone_want_the_caller_to_say_it(tmp_path):
    grid = in_system(a_square(), 4549)
    path = write_geojson(tmp_path / "a.json", [({"code": "A"}, shapely.geometry.mapping(grid))])

    assert refused(path).kind is problems.CRS_UNKNOWN
    assert same_shape(read_parcels(path, crs=4549).rows[0].geometry, a_square())


@pytest.mark.parametrize("epsg", [2364, 4610, 4214, 2414])
def test_old_datums_are_never_relabelled(tmp_path, epsg):
    path = write_map(tmp_path / "a.gpkg", [a_square()], {"code": ["A"]}, epsg=epsg)

    assert refused(path).kind is problems.CRS_UNKNOWN
    assert refused(path, crs=4490).kind is problems.CRS_UNKNOWN


@pytest.mark.parametrize("epsg", [32651, 3857])
def test_grids_that_are_not_cgcs2000_are_refused(tmp_path, epsg):
    path = write_map(tmp_path / "a.gpkg", [a_square()], {"code": ["A"]}, epsg=epsg)

    assert refused(path).kind is problems.CRS_UNKNOWN
    assert refused(path, crs=epsg).kind is problems.CRS_UNKNOWN


def test_a_file_without_a_code_column_is_refused_with_the_columns_it_has(tmp_path):
    problem = refused(write_map(tmp_path / "a.gpkg", [a_square()], {"何物": ["A"]}))

    assert problem.kind is problems.COLUMN_MISSING
    assert "何物" in problem.detail


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "dbf", "geojson"])
def test_a_truncated_file_is_refused_whole(tmp_path, suffix):
    source = tmp_path / ("a.shp" if suffix == "dbf" else f"a.{suffix}")
    write_map(source, [a_square(at) for at in range(40)], {"code": [f"C{at}" for at in range(40)]})
    spoilt = source.with_suffix(f".{suffix}")
    spoilt.write_bytes(spoilt.read_bytes()[: spoilt.stat().st_size * 4 // 5])

    assert refused(source).kind is problems.FILE_UNREADABLE


def test_a_truncated_gzip_is_refused_whole(tmp_path):
    plain = write_geojson(tmp_path / "a.json", [({"code": "A"}, ring((0, 0), (1, 0), (1, 1)))])
    packed = gzip.compress(plain.read_bytes())
    (tmp_path / "a.json.gz").write_bytes(packed[:-20])

    assert refused(tmp_path / "a.json.gz").kind is problems.FILE_UNREADABLE


def test_what_is_no_map_file_is_refused(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"no database")
    (tmp_path / "a.vrt").write_text("<OGRVRTDataSource/>")

    assert refused(tmp_path / "a.gpkg").kind is problems.FILE_UNREADABLE
    assert refused(tmp_path / "a.vrt").kind is problems.FILE_UNREADABLE
    assert refused(tmp_path / "absent.shp").kind is problems.FILE_UNREADABLE


def test_a_value_too_long_for_its_column_costs_its_row(tmp_path):
    path = write_map(tmp_path / "a.gpkg", [a_square(), a_square(1)], {"code": ["A", "B"], "name": ["n" * 201, "ok"]})

    reading = read_parcels(path)

    assert [row.code for row in reading.rows] == ["B"]
    assert "201 characters" in reading.refused[0].detail
