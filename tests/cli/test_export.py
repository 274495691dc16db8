"""`flask export weekly` says what it did, refuses by name, and hands out the kept bytes."""

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.cli.export import export_cli
from server.cli.law import law_cli
from tests.exports.bureau import COUNTY, Bureau

if TYPE_CHECKING:
    from flask import Flask

WEEK = ["--from", "2026-11-09", "--to", "2026-11-15"]


@pytest.fixture
def bureau(unit_of_work: Any, clock: Any) -> Bureau:
    """An office that found one thing in the week of the 9th."""
    office = Bureau(unit_of_work, clock)
    office.on("2026-11-11").case_from("P1")
    return office.on("2026-11-16")


def run(app: "Flask", *words: object) -> tuple[int, dict[str, Any]]:
    result = app.test_cli_runner().invoke(export_cli, ["weekly", *map(str, words), "--json"])
    return result.exit_code, json.loads(result.output)


def test_the_command_writes_a_workbook_and_three_csv_files_and_tells_their_digests(
    app: "Flask", bureau: Bureau, tmp_path: Path
) -> None:
    code, told = run(app, *WEEK, "--out", tmp_path / "week")
    assert code == 0
    assert [Path(file["path"]).name for file in told["files"]] == [
        f"weekly-{COUNTY}-2026-1{end}" for end in (".xlsx", "-summary.csv", "-leads.csv", "-cases.csv")
    ]
    for file in told["files"]:
        assert file["digest"] == f"sha256:{sha256(Path(file['path']).read_bytes()).hexdigest()}"


