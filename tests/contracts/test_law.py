"""The law as the project keeps it: cited, dated, with a case at every date, and named on its page. Refuses an unknown id.

`python -m tests.contracts.test_law` rewrites the table in docs/law.md.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.assessment import Programme
from server.law import LAW_FOLDER, Law, LawRule, law_check, load_law
from server.programmes import PROGRAMMES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "law.md"
DATES = ROOT / "tests" / "cases" / "law_dates.toml"
LAW_ID = re.compile(r"[\"'`(]((?:IDLE|ENF|FINE|TMP|REC|FAC|DAY|PAT|WP|FJ|JS)-\d{2,3})\b")
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
LAW = load_law(LAW_FOLDER)


def every_rule(law: Law) -> Iterator[tuple[str, LawRule]]:
    """(province or "", rule) of the whole book, national first."""
    yield from (("", law.rules[law_id]) for law_id in law.ids())
    for province, shelf in sorted(law.provinces.items()):
        yield from ((province, shelf[law_id]) for law_id in sorted(shelf))


RULES = [pytest.param(province, rule, id=f"{province}{rule.id}") for province, rule in every_rule(LAW)]


def cases_by_rule() -> dict[tuple[str, str], dict[str, Any]]:
    values = tomllib.loads(DATES.read_text(encoding="utf-8"))["value"]
    return {(value.get("province", ""), value["id"]): value for value in values}


def dates_to_try(rule: LawRule) -> set[date]:
    """The days on either side of each beginning and each end."""
    wanted: set[date] = set()
    for version in rule.versions:
        begins = version.citation.in_force_from
        wanted |= {begins - timedelta(days=1), begins}
        if version.in_force_until is not None:
            wanted |= {version.in_force_until, version.in_force_until + timedelta(days=1)}
    return wanted


def test_the_law_has_no_complaint() -> None:
    assert law_check(LAW_FOLDER) == []


@pytest.mark.parametrize(("province", "rule"), RULES)
def test_every_version_has_a_case_on_either_side_of_its_dates(province: str, rule: LawRule) -> None:
    tried = {day for day, _ in cases_by_rule()[province, rule.id]["days"]}
    assert dates_to_try(rule) <= tried


@pytest.mark.parametrize(("province", "rule"), RULES)
def test_the_article_of_a_case_is_the_article_of_the_rule(province: str, rule: LawRule) -> None:
    assert cases_by_rule()[province, rule.id]["article"] == rule.versions[-1].citation.article


def test_no_case_is_about_a_rule_that_is_gone() -> None:
    assert set(cases_by_rule()) == {(province, rule.id) for province, rule in every_rule(LAW)}


def ids_named_in(folder: Path) -> dict[str, set[str]]:
    return {str(path.relative_to(ROOT)): set(LAW_ID.findall(path.read_text(encoding="utf-8"))) for path in folder.rglob("*.py")}


def test_every_rule_named_in_the_code_is_in_the_data() -> None:
    known = {rule.id for _, rule in every_rule(LAW)}
    named = ids_named_in(ROOT / "server")
    unknown = {path: sorted(found - known) for path, found in named.items() if found - known}
    assert unknown == {}


def test_the_search_for_rules_finds_them() -> None:
    named = ids_named_in(ROOT / "server" / "programmes")
    assert "IDLE-01" in named["server/programmes/idle_land/assess.py"]


def test_every_programme_is_registered_and_names_its_matters() -> None:
    assert set(PROGRAMMES) == set(Programme)
    assert all(module.matters for module in PROGRAMMES.values())


def row_of(province: str, rule: LawRule) -> str:
    newest = rule.versions[-1]
    cite = newest.citation
    dates = "、".join(version.citation.in_force_from.isoformat() for version in rule.versions)
    scope = province or {"national": "全国", "office": "本机关"}[rule.scope]
    value = "" if rule.value_text(newest.value, "zh") == rule.title_zh else rule.value_text(newest.value, "zh")
    signed = cite.reviewed_by or "未审"
    basis = f"{cite.instrument} {cite.article}"
    return f"| {rule.id} | {rule.title_zh} | {value} | {basis} | {dates} | {scope} | {cite.mark} | {signed} |"


def table() -> str:
    head = "| 编号 | 名称 | 现行值 | 依据 | 各版本起始日 | 范围 | 标记 | 审核 |\n|---|---|---|---|---|---|---|---|"
    return "\n".join([head, *(row_of(province, rule) for province, rule in every_rule(LAW))])


def test_the_page_of_the_law_lists_every_rule_as_it_stands() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip() == table(), (
        "run python -m tests.contracts.test_law and read the difference"
    )


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(f"{page[:start]}\n{table()}\n{page[end:]}", encoding="utf-8")
