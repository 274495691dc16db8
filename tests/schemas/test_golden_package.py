"""The golden area package in `schemas/examples/`: each line loads with its schema, and the server still makes it so."""

import gzip
import json
from pathlib import Path

from schemas.area_package import LINES, read_line
from tests.schemas.golden_package import FILE, example_package

TEXT = FILE.read_text(encoding="utf-8")
PACKAGE = [json.loads(line) for line in TEXT.splitlines()]


def test_every_line_of_the_golden_package_loads_and_every_entity_is_there() -> None:
    for line in PACKAGE:
        read_line(line)
    assert list(dict.fromkeys(line["entity"] for line in PACKAGE)) == list(LINES)


def test_the_first_line_counts_the_entities_and_the_last_all_lines() -> None:
    counts = {entity: sum(line["entity"] == entity for line in PACKAGE) for entity in LINES}
    assert PACKAGE[0]["counts"] == {entity: count for entity, count in counts.items() if entity not in ("package", "end")}
    assert PACKAGE[-1] == {"entity": "end", "lines": len(PACKAGE)}


def test_the_server_makes_the_golden_package_from_its_rows(tmp_path: Path) -> None:
    assert gzip.decompress(example_package(tmp_path)).decode() == TEXT
