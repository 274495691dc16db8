"""Jobs on Redis or Valkey by RQ. Redis may be wiped at any time: it only wakes workers, the jobs table is the truth."""

import os
from typing import Any

from redis import Redis
from rq import Queue as RqBackend
from rq import Worker
from rq.exceptions import DuplicateJobError

from server.composition import Xuntu, xuntu
from server.jobs.running import DueJob, run_job

QUEUE_NAME = "xuntu"
SECONDS_A_JOB = 300
SECONDS_WAITING = 900
"""After this a job that Redis lost sight of is forgotten there, and the relay sends it anew."""
SECONDS_FAILED = 60
"""RQ keeps what ended its worker so long; failures that matter are in the jobs table."""


class RqQueue:
    """Sends jobs to the workers; one already waiting is success.

    The id in Redis names the attempt: a job whose worker was killed is another one there, so that no trace of the first
    stands in its way.
    """

    def __init__(self, redis_url: str) -> None:
        self.backend = RqBackend(QUEUE_NAME, connection=Redis.from_url(redis_url), serializer="json")

    def send(self, job: DueJob) -> None:
        try:
            self.backend.enqueue(
                run_on_worker,
                job.id,
                job_id=f"{job.id}-{job.attempts}",
                unique=True,
                job_timeout=SECONDS_A_JOB,
                ttl=SECONDS_WAITING,
                result_ttl=0,
                failure_ttl=SECONDS_FAILED,
            )
        except DuplicateJobError:
            pass  # An earlier relay run got this far; the work is already waiting.


def run_on_worker(job_id: str) -> None:
    """What a worker runs; then whatever the job's own events give rise to is sent on."""
    composition = xuntu()
    run_job(job_id, composition.unit_of_work)
    composition.relay.drain()


def serve_worker(redis_url: str, **options: Any) -> None:
    """Run jobs until told to stop (SIGTERM ends after the job at hand). Each job runs in a forked process of its own."""
    connection = Redis.from_url(redis_url)
    queue = RqBackend(QUEUE_NAME, connection=connection, serializer="json")
    let_go_of_connections_after_fork(xuntu())
    Worker([queue], connection=connection, serializer="json").work(**options)


def let_go_of_connections_after_fork(composition: Xuntu) -> None:
    """A database connection shared by two processes corrupts both conversations: the child opens its own."""
    os.register_at_fork(after_in_child=lambda: composition.engine.dispose(close=False))
