"""The period of a weekly issue, in legal days. Refuses a period that is not over and one that ends before it begins."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from server import problems

LEGAL_ZONE: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = timedelta(days=1)
DAYS_OF_A_WEEK: Final = 7


@dataclass(frozen=True)
class Period:
    """From `first` through `last`, both days included; what is recorded before `ends_at` belongs to it or to an earlier one."""

    first: date
    last: date

    @classmethod
    def finished(cls, first: date, last: date, *, today: date) -> "Period":
        """The period, if it is over on the day `today`. Raises PERIOD_INVALID and PERIOD_UNFINISHED."""
        if last < first:
            raise problems.PERIOD_INVALID(reason=f"the period ends on {last.isoformat()} but begins on {first.isoformat()}")
        if last >= today:
            raise problems.PERIOD_UNFINISHED(ends_on=last.isoformat())
        return cls(first, last)

    @property
    def begins_at(self) -> datetime:
        """The first instant of the first day in Shanghai, in UTC."""
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the last day in Shanghai, in UTC."""
        return midnight(self.last + DAY)

    @property
    def year(self) -> int:
        """The year whose numbers the issue takes: that of the last day."""
        return self.last.year

    def text_zh(self) -> str:
        """As an office writes it: 2026年11月9日—15日, naming month and year again only where they change."""
        end = f"{self.last.day}日"
        if self.last.month != self.first.month or self.last.year != self.first.year:
            end = f"{self.last.month}月{end}"
        if self.last.year != self.first.year:
            end = f"{self.last.year}年{end}"
        return f"{self.first.year}年{self.first.month}月{self.first.day}日—{end}"


def week_before(today: date) -> Period:
    """The last Monday to Sunday that is over on a day."""
    sunday = today - (today.weekday() + 1) * DAY
    return Period(sunday - (DAYS_OF_A_WEEK - 1) * DAY, sunday)


def midnight(day: date) -> datetime:
    """The instant at which a legal day begins, in UTC."""
    return datetime.combine(day, time(), LEGAL_ZONE).astimezone(UTC)


def legal_day(instant: str) -> date:
    """The day in Shanghai of an instant written in ISO 8601 with its offset."""
    return datetime.fromisoformat(instant).astimezone(LEGAL_ZONE).date()
