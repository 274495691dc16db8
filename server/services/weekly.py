"""Cuts, keeps, returns and verifies weekly issues (周报). What was cut is never computed into something else.

Cutting takes two units of work: `draft_issue` reads and prints without holding anybody up, `keep_issue` numbers and keeps the
draft in a moment, or gives None when another issue came first and the draft must be made again.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from server import problems
from server.domain.permissions import Action, Actor
from server.domain.weekly import Heading, Names, canonical, compose, digest_of, head_of, heading_of, names_of
from server.domain.weekly_books import fold
from server.domain.weekly_period import DAY, Period, week_before
from server.exports.shelf import Shelf
from server.exports.weekly import print_issue
from server.problems import Problem
from server.store import weekly as store
from server.store.tables.work import WeeklyIssue
from server.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Draft:
    """An issue printed under the number it will have if nobody is faster; its files are on the shelf."""

    heading: Heading
    rows: bytes
    files: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class KeptFile:
    """A file of an issue as it was kept: name, digest (`sha256:<hex>`) and bytes."""

    name: str
    digest: str
    content: bytes


def shelf_of(uow: UnitOfWork) -> Shelf:
    """Where this server keeps the files of its issues."""
    return Shelf(uow.world.settings.data_dir / "exports")


def finished_period(first: date | None, last: date | None, *, uow: UnitOfWork) -> Period:
    """The period asked for, or the last whole week when neither end is given. PERIOD_INVALID, PERIOD_UNFINISHED."""
    if first is None and last is None:
        return week_before(uow.today)
    if first is None or last is None:
        raise problems.PERIOD_INVALID(reason="a period needs its first and its last day")
    return Period.finished(first, last, today=uow.today)


def counties_for_export(county: str | None, *, actor: Actor, uow: UnitOfWork) -> list[str]:
    """The county named, or every county that has people or leads. Raises REGION_UNKNOWN for one that has neither."""
    actor.require(Action.EXPORT_VIEW, on=county or "")
    at_work = store.counties_at_work(uow.session)
    if county is None and at_work:
        return at_work
    if county is None or county not in at_work:
        raise problems.REGION_UNKNOWN(region=county or "(any)")
    return [county]


def issue_for(county: str, period: Period, *, actor: Actor, uow: UnitOfWork) -> WeeklyIssue | None:
    """The issue that was cut for this period, None where there is none yet."""
    actor.require(Action.EXPORT_VIEW, on=county)
    return store.issue_of_period(uow.session, county, period)


def issue_by_number(county: str, year: int, number: int, *, actor: Actor, uow: UnitOfWork) -> WeeklyIssue:
    """A kept issue by its number. Raises ISSUE_UNKNOWN."""
    actor.require(Action.EXPORT_VIEW, on=county)
    issue = store.issue_numbered(uow.session, county, year, number)
    if issue is None:
        raise problems.ISSUE_UNKNOWN(issue=f"{year}-{number}")
    return issue


def list_issues(county: str, *, actor: Actor, uow: UnitOfWork) -> list[WeeklyIssue]:
    """Every issue of a county, newest first."""
    actor.require(Action.EXPORT_VIEW, on=county)
    return store.issues_of(uow.session, county)


def draft_issue(county: str, period: Period, *, actor: Actor, uow: UnitOfWork) -> Draft:
    """Compute and print the next issue for a finished period; the unit may be read-only.

    Raises PERIOD_UNFINISHED, PERIOD_INVALID where another issue has some of the days, ISSUE_UNBALANCED.
    """
    actor.require(Action.EXPORT_CUT, on=county)
    heading, document = composed_next(county, period, uow=uow)
    shelf = shelf_of(uow)
    files = [
        {"name": printed.name, "digest": shelf.keep(printed.content), "bytes": len(printed.content)}
        for printed in print_issue(document)
    ]
    return Draft(heading, canonical(document), tuple(files))


def preview_issue(county: str, period: Period, *, actor: Actor, uow: UnitOfWork) -> tuple[Heading, dict[str, Any]]:
    """What `draft_issue` would print, as its heading and the issue's JSON values; no file is put on the shelf. Same errors."""
    actor.require(Action.EXPORT_CUT, on=county)
    return composed_next(county, period, uow=uow)


def composed_next(county: str, period: Period, *, uow: UnitOfWork) -> tuple[Heading, dict[str, Any]]:
    """The heading and the contents of the next issue for a finished period."""
    Period.finished(period.first, period.last, today=uow.today)
    heading = next_heading(county, period, uow=uow)
    return heading, composed(heading, store.names_on(uow.session, county, period.last), uow=uow)


