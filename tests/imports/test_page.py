"""docs/imports.md names every column and every kind of file that the readers know, and its sample can be read."""

import re
from pathlib import Path

import pytest

from server.imports.duties import DUTY_COLUMNS, read_duties
from server.imports.layers import LAYER_COLUMNS
from server.imports.parcels import PARCEL_COLUMNS
from server.imports.regions import READABLE_ENDINGS, REGION_COLUMNS
from server.imports.sources import READABLE_SUFFIXES
from tests.contracts.sources import ROOT

PAGE = (ROOT / "docs" / "imports.md").read_text("utf-8")
TABLES = {"Regions": REGION_COLUMNS, "Parcels": PARCEL_COLUMNS, "Layers": LAYER_COLUMNS, "Duties": DUTY_COLUMNS}


def rows_below(heading: str) -> dict[str, list[str]]:
    """The column names of the table under a heading, by role."""
    section = PAGE.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    return {role: re.findall(r"`([^`]+)`", names) for role, names in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section, re.M)}


@pytest.mark.parametrize("heading", TABLES)
def test_the_page_has_every_role_with_all_its_names_in_their_order(heading: str) -> None:
    assert rows_below(heading) == {role: list(names) for role, names in TABLES[heading].items()}


def test_the_page_names_every_ending_that_is_read() -> None:
    assert [ending for ending in (*READABLE_ENDINGS, *READABLE_SUFFIXES) if f"`{ending}`" not in PAGE] == []


def test_the_sample_of_duties_is_read_without_a_refusal(tmp_path: Path) -> None:
    [sample] = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "supplies.csv"
    path.write_text(sample, "utf-8")
    reading = read_duties(path)
    assert reading.refused == ()
    assert [(row.row, row.kind) for row in reading.rows] == [
        (1, "start_construction"),
        (1, "finish_construction"),
        (1, "pay"),
        (2, "start_construction"),
        (3, "reclaim_temporary_land"),
    ]
    assert (reading.rows[0].area_m2, reading.rows[0].amount_fen) == (25_000.0, 1_200_000_000)
