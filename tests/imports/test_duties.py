"""Supplies and temporary land as duties: days, areas and money are read exactly or refused."""

from datetime import date

import pytest

from server import problems
from server.imports.duties import read_duties
from server.problems import Problem

HEADINGS = "电子监管号,合同编号,宗地代码,受让人,供应面积（公顷）,成交价款（万元）,约定动工日期,约定竣工日期,实际交付日期"


def a_table(tmp_path, *rows, headings=HEADINGS, encoding="utf-8-sig"):
    path = tmp_path / "supplies.csv"
    path.write_bytes("\r\n".join([headings, *rows]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_one_supply_gives_its_duties_whatever_the_encoding(tmp_path, encoding):
    row = "3209992024B00001,合-1,P1,示例公司,1.25,4860.123456,2025年3月15日,2027/3/15,20240901"
    start, finish = read_duties(a_table(tmp_path, row, encoding=encoding)).rows

    assert (start.kind, start.due_on, start.delivered_on) == ("start_construction", date(2025, 3, 15), date(2024, 9, 1))
    assert (finish.kind, finish.due_on) == ("finish_construction", date(2027, 3, 15))
    assert (start.area_m2, start.amount_fen) == (12500.0, 4_860_123_456)
    assert (start.code, start.supply_no, start.contract_no) == ("3209992024B00001:start_construction", "3209992024B00001", "合-1")
    assert start.programme == "idle_land"


def test_money_without_a_unit_is_yuan_and_exact_to_the_fen(tmp_path):
    headings = "合同编号,宗地代码,成交价款,约定付款日期"
    _, pay = read_duties(a_table(tmp_path, '合-1,P1,"90,071,992,547,409.93",2025-03-15', headings=headings)).rows

    assert (pay.kind, pay.amount_fen) == ("pay", 9_007_199_254_740_993)


def test_areas_in_mu_are_two_thousand_thirds_of_a_square_metre(tmp_path):
    (start,) = read_duties(a_table(tmp_path, "合-1,P1,3", headings="合同编号,宗地代码,面积(亩)")).rows

    assert start.area_m2 == pytest.approx(2000.0)


def test_temporary_land_gives_a_duty_to_reclaim(tmp_path):
    headings = "临时用地批准文号,宗地代码,用地单位,批准日期,到期日期,是否基础设施"
    (duty,) = read_duties(a_table(tmp_path, "临〔2023〕1号,P1,示例公司,2023-01-05,2025-01-04,否", headings=headings)).rows

    assert (duty.programme, duty.kind, duty.due_on) == ("reclamation", "reclaim_temporary_land", None)
    assert duty.attributes == {
        "approval_no": "临〔2023〕1号",
        "granted_on": "2023-01-05",
        "expires_on": "2025-01-04",
        "is_infrastructure": False,
    }


def test_allocated_land_may_cost_nothing(tmp_path):
    headings = "合同编号,宗地代码,供应方式,成交价款"
    (start,) = read_duties(a_table(tmp_path, "合-1,P1,划拨,0", headings=headings)).rows

    assert start.amount_fen is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("N1,,,x,1,1,,,", "no parcel"),
        (",,P1,x,1,1,,,", "电子监管号"),
        ("N1,,P1,x,-1,1,,,", "area"),
        ("N1,,P1,x,0,1,,,", "area"),
        ("N1,,P1,x,1,0,,,", "price"),
        ("N1,,P1,x,1,-5,,,", "price"),
        ("N1,,P1,x,1,0.0000001,,,", "fen"),
        ("N1,,P1,x,one,1,,,", "not a number"),
        ("N1,,P1,x,NaN,1,,,", "not a number"),
        ("N1,,P1,x,1,1,2025-02-30,,", "not a day"),
        ("N1,,P1,x,1,1,45731,,", "not a day"),
        ("N1,,P1,x,1,1,15/03/2025,,", "not a day"),
        ("N1,,P1,x,1,1,2025-03-15,2025-03-14,", "before"),
        (f"{'N' * 33},,P1,x,1,1,,,", "supply_no"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_with_its_reason(tmp_path, row, reason):
    reading = read_duties(a_table(tmp_path, row, "N2,,P2,x,1,1,2025-03-15,,"))

    assert [one.row for one in reading.refused] == [1]
    assert reading.refused[0].problem == "row-invalid"
    assert reason in reading.refused[0].detail
    assert [duty.code for duty in reading.rows] == ["N2:start_construction"]


def test_a_supply_named_twice_is_refused_the_second_time(tmp_path):
    reading = read_duties(a_table(tmp_path, "N1,,P1,x,1,1,2025-03-15,,", "", "N1,,P1,x,1,1,2026-03-15,,"))

    assert [(one.row, one.problem) for one in reading.refused] == [(3, "row-duplicate")]


@pytest.mark.parametrize("headings", ["电子监管号,受让人", "宗地代码,受让人"])
def test_a_table_without_parcel_or_number_is_refused_whole(tmp_path, headings):
    with pytest.raises(Problem) as caught:
        read_duties(a_table(tmp_path, "a,b", headings=headings))
    assert caught.value.kind is problems.COLUMN_MISSING


@pytest.mark.parametrize("content", [b"", b"\n\n", b'a,"b\n', b"\x81"])
def test_what_is_no_table_is_refused_whole(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)

    with pytest.raises(Problem) as caught:
        read_duties(path)
    assert caught.value.kind in (problems.FILE_UNREADABLE, problems.COLUMN_MISSING)
