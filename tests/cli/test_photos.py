"""`flask photos check` shows what a photo holds and goes on after one it cannot open."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from server.cli.photos import photos_cli

if TYPE_CHECKING:
    from flask import Flask


def a_photo(folder: Path) -> Path:
    path = folder / "现场.jpg"
    Image.new("RGB", (64, 48), "green").save(path)
    return path


def test_a_photo_is_shown_in_a_table_and_a_missing_one_by_its_problem(app: "Flask", tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(photos_cli, ["check", str(tmp_path / "gone.jpg"), str(a_photo(tmp_path))])
    assert result.exit_code == 1
    assert "现场.jpg" in result.output
    assert "64×48" in result.output
    assert "file-unreadable" in result.output


def test_facts_come_as_json_for_programs(app: "Flask", tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(photos_cli, ["check", str(a_photo(tmp_path)), "--json"])
    assert result.exit_code == 0
    [photo] = json.loads(result.output)["photos"]
    assert (photo["facts"]["width"], photo["facts"]["height"]) == (64, 48)


def test_what_is_no_photo_is_named_so_and_ends_with_one(app: "Flask", tmp_path: Path) -> None:
    whole, cut, text, empty = a_photo(tmp_path), tmp_path / "cut.jpg", tmp_path / "note.jpg", tmp_path / "empty.jpg"
    cut.write_bytes(whole.read_bytes()[:200])
    text.write_text("no photo")
    empty.touch()
    result = app.test_cli_runner().invoke(photos_cli, ["check", *map(str, (text, empty, cut, whole))])
    assert result.exit_code == 1
    assert "note.jpg: not a photo: the bytes are application/octet-stream (unexpected-format)" in result.output
    assert "empty.jpg: not a photo: the file is empty (unexpected-format)" in result.output
    assert "cut.jpg: " in result.output
    assert "(photo-unreadable)" in result.output
    assert "现场.jpg: " not in result.output


def test_no_table_is_printed_where_no_file_opens(app: "Flask", tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(photos_cli, ["check", str(tmp_path / "gone.jpg")])
    assert result.exit_code == 1
    assert result.stdout == ""


def test_programs_read_the_complaint_beside_the_facts(app: "Flask", tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("no photo")
    result = app.test_cli_runner().invoke(photos_cli, ["check", str(tmp_path / "note.jpg"), str(a_photo(tmp_path)), "--json"])
    assert result.exit_code == 1
    complaints = [photo["complaint"] for photo in json.loads(result.stdout)["photos"]]
    assert complaints == [
        {"code": "unexpected-format", "detail": "not a photo: the bytes are application/octet-stream"},
        None,
    ]
