"""Time limits against the worked examples of the rule book and against slow counting. Refuses no calendar year."""

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calendar_days import WorkingCalendar
from server.domain.deadlines import (
    Segment,
    Span,
    Unit,
    corresponding_day,
    days_before,
    deadline,
    first_day_past,
    latest_day_before,
    overdue_days,
    roll_over,
    years_after,
)
from server.imports.calendar_seed import FIRST_DAY, LAST_DAY, seed_rows


@cache
def the_calendar() -> WorkingCalendar:
    return WorkingCalendar.from_rows((row.day, row.kind) for row in seed_rows())


def day(text: str) -> date:
    return date.fromisoformat(text)


VECTORS = [
    ("a hearing request across the spring festival", "2026-02-12", 5, "working_days", "2026-02-26", "2026-02-26"),
    ("a hearing request across the national day", "2025-09-26", 5, "working_days", "2025-10-10", "2025-10-10"),
    ("ten working days with a worked Saturday", "2026-04-30", 10, "working_days", "2026-05-18", "2026-05-18"),
    ("thirty days for idle-land material", "2026-01-16", 30, "days", "2026-02-15", "2026-02-24"),
    ("ninety days ending at Qingming", "2026-01-05", 90, "days", "2026-04-05", "2026-04-07"),
    ("ninety days ending at the national day", "2025-07-03", 90, "days", "2025-10-01", "2025-10-09"),
    ("fifteen days for a fine", "2026-09-18", 15, "days", "2026-10-03", "2026-10-08"),
    ("three months to a worked Saturday", "2025-11-30", 3, "months", "2026-02-28", "2026-02-28"),
    ("six months to the month's end", "2025-08-31", 6, "months", "2026-02-28", "2026-02-28"),
    ("a year from a leap day", "2024-02-29", 1, "years", "2025-02-28", "2025-02-28"),
    ("sixty days for reconsideration", "2025-12-20", 60, "days", "2026-02-18", "2026-02-24"),
    ("sixty working days for acceptance", "2025-12-01", 60, "working_days", "2026-03-02", "2026-03-02"),
    ("story A: investigation notice", "2026-03-18", 30, "days", "2026-04-17", "2026-04-17"),
    ("story A: material by the rolled day", "2026-04-03", 30, "days", "2026-05-03", "2026-05-06"),
    ("story A: hearing request", "2026-06-15", 5, "working_days", "2026-06-23", "2026-06-23"),
    ("story A: fee to be paid", "2026-09-18", 30, "days", "2026-10-18", "2026-10-19"),
    ("story B: hearing request with a worked Sunday", "2026-09-18", 5, "working_days", "2026-09-24", "2026-09-24"),
    ("story C: verification target", "2026-11-16", 3, "working_days", "2026-11-19", "2026-11-19"),
]


@pytest.mark.parametrize(("title", "start", "amount", "unit", "raw", "due"), VECTORS, ids=[row[0] for row in VECTORS])
def test_a_time_limit_ends_on_the_day_of_the_rule_book(
    title: str, start: str, amount: int, unit: Unit, raw: str, due: str
) -> None:
    found = deadline(day(start), Span(amount, unit), the_calendar())
    assert (found.raw, found.due) == (day(raw), day(due))
    assert not found.provisional


def test_notice_of_a_hearing_leaves_seven_clear_working_days() -> None:
    assert latest_day_before(day("2026-03-05"), 7, the_calendar()) == (day("2026-02-24"), False)


def test_a_reminder_thirty_days_ahead_counts_natural_days() -> None:
    assert days_before(day("2026-06-30"), 30) == day("2026-05-31")


def test_days_of_a_hearing_do_not_count_towards_the_decision() -> None:
    hearing = Segment(day("2026-09-23"), day("2026-10-16"), "听证")
    found = deadline(day("2026-07-03"), Span(90, "days"), the_calendar(), excluded=[hearing])
    assert (found.raw, found.due, found.excluded_days) == (day("2026-10-25"), day("2026-10-26"), 24)


def test_overlapping_excluded_segments_are_not_counted_twice() -> None:
    twice = [Segment(day("2026-03-02"), day("2026-03-06"), "鉴定"), Segment(day("2026-03-04"), day("2026-03-08"), "公告")]
    assert deadline(day("2026-03-01"), Span(10, "days"), the_calendar(), excluded=twice).excluded_days == 7


def test_a_segment_after_the_last_day_changes_nothing() -> None:
    later = Segment(day("2026-05-01"), day("2026-05-31"), "公告")
    assert deadline(day("2026-03-01"), Span(10, "days"), the_calendar(), excluded=[later]).raw == day("2026-03-11")


