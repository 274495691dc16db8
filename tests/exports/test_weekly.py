"""A weekly issue is cut once, numbered, kept, returned byte for byte, and proven to be what was cut."""

import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import text, update

from server import problems
from server.domain.assessment import Finding, Programme
from server.domain.permissions import operator
from server.domain.weekly import digest_of, document_of, head_of
from server.domain.weekly_period import Period
from server.exports.weekly import print_issue
from server.exports.weekly_columns import limit_basis
from server.problems import Problem
from server.services import weekly
from server.services.cases import CASE_SNAPSHOT
from server.services.leads import LEAD_SNAPSHOT, snapshot
from server.store.tables.sync import Event
from server.store.tables.work import Case, Lead, WeeklyIssue
from server.store.weekly import lead_and_case_lines
from tests.exports.bureau import COUNTY, OTHER_TOWN, TOWN, VILLAGE, Bureau
from tests.exports.sheets import csv_rows, formulas, sheet, sheet_names

KEPT_ELSEWHERE = {"county", "id", "assessment", "priority_parts"}

HEADINGS = tomllib.loads((Path(__file__).parent / "headings.toml").read_text("utf-8"))


def a_busy_fortnight(bureau: Bureau) -> None:
    """Every kind of event, in the week of the 2nd and in that of the 9th."""
    bureau.on("2026-11-04")
    old = bureau.lead("P1")
    bureau.case_from("P2")
    bureau.lead("P3", region=OTHER_TOWN, programme=Programme.IDLE_LAND)
    bureau.on("2026-11-11")
    bureau.verify(old)
    bureau.open_case(old)
    bureau.dismiss(bureau.lead("P4", region=VILLAGE))
    bureau.lead("P5", finding=Finding.ROUTED_OUT)
    bureau.lead("P6", region=OTHER_TOWN)
    bureau.lead("P6", region=OTHER_TOWN, area_m2=4000.0)
    bureau.on("2026-11-16")


def summary(bureau: Bureau, issue: WeeklyIssue, town: str = "合计") -> dict[str, str]:
    headings, *rows = csv_rows(bureau.files(issue)["summary.csv"])
    return next(dict(zip(headings, row, strict=True)) for row in rows if row[1] == town)


def column(bureau: Bureau, issue: WeeklyIssue, file: str, heading: str) -> list[str]:
    headings, *rows = csv_rows(bureau.files(issue)[file])
    return [row[headings.index(heading)] for row in rows]


def stock(counts: dict[str, str], *names: str) -> list[int]:
    return [int(counts[name]) for name in names]


@pytest.mark.both_stores
def test_the_sums_of_an_issue_hold_and_its_ledgers_have_as_many_rows(bureau: Bureau, store: str) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    total = summary(bureau, issue)
    assert stock(total, "上期未结线索", "本周登记线索", "本周转立案", "本周不予立案", "本周移送", "期末未结线索") == [
        2,
        3,
        1,
        1,
        1,
        2,
    ]
    assert stock(total, "上期在办案件", "本周立案", "本周结案", "期末在办案件") == [1, 1, 0, 2]
    assert (total["违法面积(亩)"], total["其中耕地(亩)"], total["未整改面积(亩)"]) == ("9.36", "6.00", "9.36")
    assert len(column(bureau, issue, "leads.csv", "线索编号")) == 5
    assert column(bureau, issue, "cases.csv", "案号") == ["〔2026〕1号", "〔2026〕2号"]
    assert summary(bureau, issue, "月城镇")["期末未结线索"] == "2"


@pytest.mark.both_stores
def test_the_events_alone_give_every_lead_and_case_as_it_stands(bureau: Bureau, store: str) -> None:
    a_busy_fortnight(bureau)
    with bureau.open_unit() as uow:
        lines = list(lead_and_case_lines(uow.session, COUNTY, uow.position(COUNTY)))
    told = {kind: {line.facts[kind]["id"]: line.facts[kind] for line in lines if kind in line.facts} for kind in ("lead", "case")}
    leads, cases = bureau.leads_and_cases()
    assert {lead.id: snapshot(lead, LEAD_SNAPSHOT) for lead in leads} == {
        key: {name: plain(lead[name]) for name in LEAD_SNAPSHOT} for key, lead in told["lead"].items()
    }
    assert {case.id: snapshot(case, CASE_SNAPSHOT) for case in cases} == {
        key: {name: plain(case[name]) for name in CASE_SNAPSHOT} for key, case in told["case"].items()
    }


def plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | dict) else float(str(value))


