"""The law data is refused where it could mislead. Each refusal names the file and the rule."""

from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from server.law import LAW_FOLDER, law_check, law_show, law_unreviewed, load_law
from server.problems import LAW_INVALID, LAW_NOT_IN_FORCE, LAW_UNKNOWN, Kind, Problem

HEAD = """
    scope = "national"
    [[rule]]
    id = "IDLE-01"
    title_zh = "满一年未动工"
    title_en = "not started for a year"
    unit = "years"
    asked_by = "procedure_date"
"""
VERSION = """
    [[rule.versions]]
    in_force_from = {begins}
    value = {value}
    cite = {{ instrument = "办法", article = "第二条", url = "https://law.example/2", read_on = 2026-01-05 }}
    mark = "S1"
    reviewed_by = ""
"""


def version(begins: str = "2012-07-01", value: str = "1", *, until: str | None = None) -> str:
    text = VERSION.format(begins=begins, value=value)
    return text if until is None else text + f"    in_force_until = {until}\n"


def kept(folder: Path, text: str, name: str = "national/idle.toml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return folder


def refused(kind: Kind, folder: Path) -> str:
    with pytest.raises(Problem) as raised:
        load_law(folder)
    assert raised.value.kind is kind
    return raised.value.detail


def test_a_value_answers_with_its_citation(tmp_path: Path) -> None:
    answer = load_law(kept(tmp_path, HEAD + version()))["IDLE-01"].on(date(2026, 1, 1))
    assert answer.whole() == 1
    assert (answer.citation.law_id, answer.citation.article, answer.citation.reviewed_by) == ("IDLE-01", "第二条", None)


def test_each_day_is_answered_by_the_version_in_force(tmp_path: Path) -> None:
    both = version(until="2019-12-31") + version("2020-01-01", "2")
    rule = load_law(kept(tmp_path, HEAD + both))["IDLE-01"]
    assert [rule.on(day).whole() for day in (date(2012, 7, 1), date(2019, 12, 31), date(2020, 1, 1))] == [1, 1, 2]


def test_a_day_before_the_law_is_not_answered(tmp_path: Path) -> None:
    rule = load_law(kept(tmp_path, HEAD + version()))["IDLE-01"]
    with pytest.raises(Problem) as raised:
        rule.on(date(2012, 6, 30))
    assert raised.value.kind is LAW_NOT_IN_FORCE


def test_an_unknown_rule_is_not_answered(tmp_path: Path) -> None:
    law = load_law(kept(tmp_path, HEAD + version()))
    with pytest.raises(Problem) as raised:
        law["IDLE-99"]
    assert raised.value.kind is LAW_UNKNOWN


FAULTS = {
    "a gap": (version(until="2019-12-30") + version("2020-01-01"), "gap between 2019-12-30 and 2020-01-01"),
    "an overlap": (version(until="2020-01-01") + version("2020-01-01"), "overlap on 2020-01-01"),
    "an open end before a later version": (version() + version("2020-01-01"), "overlap on 2020-01-01"),
    "an end before the beginning": (version(until="2011-01-01"), "before it begins"),
    "no citation": (version().replace("cite", "source_of_value"), "unknown key source_of_value"),
    "a citation without its source": (version().replace('url = "https://law.example/2", ', ""), "url or the source"),
    "a citation without its article": (version().replace('article = "第二条", ', ""), "missing article"),
    "an empty article": (version().replace('"第二条"', '" "'), "article is a text"),
    "no version": ("", "missing versions"),
    "an unknown key": (version() + "    weight = 3\n", "unknown key weight"),
    "a value of the wrong type": (version(value='"one"'), "'one' is not a value in years"),
    "a truth value for a number": (version(value="true"), "is not a value in years"),
    "a fraction for a whole number": (version(value="1.5"), "is not a value in years"),
    "a day written as text": (version('"2012-07-01"'), "in_force_from is a day"),
    "a moment instead of a day": (version("2012-07-01T00:00:00Z"), "in_force_from is a day"),
    "a name without the day of review": (version().replace('reviewed_by = ""', 'reviewed_by = "王律师"'), "together"),
    "an unknown mark": (version().replace('"S1"', '"sure"'), "mark 'sure' is not known"),
    "a value in a table": (version(value="{ share = 1 }"), "is not a value in years"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_data_is_refused(tmp_path: Path, fault: str) -> None:
    text, said = FAULTS[fault]
    detail = refused(LAW_INVALID, kept(tmp_path, HEAD + text))
    assert said in detail
    assert detail.startswith("national/idle.toml IDLE-01")


HEADS = {
    "an unknown unit": ('unit = "years"', 'unit = "moons"', "'moons' is not one of"),
    "neither unit nor parts": ('unit = "years"', "", "either a unit or named parts"),
    "parts that are no table": ('unit = "years"', "parts = 3", "parts are a table"),
    "an id that is no row id": ('id = "IDLE-01"', 'id = "one year"', "not a row id"),
    "an unknown way of asking": ("procedure_date", "today", "asked_by is not one of"),
    "an unknown scope": ('scope = "national"', 'scope = "town"', "scope 'town'"),
    "a province without its code": ('scope = "national"', 'scope = "province"', "names the province"),
    "a nation with a province": ('scope = "national"', 'scope = "national"\n    province = "32"', "names the province"),
    "a province that is no code": ('scope = "national"', 'scope = "province"\n    province = "320583"', "two-digit code"),
    "broken TOML": ('scope = "national"', "scope = national", "national/idle.toml"),
}


@pytest.mark.parametrize("fault", HEADS)
def test_a_faulty_head_is_refused(tmp_path: Path, fault: str) -> None:
    found, replaced, said = HEADS[fault]
    assert said in refused(LAW_INVALID, kept(tmp_path, HEAD.replace(found, replaced) + version()))


def test_a_rule_declared_twice_is_refused(tmp_path: Path) -> None:
    kept(tmp_path, HEAD + version())
    assert "declared twice" in refused(LAW_INVALID, kept(tmp_path, HEAD + version(), "national/more.toml"))


def test_a_share_divided_by_nothing_is_refused(tmp_path: Path) -> None:
    head = HEAD.replace('unit = "years"', 'unit = "share"')
    assert "divides by zero" in refused(LAW_INVALID, kept(tmp_path, head + version(value='"1/0"')))


def test_a_rule_that_is_no_table_is_refused(tmp_path: Path) -> None:
    assert "is not a table" in refused(LAW_INVALID, kept(tmp_path, 'scope = "national"\nrule = [1]\n'))


def test_a_table_must_have_exactly_its_parts(tmp_path: Path) -> None:
    head = HEAD.replace('unit = "years"', 'parts = { least = { unit = "days", zh = "至少", en = "least" } }')
    assert "exactly the parts least" in refused(LAW_INVALID, kept(tmp_path, head + version(value="{ most = 3 }")))


PROVINCE = HEAD.replace('scope = "national"', 'scope = "province"\n    province = "32"')


def test_a_province_answers_before_the_nation_for_its_days_only(tmp_path: Path) -> None:
    kept(tmp_path, HEAD + version())
    law = load_law(kept(tmp_path, PROVINCE + version("2020-01-01", "3", until="2021-12-31"), "jiangsu/idle.toml"))
    there = law.for_province("320583")["IDLE-01"]
    assert [there.on(date(year, 6, 1)).whole() for year in (2019, 2020, 2022)] == [1, 3, 1]
    assert law["IDLE-01"].on(date(2020, 6, 1)).whole() == 1
    assert law.for_province("350100")["IDLE-01"].on(date(2020, 6, 1)).whole() == 1


def test_a_province_may_add_a_rule_of_its_own(tmp_path: Path) -> None:
    kept(tmp_path, HEAD + version())
    law = load_law(kept(tmp_path, PROVINCE.replace("IDLE-01", "JS-08") + version(value="7"), "jiangsu/own.toml"))
    assert law.for_province("32")["JS-08"].on(date(2026, 1, 1)).whole() == 7
    assert "JS-08" not in law


def test_a_province_may_not_change_what_a_rule_measures(tmp_path: Path) -> None:
    kept(tmp_path, HEAD + version())
    text = PROVINCE.replace('unit = "years"', 'unit = "days"') + version()
    assert "another unit" in refused(LAW_INVALID, kept(tmp_path, text, "jiangsu/idle.toml"))


def test_a_province_without_data_reads_the_national_law() -> None:
    law = load_law(LAW_FOLDER)
    assert law.for_province("110000").ids() == law.ids()
    assert law.for_province("").ids() == law.ids()


def test_checking_reports_every_fault_and_not_the_first_alone(tmp_path: Path) -> None:
    kept(tmp_path, HEAD + version(value='"one"'))
    kept(tmp_path, HEAD.replace("IDLE-01", "IDLE-06") + version(until="2011-01-01"), "national/more.toml")
    assert len(law_check(tmp_path)) == 2


def test_an_empty_folder_is_no_law(tmp_path: Path) -> None:
    assert len(law_check(tmp_path)) == 1


def test_the_law_that_is_shipped_can_be_loaded() -> None:
    assert law_check(LAW_FOLDER) == []


def test_a_page_is_told_everything_about_a_rule() -> None:
    shown = law_show("FINE-05", folder=LAW_FOLDER, on=date(2021, 8, 31), region_code="320583")
    assert (shown["value"], shown["value_zh"]) == ({"min": 0, "max": 3000}, "每平方米0–30元")
    assert (shown["article"], shown["in_force_until"], shown["reviewed"]) == ("第四十二条", "2021-08-31", False)
    assert [each["in_force_from"] for each in shown["versions"]] == ["2014-07-29", "2021-09-01"]


def test_values_that_nobody_signed_are_listed_for_the_lawyer(tmp_path: Path) -> None:
    signed = version("2020-01-01").replace('reviewed_by = ""', 'reviewed_by = "王律师"\n    reviewed_on = 2026-02-01')
    assert law_unreviewed(kept(tmp_path, HEAD + version(until="2019-12-31") + signed)) == ["IDLE-01 from 2012-07-01"]


def test_a_signed_value_carries_its_signature(tmp_path: Path) -> None:
    text = version().replace('reviewed_by = ""', 'reviewed_by = "王律师"\n    reviewed_on = 2026-02-01')
    shown = load_law(kept(tmp_path, HEAD + text)).describe("IDLE-01", on=date(2026, 3, 1))
    assert (shown["reviewed"], shown["reviewed_by"], shown["reviewed_on"]) == (True, "王律师", "2026-02-01")


def test_a_number_is_never_taken_for_another_kind() -> None:
    law = load_law(LAW_FOLDER)
    today = date(2026, 3, 1)
    with pytest.raises(TypeError):
        law["IDLE-05"].on(today).whole()
    with pytest.raises(TypeError):
        law["ENF-08"].on(today).share()
    with pytest.raises(TypeError):
        law["IDLE-01"].on(today).whole("part")
