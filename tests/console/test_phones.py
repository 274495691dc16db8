"""The page of inspectors' phones: who sees it, a code that is shown once, a phone that is ended with a reason."""

import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from server.store.tables.organisation import Device, EnrolmentCode
from server.store.tables.sync import Event
from tests.builders import Phone, a_phone, a_user, an_enrolment_code, rows_of
from tests.console import builders as build
from tests.console.conftest import Desk, SignIn, token_of

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

PAGE = "/console/phones"
HOLDER = str(uuid.uuid5(uuid.NAMESPACE_URL, "inspector"))


def text_of(client: FlaskClient, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def post(client: FlaskClient, path: str, **form: str) -> Any:
    return client.post(f"{PAGE}/{path}", data={"csrf_token": token_of(client, PAGE), **form})


@pytest.fixture
def phone(app: "Flask", desk: Desk) -> Phone:
    """A phone of the county's inspector, beside the one that the desk has."""
    assert desk
    return a_phone(app, code=an_enrolment_code(app, "inspector"))


@pytest.mark.parametrize(("login", "finds"), [("head", True), ("admin", True), ("handler", False), ("auditor", False)])
def test_who_may_enrol_phones_is_led_to_the_page_and_nobody_else(sign_in: SignIn, login: str, finds: bool) -> None:
    client = sign_in(login)
    assert (f'href="{PAGE}"' in text_of(client, "/console/")) == finds
    assert client.get(PAGE).status_code == (200 if finds else 403)


@pytest.mark.parametrize(("language", "words"), [("zh", "还没传"), ("en", "Still on the phone")])
def test_the_page_says_what_each_phone_still_holds(sign_in: SignIn, phone: Phone, language: str, words: str) -> None:
    said = {"items": [], "unsent": {"reports": 2, "photos": 5}}
    phone.client.post("/sync/v1/push", json=said, headers=phone.headers)
    page = text_of(sign_in("head"), f"{PAGE}?lang={language}")
    assert words in page
    assert ("2 份记录、5 张照片" if language == "zh" else "2 reports, 5 photos") in page
    assert ("还没有上传过" if language == "zh" else "nothing yet") in page, "the desk's own phone never sent anything"
    assert "巡查手机 1" in page


def test_people_of_another_county_and_officers_are_not_on_the_page(app: "Flask", sign_in: SignIn, desk: Desk) -> None:
    assert desk
    a_user(app, "far-away", county=build.FOREIGN, name="外县人")
    page = text_of(sign_in("head"))
    assert "巡查己" in page
    assert "外县人" not in page
    assert "承办甲" not in page


def test_a_code_is_shown_once_as_qr_and_link_and_joins_a_phone(app: "Flask", sign_in: SignIn) -> None:
    head = sign_in("head")
    answer = post(head, f"{HOLDER}/code")
    shown = answer.get_data(as_text=True)
    found = re.search(r"http://localhost/phone/#enrol=([\w-]{22,})", shown)
    assert found
    assert "<svg" in shown
    assert "no-store" in answer.headers["Cache-Control"]
    assert found[1] not in text_of(head)
    assert len(rows_of(app, EnrolmentCode, inspector_id=HOLDER)) == 1
    assert a_phone(app, code=found[1]).inspector_id == HOLDER
    (event,) = rows_of(app, Event, type="enrolment_code.issued")
    assert found[1] not in event.body


@pytest.mark.parametrize("whom", ["handler", "foreign-handler", "nobody"])
def test_no_code_is_issued_to_who_carries_no_phone_here(app: "Flask", sign_in: SignIn, whom: str) -> None:
    answer = post(sign_in("head"), f"{uuid.uuid5(uuid.NAMESPACE_URL, whom)}/code")
    assert answer.status_code == 404
    assert rows_of(app, EnrolmentCode) == []


def test_a_page_that_was_not_opened_over_https_says_that_phones_cannot_join(sign_in: SignIn) -> None:
    head = sign_in("head")
    token = token_of(head, PAGE)
    for scheme, address, warned in (("http", "10.0.0.8", True), ("https", "10.0.0.8", False), ("http", "127.0.0.1", False)):
        answer = head.post(
            f"{PAGE}/{HOLDER}/code",
            data={"csrf_token": token},
            base_url=f"{scheme}://localhost",
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert ("应用装不了" in answer.get_data(as_text=True)) == warned, (scheme, address)


def test_a_phone_is_revoked_with_a_reason_and_asks_in_vain_from_then_on(app: "Flask", sign_in: SignIn, phone: Phone) -> None:
    head = sign_in("head")
    answer = post(head, f"devices/{phone.device_id}/revoke", reason="手机丢失")
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert "已停用。" in text_of(head)
    assert phone.client.get("/sync/v1/session", headers=phone.headers).get_json()["code"] == "device-revoked"
    (event,) = rows_of(app, Event, type="device.revoked")
    assert '"reason":"手机丢失"' in event.body


@pytest.mark.parametrize(("reason", "words"), [(" ", "请写明理由"), ("长" * 1001, "有内容填得不对")])
def test_without_a_reason_that_can_be_kept_the_form_stays_open(
    app: "Flask", sign_in: SignIn, phone: Phone, reason: str, words: str
) -> None:
    answer = post(sign_in("head"), f"devices/{phone.device_id}/revoke", reason=reason)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in shown
    assert shown.count('<details class="act" open>') == 1
    assert [device.revoked_at for device in rows_of(app, Device, id=phone.device_id)] == [None]


@pytest.mark.parametrize("path", [f"{HOLDER}/code", "devices/00000000-0000-4000-8000-000000000001/revoke"])
def test_a_form_of_another_site_does_nothing(app: "Flask", sign_in: SignIn, path: str) -> None:
    answer = sign_in("head").post(f"{PAGE}/{path}", data={"reason": "x", "csrf_token": "guessed"})
    assert answer.status_code == 403
    assert rows_of(app, EnrolmentCode) == []
    assert [device.revoked_at for device in rows_of(app, Device)] == [None]


def test_a_browser_shows_the_code_and_revokes_by_keyboard_alone(officer: "Callable[[str, str], Page]", phone: Phone) -> None:
    page = officer("head", PAGE)
    page.get_by_role("button", name="发加入码 · 巡查己").click()
    drawn = page.locator(".joining svg").bounding_box()
    assert drawn is not None
    assert drawn["width"] == drawn["height"] > 200
    page.goto(page.url.partition("/console")[0] + PAGE)
    summary = page.locator("tr", has_text="测试终端").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("手机丢失")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("已停用。").wait_for()
    assert phone.client.get("/sync/v1/session", headers=phone.headers).status_code == 401
