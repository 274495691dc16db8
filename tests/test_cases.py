"""The lawyer's cases (tests/cases/*.toml): a day, facts, the outcome and its article. Refuses a case that names no article."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.domain.assessment import Assessment, Programme
from server.law.units import json_value
from server.problems import LAW_NOT_IN_FORCE, Problem
from server.programmes import PROGRAMMES
from server.programmes.inputs import Inquiry
from tests.programmes.facts import a_duty, a_parcel, a_sighting, an_inquiry, overlays, the_law

CASES = Path(__file__).parent / "cases"
NOT_IN_FORCE = "not in force"
CASE_KEYS = {
    "title", "programme", "on", "parcel", "duty", "sightings", "overlays", "loaded", "covered_m2",
    "finding", "matter", "cites", "article", "says", "since", "area_m2",
}  # fmt: skip


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / name).read_text(encoding="utf-8"))


def judged_cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        document = read(path.name)
        base = document.get("base", {})
        found += [pytest.param(base | case, id=f"{path.stem}: {case['title']}") for case in document.get("case", [])]
    return found


def dated_values() -> list[Any]:
    return [
        pytest.param(value, day, expected, id=f"{value['id']} on {day}")
        for value in read("law_dates.toml")["value"]
        for day, expected in value["days"]
    ]


def inquiry_of(case: dict[str, Any]) -> Inquiry:
    return an_inquiry(
        case["on"],
        parcel=a_parcel(**case.get("parcel", {})),
        duties=(a_duty(**case["duty"]),) if "duty" in case else (),
        overlays=overlays(
            *case.get("overlays", []),
            loaded=tuple(case["loaded"]) if "loaded" in case else None,
            covered_m2=case.get("covered_m2"),
        ),
        sightings=tuple(a_sighting(**seen) for seen in case.get("sightings", [])),
    )


def the_only(assessments: list[Assessment]) -> Assessment:
    assert len(assessments) == 1, "a case of this table is about one matter"
    return assessments[0]


@pytest.mark.parametrize("case", judged_cases())
def test_a_case_is_judged_as_the_lawyer_wrote_it(case: dict[str, Any]) -> None:
    assert set(case) <= CASE_KEYS
    found = the_only(PROGRAMMES[Programme(case["programme"])].assess(inquiry_of(case)))
    assert found.finding == case["finding"], found.reason_en
    assert found.matter == case.get("matter", found.matter)
    cited = {citation.law_id: citation for citation in found.citations}
    assert set(case["cites"]) <= set(cited), found.reason_en
    assert case["article"] == cited[case["cites"][0]].article
    for words in case.get("says", []):
        assert words in found.reason_zh + found.reason_en
    assert found.since == case.get("since", found.since)
    if "area_m2" in case:
        assert found.area_m2 == pytest.approx(case["area_m2"])


@pytest.mark.parametrize(("value", "day", "expected"), dated_values())
def test_the_law_says_on_each_side_of_a_date_what_the_table_says(value: dict[str, Any], day: date, expected: Any) -> None:
    rule = (the_law().for_province(value["province"]) if "province" in value else the_law())[value["id"]]
    if expected != NOT_IN_FORCE:
        assert json_value(rule.on(day).value) == expected
        return
    with pytest.raises(Problem) as refused:
        rule.on(day)
    assert refused.value.kind is LAW_NOT_IN_FORCE


def test_there_are_enough_judged_cases_to_argue_about() -> None:
    assert len(judged_cases()) >= 60
