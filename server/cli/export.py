"""`flask export weekly`: cut the week that is over, hand out an issue that was cut, prove that it is still the same.

A dry run says what would be cut and keeps nothing; orders that contradict each other are refused before anything is read.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server import problems
from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import Xuntu, xuntu
from server.domain.permissions import operator
from server.domain.weekly import canonical, digest_of, grand_total
from server.domain.weekly_period import Period
from server.problems import Problem
from server.services import weekly
from server.store.unit_of_work import UnitOfWork

export_cli = AppGroup("export", help="Files for the office.")

DAY = click.DateTime(["%Y-%m-%d"])
ISSUE = re.compile(r"(\d{4})-(\d{1,4})")
ATTEMPTS = 5


@dataclass(frozen=True)
class Issue:
    """A kept issue, as the command speaks of it once the unit of work is closed."""

    county: str
    year: int
    number: int
    period: Period
    cut: dict[str, int]
    rows_digest: str
    is_new: bool

    @property
    def sentence(self) -> str:
        made = "cut now" if self.is_new else "as kept"
        where = f"position {self.cut[self.county]} of {self.county}"
        return f"Issue {self.year}-{self.number}, {self.period.text_zh()}, up to {where}, {made}: rows {self.rows_digest}"


@export_cli.command("weekly")
@click.option("--from", "first", type=DAY, metavar="DAY", help="First day of the period; default the last week that is over.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last day of the period.")
@click.option("--issue", metavar="YEAR-N", help="Hand out a kept issue (2026-7) instead of a period.")
@click.option("--county", metavar="CODE", help="One county (6 digits); default every county, each in a folder of its own.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder to write the files to.")
@click.option(
    "--dry-run", is_flag=True, help="Say what would be cut, with its number, position and counts; keep and write nothing."
)
@click.option("--verify", is_flag=True, help="Compute the rows again, re-hash the files, and end with 1 if anything differs.")
@as_json_option
@saying_problems
def weekly_command(
    *,
    first: datetime | None,
    last: datetime | None,
    issue: str | None,
    county: str | None,
    out: Path | None,
    dry_run: bool,
    verify: bool,
    as_json: bool,
) -> None:
    """Cut the weekly issue (周报) of a finished period, or hand out the kept one; the same period always gives the same bytes."""
    require_clear_order(named=bool(first or last), issue=issue, out=out, dry_run=dry_run, verify=verify)
    composition = xuntu()
    if dry_run:
        previews = previewed(composition, first, last, county)
        tell({"dry_run": True, "issues": previews}, [sentence_of(each) for each in previews], as_json=as_json)
        return
    issues = found_issues(composition, first, last, issue, county)
    if verify:
        for each in issues:
            require_unchanged(composition, each)
    files = [file for each in issues for file in delivered(composition, each, folder_of(each, out, alone=len(issues) == 1))]
    sentences = [*(each.sentence for each in issues), *(f"{file['path']}  {file['digest']}" for file in files)]
    if verify:
        sentences.append("Verified: the events give the same rows again, and every file has its digest.")
    tell({"files": files, "issues": [told(each) for each in issues], "verified": verify}, sentences, as_json=as_json)


def require_clear_order(*, named: bool, issue: str | None, out: Path | None, dry_run: bool, verify: bool) -> None:
    """Raise UsageError where the options do not say what to do, or contradict each other."""
    if out is None and not (verify or dry_run):
        which = "" if named or issue else "name the period with --from DAY --to DAY or a kept issue with --issue YEAR-N, and "
        default = "" if named or issue else " (with --out alone: the last week that is over)"
        raise click.UsageError(
            f"{which}say where to write the files with --out DIR{default}; --verify and --dry-run do without a folder"
        )
    if issue is not None and named:
        raise click.UsageError("--issue names its period itself; leave out --from and --to")
    if dry_run and (verify or issue is not None):
        raise click.UsageError("--dry-run is for a period that is not cut yet; leave out --issue and --verify")


def previewed(composition: Xuntu, first: datetime | None, last: datetime | None, county: str | None) -> list[dict[str, Any]]:
    """What an order would cut in each county, as JSON values; the kept issue where the period was cut already."""
    with composition.unit_of_work(read_only=True) as uow:
        counties = weekly.counties_for_export(county, actor=operator(), uow=uow)
        period = weekly.finished_period(first and first.date(), last and last.date(), uow=uow)
        return [preview_of(code, period, uow=uow) for code in counties]


def preview_of(county: str, period: Period, *, uow: UnitOfWork) -> dict[str, Any]:
    actor = operator(county)
    known = weekly.issue_for(county, period, actor=actor, uow=uow)
    if known is not None:
        return told(described(known, is_new=False)) | {"would_cut": False}
    heading, document = weekly.preview_issue(county, period, actor=actor, uow=uow)
    issue = Issue(
        county, heading.year, heading.number, period, {county: heading.cut}, digest_of(canonical(document)), is_new=False
    )
    total = grand_total(document["summary"])
    counts = {"leads": total["leads"], "cases": total["cases"]}
    return told(issue) | {"would_cut": True, "counts": counts}


def sentence_of(preview: dict[str, Any]) -> str:
    """A preview for people: `Issue 2026-1 of 320281, …, would be cut up to position 12: …`."""
    head = f"Issue {preview['issue']} of {preview['county']}, {preview['from']} to {preview['to']}"
    position = f"position {preview['cut'][preview['county']]}"
    if not preview["would_cut"]:
        return f"{head}, was cut already up to {position}: rows {preview['rows_digest']}"
    counts = "; ".join(
        f"{what} " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in of.items())
        for what, of in preview["counts"].items()
    )
    return f"{head}, would be cut up to {position}: {counts}; rows {preview['rows_digest']}"


def found_issues(
    composition: Xuntu, first: datetime | None, last: datetime | None, issue: str | None, county: str | None
) -> list[Issue]:
    """The issues asked for, cut where they were not yet. Raises what the services raise, and ISSUE_UNKNOWN."""
    with composition.unit_of_work(read_only=True) as uow:
        counties = weekly.counties_for_export(county, actor=operator(), uow=uow)
        if issue is not None:
            return numbered_issues(counties, issue, uow=uow)
        period = weekly.finished_period(first and first.date(), last and last.date(), uow=uow)
    return [cut_or_kept(composition, code, period) for code in counties]


def numbered_issues(counties: list[str], issue: str, *, uow: UnitOfWork) -> list[Issue]:
    """The issue of a number like 2026-7 in every county that has it. Raises ISSUE_UNKNOWN where none has."""
    named = ISSUE.fullmatch(issue)
    if named is None:
        raise problems.ISSUE_UNKNOWN(issue=issue)
    found, unknown = [], problems.ISSUE_UNKNOWN(issue=issue)
    for code in counties:
        try:
            kept = weekly.issue_by_number(code, int(named[1]), int(named[2]), actor=operator(code), uow=uow)
        except Problem as problem:
            unknown = problem
        else:
            found.append(described(kept, is_new=False))
    if not found:
        raise unknown
    return found


def cut_or_kept(composition: Xuntu, county: str, period: Period) -> Issue:
    """The issue of a period, cut unless it was; tried again when another issue of the county is cut at the same moment."""
    actor = operator(county)
    for _ in range(ATTEMPTS):
        with composition.unit_of_work(read_only=True) as uow:
            known = weekly.issue_for(county, period, actor=actor, uow=uow)
            if known is not None:
                return described(known, is_new=False)
            draft = weekly.draft_issue(county, period, actor=actor, uow=uow)
        with composition.unit_of_work() as uow:
            kept = weekly.keep_issue(draft, actor=actor, uow=uow)
        if kept is not None:
            return described(kept, is_new=True)
    raise problems.UNAVAILABLE(reason="other issues of this county are being cut at the same time")


def described(issue: Any, *, is_new: bool) -> Issue:
    period = Period(issue.period_from, issue.period_to)
    return Issue(issue.county, issue.year, issue.number, period, issue.cut, issue.rows_digest, is_new)


def folder_of(issue: Issue, out: Path | None, *, alone: bool) -> Path | None:
    """Where an issue's files go: the folder named, and below it one for each county where there are several."""
    return out if out is None or alone else out / issue.county