def test_the_same_week_and_the_issue_by_its_number_give_the_same_files(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    _, first = run(app, *WEEK, "--out", tmp_path / "a")
    bureau.lead("P2")
    _, again = run(app, *WEEK, "--out", tmp_path / "b")
    _, named = run(app, "--issue", "2026-1", "--out", tmp_path / "c", "--verify")
    digests = [[file["digest"] for file in told["files"]] for told in (first, again, named)]
    assert digests[0] == digests[1] == digests[2]
    assert (tmp_path / "a" / f"weekly-{COUNTY}-2026-1.xlsx").read_bytes() == (
        tmp_path / "c" / f"weekly-{COUNTY}-2026-1.xlsx"
    ).read_bytes()


def test_the_last_whole_week_is_cut_when_no_period_is_named(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    _, told = run(app, "--out", tmp_path / "week")
    assert [(issue["from"], issue["to"]) for issue in told["issues"]] == [("2026-11-09", "2026-11-15")]


def test_several_counties_get_an_issue_and_a_folder_each(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    Bureau(bureau.open_unit, bureau.clock, county="320282")
    _, told = run(app, *WEEK, "--out", tmp_path / "week")
    assert [issue["county"] for issue in told["issues"]] == [COUNTY, "320282"]
    assert {Path(file["path"]).parent.name for file in told["files"]} == {COUNTY, "320282"}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--from", "2026-11-16", "--to", "2026-11-22"], "period-unfinished"),
        (["--from", "2026-11-15", "--to", "2026-11-09"], "period-invalid"),
        (["--from", "2026-11-09"], "period-invalid"),
        (["--issue", "2026-7"], "issue-unknown"),
        (["--issue", "seven"], "issue-unknown"),
        ([*WEEK, "--county", "990000"], "region-unknown"),
    ],
)
def test_what_cannot_be_cut_is_refused_by_name(
    app: "Flask", bureau: Bureau, tmp_path: Path, words: list[str], problem: str
) -> None:
    code, told = run(app, *words, "--out", tmp_path / "week")
    assert (code, told["problem"]["code"]) == (1, problem)
    assert not (tmp_path / "week").exists()


def test_an_order_without_arguments_is_answered_with_the_options_that_are_wanted(app: "Flask") -> None:
    result = app.test_cli_runner().invoke(export_cli, ["weekly"])
    assert result.exit_code == 2
    for option in ("--from", "--to", "--issue", "--out"):
        assert option in result.output


@pytest.mark.parametrize(
    "words",
    [
        [*WEEK, "--issue", "2026-1", "--verify"],
        ["--issue", "2026-1", "--dry-run"],
        [*WEEK, "--verify", "--dry-run"],
    ],
)
def test_options_that_contradict_each_other_are_refused(app: "Flask", words: list[str]) -> None:
    result = app.test_cli_runner().invoke(export_cli, ["weekly", *words])
    assert result.exit_code == 2
    assert "leave out" in result.output


def test_a_dry_run_tells_the_issue_that_is_cut_afterwards_and_keeps_nothing(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    code, told = run(app, *WEEK, "--dry-run", "--out", tmp_path / "week")
    [preview] = told["issues"]
    assert (code, preview["would_cut"], preview["counts"]["cases"]["opened"]) == (0, True, 1)
    assert not (tmp_path / "week").exists()
    assert not (tmp_path / "exports").exists()
    assert run(app, "--issue", "2026-1", "--verify")[1]["problem"]["code"] == "issue-unknown"
    _, cut = run(app, *WEEK, "--out", tmp_path / "week")
    same = ("county", "issue", "from", "to", "cut", "rows_digest")
    assert [cut["issues"][0][name] for name in same] == [preview[name] for name in same]


def test_a_dry_run_speaks_in_sentences_before_and_after_the_cut(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    def said() -> str:
        return app.test_cli_runner().invoke(export_cli, ["weekly", *WEEK, "--dry-run"]).output

    assert "would be cut up to position" in said()
    assert "cases opening 0, opened 1" in said()
    run(app, *WEEK, "--out", tmp_path / "week")
    assert "was cut already up to position" in said()


def test_verify_says_what_it_compared(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    run(app, *WEEK, "--out", tmp_path / "week")
    result = app.test_cli_runner().invoke(export_cli, ["weekly", "--issue", "2026-1", "--verify"])
    assert result.exit_code == 0
    assert "same rows again" in result.output


def test_verify_ends_with_one_when_a_kept_file_was_changed(app: "Flask", bureau: Bureau, tmp_path: Path) -> None:
    _, told = run(app, *WEEK, "--out", tmp_path / "week")
    digest = told["files"][0]["digest"].removeprefix("sha256:")
    kept = tmp_path / "exports" / "sha256" / digest[:2] / digest
    kept.write_bytes(b"forged")
    code, refused = run(app, "--issue", "2026-1", "--verify")
    assert (code, refused["problem"]["code"]) == (1, "export-changed")


def test_a_rule_is_shown_with_its_citation_and_whether_it_was_signed(app: "Flask") -> None:
    shown = app.test_cli_runner().invoke(law_cli, ["show", "FINE-05", "--on", "2026-02-10"])
    assert shown.exit_code == 0
    assert "第五十七条第一款" in shown.output
    as_json = app.test_cli_runner().invoke(law_cli, ["show", "FINE-05", "--on", "2026-02-10", "--json"])
    assert json.loads(as_json.output)["id"] == "FINE-05"


def test_a_day_without_law_is_refused_by_name(app: "Flask") -> None:
    result = app.test_cli_runner().invoke(law_cli, ["show", "FINE-05", "--on", "1900-01-01", "--json"])
    assert (result.exit_code, json.loads(result.output)["problem"]["code"]) == (1, "law-not-in-force")


@pytest.mark.parametrize("code", ["99", "16", "3", "32028x", "3202811002011", "海南"])
def test_a_region_outside_the_provinces_of_china_is_refused(app: "Flask", code: str) -> None:
    result = app.test_cli_runner().invoke(law_cli, ["show", "FINE-05", "--on", "2026-02-10", "--region", code])
    assert result.exit_code == 2
    assert "begins with a province's" in result.output


def test_the_law_that_comes_with_xuntu_has_no_fault(app: "Flask") -> None:
    result = app.test_cli_runner().invoke(law_cli, ["check", "--json"])
    assert (result.exit_code, json.loads(result.output)["complaints"]) == (0, [])
