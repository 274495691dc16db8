"""Jobs: once per event, safe to repeat, tried again, failed where people see it, and never in each other's way."""

import threading
from typing import TYPE_CHECKING, Any

import pytest

from server.jobs import running
from server.jobs.running import LEASE, MOST_ATTEMPTS, due_jobs, run_job
from tests.builders import Phone, a_declared_photo, a_jpeg, a_phone, digest, rows_of
from tests.conftest import FixedClock

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def phone(app: "Flask") -> Phone:
    return a_phone(app)


def jobs(app: "Flask") -> list[Any]:
    from server.store.tables.sync import Job

    return sorted(rows_of(app, Job), key=lambda job: (job.position, job.name))


def drain(app: "Flask") -> int:
    count: int = app.extensions["xuntu"].relay.drain()
    return count


def states(app: "Flask") -> set[str]:
    return {job.state for job in jobs(app)}


@pytest.mark.both_stores
def test_every_event_gives_rise_to_each_of_its_jobs_once(app: "Flask", phone: Phone) -> None:
    text = phone.manifest(photos=[a_declared_photo(a_jpeg())])
    for _ in range(3):
        phone.push(text)
    phone.upload(a_jpeg())
    phone.upload(a_jpeg())
    names = [job.name for job in jobs(app)]
    assert sorted(names) == ["examine_photo", "flag_report", "match_report"]
    assert states(app) == {"waiting"}
    assert drain(app) == 4, "what the examination gives rise to is run in the same round"
    assert states(app) == {"done"}
    assert drain(app) == 0


@pytest.mark.both_stores
def test_a_job_run_again_changes_nothing(app: "Flask", phone: Phone) -> None:
    from sqlalchemy import update

    from server.store.tables.sync import Event, Job, Photo, PhotoFlag
    from server.store.tables.work import Match

    phone.push(phone.manifest(photos=[a_declared_photo(a_jpeg())]))
    phone.upload(a_jpeg())
    drain(app)

    def everything() -> list[str]:
        rows = [row for table in (Event, Match, Photo, PhotoFlag) for row in rows_of(app, table)]
        return sorted(repr({name: value for name, value in vars(row).items() if not name.startswith("_")}) for row in rows)

    before = everything()
    for name in [job.id for job in jobs(app)]:
        with app.extensions["xuntu"].unit_of_work() as uow:
            uow.session.execute(update(Job).where(Job.id == name).values(state="waiting"))
        drain(app)
        assert everything() == before, name


def test_a_poison_job_fails_visibly_and_never_blocks_those_behind(
    app: "Flask", phone: Phone, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, good = phone.manifest(), phone.manifest()
    phone.push(poison, good)
    well = running.JOBS["match_report"]

    def poisoned(county: str, facts: dict[str, Any], uow: Any) -> None:
        if facts["digest"] == digest(poison.encode()):
            raise RuntimeError("this report is poison")
        well(county, facts, uow)

    monkeypatch.setitem(running.JOBS, "match_report", poisoned)
    drain(app)
    outcome = {(job.name, job.arguments["digest"]): job for job in jobs(app)}
    assert outcome["match_report", digest(good.encode())].state == "done"
    tries = 1
    while (job := {job.id: job for job in jobs(app)}[outcome["match_report", digest(poison.encode())].id]).state == "waiting":
        assert "this report is poison" in job.failure
        assert job.attempts == tries
        clock.now = job.run_after
        drain(app)
        tries += 1
    assert (job.state, job.attempts, tries) == ("failed", MOST_ATTEMPTS, MOST_ATTEMPTS)
    assert drain(app) == 0


def test_a_failed_attempt_leaves_nothing_of_itself(app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.store.tables.sync import Event

    phone.push(phone.manifest())
    before = len(rows_of(app, Event))

    def half(county: str, facts: dict[str, Any], uow: Any) -> None:
        uow.record("report.matched", county=county, aggregate=("report", facts["report_id"]), facts=facts, by="test")
        uow.session.flush()
        raise RuntimeError("half done")

    monkeypatch.setitem(running.JOBS, "match_report", half)
    monkeypatch.setitem(running.JOBS, "flag_report", half)
    drain(app)
    assert len(rows_of(app, Event)) == before


@pytest.mark.both_stores
def test_the_lease_of_a_killed_worker_ends(app: "Flask", phone: Phone, clock: FixedClock) -> None:
    open_unit = app.extensions["xuntu"].unit_of_work
    phone.push(phone.manifest())
    first = due_jobs(open_unit, 1)[0]
    assert running.claim_job(first.id, open_unit) is not None
    assert run_job(first.id, open_unit) is False, "claimed by the worker that is gone"
    assert first.id not in {job.id for job in due_jobs(open_unit, 10)}
    clock.now += LEASE
    assert first.id in {job.id for job in due_jobs(open_unit, 10)}
    assert run_job(first.id, open_unit) is True


def test_a_job_that_ends_its_worker_every_time_is_given_up_visibly(app: "Flask", phone: Phone, clock: FixedClock) -> None:
    open_unit = app.extensions["xuntu"].unit_of_work
    phone.push(phone.manifest())
    first = due_jobs(open_unit, 1)[0]
    for _ in range(MOST_ATTEMPTS):
        assert running.claim_job(first.id, open_unit) is not None
        clock.now += LEASE
    drain(app)
    job = next(job for job in jobs(app) if job.id == first.id)
    assert (job.state, job.failure) == ("failed", running.ABANDONED)


@pytest.mark.both_stores
def test_a_worker_that_lost_its_lease_undoes_its_own_work(
    app: "Flask", phone: Phone, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import delete

    from server.store.tables.work import Match

    open_unit = app.extensions["xuntu"].unit_of_work
    phone.push(phone.manifest())
    job_id = next(job.id for job in jobs(app) if job.name == "match_report")
    stale = running.claim_job(job_id, open_unit)
    assert stale is not None
    clock.now += LEASE
    assert run_job(job_id, open_unit) is True
    assert len(rows_of(app, Match)) == 1
    running.note_failure(stale, "too late", open_unit)

    def finish_late() -> None:
        with open_unit() as uow:
            uow.session.execute(delete(Match))
            running.mark_done(stale, uow)

    with pytest.raises(running.LeaseLostError):
        finish_late()
    assert len(rows_of(app, Match)) == 1
    assert next(job for job in jobs(app) if job.id == job_id).state == "done"


@pytest.mark.both_stores
def test_two_workers_never_run_the_same_job(app: "Flask", phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.push(*(phone.manifest() for _ in range(10)))
    ran: list[str] = []
    for name in ("flag_report", "match_report"):
        monkeypatch.setitem(running.JOBS, name, lambda county, facts, uow, name=name: ran.append(f"{name} {facts['digest']}"))
    workers = [threading.Thread(target=drain, args=(app,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(ran) == len(set(ran)) == 20
    assert states(app) == {"done"}


def test_the_relay_runs_jobs_soon_after_the_commit(app: "Flask", phone: Phone) -> None:
    relay = app.extensions["xuntu"].relay
    relay.start()
    relay.start()
    try:
        phone.push(phone.manifest())
        done = threading.Event()
        for _ in range(100):
            if states(app) == {"done"}:
                break
            done.wait(0.05)
        assert states(app) == {"done"}
    finally:
        relay.stop()
