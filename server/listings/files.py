"""A list as CSV and as GeoJSON, from the declaration of its page. Refuses to write a cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.listings.declaration import Listing, Names, cells

BOM: Final = "\ufeff"
"""Without it a spreadsheet in a Chinese Windows reads the file as GB18030."""
RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what would run, also behind spaces."""
    return f"'{text}" if text.lstrip(" \u3000").startswith(RUNS) or text.startswith(RUNS) else text


def as_csv(listing: Listing, rows: Sequence[Any], names: Names) -> str:
    """RFC 4180 with a byte order mark; numbers stay numbers, every other cell is made harmless."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([names.of(column.heading) for column in listing.columns])
    for row in rows:
        texts = zip(listing.columns, cells(listing, row, names), strict=True)
        writer.writerow([text if column.is_number else harmless(text) for column, text in texts])
    return BOM + file.getvalue()


def as_geojson(
    listing: Listing, rows: Sequence[Any], names: Names, shapes: Mapping[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    """A FeatureCollection in EPSG:4490 (degrees, x = lon), one feature a row; a row without a place has a null geometry."""
    features = []
    for row in rows:
        named = {column.key: text for column, text in zip(listing.columns, cells(listing, row, names), strict=True)}
        features.append(
            {
                "type": "Feature",
                "id": row.id,
                "geometry": shapes.get((row.kind, row.id)),
                "properties": {**named, "kind_code": row.kind, "programme_code": row.programme},
            }
        )
    return {"type": "FeatureCollection", "features": features}
