"""Patrol tasks: assigned to a crew by the office, moved on by what phones report of them. Never reopens a task.

Of two reports of progress the weightier stands: done outweighs impossible, impossible outweighs started.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select

from server import problems
from server.domain.permissions import Action, Actor
from server.services.crews import crew_named
from server.store.tables.organisation import Crew
from server.store.tables.registry import Parcel, Task
from server.store.tables.sync import Submission
from server.store.unit_of_work import UnitOfWork

WEIGHT: Final = {"open": 0, "started": 1, "impossible": 2, "done": 3}


@dataclass(frozen=True)
class NewTask:
    """A task to assign: `crew` by id or name, `parcel` by code; `programme` where one is the reason."""

    crew: str
    parcel: str
    reason: str
    due_on: date
    programme: str | None


@dataclass(frozen=True)
class TaskListed:
    """A task as a list shows it."""

    id: str
    crew: str
    parcel_code: str
    reason: str
    due_on: date
    state: str


def assign_task(new: NewTask, *, actor: Actor, uow: UnitOfWork) -> Task:
    """Send a crew to a parcel. Raises FORBIDDEN, NOT_FOUND, CREW_UNKNOWN, PARCEL_UNKNOWN, REASON_REQUIRED, PERIOD_INVALID."""
    actor.require(Action.TASK_ASSIGN, on=actor.region)
    crew = crew_named(new.crew, actor, uow=uow)
    actor.require(Action.TASK_ASSIGN, on=crew.region)
    parcel = uow.session.scalar(select(Parcel).where(Parcel.county == crew.county, Parcel.code == new.parcel))
    if parcel is None:
        raise problems.PARCEL_UNKNOWN(parcel=new.parcel, county=crew.county)
    if not new.reason.strip():
        raise problems.REASON_REQUIRED(move="a task")
    if new.due_on < uow.today:
        raise problems.PERIOD_INVALID(reason=f"a task cannot be due on {new.due_on}, which has passed")
    task = Task(
        county=crew.county,
        id=str(uuid.uuid4()),
        crew_id=crew.id,
        parcel_id=parcel.id,
        reason=new.reason.strip(),
        due_on=new.due_on,
        state="open",
        programme=new.programme,
    )
    uow.session.add(task)
    facts = {"crew_id": crew.id, "parcel_id": parcel.id, "reason": task.reason, "due_on": task.due_on.isoformat()}
    uow.record("task.assigned", county=crew.county, aggregate=("task", task.id), facts=facts, by=actor)
    return task


def list_tasks(*, actor: Actor, uow: UnitOfWork) -> Sequence[TaskListed]:
    """Every task of the crews in the actor's scope, by crew and due day."""
    actor.require(Action.TASK_ASSIGN, on=actor.region)
    query = (
        select(Task, Crew.name, Parcel.code)
        .join(Crew, (Crew.county == Task.county) & (Crew.id == Task.crew_id))
        .join(Parcel, (Parcel.county == Task.county) & (Parcel.id == Task.parcel_id))
        .where(Crew.region.startswith(actor.region))
        .order_by(Task.county, Crew.name, Task.due_on, Parcel.code)
    )
    return [
        TaskListed(task.id, crew, code, task.reason, task.due_on, task.state) for task, crew, code in uow.session.execute(query)
    ]


def apply_progress(row: Submission, *, by: Actor, uow: UnitOfWork) -> str | None:
    """Apply one progress event to its task and record the move; an unknown task is named by the flag returned."""
    claims = json.loads(row.manifest)
    task = uow.session.get(Task, (row.county, claims["task_id"]))
    if task is None:
        return "unknown-task"
    if WEIGHT[claims["state"]] > WEIGHT[task.state]:
        facts = {"before": task.state, "state": claims["state"], "progress_id": row.id, "reason": claims.get("reason")}
        task.state = claims["state"]
        uow.record("task.progressed", county=task.county, aggregate=("task", task.id), facts=facts, by=by)
    return None
