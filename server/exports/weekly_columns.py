"""The columns of the weekly issue's sheets, heading by heading in the order a bureau prints them. Refuses none of them a place.

A heading for which nothing is recorded yet keeps its place and stays empty.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from server.exports.tables import Cell, Column
from server.exports.weekly_wording import (
    AREA_SOURCES,
    SOURCES,
    STAGES,
    STATUSES,
    UNTOWNED,
    matter_zh,
    step_zh,
)

Row = Mapping[str, Any]
Issue = Mapping[str, Any]
Value = Callable[[Row, Issue], Cell]


def kept(name: str) -> Value:
    """The value of the row as it is kept."""
    return lambda row, _issue: row[name]


def decimal(name: str) -> Value:
    """The row's number of that name, which is kept as text."""
    return lambda row, _issue: None if row[name] is None else Decimal(row[name])


def counted(what: str, name: str) -> Value:
    """A count of leads or cases of a summary row."""
    return lambda row, _issue: row[what][name]


def person(name: str) -> Value:
    """The name of the person whose id the row keeps."""
    return lambda row, issue: None if row[name] is None else issue["names"]["people"].get(row[name], row[name])


def empty(_row: Row, _issue: Issue) -> Cell:
    """Nothing is recorded for this yet, which is not the same as none."""
    return None


def town(row: Row, issue: Issue) -> Cell:
    """The name of the town, its code where it has none, and words where a row lies in no town."""
    code = row["town"]
    return UNTOWNED if code == issue["county"] else issue["names"]["towns"].get(code, code)


def village(row: Row, issue: Issue) -> Cell:
    return None if row["village"] is None else issue["names"]["villages"].get(row["village"], row["village"])


def lead_source(lead: Row, _issue: Issue) -> Cell:
    """Where the lead came from, and whether its report came in after the week it was made in (补报)."""
    source = SOURCES.get(lead["source"], lead["source"])
    return f"{source}（补报）" if lead["late"] else source


def lead_went(lead: Row, _issue: Issue) -> Cell:
    """Where the lead stands, with the number of the case it became."""
    status = STATUSES.get(lead["status"], lead["status"])
    return status if lead["case_number"] is None else f"{status} {lead['case_number']}"


def area_source(name: str) -> Value:
    return lambda row, _issue: AREA_SOURCES.get(row[name], row[name])


def next_limit(case: Row, _issue: Issue) -> Cell:
    """The last day of the next step, and what the step is."""
    return " ".join(part for part in (case["due_on"], step_zh(case["programme"], case["next_step"])) if part)


def limit_basis(case: Row, _issue: Issue) -> Cell:
    """The article the time limit rests on; a value that no lawyer has signed says so wherever it is printed."""
    basis = case["due_by"]
    if basis is None:
        return None
    return f"{basis['instrument']} {basis['article']}{'' if basis['reviewed'] else '（未经法制审核）'}"


def rectification(case: Row, _issue: Issue) -> Cell:
    """整改到位 is a fact of its own: a closed case may still stand."""
    return "未整改到位" if case["rectified_on"] is None else f"整改到位 {case['rectified_on']}"


def remarks(case: Row, _issue: Issue) -> Cell:
    """The decision the case rests on, and the day it was recorded where that was a later week (补录)."""
    late = f"；补录，{case['recorded_on']}登记" if case["late"] else ""
    return f"立案依据：{case['basis']}{late}"


