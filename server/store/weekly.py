"""Queries of the weekly issue: events up to a position, kept issues, names of the day. Decides nothing."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.weekly import Names
from server.domain.weekly_books import TOWN_DIGITS, Line
from server.domain.weekly_period import DAY, Period
from server.store.tables.organisation import CountyCounter, Region, User
from server.store.tables.sync import Event
from server.store.tables.work import Lead, WeeklyIssue

AGGREGATES = ("lead", "case")
LINES_AT_ONCE = 2000
VILLAGE_DIGITS = 12


def counties_at_work(session: Session) -> list[str]:
    """The counties that have people or leads, ascending."""
    found = set(session.scalars(select(User.county).distinct())) | set(session.scalars(select(Lead.county).distinct()))
    return sorted(found - {""})


def position_before(session: Session, county: str, instant: datetime) -> int:
    """The county's last position recorded before an instant, 0 where there is none."""
    newest = select(Event.position).where(Event.county == county, Event.recorded_at < instant)
    return session.scalar(newest.order_by(Event.position.desc()).limit(1)) or 0


def lead_and_case_lines(session: Session, county: str, cut: int) -> Iterator[Line]:
    """The county's events of leads and cases up to a position, in order, as their texts say them (numbers as decimals)."""
    texts = (
        select(Event.position, Event.body)
        .where(Event.county == county, Event.position <= cut, Event.aggregate.in_(AGGREGATES))
        .order_by(Event.position)
        .execution_options(yield_per=LINES_AT_ONCE)
    )
    for position, body in session.execute(texts):
        told = json.loads(body, parse_float=Decimal)
        yield Line(position, told["type"], told["facts"])


def issue_of_period(session: Session, county: str, period: Period) -> WeeklyIssue | None:
    """The issue that was cut for exactly this period."""
    same = (WeeklyIssue.period_from == period.first) & (WeeklyIssue.period_to == period.last)
    return session.scalar(select(WeeklyIssue).where(WeeklyIssue.county == county, same))


def issue_touching(session: Session, county: str, period: Period) -> WeeklyIssue | None:
    """An issue whose period shares a day with this one."""
    shares = (WeeklyIssue.period_from <= period.last) & (WeeklyIssue.period_to >= period.first)
    return session.scalars(select(WeeklyIssue).where(WeeklyIssue.county == county, shares).limit(1)).first()


def issue_ending(session: Session, county: str, day: date) -> WeeklyIssue | None:
    """The issue whose period ends on a day."""
    return session.scalar(select(WeeklyIssue).where(WeeklyIssue.county == county, WeeklyIssue.period_to == day))


def issue_beginning(session: Session, county: str, day: date) -> WeeklyIssue | None:
    """The issue whose period begins on a day."""
    return session.scalar(select(WeeklyIssue).where(WeeklyIssue.county == county, WeeklyIssue.period_from == day))


def issue_numbered(session: Session, county: str, year: int, number: int) -> WeeklyIssue | None:
    """The issue of a number of a year."""
    return session.get(WeeklyIssue, (county, year, number))


def issues_of(session: Session, county: str) -> list[WeeklyIssue]:
    """Every issue of a county, newest first."""
    newest_first = select(WeeklyIssue).where(WeeklyIssue.county == county)
    return list(session.scalars(newest_first.order_by(WeeklyIssue.year.desc(), WeeklyIssue.number.desc())))


def counted(session: Session, county: str, name: str) -> int:
    """Where a counter of the county stands."""
    return session.scalar(select(CountyCounter.value).where(CountyCounter.county == county, CountyCounter.name == name)) or 0


def facts_of_cut(session: Session, county: str, issue_id: str) -> dict[str, object] | None:
    """What the event of an issue's cut says, None where there is no such event."""
    body = session.scalar(
        select(Event.body)
        .where(Event.county == county, Event.type == "issue.cut", Event.aggregate_id == issue_id)
        .order_by(Event.position)
        .limit(1)
    )
    return None if body is None else json.loads(body)["facts"]


def names_on(session: Session, county: str, day: date) -> Names:
    """The names of the county, of its towns and villages standing on a day, and of everybody who works there."""
    own_name = session.scalar(select(Region.name).where(Region.code == county))
    standing = (Region.valid_from.is_(None) | (Region.valid_from <= day)) & (
        Region.valid_to.is_(None) | (Region.valid_to >= day + DAY)
    )
    below = select(Region.code, Region.name).where(Region.code.startswith(county), Region.statistical.is_(False), standing)
    length = func.length(Region.code)
    return Names(
        county=own_name or county,
        towns={code: name for code, name in session.execute(below.where(length == TOWN_DIGITS))},  # noqa: C416 - rows
        villages={code: name for code, name in session.execute(below.where(length == VILLAGE_DIGITS))},  # noqa: C416
        people={user: name for user, name in session.execute(select(User.id, User.name).where(User.county == county))},  # noqa: C416
    )
