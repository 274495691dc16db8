"""Running one job: claimed, done and marked done in one unit of work; a failure is written down and tried again later."""

import traceback
from collections.abc import Callable
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
LEASE: Final = timedelta(minutes=5)
FAILURE_CHARACTERS: Final = 4000


def run_job(job_id: str, open_unit: OpenUnit) -> bool:
    """Run a waiting job once; False when it was not waiting (another worker has it, or it is done)."""
    claimed = claim_job(job_id, open_unit)
    if claimed is None:
        return False
    try:
        with open_unit(origin=f"job-{job_id}") as uow:
            JOBS[claimed.name](claimed.county, claimed.arguments, uow)
            uow.session.execute(update(Job).where(Job.id == job_id).values(state="done", failure=None))
    except Exception:
        log.exception("job_failed", job_id=job_id, attempt=claimed.attempts)
        note_failure(claimed, traceback.format_exc(), open_unit)
    return True


def claim_job(job_id: str, open_unit: OpenUnit) -> Job | None:
    """Take the job for a lease; a worker that dies leaves it to the sweeper when the lease ends."""
    with open_unit(origin=f"job-{job_id}") as uow:
        taken = uow.session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state.in_(("waiting", "running")), Job.run_after <= uow.now)
            .values(state="running", attempts=Job.attempts + 1, run_after=uow.now + LEASE)
            .returning(Job.id)
        ).first()
        return None if taken is None else uow.session.get(Job, job_id, populate_existing=True)


def note_failure(job: Job, failure: str, open_unit: OpenUnit) -> None:
    tried_enough = job.attempts > len(RETRY_SECONDS)
    with open_unit(origin=f"job-{job.id}") as uow:
        wait = timedelta(seconds=RETRY_SECONDS[min(job.attempts, len(RETRY_SECONDS)) - 1])
        uow.session.execute(
            update(Job)
            .where(Job.id == job.id)
            .values(state="failed" if tried_enough else "waiting", run_after=uow.now + wait, failure=failure[-FAILURE_CHARACTERS:])
        )


def due_jobs(open_unit: OpenUnit, most: int) -> list[str]:
    """Ids of the jobs that may run now, oldest event first; a running one whose lease ended counts as due."""
    with open_unit(origin="relay", read_only=True) as uow:
        due = (
            select(Job.id)
            .where(Job.state.in_(("waiting", "running")), Job.run_after <= uow.now)
            .order_by(Job.run_after, Job.county, Job.position, Job.name)
            .limit(most)
        )
        return list(uow.session.scalars(due))
