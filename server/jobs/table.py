"""The jobs that events give rise to, by name. Each is one service call, safe to repeat; a job not named here does not exist."""

from collections.abc import Callable
from typing import Any, Final

from server.domain.permissions import operator
from server.services.assessing import assess_report
from server.services.evidence import examine_photo, flag_photo, flag_report
from server.services.matching import match_report
from server.store.unit_of_work import UnitOfWork

RunJob = Callable[[str, dict[str, Any], UnitOfWork], None]


def flag_report_job(county: str, facts: dict[str, Any], uow: UnitOfWork) -> None:
    flag_report(facts["report_id"], facts["rev"], facts["digest"], actor=operator(county), uow=uow)


def match_report_job(county: str, facts: dict[str, Any], uow: UnitOfWork) -> None:
    match_report(facts["report_id"], facts["rev"], facts["digest"], actor=operator(county), uow=uow)


def assess_report_job(county: str, facts: dict[str, Any], uow: UnitOfWork) -> None:
    assess_report(facts["report_id"], facts["rev"], actor=operator(county), uow=uow)


def examine_photo_job(county: str, facts: dict[str, Any], uow: UnitOfWork) -> None:
    examine_photo(facts["digest"], actor=operator(county), uow=uow)


def flag_photo_job(county: str, facts: dict[str, Any], uow: UnitOfWork) -> None:
    flag_photo(facts["digest"], actor=operator(county), uow=uow)


JOBS: Final[dict[str, RunJob]] = {
    "flag_report": flag_report_job,
    "match_report": match_report_job,
    "assess_report": assess_report_job,
    "examine_photo": examine_photo_job,
    "flag_photo": flag_photo_job,
}
