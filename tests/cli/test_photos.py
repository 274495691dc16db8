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
