"""From committed events to running jobs: inline in a thread of this process, or by waking RQ. The jobs table is the truth."""

import threading
import time
from typing import Protocol

import structlog

from server.domain.permissions import operator
from server.jobs.running import DueJob, OpenUnit, due_jobs, run_job
from server.services.uploads import expire_uploads

log = structlog.get_logger()
BATCH = 100
SWEEP_SECONDS = 30.0
TIDY_SECONDS = 3600.0


class Queue(Protocol):
    """Where due jobs go: run here, or to a queue of workers. Sending one twice is success."""

    def send(self, job: DueJob) -> None: ...


class InlineQueue:
    """Runs the job in the calling thread."""

    def __init__(self, open_unit: OpenUnit) -> None:
        self.open_unit = open_unit

    def send(self, job: DueJob) -> None:
        run_job(job.id, self.open_unit)


class Relay:
    """Sends every due job to the queue, after each commit and at least every SWEEP_SECONDS."""

    def __init__(self, open_unit: OpenUnit, queue: Queue) -> None:
        self.open_unit = open_unit
        self.queue = queue
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        self._woken.set()

    def was_woken(self) -> bool:
        """Whether something was committed since this was last asked; for processes that relay by hand."""
        woken = self._woken.is_set()
        self._woken.clear()
        return woken

    def drain(self) -> int:
        """Send what is due until nothing is; returns how many. What a job's own events give rise to is included."""
        sent = 0
        while batch := due_jobs(self.open_unit, BATCH):
            for job in batch:
                self.queue.send(job)
            sent += len(batch)
            if not isinstance(self.queue, InlineQueue):
                break
        return sent

    def tidy(self) -> int:
        """End uploads that were left alone too long; returns how many. Safe in any number of processes."""
        with self.open_unit(origin="tidy") as uow:
            return expire_uploads(actor=operator(), uow=uow)

    def start(self) -> None:
        """Begin relaying in a thread of its own; once per process."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    def _run(self) -> None:
        tidy_at = time.monotonic() + TIDY_SECONDS
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                self.drain()
                if time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + TIDY_SECONDS
                    self.tidy()
            except Exception:
                log.exception("relay_failed")
            self._woken.wait(SWEEP_SECONDS)
