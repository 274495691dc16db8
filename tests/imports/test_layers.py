"""Layers of the one map: only those that assessments know, attributes as the source has them."""

import pytest

from server import problems
from server.imports.layers import read_layer
from server.problems import Problem
from tests.imports.map_files import a_square, ring, write_geojson, write_map


def test_a_layer_keeps_the_attributes_of_its_source(tmp_path):
    columns = {"批文号": ["苏政地〔2023〕1号"], "XMMC": ["示例批次"], "批准面积": [1.5], "备注": [""]}
    reading = read_layer("approval", write_map(tmp_path / "a.gpkg", [a_square()], columns, epsg=4528))

    (row,) = reading.rows
    assert (row.code, row.name, row.attributes) == ("苏政地〔2023〕1号", "示例批次", {"批准面积": 1.5})
    assert (reading.layer, reading.origin.crs) == ("approval", "EPSG:4528")


def test_an_unknown_layer_is_refused_before_the_file_is_opened(tmp_path):
    with pytest.raises(Problem) as caught:
        read_layer("weather", tmp_path / "absent.gpkg")
    assert caught.value.kind is problems.LAYER_UNKNOWN


def test_a_road_may_be_a_line_and_a_red_line_may_not(tmp_path):
    line = {"type": "LineString", "coordinates": [[120.2, 33.1], [120.3, 33.2]]}
    path = write_geojson(tmp_path / "a.json", [({"id": "R1"}, line), ({"id": "R2"}, ring((0, 0), (1, 0), (1, 1)))])

    assert [row.area_m2 > 0 for row in read_layer("road", path).rows] == [False, True]
    assert [one.row for one in read_layer("ecological_red_line", path).refused] == [1]
