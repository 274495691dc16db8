"""Jobs on Redis or Valkey by RQ. Redis may be wiped at any time: it only wakes workers, the jobs table is the truth."""

from typing import Any

from redis import Redis
from rq import Queue as RqBackend
from rq import Worker
from rq.exceptions import DuplicateJobError

QUEUE_NAME = "xuntu"
SECONDS_A_JOB = 300


class RqQueue:
    """Sends a job id to the workers; one already waiting is success."""

    def __init__(self, redis_url: str) -> None:
        self.backend = RqBackend(QUEUE_NAME, connection=Redis.from_url(redis_url), serializer="json")

    def send(self, job_id: str) -> None:
        try:
            self.backend.enqueue(run_on_worker, job_id, job_id=job_id, unique=True, job_timeout=SECONDS_A_JOB, result_ttl=0)
        except DuplicateJobError:
            pass  # An earlier relay run got this far; the work is already waiting.


def run_on_worker(job_id: str) -> None:
    """What a worker runs: the application of its own process knows the rest."""
    from server.composition import xuntu
    from server.jobs.running import run_job

    composition = xuntu()
    run_job(job_id, composition.unit_of_work)
    composition.relay.drain()


def serve_worker(redis_url: str, **options: Any) -> None:
    """Run jobs until told to stop (SIGTERM ends after the job at hand)."""
    connection = Redis.from_url(redis_url)
    queue = RqBackend(QUEUE_NAME, connection=connection, serializer="json")
    Worker([queue], connection=connection, serializer="json").work(**options)