def test_no_column_of_a_lead_or_case_is_missing_in_its_events() -> None:
    assert set(Lead.__table__.columns.keys()) - set(LEAD_SNAPSHOT) == KEPT_ELSEWHERE
    assert set(Case.__table__.columns.keys()) - set(CASE_SNAPSHOT) == {"county", "id"}


@pytest.mark.both_stores
def test_the_same_period_asked_again_gives_the_kept_bytes_whatever_has_happened_since(bureau: Bureau, store: str) -> None:
    a_busy_fortnight(bureau)
    first = bureau.cut("2026-11-09", "2026-11-15")
    before = bureau.files(first)
    bureau.on("2026-11-18").lead("P7")
    leads, _ = bureau.leads_and_cases()
    bureau.dismiss(next(lead.id for lead in leads if lead.parcel_id == "P6"))
    with bureau.open_unit() as uow:
        uow.session.execute(text("UPDATE regions SET name = '改名镇' WHERE code = :code"), {"code": TOWN})
        uow.session.execute(text("UPDATE users SET name = '新名字'"))
    again = bureau.cut("2026-11-09", "2026-11-15")
    assert (again.year, again.number, again.rows) == (first.year, first.number, first.rows)
    assert bureau.files(again) == before
    assert bureau.complaints(again) == []


