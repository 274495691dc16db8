"""Administrative divisions: codes are brought to one form, and pseudo-codes of statistics are marked."""

import gzip
import json
from datetime import date

import pytest

from server import problems
from server.imports.regions import is_statistical, parent_of, read_regions, region_code
from server.problems import Problem


@pytest.mark.parametrize(("file", "count", "pseudo"), [("provinces", 31, 0), ("areas", 2978, 124), ("streets", 41352, 434)])
def test_the_real_lists_are_read_whole_and_their_pseudo_codes_marked(shared_data, file, count, pseudo):
    reading = read_regions(shared_data / "regions" / "dist" / f"{file}.json.gz")

    assert (len(reading.rows), reading.refused) == (count, ())
    assert sum(row.statistical for row in reading.rows) == pseudo


def test_jiangsu_has_95_counties_once_its_nine_pseudo_codes_are_set_aside(shared_data):
    rows = read_regions(shared_data / "regions" / "dist" / "areas.json.gz").rows
    jiangsu = [row for row in rows if row.code.startswith("32")]

    assert sorted(row.code for row in jiangsu if row.statistical) == [
        "320371", "320576", "320671", "320771", "320871", "320971", "321071", "321171", "321371",
    ]  # fmt: skip
    assert len(jiangsu) - 9 == 95


@pytest.mark.parametrize(
    ("given", "short", "parent"),
    [
        ("320000", "32", None),
        ("320900", "3209", "32"),
        ("320981", "320981", "3209"),
        ("320981100", "320981100", "320981"),
        ("320981100000", "320981100", "320981"),
        ("320981100201", "320981100201", "320981100"),
        ("441900003", "441900003", "4419"),
        ("659012", "659012", "6590"),
    ],
)
def test_a_code_has_one_form_and_one_parent(given, short, parent):
    assert region_code(given) == short
    assert parent_of(short) == parent


@pytest.mark.parametrize("code", ["", "3", "320", "32098", "02", "32098a", "3209811", "３２"])
def test_a_code_of_another_shape_is_refused(code):
    with pytest.raises(Problem) as caught:
        region_code(code)
    assert caught.value.kind is problems.ROW_INVALID


def test_towns_below_a_pseudo_county_are_pseudo_too():
    assert is_statistical("320971001")
    assert not is_statistical("320981071")


def test_a_csv_brings_days_and_successor(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        "代码,名称,valid_from,valid_to,successor\n320611,港闸区,1991-01-01,2020-07-01,320613\n320613,崇川区,,,\n", "gb18030"
    )

    first, second = read_regions(path).rows

    assert (first.name, first.valid_to, first.successor_code) == ("港闸区", date(2020, 7, 1), "320613")
    assert (second.level, second.valid_to) == ("county", None)


def test_faulty_rows_are_refused_and_the_rest_is_read(tmp_path):
    path = tmp_path / "r.csv"
    rows = ["320981,东台市", "32098,x", "320981,again", "320982,", "320983,x,2020-01-01,2019-01-01,", "320984,x,soon,,"]
    path.write_text("code,name,valid_from,valid_to,successor\n" + "\n".join(rows), "utf-8-sig")

    reading = read_regions(path)

    assert [row.code for row in reading.rows] == ["320981"]
    assert [(one.row, one.problem) for one in reading.refused] == [
        (2, "row-invalid"),
        (3, "row-duplicate"),
        (4, "row-invalid"),
        (5, "row-invalid"),
        (6, "row-invalid"),
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"code": "32"}', b'[{"c": 1}]', b"[" * 100_000, b"\xff\xfe\xfd"])
def test_json_that_is_no_list_of_divisions_is_refused_whole(tmp_path, content):
    path = tmp_path / "r.json"
    path.write_bytes(content)

    with pytest.raises(Problem) as caught:
        read_regions(path)
    assert caught.value.kind in (problems.FILE_UNREADABLE, problems.COLUMN_MISSING)


def test_a_truncated_gzip_is_refused_whole(tmp_path):
    path = tmp_path / "r.json.gz"
    path.write_bytes(gzip.compress(json.dumps([{"code": "32", "name": "江苏省"}]).encode())[:-6])

    with pytest.raises(Problem) as caught:
        read_regions(path)
    assert caught.value.kind is problems.FILE_UNREADABLE
