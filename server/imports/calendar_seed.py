"""First rows of the working calendar, from the library chinesecalendar. Refuses no year it knows and invents none.

It knows every day from 2004-01-01 to 2026-12-31 (version 1.11.0). Later years are added by the bureau when the notice of
国务院办公厅 is published; until then deadlines that touch them are provisional.
"""

from datetime import date, timedelta
from typing import Final

import chinese_calendar

from server.domain.calendar_days import SATURDAY, CalendarDay, DayKind

FIRST_DAY: Final = date(2004, 1, 1)
LAST_DAY: Final = date(2026, 12, 31)
SOURCE: Final = "chinesecalendar 1.11.0"


def seed_rows() -> list[CalendarDay]:
    """One row for every day from FIRST_DAY through LAST_DAY, in order."""
    length = (LAST_DAY - FIRST_DAY).days + 1
    return [_row(FIRST_DAY + timedelta(days=number)) for number in range(length)]


def _row(day: date) -> CalendarDay:
    resting, name = chinese_calendar.get_holiday_detail(day)
    at_weekend = day.weekday() >= SATURDAY
    if resting:
        kind = DayKind.HOLIDAY if name else DayKind.REST
    else:
        kind = DayKind.MAKEUP if at_weekend else DayKind.WORK
    return CalendarDay(day, kind, _chinese_name(name))


def _chinese_name(english: str | None) -> str | None:
    if english is None:
        return None
    return str(chinese_calendar.Holiday(english).chinese)