def next_heading(county: str, period: Period, *, uow: UnitOfWork) -> Heading:
    """The number next in line, and the positions the period lies between.

    A boundary shared with an issue that was already cut is that issue's: an event that was written slowly around midnight
    then belongs to exactly one of the two.
    """
    touching = store.issue_touching(uow.session, county, period)
    if touching is not None:
        taken = Period(touching.period_from, touching.period_to).text_zh()
        raise problems.PERIOD_INVALID(reason=f"issue {touching.year}-{touching.number} already has days of it ({taken})")
    before = store.issue_ending(uow.session, county, period.first - DAY)
    after = store.issue_beginning(uow.session, county, period.last + DAY)
    return Heading(
        county=county,
        year=period.year,
        number=store.counted(uow.session, county, counter_of(period.year)) + 1,
        period=period,
        opening=store.position_before(uow.session, county, period.begins_at) if before is None else before.cut[county],
        cut=store.position_before(uow.session, county, period.ends_at) if after is None else head_of(after.rows)["opening"],
    )


def composed(heading: Heading, names: Names, *, uow: UnitOfWork) -> dict[str, Any]:
    """The issue of a heading, from the events up to its cut alone."""
    lines = store.lead_and_case_lines(uow.session, heading.county, heading.cut)
    return compose(fold(lines, opening=heading.opening), heading, names)


def counter_of(year: int) -> str:
    return f"issue-{year}"


def keep_issue(draft: Draft, *, actor: Actor, uow: UnitOfWork) -> WeeklyIssue | None:
    """Number and keep a draft; None where its number or one of its boundaries was taken since it was made."""
    heading = draft.heading
    actor.require(Action.EXPORT_CUT, on=heading.county)
    uow.lock_county(heading.county)
    if store.issue_of_period(uow.session, heading.county, heading.period) is not None:
        return None
    if next_heading(heading.county, heading.period, uow=uow) != heading:
        return None
    uow.next_number(heading.county, counter_of(heading.year))
    issue = WeeklyIssue(
        county=heading.county,
        year=heading.year,
        number=heading.number,
        period_from=heading.period.first,
        period_to=heading.period.last,
        cut={heading.county: heading.cut},
        rows=draft.rows,
        rows_digest=digest_of(draft.rows),
        files=list(draft.files),
        cut_at=uow.now,
    )
    uow.session.add(issue)
    facts = {
        "period": [heading.period.first.isoformat(), heading.period.last.isoformat()],
        "opening": heading.opening,
        "cut": issue.cut,
        "rows_digest": issue.rows_digest,
        "files": issue.files,
    }
    uow.record("issue.cut", county=issue.county, aggregate=("issue", issue_id(issue)), facts=facts, by=actor)
    return issue


def issue_id(issue: WeeklyIssue) -> str:
    """How an issue is named: 2026-7."""
    return f"{issue.year}-{issue.number}"


def kept_files(issue: WeeklyIssue, *, actor: Actor, uow: UnitOfWork) -> list[KeptFile]:
    """The files of an issue, each re-hashed from storage. Raises EXPORT_CHANGED."""
    actor.require(Action.EXPORT_VIEW, on=issue.county)
    shelf = shelf_of(uow)
    return [KeptFile(each["name"], each["digest"], shelf.read(each["digest"], each["name"])) for each in issue.files]


def verify_issue(county: str, year: int, number: int, *, actor: Actor, uow: UnitOfWork) -> list[str]:
    """Everything that no longer agrees with what was cut, one sentence each; recorded whichever way it ends.

    The kept rows must be those the event of the cut names, the events up to the kept cut must give the same rows again, and
    every file must still have the digest it was kept under. Raises ISSUE_UNKNOWN.
    """
    issue = issue_by_number(county, year, number, actor=actor, uow=uow)
    complaints = [*complaints_about_rows(issue, uow=uow), *complaints_about_files(issue, uow=uow)]
    facts = {"rows_digest": issue.rows_digest, "complaints": complaints}
    uow.record("issue.verified", county=county, aggregate=("issue", issue_id(issue)), facts=facts, by=actor)
    return complaints


def complaints_about_rows(issue: WeeklyIssue, *, uow: UnitOfWork) -> list[str]:
    said = store.facts_of_cut(uow.session, issue.county, issue_id(issue)) or {}
    of_cut = {"rows_digest": issue.rows_digest, "files": issue.files, "cut": issue.cut}
    complaints = [f"{name} is not what the event of the cut says" for name, value in of_cut.items() if said.get(name) != value]
    if digest_of(issue.rows) != issue.rows_digest:
        complaints.append("the kept rows do not have the digest they were kept under")
        return complaints
    kept = head_of(issue.rows)
    try:
        again = canonical(composed(heading_of(kept), names_of(kept), uow=uow))
    except Problem as problem:
        return [*complaints, problem.detail]
    if again != issue.rows:
        complaints.append(f"the events up to the cut give rows with the digest {digest_of(again)}, not {issue.rows_digest}")
    return complaints


def complaints_about_files(issue: WeeklyIssue, *, uow: UnitOfWork) -> list[str]:
    shelf, complaints = shelf_of(uow), []
    for each in issue.files:
        try:
            shelf.read(each["digest"], each["name"])
        except Problem as problem:
            complaints.append(problem.detail)
    return complaints
