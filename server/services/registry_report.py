"""What an import did, row by row, and how the run is kept. Refuses nothing; it only tells."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.imports.readings import Origin, Refusal
from server.store.registry import add_rows
from server.store.tables.registry import ImportRun
from server.store.unit_of_work import UnitOfWork

DEPLOYMENT = "000000"
"""The county under which events of the whole deployment stand; no division has this code."""

_SOURCE_CHARACTERS = 200


@dataclass(frozen=True)
class ImportReport:
    """Rows new to the register, rows that changed it, rows it knew already, rows refused; `run_id` is None for a dry run."""

    run_id: str | None
    origin: Origin
    imported: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        return {
            "imported": self.imported,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": [one.as_json() for one in self.refused],
            "notes": list(self.origin.notes),
            "dry_run": self.run_id is None,
        }

    def facts(self) -> dict[str, Any]:
        """What the event of an import says: the file and the counts; the refused rows stand in the run."""
        return {
            "source": self.origin.name,
            "digest": self.origin.digest,
            "imported": self.imported,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": len(self.refused),
        }


def keep_run(
    kind: str,
    county: str,
    origin: Origin,
    counts: tuple[int, int, int],
    *,
    refused: Sequence[Refusal],
    dry_run: bool,
    uow: UnitOfWork,
) -> ImportReport:
    """The report of an import with its (imported, changed, unchanged) counts; unless dry, its run is written."""
    imported, changed, unchanged = counts
    in_order = tuple(sorted(refused, key=lambda one: one.row))
    if dry_run:
        return ImportReport(None, origin, imported, changed, unchanged, in_order)
    run: dict[str, Any] = {
        "county": county,
        "id": str(uuid.uuid4()),
        "kind": kind,
        "source": source_name(origin),
        "digest": origin.digest,
        "imported": imported + changed,
        "refused": [one.as_json() for one in in_order],
        "dry_run": False,
        "recorded_at": uow.now,
    }
    add_rows(uow.session, ImportRun, [run])
    return ImportReport(run["id"], origin, imported, changed, unchanged, in_order)


def source_name(origin: Origin) -> str:
    """The file's name as stored beside every row."""
    return origin.name[:_SOURCE_CHARACTERS]
