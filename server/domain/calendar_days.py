"""The working calendar as a value built from published rows. Refuses to guess holidays: an unknown day is provisional."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

SATURDAY = 5


class DayKind(StrEnum):
    """WORK and MAKEUP (调休上班) are worked; REST is a weekend, HOLIDAY a published day off."""

    WORK = "work"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"


WORKED = frozenset({DayKind.WORK, DayKind.MAKEUP})


@dataclass(frozen=True)
class CalendarDay:
    """One published day; `name` is the holiday it belongs to, if any."""

    day: date
    kind: DayKind
    name: str | None


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked. A day without a row counts Monday to Friday as worked and is provisional (未发布)."""

    kinds: Mapping[date, DayKind]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[date, str]]) -> "WorkingCalendar":
        """The calendar of (day, kind) rows, kind one of `DayKind`; ValueError for another kind."""
        return cls(MappingProxyType({day: DayKind(kind) for day, kind in rows}))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work that day, as far as it was published."""
        kind = self.kinds.get(day)
        return day.weekday() < SATURDAY if kind is None else kind in WORKED

    def is_provisional(self, day: date) -> bool:
        """Whether the answer for that day is a guess from the day of the week."""
        return day not in self.kinds

    def known_until(self) -> date | None:
        """The last day with a row, or None for an empty calendar."""
        return max(self.kinds, default=None)
