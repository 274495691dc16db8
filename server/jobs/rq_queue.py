"""Jobs on Redis or Valkey by RQ. Redis may be wiped at any time: it only wakes workers, the jobs table is the truth."""

from typing import Any

from redis import Redis
from rq import Queue as RqBackend
from rq import SimpleWorker
from rq.exceptions import DuplicateJobError

from server.composition import xuntu
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

    def is_empty(self) -> bool:
        """Whether no job waits for a worker."""
        return len(self.backend) == 0


def run_on_worker(job_id: str) -> None:
    """What a worker runs; then what the job's own events gave rise to is sent on, or the next batch when none waits."""
    composition = xuntu()
    run_job(job_id, composition.unit_of_work)
    queue = composition.relay.queue
    if composition.relay.was_woken() or (isinstance(queue, RqQueue) and queue.is_empty()):
        composition.relay.drain()


def serve_worker(redis_url: str, **options: Any) -> None:
    """Run jobs until told to stop (SIGTERM ends after the job at hand).

    Jobs run in this process, one at a time: a fork for each would open the database and start the photo examiner anew. What
    opens hostile files is a child process of its own, and a worker that dies leaves its job to the lease.
    """
    connection = Redis.from_url(redis_url)
    queue = RqBackend(QUEUE_NAME, connection=connection, serializer="json")
    SimpleWorker([queue], connection=connection, serializer="json").work(**options)
