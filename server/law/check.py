"""Checks and shows the law for the people who keep it. Refuses nothing itself: it reports what the loader would refuse."""

from datetime import date
from pathlib import Path
from typing import Any

from server.law.loader import Entry, book_of, load_law, read_folder
from server.problems import Problem


def law_check(folder: Path) -> list[str]:
    """Every complaint about the data of a folder, one sentence each; an empty list when it can be loaded."""
    complaints: list[str] = []
    entries: list[Entry] = []
    for found in read_folder(folder):
        if isinstance(found, Problem):
            complaints.append(found.detail)
        else:
            entries.append(found)
    try:
        book_of(entries)
    except Problem as problem:
        complaints.append(problem.detail)
    if not entries and not complaints:
        complaints.append(f"{folder} holds no rule at all")
    return complaints


def law_show(law_id: str, *, folder: Path, on: date, region_code: str = "") -> dict[str, Any]:
    """One rule as it reads on a day in a region; raises LAW_UNKNOWN, LAW_NOT_IN_FORCE, LAW_INVALID."""
    return load_law(folder).for_province(region_code).describe(law_id, on=on)


def law_unreviewed(folder: Path) -> list[str]:
    """`id from day` of every version that no lawyer has signed, sorted: the list of work for the bureau's lawyer."""
    waiting = [
        f"{entry.rule.id} from {version.citation.in_force_from.isoformat()}"
        for entry in read_folder(folder)
        if isinstance(entry, Entry)
        for version in entry.rule.versions
        if version.citation.reviewed_by is None
    ]
    return sorted(waiting)
