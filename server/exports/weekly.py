"""Prints a weekly issue: summary, lead ledger and case ledger as one workbook and three CSV files.

Reads nothing but the issue's rows, so that the same rows always print the same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.domain.weekly import Heading, grand_total, heading_of
from server.exports import weekly_columns
from server.exports.tables import Table, csv_bytes, workbook_bytes
from server.exports.weekly_wording import programme_zh

TOTAL: Final = "合计"


@dataclass(frozen=True)
class Printed:
    """One file of an issue: its name and its bytes."""

    name: str
    content: bytes


def print_issue(document: Mapping[str, Any]) -> list[Printed]:
    """The files of an issue composed by `domain.weekly`; the same document gives the same bytes."""
    heading = heading_of(document)
    tables = {
        "summary": summary_table(document),
        # What was unfinished when the period began, and what came up in it.
        "leads": Table("线索台账", weekly_columns.LEADS, document["leads"], document),
        "cases": Table("违法用地案件台账", weekly_columns.CASES, document["cases"], document),
    }
    stem = f"weekly-{heading.county}-{heading.year}-{heading.number}"
    title, subtitle = titles(heading, document["names"]["county"])
    book = workbook_bytes(title, subtitle, list(tables.values()), notes(document), heading.period.ends_at)
    return [
        Printed(f"{stem}.xlsx", book),
        *(Printed(f"{stem}-{name}.csv", csv_bytes(table)) for name, table in tables.items()),
    ]


def titles(heading: Heading, county: str) -> tuple[str, str]:
    """What stands above every sheet: whose report, which issue, which period, cut at which position of the county's events."""
    issue = f"{heading.year}年第{heading.number}期"
    return f"{county}国土巡查周报", f"{issue}　统计周期：{heading.period.text_zh()}　截止位置：{heading.county}-{heading.cut}"


def summary_table(document: Mapping[str, Any]) -> Table:
    """汇总表: a row for each town and the total below."""
    towns = [{**row, "name": weekly_columns.town(row, document)} for row in document["summary"]]
    total = {**grand_total(document["summary"]), "name": TOTAL}
    return Table("汇总表", weekly_columns.SUMMARY, towns, document, totals=total)


def notes(document: Mapping[str, Any]) -> list[str]:
    """数据说明: what was counted how, and which columns are empty because nothing is recorded for them yet."""
    lines = [
        f"一、本期按登记时间统计：计入登记位置{document['opening']}之后至{document['cut']}的事项；此后登记的计入下期，本期数字不再变动。",
        "二、在统计周期之前拍摄、本周期内收到的巡查记录，其线索列入本期并注明“补报”；在周期之前决定、本周期内登记的案件注明“补录”。",
        "三、上期未结线索＋本周登记－本周转立案－本周不予立案－本周移送＝期末未结线索；上期在办案件＋本周立案－本周结案＝期末在办案件。",
        "四、汇总表的线索、案件数含全部类别（见下），面积只计期末在办的违法用地案件；亩数逐案保留两位小数后相加（1亩＝2000/3平方米）。",
        "五、面积未经勘测的均为估测，不作为处罚依据；耕地、永久基本农田面积为立案时图层叠加结果，以认定意见为准。",
        "六、下列事项系统尚未登记，表中留空，不代表为零：处罚决定、制止、罚没款、当事人类型、违法行为发生时间、规划符合情况、没收拆除、移送、承办机构。",
        "七、结案、整改到位尚不能在系统内登记，本期计为零，以纸质案卷为准。",
        "八、超期天数算至统计周期最后一日。",
    ]
    for programme, counts in document["programmes"].items():
        leads, cases = counts["leads"], counts["cases"]
        lines.append(
            f"{programme_zh(programme)}：线索上期未结{leads['opening']}，登记{leads['registered']}，期末未结{leads['closing']}；"
            f"案件上期在办{cases['opening']}，立案{cases['opened']}，结案{cases['closed']}，期末在办{cases['closing']}。"
        )
    return lines
