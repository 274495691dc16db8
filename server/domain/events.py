"""The past-tense facts of the system and the jobs they give rise to. Each event type is recorded by one service."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

# Event type → jobs derived from it. A job is idempotent; its id is county-position-name.
JOBS_OF: Final[dict[str, tuple[str, ...]]] = {
    "deployment.opened": (),
    "access.refused": (),
    "crew.added": (),
    "user.added": (),
    "user.moved": (),
    "user.password_reset": (),
    "user.signed_in": (),
    "user.signed_out": (),
    "enrolment_code.issued": (),
    "device.enrolled": (),
    "device.forked": (),
    "device.revoked": (),
    "report.stored": ("flag_report", "match_report"),
    "report.held": (),
    "report.quarantined": (),
    "report.released": ("flag_report", "match_report"),
    "task_progress.stored": (),
    "task_progress.quarantined": (),
    "receipt.received": (),
    "receipt.complete": (),
    "photo.stored": ("examine_photo",),
    "photo.examined": ("flag_photo",),
    "report.matched": ("assess_report",),
    "report.left_unplaced": (),
    "match.decided": ("assess_report",),
    "lead.registered": (),
    "lead.evidence_added": (),
    "lead.reweighed": (),
    "lead.verified": (),
    "lead.dismissed": (),
    "lead.routed_out": (),
    "case.opened": (),
    "evidence.viewed": (),
    "task.assigned": (),
    "task.progressed": (),
    "notice.posted": (),
    "regions.imported": (),
    "parcels.imported": (),
    "layer.imported": (),
    "duties.imported": (),
    "issue.cut": (),
    "issue.verified": (),
}


@dataclass(frozen=True)
class Recorded:
    """One event before it is written: what happened, to what, by whom; `body` is set when the text is fixed elsewhere."""

    type: str
    county: str
    position: int
    aggregate: str
    aggregate_id: str
    recorded_at: datetime
    actor: str
    origin: str
    facts: dict[str, Any]
    body: str | None = None

    def text(self) -> str:
        """The exact text that is stored and hashed as a leaf of the county's log."""
        if self.body is not None:
            return self.body
        record = {
            "county": self.county,
            "position": self.position,
            "type": self.type,
            "aggregate": self.aggregate,
            "aggregate_id": self.aggregate_id,
            "recorded_at": self.recorded_at.isoformat(),
            "actor": self.actor,
            "origin": self.origin,
            "facts": self.facts,
        }
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