def test_printing_the_same_rows_again_gives_the_same_bytes(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    printed = print_issue(document_of(issue.rows))
    assert [file.content for file in printed] == list(bureau.files(issue).values())


def test_an_issue_closes_with_what_the_next_one_opens_with(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    first, second = bureau.cut("2026-11-02", "2026-11-08"), bureau.cut("2026-11-09", "2026-11-15")
    for before, after in (("期末未结线索", "上期未结线索"), ("期末在办案件", "上期在办案件")):
        assert summary(bureau, first)[before] == summary(bureau, second)[after]
    assert first.cut[COUNTY] == head_of(second.rows)["opening"]


def test_an_issue_cut_before_its_forerunner_shares_the_boundary_with_it(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    second, first = bureau.cut("2026-11-09", "2026-11-15"), bureau.cut("2026-11-02", "2026-11-08")
    assert first.cut[COUNTY] == head_of(second.rows)["opening"]
    assert (second.number, first.number) == (1, 2)


def test_twelve_leads_and_six_more_less_three_opened_one_dismissed_two_routed_out_are_twelve(bureau: Bureau) -> None:
    bureau.on("2026-11-12")
    known = [bureau.lead(f"old-{number}") for number in range(12)]
    bureau.on("2026-11-18")
    for number in range(4):
        bureau.lead(f"new-{number}")
    for number in range(2):
        bureau.lead(f"elsewhere-{number}", finding=Finding.ROUTED_OUT)
    for lead in known[:3]:
        bureau.verify(lead)
        bureau.open_case(lead)
    bureau.dismiss(known[3])
    total = summary(bureau, bureau.on("2026-11-23").cut("2026-11-16", "2026-11-22"))
    assert stock(total, "上期未结线索", "本周登记线索", "本周转立案", "本周不予立案", "本周移送", "期末未结线索") == [
        12,
        6,
        3,
        1,
        2,
        12,
    ]
    assert stock(total, "本周立案", "期末在办案件") == [3, 3]


@pytest.mark.parametrize(("reviewed", "printed"), [(True, "办法 第三十八条"), (False, "办法 第三十八条（未经法制审核）")])
def test_a_limit_that_no_lawyer_has_signed_says_so_in_the_ledger(reviewed: bool, printed: str) -> None:
    assert limit_basis({"due_by": {"instrument": "办法", "article": "第三十八条", "reviewed": reviewed}}, {}) == printed


def test_a_report_made_before_and_received_after_the_week_is_in_the_next_issue_as_late(bureau: Bureau) -> None:
    bureau.on("2026-11-18").lead("P1")
    bureau.on("2026-11-23").lead("P2", seen_on="2026-11-20")
    week, next_week = bureau.cut("2026-11-16", "2026-11-22"), bureau.on("2026-11-30").cut("2026-11-23", "2026-11-29")
    assert column(bureau, week, "leads.csv", "线索来源") == ["巡查发现"]
    assert column(bureau, next_week, "leads.csv", "线索来源") == ["巡查发现", "巡查发现（补报）"]
    assert column(bureau, next_week, "leads.csv", "发现日期") == ["2026-11-18", "2026-11-20"]
    assert column(bureau, next_week, "leads.csv", "登记日期") == ["2026-11-18", "2026-11-23"]


def test_a_report_that_came_in_time_but_was_settled_later_is_not_called_late(bureau: Bureau) -> None:
    bureau.on("2026-11-23").lead("P1", seen_on="2026-11-20", received_at=datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert column(bureau, bureau.on("2026-11-30").cut("2026-11-23", "2026-11-29"), "leads.csv", "线索来源") == ["巡查发现"]


def test_a_case_decided_before_the_week_and_recorded_in_it_says_so(bureau: Bureau) -> None:
    lead = bureau.on("2026-11-06").lead("P1")
    bureau.verify(lead)
    bureau.on("2026-11-10").open_case(lead, decided_on="2026-11-06")
    issue = bureau.on("2026-11-16").cut("2026-11-09", "2026-11-15")
    assert column(bureau, issue, "cases.csv", "备注") == ["立案依据：局立案呈批表12号；补录，2026-11-10登记"]


def test_a_week_ends_at_midnight_in_shanghai(bureau: Bureau) -> None:
    bureau.on("2026-11-15", at=time(23, 59, 50)).lead("P1")
    bureau.on("2026-11-16", at=time(0)).lead("P2")
    issue = bureau.cut("2026-11-09", "2026-11-15")
    assert column(bureau, issue, "leads.csv", "位置") == ["宗地 code-P1"]


def test_an_unfinished_week_is_refused_even_by_the_service(bureau: Bureau) -> None:
    bureau.on("2026-11-15", at=time(23, 59))
    with pytest.raises(Problem) as refused:
        bureau.cut("2026-11-09", "2026-11-15")
    assert refused.value.kind is problems.PERIOD_UNFINISHED


def test_a_period_that_shares_days_with_an_issue_is_refused(bureau: Bureau) -> None:
    bureau.on("2026-11-30").cut("2026-11-09", "2026-11-15")
    with pytest.raises(Problem) as refused:
        bureau.cut("2026-11-15", "2026-11-21")
    assert refused.value.kind is problems.PERIOD_INVALID


def test_issues_are_numbered_by_the_year_they_end_in_and_by_county(bureau: Bureau, unit_of_work: object) -> None:
    other = Bureau(bureau.open_unit, bureau.clock, county="320282")
    bureau.on("2027-01-20")
    cut = [bureau.cut("2026-12-14", "2026-12-20"), bureau.cut("2026-12-21", "2026-12-27"), bureau.cut("2026-12-28", "2027-01-03")]
    assert [(issue.year, issue.number) for issue in cut] == [(2026, 1), (2026, 2), (2027, 1)]
    first_of_the_other = other.cut("2026-12-14", "2026-12-20")
    assert (first_of_the_other.year, first_of_the_other.number) == (2026, 1)


def test_a_draft_that_was_overtaken_is_not_kept_and_takes_no_number(bureau: Bureau) -> None:
    bureau.on("2026-11-30")
    with bureau.unit() as uow:
        slow = weekly.draft_issue(COUNTY, period(), actor=operator(COUNTY), uow=uow)
    bureau.cut("2026-11-16", "2026-11-22")
    with bureau.unit() as uow:
        assert weekly.keep_issue(slow, actor=operator(COUNTY), uow=uow) is None
    assert bureau.cut("2026-11-09", "2026-11-15").number == 2


def period() -> Period:
    return Period(date(2026, 11, 9), date(2026, 11, 15))


@pytest.mark.both_stores
def test_verifying_finds_rows_that_were_changed(bureau: Bureau, store: str) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    with bureau.open_unit() as uow:
        uow.session.execute(update(WeeklyIssue).values(rows=issue.rows.replace(b"3120.45", b"3120.46")))
    assert any("digest" in complaint for complaint in bureau.complaints(issue))


def test_verifying_finds_rows_that_were_changed_together_with_their_digest(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    forged = issue.rows.replace("璜土镇".encode(), "璜塘镇".encode())
    with bureau.open_unit() as uow:
        uow.session.execute(update(WeeklyIssue).values(rows=forged, rows_digest=digest_of(forged)))
    assert bureau.complaints(issue) == ["rows_digest is not what the event of the cut says"]


def test_verifying_finds_an_event_that_was_changed(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    with bureau.open_unit() as uow:
        uow.session.execute(update(Event).where(Event.type == "lead.dismissed").values(type="lead.verified"))
        body = text(
            "UPDATE events SET body = replace(body, '已取得批准文件', '已补办批准文件') WHERE body LIKE '%lead.dismissed%'"
        )
        uow.session.execute(body)
    assert len(bureau.complaints(issue)) == 1


def test_verifying_finds_a_file_that_was_changed_and_one_that_is_gone(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    with bureau.open_unit() as uow:
        shelf = weekly.shelf_of(uow)
    changed, gone = (shelf.path(file["digest"]) for file in issue.files[:2])
    changed.write_bytes(changed.read_bytes() + b"\0")
    gone.unlink()
    assert len(bureau.complaints(issue)) == 2
    with pytest.raises(Problem) as refused:
        bureau.files(issue)
    assert refused.value.kind is problems.EXPORT_CHANGED


def test_cutting_and_verifying_are_recorded(bureau: Bureau) -> None:
    issue = bureau.on("2026-11-16").cut("2026-11-09", "2026-11-15")
    bureau.complaints(issue)
    with bureau.open_unit() as uow:
        types = list(uow.session.scalars(text("SELECT type FROM events WHERE aggregate = 'issue' ORDER BY position")))
    assert types == ["issue.cut", "issue.verified"]


def test_a_handler_may_read_issues_but_not_cut_one(bureau: Bureau) -> None:
    bureau.on("2026-11-16")
    with bureau.unit() as uow:
        assert weekly.list_issues(COUNTY, actor=bureau.handler, uow=uow) == []
        with pytest.raises(Problem) as refused:
            weekly.draft_issue(COUNTY, period(), actor=bureau.handler, uow=uow)
    assert refused.value.kind is problems.FORBIDDEN


def test_sheets_have_the_headings_of_the_office_under_issue_period_and_cut(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    issue = bureau.cut("2026-11-09", "2026-11-15")
    book = bureau.files(issue)["xlsx"]
    assert sheet_names(book) == ["汇总表", "线索台账", "违法用地案件台账", "数据说明"]
    for number, headings in enumerate(HEADINGS.values(), 1):
        rows = sheet(book, number)
        assert rows[2] == headings
        assert rows[1][0] == f"2026年第1期　统计周期：2026年11月9日—15日　截止位置：{COUNTY}-{issue.cut[COUNTY]}"
        assert "江阴市" in str(rows[0][0])
    assert [csv_rows(bureau.files(issue)[f"{name}.csv"])[0] for name in ("summary", "leads", "cases")] == list(HEADINGS.values())


def test_workbook_and_csv_show_the_same_figures_and_numbers_stay_numbers(bureau: Bureau) -> None:
    a_busy_fortnight(bureau)
    files = bureau.files(bureau.cut("2026-11-09", "2026-11-15"))
    for number, name in enumerate(("summary", "leads", "cases"), 1):
        in_book = [["" if cell is None else cell for cell in row] for row in sheet(files["xlsx"], number)[3:]]
        in_text = csv_rows(files[f"{name}.csv"])[1:]
        assert [[str(cell) for cell in row] for row in in_book] == [
            [str(float(cell)) if isinstance(there, float) else cell for cell, there in zip(row, other, strict=True)]
            for row, other in zip(in_text, in_book, strict=True)
        ]
    area = HEADINGS["cases"].index("违法面积(平方米)")
    assert sheet(files["xlsx"], 3)[3][area] == 3120.45


@pytest.mark.parametrize(
    "start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "  =1+1", '=HYPERLINK("http://x")', "http://x"]
)
def test_no_text_of_a_stranger_becomes_a_formula_or_a_link(bureau: Bureau, start: str) -> None:
    hostile = f"{start}恶意"
    bureau.on("2026-11-11")
    bureau.lead(hostile, actor=hostile, reason=hostile, finding=Finding.ROUTED_OUT)
    lead = bureau.lead(f"{hostile}2", actor=hostile)
    bureau.verify(lead, conclusion=hostile)
    bureau.open_case(lead, basis=hostile)
    with bureau.open_unit() as uow:
        uow.session.execute(text("UPDATE regions SET name = :name"), {"name": hostile})
        uow.session.execute(text("UPDATE users SET name = :name"), {"name": hostile})
    files = bureau.on("2026-11-16").files(bureau.cut("2026-11-09", "2026-11-15"))
    assert formulas(files["xlsx"]) == []
    assert hostile in [cell for row in sheet(files["xlsx"], 2) for cell in row]
    texts = [cell for name in ("summary", "leads", "cases") for row in csv_rows(files[f"{name}.csv"]) for cell in row]
    assert any("恶意" in cell for cell in texts)
    assert [cell for cell in texts if cell.lstrip(" ").startswith(("=", "+", "-", "@", "＝", "\t", "\r"))] == []
