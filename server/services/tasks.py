"""Progress that phones report on patrol tasks: done outweighs impossible outweighs started. Never reopens a task."""

import json
from typing import Final

from server.store.tables.registry import Task
from server.store.tables.sync import Submission
from server.store.unit_of_work import UnitOfWork

WEIGHT: Final = {"open": 0, "started": 1, "impossible": 2, "done": 3}


def apply_progress(row: Submission, *, uow: UnitOfWork) -> str | None:
    """Apply one progress event to its task; an unknown task is named by the flag returned."""
    claims = json.loads(row.manifest)
    task = uow.session.get(Task, (row.county, claims["task_id"]))
    if task is None:
        return "unknown-task"
    if WEIGHT[claims["state"]] > WEIGHT[task.state]:
        task.state = claims["state"]
    return None