SUMMARY: Final = (
    Column("序号", 6, kept("ordinal")),
    Column("乡镇(街道)", 18, kept("name")),
    Column("上期未结线索", 9, counted("leads", "opening")),
    Column("本周登记线索", 9, counted("leads", "registered")),
    Column("本周转立案", 9, counted("leads", "case_opened")),
    Column("本周不予立案", 9, counted("leads", "dismissed")),
    Column("本周移送", 9, counted("leads", "routed_out")),
    Column("期末未结线索", 9, counted("leads", "closing")),
    Column("上期在办案件", 9, counted("cases", "opening")),
    Column("本周立案", 9, counted("cases", "opened")),
    Column("本周作出处罚决定", 9, empty),
    Column("本周结案", 9, counted("cases", "closed")),
    Column("期末在办案件", 9, counted("cases", "closing")),
    Column("其中超期", 9, kept("overdue")),
    Column("制止宗数", 9, empty),
    Column("制止无效宗数", 9, empty),
    Column("违法面积(亩)", 11, decimal("area_mu"), decimals=True),
    Column("其中耕地(亩)", 11, decimal("farmland_mu"), decimals=True),
    Column("其中永久基本农田(亩)", 11, decimal("permanent_farmland_mu"), decimals=True),
    Column("整改到位面积(亩)", 11, decimal("rectified_mu"), decimals=True),
    Column("未整改面积(亩)", 11, decimal("unrectified_mu"), decimals=True),
    Column("应缴罚没款(元)", 12, empty, decimals=True),
    Column("已入库(元)", 12, empty, decimals=True),
)

LEADS: Final = (
    Column("序号", 6, kept("ordinal")),
    Column("线索编号", 20, kept("number")),
    Column("线索来源", 16, lead_source),
    Column("登记日期", 12, kept("registered_on")),
    Column("发现日期", 12, kept("found_on")),
    Column("乡镇(街道)", 16, town),
    Column("村(社区)", 16, village),
    Column("位置", 24, lambda lead, _issue: f"宗地 {lead['parcel_code']}"),
    Column("涉嫌违法主体", 20, kept("actor")),
    Column("涉嫌事项", 26, lambda lead, _issue: matter_zh(lead["programme"], lead["matter"])),
    Column("面积(平方米)", 12, decimal("area_m2"), decimals=True),
    Column("面积来源", 14, area_source("area_method")),
    Column("制止文书号", 14, empty),
    Column("制止效果", 12, empty),
    Column("核查人", 10, person("verified_by")),
    Column("核查结论", 40, kept("conclusion")),
    Column("处理去向", 20, lead_went),
    Column("反馈期限", 12, kept("due_on")),
)

CASES: Final = (
    Column("序号", 6, kept("ordinal")),
    Column("案号", 16, kept("number")),
    Column("立案日期", 12, kept("opened_on")),
    Column("案由", 22, kept("cause")),
    Column("当事人", 20, kept("party")),
    Column("当事人类型", 10, empty),
    Column("乡镇(街道)", 16, town),
    Column("村(社区)", 16, village),
    Column("宗地/图斑编号", 24, kept("parcel_code")),
    Column("违法行为发生时间", 12, empty),
    Column("违法面积(平方米)", 12, decimal("area_m2"), decimals=True),
    Column("违法面积(亩)", 11, decimal("area_mu"), decimals=True),
    Column("其中耕地(亩)", 11, decimal("farmland_mu"), decimals=True),
    Column("其中永久基本农田(亩)", 11, decimal("permanent_farmland_mu"), decimals=True),
    Column("符合规划面积(亩)", 11, empty, decimals=True),
    Column("不符合规划面积(亩)", 11, empty, decimals=True),
    Column("面积来源", 14, area_source("area_source")),
    Column("处罚依据", 20, empty),
    Column("办理环节", 12, lambda case, _issue: STAGES.get(case["stage"], case["stage"])),
    Column("下一时限", 22, next_limit),
    Column("时限依据", 30, limit_basis),
    Column("超期天数", 8, kept("overdue_days")),
    Column("处罚决定书文号", 16, empty),
    Column("罚款(元)", 12, empty, decimals=True),
    Column("已缴(元)", 12, empty, decimals=True),
    Column("没收/拆除情况", 14, empty),
    Column("移送情况", 14, empty),
    Column("结案日期", 12, kept("closed_on")),
    Column("整改状态", 16, rectification),
    Column("承办机构", 14, empty),
    Column("主办人", 10, person("handler")),
    Column("协办人", 10, person("co_handler")),
    Column("备注", 40, remarks),
)
