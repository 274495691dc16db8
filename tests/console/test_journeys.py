"""Whole ways through the console in a real browser, by mouse and by key, with and without WebGL. Marked processes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.console import builders as build
from tests.console.conftest import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.processes
Enter = Callable[..., "Page"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_from_sign_in_over_the_queue_to_an_open_case(officer: Enter, desk: Desk, live_server: str) -> None:
    page = officer("head")
    page.click(f"a[href*='{desk.lead}']")
    page.fill("[name=conclusion]", "现场核查属实")
    page.click("form[action$=verify] button")
    page.wait_for_selector(".notice-done")
    page.fill("[name=basis]", "经批准立案")
    page.fill("[name=decided_on]", "2026-11-23")
    page.click("form[action$=open-case] button")
    page.wait_for_url("**/console/cases/**")
    shown = page.inner_text("main")
    assert "经批准立案" in shown
    assert "调查取证" in shown
    assert page.evaluate(OVERFLOW) <= 0


def test_a_report_is_placed_with_one_key(officer: Enter, desk: Desk, unit_of_work: Any) -> None:
    page = officer("handler", f"/console/reviews/{desk.review}")
    page.keyboard.press("2")
    page.wait_for_url("**/console/")
    from server.store.tables.work import Match

    with unit_of_work(read_only=True) as uow:
        assert uow.session.get(Match, (build.COUNTY, desk.review, 1, 2)).version_id == desk.candidates[1]


def test_the_queue_is_walked_and_searched_by_key(officer: Enter, desk: Desk) -> None:
    page = officer("handler")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    second = page.get_attribute("tbody tr:nth-child(2)", "data-href")
    assert page.get_attribute("tr.here", "data-href") == second
    page.keyboard.press("/")
    page.keyboard.insert_text("P-2")
    page.wait_for_url("**/console/?q=P-2")
    assert page.locator("tbody tr").count() == 1
    page.locator("#find").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/leads/{desk.verified_lead}**")


def test_a_filter_changes_the_address_and_the_address_reproduces_the_view(officer: Enter, desk: Desk) -> None:
    page = officer("handler")
    page.select_option("[name=kind]", "case")
    page.wait_for_url("**/console/?kind=case")
    rows = page.locator("tbody tr").all_inner_texts()
    page.reload()
    assert page.locator("tbody tr").all_inner_texts() == rows
    assert page.input_value("[name=kind]") == "case"


def test_leaving_a_form_loses_nothing(officer: Enter, desk: Desk) -> None:
    page = officer("handler", f"/console/leads/{desk.lead}")
    page.fill("[name=conclusion]", "写到一半")
    page.goto(page.url.split("/console")[0] + "/console/")
    page.go_back()
    assert page.input_value("[name=conclusion]") == "写到一半"


def test_scripts_in_every_field_do_not_run(officer: Enter, desk: Desk, unit_of_work: Any, complaints: list[str]) -> None:
    payload = "<img src=x onerror=\"document.title='ran'\"><svg onload=alert(1)>"
    with unit_of_work() as uow:
        version = build.a_parcel(uow, payload[:60], east=20, holder=payload)
        report = build.a_report(uow, east=20.5, note=payload, parcel_claim=payload)
        build.a_match(uow, report, [version], reason_zh=payload)
        build.a_layer(uow, "patch", version.geometry, name=payload)
        lead = build.a_lead(uow, version, report, actor=payload, assessment=build.ASSESSMENT | {"reason_zh": payload})
    page = officer("head")
    for path in (f"/console/leads/{lead}", f"/console/reviews/{report}"):
        page.goto(page.url.split("/console")[0] + path)
        page.wait_for_load_state("networkidle")
        assert "ran" not in page.title()
        assert page.locator("main img[src=x]").count() == 0


def test_without_webgl_the_drawn_map_stays(officer: Enter, desk: Desk) -> None:
    page = officer("handler", "/console/")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(page.url.split("/console")[0] + f"/console/leads/{desk.lead}")
    assert page.locator(".map-plain path.map-subject").is_visible()
    page.wait_for_selector(".map-static:not([hidden])")
    assert page.locator(".map-live").count() == 0


def test_with_webgl_the_map_comes_alive(officer: Enter, desk: Desk) -> None:
    page = officer("handler", f"/console/leads/{desk.lead}")
    if not page.evaluate("document.createElement('canvas').getContext('webgl2') !== null"):
        pytest.skip("this Chromium has no WebGL, not even in software")
    page.wait_for_selector("[data-live=yes] canvas", timeout=30_000)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_its_window(officer: Enter, desk: Desk, language: str) -> None:
    page = officer("head", "/console/")
    page.set_viewport_size({"width": 1024, "height": 768})
    base = page.url.split("/console")[0]
    for path in (
        "/console/",
        f"/console/leads/{desk.lead}",
        f"/console/cases/{desk.case}",
        f"/console/reviews/{desk.review}",
        "/console/phones",
        "/docs",
    ):
        page.goto(f"{base}{path}?lang={language}")
        assert page.evaluate(OVERFLOW) <= 0, path
