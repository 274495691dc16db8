"""Statutory time limits: from a start day to the last day. Knows no clock and no holidays: callers bring day and calendar.

The start day is never counted (DAY-01). Months and years end on the corresponding day, else at the month's end (DAY-02).
A last day of rest moves to the next working day (DAY-03). Working days are counted one by one. Excluded segments
(鉴定, 听证, 公告, 邮递, 移送等待) are days that do not count (DAY-15).
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

Unit = Literal["days", "working_days", "months", "years"]
ONE_DAY = timedelta(days=1)
MONTHS_A_YEAR = 12


class Calendar(Protocol):
    """Which days are worked, and of which days nobody knows yet."""

    def is_working_day(self, day: date) -> bool: ...

    def is_provisional(self, day: date) -> bool: ...


@dataclass(frozen=True)
class Span:
    """A length of time as the law writes it; ValueError unless the amount is at least one."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a time limit has at least one of its units, not {self.amount}")


@dataclass(frozen=True)
class Segment:
    """Days that do not count, both ends included; ValueError where the end comes first."""

    begins: date
    ends: date
    why: str

    def __post_init__(self) -> None:
        if self.ends < self.begins:
            raise ValueError(f"the excluded segment ends on {self.ends} before it begins on {self.begins}")

    def covers(self, day: date) -> bool:
        """Whether the day is excluded by this segment."""
        return self.begins <= day <= self.ends


@dataclass(frozen=True)
class Deadline:
    """The last day of a time limit.

    `raw` is the last day as counted, `due` the same or, where `raw` is a day of rest, the next working day. For a duty of
    the authority `raw` is the day to raise the alarm; for a right of the party only `due` counts (DAY-14). `provisional`
    says that a day whose holidays are not published yet was looked at. `excluded_days` did not count.
    """

    start: date
    span: Span
    raw: date
    due: date
    provisional: bool
    excluded_days: int


def deadline(start: date, span: Span, working: Calendar, *, excluded: Sequence[Segment] = (), roll: bool = True) -> Deadline:
    """The deadline of a span that begins after `start`. `roll=False` keeps a last day of rest where it is."""
    if span.unit == "working_days":
        raw, skipped, provisional = _count_working(start, span.amount, working, excluded)
        return Deadline(start, span, raw, raw, provisional, skipped)
    raw, skipped = _last_natural_day(start, span, excluded)
    due, provisional = roll_over(raw, working) if roll else (raw, False)
    return Deadline(start, span, raw, due, provisional, skipped)


def corresponding_day(start: date, months: int) -> date:
    """The day with the same number so many months later (earlier where negative), or that month's last day."""
    year, month0 = divmod(start.year * MONTHS_A_YEAR + start.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month0 + 1, min(start.day, calendar.monthrange(year, month0 + 1)[1]))


def years_after(start: date, years: int) -> date:
    """The day on which so many full years after `start` end, at 24:00 (IDLE-09); never rolled."""
    return corresponding_day(start, years * MONTHS_A_YEAR)


def first_day_past(start: date, years: int) -> date:
    """The first day on which so many full years have passed: the day after the corresponding day."""
    return years_after(start, years) + ONE_DAY


def roll_over(day: date, working: Calendar) -> tuple[date, bool]:
    """The day itself if worked, else the next working day; and whether an unpublished day was looked at."""
    provisional = working.is_provisional(day)
    while not working.is_working_day(day):
        day += ONE_DAY
        provisional = provisional or working.is_provisional(day)
    return day, provisional


def latest_day_before(event: date, clear_working_days: int, working: Calendar) -> tuple[date, bool]:
    """The last working day on which notice may still be given, so many full working days lying before the event.

    Neither the day of the notice nor that of the event counts: the reading that no court finds too short. The second
    value says whether an unpublished day was looked at.
    """
    day, left, provisional = event, clear_working_days, False
    while left:
        day -= ONE_DAY
        provisional = provisional or working.is_provisional(day)
        left -= working.is_working_day(day)
    day -= ONE_DAY
    while not working.is_working_day(day):
        provisional = provisional or working.is_provisional(day)
        day -= ONE_DAY
    return day, provisional or working.is_provisional(day)


def days_before(day: date, count: int) -> date:
    """The natural day so many days earlier, as reminders are set."""
    return day - timedelta(days=count)


def overdue_days(due: date, on: date) -> int:
    """Full days that have passed since `due` on a day; 0 until the day after."""
    return max(0, (on - due).days)


def _last_natural_day(start: date, span: Span, excluded: Sequence[Segment]) -> tuple[date, int]:
    if span.unit == "days":
        plain = start + timedelta(days=span.amount)
    else:
        plain = corresponding_day(start, span.amount * (MONTHS_A_YEAR if span.unit == "years" else 1))
    if not excluded:
        return plain, 0
    day, counted, skipped = start, 0, 0
    while counted < (plain - start).days:
        day += ONE_DAY
        if _is_excluded(day, excluded):
            skipped += 1
        else:
            counted += 1
    return day, skipped


def _count_working(start: date, amount: int, working: Calendar, excluded: Sequence[Segment]) -> tuple[date, int, bool]:
    day, counted, skipped, provisional = start, 0, 0, False
    while counted < amount:
        day += ONE_DAY
        provisional = provisional or working.is_provisional(day)
        if _is_excluded(day, excluded):
            skipped += 1
        elif working.is_working_day(day):
            counted += 1
    return day, skipped, provisional


def _is_excluded(day: date, excluded: Sequence[Segment]) -> bool:
    return any(segment.covers(day) for segment in excluded)
