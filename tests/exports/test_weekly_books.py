"""The figures of an issue, computed from events alone: they add up whatever happened and wherever the cut lies."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import problems
from server.domain.leads import MOVES, LeadStatus
from server.domain.weekly import Heading, Names, canonical, compose, fixed, mu
from server.domain.weekly_books import Line, fold
from server.domain.weekly_period import Period
from server.problems import Problem
from tests.exports.bureau import COUNTY, OTHER_TOWN, TOWN

NAMES = Names("江阴市", {TOWN: "璜土镇", OTHER_TOWN: "月城镇"}, {}, {})
PERIOD = Period(date(2026, 11, 9), date(2026, 11, 15))
EVENT_OF_MOVE = {
    "verify": "lead.verified",
    "dismiss": "lead.dismissed",
    "open_case": "case.opened",
    "route_out": "lead.routed_out",
}


def a_lead(number: int, town: str, programme: str, status: str = "open") -> dict[str, Any]:
    return {
        "id": f"lead-{number}",
        "number": f"{COUNTY}-2026-{number:05d}",
        "programme": programme,
        "matter": "occupation",
        "parcel_code": f"P{number}",
        "actor": "",
        "region": town,
        "source": "patrol",
        "status": status,
        "found_on": "2026-11-10",
        "registered_at": "2026-11-10T04:00:00+00:00",
        "area_m2": 666.67,
        "farmland_m2": 0.0,
        "permanent_farmland_m2": 0.0,
        "area_method": "sketched",
        "verified_by": None,
        "conclusion": None,
        "next_due": None,
    }


def a_case(lead: dict[str, Any]) -> dict[str, Any]:
    copied = {name: lead[name] for name in ("programme", "parcel_code", "region", "area_m2")}
    return copied | {
        "id": f"case-of-{lead['id']}",
        "number": "〔2026〕1号",
        "lead_id": lead["id"],
        "cause": "涉嫌非法占用土地",
        "party": None,
        "basis": "呈批",
        "stage": "investigation",
        "area_source": "estimated",
        "next_step": None,
        "next_due": None,
        "next_citation": None,
        "opened_on": "2026-11-11",
        "recorded_at": "2026-11-11T04:00:00+00:00",
        "closed_on": None,
        "rectified_on": None,
        "handler_id": None,
        "co_handler_id": None,
    }


def history(choices: list[tuple[int, int, int, int]]) -> list[Line]:
    """Events of leads that come, gain evidence and move as the table of moves allows, in an order that numbers choose."""
    leads: list[dict[str, Any]] = []
    lines: list[Line] = []

    def happened(kind: str, facts: dict[str, Any]) -> None:
        lines.append(Line(len(lines) + 1, kind, facts))

    for choice, which, where, programme in choices:
        if choice == 0 or not leads:
            leads.append(a_lead(len(leads) + 1, (TOWN, OTHER_TOWN, COUNTY)[where], ("illegal_use", "idle_land")[programme]))
            happened("lead.registered", {"lead": dict(leads[-1])})
            continue
        lead = leads[which % len(leads)]
        moves = [move for (origin, move) in MOVES if origin == lead["status"]]
        if choice == 1 or not moves:
            happened("lead.evidence_added", {"lead": dict(lead)})
            continue
        move = moves[which % len(moves)]
        lead["status"] = MOVES[LeadStatus(lead["status"]), move].value
        facts: dict[str, Any] = {"lead": dict(lead)}
        happened(EVENT_OF_MOVE[move], facts | ({"case": a_case(lead)} if move == "open_case" else {}))
    return lines


def issue(lines: list[Line], opening: int, cut: int) -> dict[str, Any]:
    books = fold((line for line in lines if line.position <= cut), opening=opening)
    return compose(books, Heading(COUNTY, 2026, 1, PERIOD, opening, cut), NAMES)


CHOICES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(0, 2), st.integers(0, 1)), max_size=60)


@given(CHOICES, st.data())
def test_opening_and_what_came_less_what_went_is_closing_wherever_the_cut_lies(
    choices: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    lines = history(choices)
    opening = data.draw(st.integers(0, len(lines)))
    cut = data.draw(st.integers(opening, len(lines)))
    # Raises where a sum does not hold, by town, by programme, in all, and against the ledgers' rows.
    first = issue(lines, opening, cut)
    later = issue(lines, cut, len(lines))
    assert sum(row["leads"]["closing"] for row in first["summary"]) == sum(row["leads"]["opening"] for row in later["summary"])
    assert sum(row["cases"]["closing"] for row in first["summary"]) == sum(row["cases"]["opening"] for row in later["summary"])


@given(CHOICES, st.data())
def test_what_happens_after_the_cut_changes_no_byte(choices: list[tuple[int, int, int, int]], data: st.DataObject) -> None:
    lines = history(choices)
    cut = data.draw(st.integers(0, len(lines)))
    assert canonical(issue(lines, 0, cut)) == canonical(issue(lines[:cut], 0, cut))


def test_an_event_that_ends_a_lead_without_being_counted_is_not_printed() -> None:
    lead = a_lead(1, TOWN, "illegal_use")
    lines = [
        Line(1, "lead.registered", {"lead": lead}),
        Line(2, "lead.vanished", {"lead": lead | {"status": "dismissed"}}),
    ]
    with pytest.raises(Problem) as refused:
        issue(lines, 0, 2)
    assert refused.value.kind is problems.ISSUE_UNBALANCED


def test_a_town_without_anything_has_its_row() -> None:
    assert [row["town"] for row in issue([], 0, 0)["summary"]] == [TOWN, OTHER_TOWN]


def test_areas_are_rounded_once_and_halves_go_up() -> None:
    assert fixed(Decimal("0.125")) == "0.13"
    assert fixed(2.675) == "2.68"
    assert mu(3120.45) == "4.68"
    assert mu(None) is None


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 9), date(2026, 11, 15), "2026年11月9日—15日"),
        (date(2026, 11, 30), date(2026, 12, 6), "2026年11月30日—12月6日"),
        (date(2026, 12, 28), date(2027, 1, 3), "2026年12月28日—2027年1月3日"),
    ],
)
def test_a_period_is_written_as_an_office_writes_it(first: date, last: date, text: str) -> None:
    assert Period(first, last).text_zh() == text


@pytest.mark.parametrize("today", [date(2026, 11, 14), date(2026, 11, 15)])
def test_a_period_that_is_not_over_is_refused(today: date) -> None:
    with pytest.raises(Problem) as refused:
        Period.finished(date(2026, 11, 9), date(2026, 11, 15), today=today)
    assert refused.value.kind is problems.PERIOD_UNFINISHED


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        Period.finished(date(2026, 11, 15), date(2026, 11, 9), today=date(2026, 12, 1))
    assert refused.value.kind is problems.PERIOD_INVALID


def test_a_period_takes_its_number_from_the_year_it_ends_in() -> None:
    assert Period(date(2026, 12, 28), date(2027, 1, 3)).year == 2027
