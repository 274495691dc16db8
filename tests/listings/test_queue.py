"""The queue answers its address on both stores alike: scope, filters, order, pages, files. Refuses what no heading offers."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.permissions import Actor
from server.listings.declaration import PAGE_SIZE, Asked, Names, read_address
from server.listings.files import BOM, as_csv, as_geojson, harmless
from server.listings.queue import QUEUE, QueuePage, next_review, queue_file, queue_page, queue_shapes
from server.problems import Problem
from server.store.unit_of_work import LEGAL_ZONE, UnitOfWork
from tests.console import builders as build

NAMES = Names(towns={}, programmes={"illegal_use": ("违法用地", "illegal use")}, matters={}, language=0)


def asked(**address: str) -> Asked:
    return read_address(QUEUE, address)


def an_office_at_work(uow: UnitOfWork, leads: int = 3) -> dict[str, Actor]:
    people = build.an_office(uow)
    parcel = build.a_parcel(uow, "P-1")
    south = build.a_parcel(uow, "S-1", east=9, region=build.SOUTH)
    for n in range(leads):
        build.a_lead(uow, parcel, priority=n * 7 % 50, area_m2=None if n == 1 else 100.0 * n, actor=f"公司{n}")
    build.a_lead(uow, south, priority=99, actor="南方公司", programme="idle_land", matter="halted", status="verified")
    closed = build.a_lead(uow, parcel, status="case_opened", actor="已立案的公司")
    build.a_case(uow, closed, parcel, next_due=date(2026, 12, 30))
    build.a_case(uow, build.a_lead(uow, south, status="case_opened", actor="b"), south, next_due=date(2026, 11, 24))
    report = build.a_report(uow)
    build.a_match(uow, report, [parcel])
    abroad = build.a_parcel(uow, build.CANARY, county=build.FOREIGN, region=build.FOREIGN)
    build.a_lead(uow, abroad, county=build.FOREIGN, actor=build.CANARY)
    uow.session.flush()
    return people


def listed(uow: UnitOfWork, actor: Actor, **address: str) -> QueuePage:
    return queue_page(asked(**address), NAMES, actor=actor, uow=uow)


@pytest.mark.both_stores
def test_cases_come_first_by_their_time_limit_then_leads_by_priority_with_reviews_between(store: str, uow: UnitOfWork) -> None:
    head = an_office_at_work(uow)["head"]
    rows = listed(uow, head).rows
    assert [(row.kind, row.rank) for row in rows] == [
        ("case", 100), ("case", 100), ("lead", 99), ("review", 40), ("lead", 14), ("lead", 7), ("lead", 0),
    ]  # fmt: skip
    assert [row.due for row in rows[:2]] == [date(2026, 11, 24), date(2026, 12, 30)]


@pytest.mark.both_stores
def test_a_case_was_found_when_its_lead_was_whenever_it_was_opened(store: str, uow: UnitOfWork) -> None:
    head = build.an_office(uow)["head"]
    parcel = build.a_parcel(uow, "P-1")
    days = [date(2026, 11, 3), date(2026, 11, 9)]
    for day in days:
        lead = build.a_lead(uow, parcel, status="case_opened", found_on=day, actor=day.isoformat())
        build.a_case(uow, lead, parcel, opened_on=date(2026, 11, 20))
    uow.session.flush()
    found = [row.found_at.astimezone(LEGAL_ZONE).date() for row in listed(uow, head, kind="case", sort="found").rows]
    assert found == days


@pytest.mark.both_stores
def test_a_town_officer_sees_the_town_and_nobody_sees_another_county(store: str, uow: UnitOfWork) -> None:
    people = an_office_at_work(uow)
    assert {row.region for row in listed(uow, people["south-handler"], status="all").rows} == {build.SOUTH}
    assert {row.region[:6] for row in listed(uow, people["head"], status="all").rows} == {build.COUNTY}
    assert {row.party for row in listed(uow, people["foreign-handler"]).rows} == {build.CANARY}


FILTERED = [
    ({"kind": "case"}, 2),
    ({"kind": "review"}, 1),
    ({"kind": "lead"}, 4),
    ({"programme": "idle_land"}, 1),
    ({"programme": "illegal_use"}, 5),
    ({"town": build.SOUTH}, 2),
    ({"status": "verified"}, 1),
    ({"status": "open"}, 3),
    ({"status": "closed"}, 2),
    ({"status": "all"}, 9),
    ({"q": "公司2"}, 1),
    ({"q": "%"}, 0),
    ({"q": "s-1"}, 2),
    ({"who": "mine"}, 7),
    ({"kind": "lead", "town": build.NORTH, "status": "open", "q": "公司"}, 3),
]


@pytest.mark.both_stores
def test_every_filter_keeps_what_it_names(store: str, uow: UnitOfWork) -> None:
    head = an_office_at_work(uow)["head"]
    found = {str(address): listed(uow, head, **address).total for address, _ in FILTERED}
    assert found == {str(address): count for address, count in FILTERED}


@pytest.mark.both_stores
def test_pages_follow_one_another_without_gap_or_repeat(store: str, uow: UnitOfWork) -> None:
    head = an_office_at_work(uow, leads=PAGE_SIZE + 20)["head"]
    for order in (f"{sign}{sort}" for sort in sorted(QUEUE.sorts()) for sign in ("", "-")):
        first, second = (listed(uow, head, sort=order, page=page) for page in ("1", "2"))
        ids = [row.id for row in (*first.rows, *second.rows)]
        assert len(first.rows) == PAGE_SIZE, order
        assert len(ids) == len(set(ids)) == first.total, order
        assert (first.has_next, second.has_next) == (True, False), order


@pytest.mark.both_stores
def test_an_unknown_area_comes_last_whichever_way_round(store: str, uow: UnitOfWork) -> None:
    head = an_office_at_work(uow)["head"]
    for order in ("area", "-area"):
        areas = [row.area_m2 for row in listed(uow, head, kind="lead", sort=order).rows]
        known = [area for area in areas if area is not None]
        assert areas[-1] is None
        assert known == sorted(known, reverse=order.startswith("-"))


@pytest.mark.both_stores
def test_the_next_review_is_one_that_still_waits(store: str, uow: UnitOfWork) -> None:
    people = an_office_at_work(uow)
    assert next_review(asked(kind="case"), NAMES, actor=people["head"], uow=uow) is not None
    assert next_review(asked(), NAMES, actor=people["south-handler"], uow=uow) is None


def test_the_file_holds_every_page_and_the_map_every_place(uow: UnitOfWork) -> None:
    head = an_office_at_work(uow, leads=PAGE_SIZE + 5)["head"]
    rows, named = queue_file(asked(), NAMES, actor=head, uow=uow)
    table = list(csv.reader(io.StringIO(as_csv(QUEUE, rows, named).removeprefix(BOM))))
    assert len(table) == 1 + PAGE_SIZE + 5 + 4
    assert table[0] == [column.heading[0] for column in QUEUE.columns]
    shapes = queue_shapes(asked(kind="review"), NAMES, actor=head, uow=uow)
    (feature,) = as_geojson(QUEUE, *shapes)["features"]
    assert feature["geometry"]["type"] == "Point"


def test_an_inspector_has_no_queue(uow: UnitOfWork) -> None:
    people = an_office_at_work(uow)
    with pytest.raises(Problem, match="forbidden"):
        listed(uow, people["inspector"])


@pytest.mark.parametrize(
    "address", [{"sort": "password_hash"}, {"page": "0"}, {"page": "9999999"}, {"page": "x"}, {"kind": "user"}, {"status": "'"}]
)
def test_what_no_heading_offers_is_refused(address: dict[str, str]) -> None:
    with pytest.raises(Problem, match="invalid"):
        asked(**address)


@given(
    status=st.sampled_from(["waiting", "open", "all"]),
    kind=st.sampled_from(["", "lead", "case"]),
    text=st.text(max_size=20),
    sort=st.sampled_from(["urgency", "-urgency", "area", "-found"]),
    page=st.integers(1, 200),
)
def test_an_address_reproduces_its_view(status: str, kind: str, text: str, sort: str, page: int) -> None:
    from urllib.parse import parse_qsl

    one = asked(status=status, kind=kind, q=text, sort=sort, page=str(page))
    again = read_address(QUEUE, dict(parse_qsl(one.address(page=page))))
    assert again == one


@given(st.text(min_size=1, max_size=30))
def test_no_cell_of_a_file_is_a_formula(text: str) -> None:
    written = harmless(text)
    assert not written.lstrip(" \u3000").startswith(("=", "+", "-", "@"))
    assert not written.startswith(("\t", "\r", "\n"))
    assert written.removeprefix("'") == text or written == text


def test_a_party_named_like_a_formula_stays_a_text(uow: UnitOfWork) -> None:
    head = build.an_office(uow)["head"]
    build.a_lead(uow, build.a_parcel(uow, "=1+1"), actor='=HYPERLINK("http://evil.example")', area_m2=2000 / 3)
    rows, named = queue_file(asked(), NAMES, actor=head, uow=uow)
    cells: list[Any] = list(csv.reader(io.StringIO(as_csv(QUEUE, rows, named).removeprefix(BOM))))[1]
    assert "'=1+1" in cells
    assert '\'=HYPERLINK("http://evil.example")' in cells
    assert "1.00" in cells