def test_excluded_days_stretch_working_days_too() -> None:
    away = Segment(day("2026-03-03"), day("2026-03-04"), "邮递")
    assert deadline(day("2026-03-02"), Span(2, "working_days"), the_calendar(), excluded=[away]).due == day("2026-03-06")


def test_a_full_year_has_passed_on_the_day_after_the_corresponding_day() -> None:
    assert first_day_past(day("2024-03-15"), 1) == day("2025-03-16")
    assert years_after(day("2024-02-29"), 1) == day("2025-02-28")


def test_a_status_test_is_not_rolled_over_a_holiday() -> None:
    assert deadline(day("2025-10-01"), Span(1, "years"), the_calendar(), roll=False).due == day("2026-10-01")


def test_a_deadline_in_an_unpublished_year_says_that_it_is_provisional() -> None:
    found = deadline(day("2026-12-20"), Span(30, "days"), the_calendar())
    assert found.due == day("2027-01-19")
    assert found.provisional


def test_a_rest_day_at_the_edge_of_the_known_years_is_provisional() -> None:
    assert roll_over(LAST_DAY + timedelta(days=2), the_calendar()) == (day("2027-01-04"), True)


def test_overdue_days_begin_the_day_after() -> None:
    assert [overdue_days(day("2026-03-15"), day(on)) for on in ("2026-03-14", "2026-03-15", "2026-03-16")] == [0, 0, 1]


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        Span(0, "days")
    with pytest.raises(ValueError):
        Segment(day("2026-03-02"), day("2026-03-01"), "公告")


def test_the_seeded_calendar_has_every_day_of_its_years() -> None:
    rows = seed_rows()
    assert [row.day for row in rows] == [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]


def test_the_make_up_days_of_2026_are_worked() -> None:
    worked = {row.day.isoformat()[5:] for row in seed_rows() if row.kind == "makeup" and row.day.year == 2026}
    assert worked == {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}


def test_a_holiday_keeps_its_chinese_name() -> None:
    assert {row.name for row in seed_rows() if row.day == day("2026-10-01")} == {"国庆节"}


# A second opinion: count on a list of days, with no arithmetic on dates beyond "the next one".

STARTS = st.dates(date(2005, 1, 1), date(2024, 12, 31))


@given(STARTS, st.integers(1, 90))
def test_working_days_agree_with_a_list_of_worked_days(start: date, amount: int) -> None:
    ahead = [start + timedelta(days=n) for n in range(1, amount * 4 + 30)]
    worked = [each for each in ahead if the_calendar().is_working_day(each)]
    assert deadline(start, Span(amount, "working_days"), the_calendar()).due == worked[amount - 1]


@given(STARTS, st.integers(1, 60))
def test_months_agree_with_stepping_one_month_at_a_time(start: date, months: int) -> None:
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    candidates = [start.day, 31, 30, 29, 28]
    wanted = next(found for number in candidates if number <= start.day and (found := _valid(year, month, number)))
    assert corresponding_day(start, months) == wanted


def _valid(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


@given(STARTS, st.integers(1, 200), st.lists(st.tuples(STARTS, st.integers(0, 40)), max_size=3))
def test_excluded_days_agree_with_crossing_them_off(start: date, amount: int, holes: list[tuple[date, int]]) -> None:
    segments = [Segment(begins, begins + timedelta(days=length), "公告") for begins, length in holes]
    off = {segment.begins + timedelta(days=n) for segment in segments for n in range((segment.ends - segment.begins).days + 1)}
    left = [each for n in range(1, amount + 140) if (each := start + timedelta(days=n)) not in off]
    assert deadline(start, Span(amount, "days"), the_calendar(), excluded=segments).raw == left[amount - 1]


@given(st.dates(date(2006, 1, 1), date(2025, 12, 31)), st.integers(1, 20))
def test_clear_working_days_lie_wholly_between_notice_and_event(event: date, clear: int) -> None:
    notice, _ = latest_day_before(event, clear, the_calendar())
    between = [notice + timedelta(days=n) for n in range(1, (event - notice).days)]
    assert sum(the_calendar().is_working_day(each) for each in between) == clear
    assert the_calendar().is_working_day(notice)


@given(STARTS)
def test_a_rolled_day_is_the_first_worked_day(start: date) -> None:
    found, _ = roll_over(start, the_calendar())
    passed = [start + timedelta(days=n) for n in range((found - start).days)]
    assert the_calendar().is_working_day(found)
    assert not any(the_calendar().is_working_day(each) for each in passed)
