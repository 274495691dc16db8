"""The import commands: what they print for people and for scripts, and how they end."""

import json

import pytest

from server.store.tables.registry import Parcel
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
        (("duties", "import", "absent.csv", "--region", "320981"), "file-unreadable"),
        (("regions", "import", "absent.csv"), "file-unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_status_one_and_its_problem(run, words, code):
    plain, as_json = run(*words), run(*words, "--json")

    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert code in plain.output
    assert json.loads(as_json.output)["problem"]["code"] == code
