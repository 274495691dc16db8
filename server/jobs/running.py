"""Running one job: claimed, done and marked done in one unit of work; a failure is written down and tried again later.

Refuses to let a worker that lost its lease undo or double what another has done since, and to try one job for ever.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import select, update

from server.jobs.table import JOBS
from server.store.tables.sync import Job
from server.store.unit_of_work import UnitOfWork

log = structlog.get_logger()

OpenUnit = Callable[..., UnitOfWork]
RETRY_SECONDS: Final = (5, 30, 120, 600)
MOST_ATTEMPTS: Final = len(RETRY_SECONDS) + 1
LEASE: Final = timedelta(minutes=5)
FAILURE_CHARACTERS: Final = 4000
ABANDONED: Final = "The worker ended before the job did, as often as it was tried."


class LeaseLostError(Exception):
    """Another worker took the job while this one was still at it: what this one did must not count."""


@dataclass(frozen=True)
class DueJob:
    """A job that may run now, and how often it was tried before."""

    id: str
    attempts: int


def run_job(job_id: str, open_unit: OpenUnit) -> bool:
    """Run a waiting job once; False when it was not waiting (another worker has it, or it is done)."""
    claimed = claim_job(job_id, open_unit)
    if claimed is None:
        return False
    try:
        with open_unit(origin=f"job-{job_id}") as uow:
            JOBS[claimed.name](claimed.county, claimed.arguments, uow)
            mark_done(claimed, uow)
    except LeaseLostError:
        log.warning("job_lease_lost", job_id=job_id, attempt=claimed.attempts)
    except Exception:
        log.exception("job_failed", job_id=job_id, attempt=claimed.attempts)
        note_failure(claimed, traceback.format_exc(), open_unit)
    return True


def claim_job(job_id: str, open_unit: OpenUnit) -> Job | None:
    """Take the job for a lease; a worker that dies leaves it to the sweeper when the lease ends.

    A job that ended its worker at every attempt is marked failed instead, where a person sees it.
    """
    with open_unit(origin=f"job-{job_id}") as uow:
        due = (Job.id == job_id) & Job.state.in_(("waiting", "running")) & (Job.run_after <= uow.now)
        taken = uow.session.execute(
            update(Job)
            .where(due, Job.attempts < MOST_ATTEMPTS)
            .values(state="running", attempts=Job.attempts + 1, run_after=uow.now + LEASE)
            .returning(Job.id)
        ).first()
        if taken is None:
            uow.session.execute(update(Job).where(due).values(state="failed", failure=ABANDONED))
            return None
        return uow.session.get(Job, job_id, populate_existing=True)


def mark_done(claimed: Job, uow: UnitOfWork) -> None:
    """In the unit of the job's own writes. Raises LeaseLostError, which undoes them."""
    own = (Job.id == claimed.id) & (Job.state == "running") & (Job.attempts == claimed.attempts)
    if uow.session.execute(update(Job).where(own).values(state="done", failure=None).returning(Job.id)).first() is None:
        raise LeaseLostError(claimed.id)


def note_failure(claimed: Job, failure: str, open_unit: OpenUnit) -> None:
    """Wait longer after each attempt, and after the last one stop where a person sees it."""
    tried_enough = claimed.attempts >= MOST_ATTEMPTS
    wait = timedelta(seconds=RETRY_SECONDS[min(claimed.attempts, len(RETRY_SECONDS)) - 1])
    state = "failed" if tried_enough else "waiting"
    with open_unit(origin=f"job-{claimed.id}") as uow:
        uow.session.execute(
            update(Job)
            .where(Job.id == claimed.id, Job.state == "running", Job.attempts == claimed.attempts)
            .values(state=state, run_after=uow.now + wait, failure=failure[-FAILURE_CHARACTERS:])
        )


def due_jobs(open_unit: OpenUnit, most: int) -> list[DueJob]:
    """The jobs that may run now, oldest event first; a running one whose lease ended counts as due."""
    with open_unit(origin="relay", read_only=True) as uow:
        due = (
            select(Job.id, Job.attempts)
            .where(Job.state.in_(("waiting", "running")), Job.run_after <= uow.now)
            .order_by(Job.run_after, Job.county, Job.position, Job.name)
            .limit(most)
        )
        return [DueJob(id_, attempts) for id_, attempts in uow.session.execute(due)]
