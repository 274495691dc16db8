"""Examined photos as a table for a terminal and as objects for a program. Refuses to judge: it shows facts and problems."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from server.domain.evidence import PhotoFacts
from server.media.examiner import Examination, PhotoExaminer
from server.problems import Problem

_HEADINGS = ("file", "format", "pixels", "taken at", "lon", "lat", "azimuth", "camera", "remarks")
_NAME_MAX = 40


def facts_table(examined: Sequence[tuple[Path, Examination]]) -> str:
    """A plain table, one line per photo, columns aligned also where names are Chinese; only the heading for none."""
    rows = [_HEADINGS, *(_row(path, examination.facts) for path, examination in examined)]
    widths = [max(_columns(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def check_photos(paths: Iterable[Path], examiner: PhotoExaminer) -> list[dict[str, Any]]:
    """Examine files in order: `path`, `facts`, `thumbnail_bytes` (a size), `seconds`, `peak_rss_bytes`.

    A file that cannot be opened has `path` and `problem` (a problem+json object) alone, and the others follow.
    """
    return [_checked(path, examiner) for path in paths]


def _checked(path: Path, examiner: PhotoExaminer) -> dict[str, Any]:
    try:
        examination = examiner.examine(path)
    except Problem as problem:
        return {"path": str(path), "problem": problem.as_json()}
    thumbnail = examination.thumbnail_bytes
    return {
        "path": str(path),
        "facts": examination.facts.as_json(),
        "thumbnail_bytes": None if thumbnail is None else len(thumbnail),
        "seconds": round(examination.seconds, 3),
        "peak_rss_bytes": examination.peak_rss_bytes,
    }


def _row(path: Path, facts: PhotoFacts) -> tuple[str, ...]:
    taken_at = facts.exif_taken_at or facts.gps_taken_at
    direction = "" if facts.azimuth_deg is None else f"{facts.azimuth_deg:.1f}° {facts.azimuth_ref or '?'}"
    remarks = [*([f"{facts.problem}: {facts.reason}"] if facts.problem else []), *facts.warnings]
    return (
        path.name if len(path.name) <= _NAME_MAX else f"{path.name[: _NAME_MAX - 1]}…",
        facts.format,
        "" if facts.width is None else f"{facts.width}×{facts.height}",
        "" if taken_at is None else taken_at.isoformat(sep=" ", timespec="seconds"),
        "" if facts.lon is None else f"{facts.lon:.6f}",
        "" if facts.lat is None else f"{facts.lat:.6f}",
        direction,
        " ".join(part for part in (facts.device_make, facts.device_model) if part),
        ", ".join(remarks),
    )


def _columns(text: str) -> int:
    """How wide a terminal shows the text: Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
