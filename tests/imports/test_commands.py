"""The import commands: what they print for people and for scripts, and how they end."""

import json
from datetime import date

import pytest

from server.store.tables.registry import Parcel, ParcelVersion
from tests.imports.map_files import a_square, write_map


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def command(*words):
        return runner.invoke(args=[str(word) for word in words])

    return command


@pytest.fixture
def regions(run, tmp_path):
    path = tmp_path / "regions.csv"
    path.write_text("code,name\n32,江苏省\n3209,盐城市\n320981,东台市\n", "utf-8")
    return run("regions", "import", path)


def counted(app, kind):
    with app.extensions["xuntu"].unit_of_work(read_only=True) as uow:
        return uow.session.query(kind).count()


def test_an_import_prints_counts_and_every_refused_row(run, regions, tmp_path):
    path = write_map(tmp_path / "p.gpkg", [a_square(), a_square(1), None], {"ZDDM": ["A", "A", "C"]})

    told = run("parcels", "import", path, "--region", "320981")

    assert regions.output == "3 imported, 0 changed, 0 unchanged, 0 refused\n"
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "1 imported, 0 changed, 0 unchanged, 2 refused",
        "row 2 (A): row-duplicate: The code A stands in an earlier row.",
        "row 3 (C): row-geometry: there is no geometry",
    ]


def test_json_is_one_object_with_counts_and_rows(run, regions, tmp_path):
    path = write_map(tmp_path / "p.gpkg", [a_square(), None], {"ZDDM": ["A", "B"]})

    told = json.loads(run("parcels", "import", path, "--region", "320981", "--json").output)

    assert (told["imported"], told["changed"], told["unchanged"], told["dry_run"]) == (1, 0, 0, False)
    assert [(one["row"], one["problem"]) for one in told["refused"]] == [(2, "row-geometry")]


def test_a_dry_run_says_would_and_writes_nothing(app, run, regions, tmp_path):
    path = write_map(tmp_path / "p.gpkg", [a_square()], {"ZDDM": ["A"]})

    told = run("parcels", "import", path, "--region", "320981", "--dry-run")

    assert told.output.startswith("1 would be imported")
    assert counted(app, Parcel) == 0


def test_a_file_of_which_every_row_is_refused_ends_with_status_one(run, regions, tmp_path):
    path = write_map(tmp_path / "p.gpkg", [None, None], {"ZDDM": ["A", "B"]})

    plain, as_json = (run("parcels", "import", path, "--region", "320981", *more) for more in ((), ("--json",)))

    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert plain.output.startswith("0 imported, 0 changed, 0 unchanged, 2 refused\n")
    assert len(json.loads(as_json.output)["refused"]) == 2


def test_a_file_without_rows_or_with_known_rows_alone_ends_well(run, regions, tmp_path):
    (tmp_path / "none.csv").write_text("code,name\n", "utf-8")

    assert run("regions", "import", tmp_path / "none.csv").exit_code == 0
    assert run("regions", "import", tmp_path / "regions.csv").output == "0 imported, 0 changed, 3 unchanged, 0 refused\n"


@pytest.mark.parametrize("crs", ["4549", "EPSG:4549", "epsg:4549"])
def test_a_coordinate_system_is_named_by_its_number_with_or_without_epsg(run, regions, tmp_path, crs):
    path = write_map(tmp_path / "p.gpkg", [a_square()], {"ZDDM": ["A"]}, epsg=4549)

    told = run("parcels", "import", path, "--region", "320981", "--crs", crs)

    assert "note: read as EPSG:4549 because the caller said so" in told.output


def test_another_name_of_a_coordinate_system_is_answered_with_the_right_way_to_write_it(run, regions):
    told = run("parcels", "import", "absent.gpkg", "--region", "320981", "--crs", "CGCS2000")

    assert told.exit_code == 2
    assert "write 4490 or EPSG:4490" in told.output


def test_a_wrong_first_load_is_replaced_for_all_days_by_the_right_file_with_its_first_day(app, run, regions, tmp_path):
    wrong = write_map(tmp_path / "wrong.gpkg", [a_square()], {"ZDDM": ["A"], "ZL": ["错"]})
    right = write_map(tmp_path / "right.gpkg", [a_square()], {"ZDDM": ["A"], "ZL": ["对"]})
    run("parcels", "import", wrong, "--region", "320981")

    told = run("parcels", "import", right, "--region", "320981", "--valid-from", "1900-01-01")

    assert told.output.startswith("0 imported, 1 changed, 0 unchanged, 0 refused")
    with app.extensions["xuntu"].unit_of_work(read_only=True) as uow:
        versions = {(one.name, one.valid_from.year, one.valid_to) for one in uow.session.query(ParcelVersion)}
    assert versions == {("错", 1900, date(1900, 1, 1)), ("对", 1900, None)}


def test_layers_and_duties_are_imported_by_their_commands(run, regions, tmp_path):
    run("parcels", "import", write_map(tmp_path / "p.gpkg", [a_square()], {"ZDDM": ["A"]}), "--region", "320981")
    layer = write_map(tmp_path / "l.gpkg", [a_square()], {"BH": ["1"]}, epsg=4549)
    (tmp_path / "d.csv").write_text("合同编号,宗地代码,约定动工日期\n合1,A,2025-03-15\n", "gb18030")

    assert run("layers", "import", "supply", layer, "--region", "320981").output.startswith("1 imported")
    assert run("duties", "import", tmp_path / "d.csv", "--region", "320981").output.startswith("1 imported")
    assert "permanent_basic_farmland" in run("layers", "list").output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("parcels", "import", "absent.gpkg", "--region", "320981"), "file-unreadable"),
        (("layers", "import", "weather", "absent.gpkg", "--region", "320981"), "layer-unknown"),
        (("layers", "import", "road", "absent.gpkg", "--region", "320981"), "file-unreadable"),
        (("duties", "import", "absent.csv", "--region", "320981"), "file-unreadable"),
        (("regions", "import", "absent.csv"), "file-unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_status_one_and_its_problem(run, words, code):
    plain, as_json = run(*words), run(*words, "--json")

    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert code in plain.output
    assert json.loads(as_json.output)["problem"]["code"] == code
    assert code == "layer-unknown" or "there is no such file" in plain.output


@pytest.mark.parametrize(
    ("noun", "name", "content", "reason"),
    [
        ("regions", "a.txt", b"code,name\n", "only .json, .json.gz, .csv can be read"),
        ("regions", "a.csv", b"PK\x03\x04rest", "this is a workbook; save its sheet as CSV"),
        ("duties", "a.xlsx", b"PK\x03\x04rest", "this is a workbook; save its sheet as CSV"),
    ],
)
def test_a_file_of_another_kind_is_answered_with_what_is_read(run, regions, tmp_path, noun, name, content, reason):
    (tmp_path / name).write_bytes(content)
    told = run(noun, "import", tmp_path / name, *(() if noun == "regions" else ("--region", "320981")))

    assert told.exit_code == 1
    assert reason in told.output