def delivered(composition: Xuntu, issue: Issue, folder: Path | None) -> list[dict[str, str]]:
    """Write the kept bytes to the folder, if one is named, and tell path and digest of each file. Raises EXPORT_CHANGED."""
    if folder is None:
        return []
    actor = operator(issue.county)
    with composition.unit_of_work(read_only=True) as uow:
        kept = weekly.issue_by_number(issue.county, issue.year, issue.number, actor=actor, uow=uow)
        files = weekly.kept_files(kept, actor=actor, uow=uow)
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.content)
    return [{"path": str(folder / file.name), "digest": file.digest} for file in files]


def require_unchanged(composition: Xuntu, issue: Issue) -> None:
    """Prove that an issue is what was cut. Raises EXPORT_CHANGED with everything that differs."""
    with composition.unit_of_work() as uow:
        actor = operator(issue.county)
        complaints = weekly.verify_issue(issue.county, issue.year, issue.number, actor=actor, uow=uow)
    if complaints:
        raise problems.EXPORT_CHANGED(reason=f"issue {issue.year}-{issue.number} of {issue.county}: {'; '.join(complaints)}")


def told(issue: Issue) -> dict[str, Any]:
    return {
        "county": issue.county,
        "issue": f"{issue.year}-{issue.number}",
        "from": issue.period.first.isoformat(),
        "to": issue.period.last.isoformat(),
        "cut": issue.cut,
        "rows_digest": issue.rows_digest,
        "cut_now": issue.is_new,
    }
