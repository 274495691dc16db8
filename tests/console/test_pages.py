"""What officers see and do: roles, regions, next steps, decisions, versions. Every page in both languages."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from server.store.tables.sync import Event
from server.store.tables.work import Case, Lead, Match
from tests.console import builders as build
from tests.console.conftest import Desk, SignIn, token_of


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def act(client: FlaskClient, page: str, move: str, **form: Any) -> Any:
    return client.post(f"{page}/{move}", data={"csrf_token": token_of(client, page), **form})


def row(unit_of_work: Any, table: Any, id_: str) -> Any:
    with unit_of_work(read_only=True) as uow:
        return uow.session.get(table, (build.COUNTY, id_))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_shown_in_both_languages(sign_in: SignIn, desk: Desk, language: str) -> None:
    client = sign_in("head")
    for path in (
        "/console/",
        f"/console/leads/{desk.lead}",
        f"/console/cases/{desk.case}",
        f"/console/reviews/{desk.review}",
        "/console/phones",
        "/docs",
    ):
        page = text_of(client, f"{path}?lang={language}")
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page
        assert ("队列" in page) == (language == "zh")


def test_the_language_stays_until_it_is_changed_again(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in("head")
    assert "Next step" in text_of(client, f"/console/leads/{desk.lead}?lang=en")
    assert "Next step" in text_of(client, f"/console/cases/{desk.case}")


def test_a_lead_shows_its_next_step_reasons_citation_and_evidence(sign_in: SignIn, desk: Desk) -> None:
    page = text_of(sign_in("handler"), f"/console/leads/{desk.lead}")
    for words in (
        "下一步",
        "批文、供地均未覆盖",
        "第五十七条第一款",
        "未经法制审核",
        "1.29 亩",
        "旗标 1",
        "340 米",
        "正在砌墙",
        "map-subject",
    ):
        assert words in page
    assert f"/console/photos/{desk.photo}/thumbnail" in page


def test_a_case_shows_what_is_missing_and_that_its_area_is_an_estimate(sign_in: SignIn, desk: Desk) -> None:
    page = text_of(sign_in("handler"), f"/console/cases/{desk.case}")
    for words in ("勘测面积", "协办人", "估算", "还有 7 天", "办理过程", "来自线索"):
        assert words in page


def test_a_handler_verifies_and_only_then_a_section_head_opens_the_case(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    handler, head, page = sign_in("handler"), sign_in("head"), f"/console/leads/{desk.lead}"
    assert act(handler, page, "verify", version=1, conclusion="属实").status_code == 303
    assert "你的角色不能办这一步" in text_of(handler, page)
    assert act(handler, page, "open-case", version=2, basis="x", decided_on="2026-11-23").status_code == 403
    answer = act(head, page, "open-case", version=2, basis="经批准", decided_on="2026-11-23", handler_id="")
    assert answer.status_code == 303
    opened = row(unit_of_work, Case, answer.headers["Location"].rsplit("/", 1)[-1])
    assert (opened.basis, opened.opened_on.isoformat()) == ("经批准", "2026-11-23")
    assert "已立案，时限开始计算" in text_of(head, answer.headers["Location"])


def test_a_dismissal_needs_a_reason_and_keeps_it(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client, page = sign_in("handler"), f"/console/leads/{desk.lead}"
    refused = act(client, page, "dismiss", version=1, reason="  ")
    assert refused.status_code == 422
    assert "请写明理由" in refused.get_data(as_text=True)
    assert act(client, page, "dismiss", version=1, reason="是临时看护棚").status_code == 303
    assert row(unit_of_work, Lead, desk.lead).conclusion == "是临时看护棚"


def test_who_decides_on_an_old_page_is_told_and_keeps_what_was_typed(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    first, second, page = sign_in("handler"), sign_in("head"), f"/console/leads/{desk.lead}"
    assert act(first, page, "verify", version=1, conclusion="属实").status_code == 303
    late = act(second, page, "dismiss", version=1, reason="我写了很久的理由")
    shown = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "别人刚改过这一条" in shown
    assert "我写了很久的理由" in shown
    assert row(unit_of_work, Lead, desk.lead).status == "verified"


def test_a_decision_that_lies_in_the_future_is_sent_back_with_its_words(sign_in: SignIn, desk: Desk) -> None:
    page = f"/console/leads/{desk.verified_lead}"
    answer = act(sign_in("head"), page, "open-case", version=2, basis="经批准的依据", decided_on="2026-12-31")
    assert answer.status_code == 422
    assert "经批准的依据" in answer.get_data(as_text=True)


def test_a_person_places_a_report_and_the_queue_moves_on(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client, page = sign_in("handler"), f"/console/reviews/{desk.review}"
    answer = act(client, page, "decide", seq=1, choice=desk.candidates[1])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    with unit_of_work(read_only=True) as uow:
        decided = uow.session.get(Match, (build.COUNTY, desk.review, 1, 2))
    assert (decided.state, decided.version_id) == ("matched", desk.candidates[1])
    assert "已落图" in text_of(client, page)
    again = act(client, page, "decide", seq=1, choice="none")
    assert again.status_code == 409


def test_a_choice_nobody_offered_is_refused(sign_in: SignIn, desk: Desk) -> None:
    assert act(sign_in("handler"), f"/console/reviews/{desk.review}", "decide", seq=1, choice="elsewhere").status_code == 422


def test_an_auditor_reads_everything_and_changes_nothing(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in("auditor")
    lead = text_of(client, f"/console/leads/{desk.lead}")
    assert "data-draft" not in lead
    assert "你的角色只能看" in text_of(client, f"/console/reviews/{desk.review}")
    assert act(client, f"/console/leads/{desk.lead}", "verify", version=1, conclusion="x").status_code == 403


def test_an_inspector_is_told_on_a_page_that_there_is_no_queue(sign_in: SignIn) -> None:
    assert "你的角色不能这样做" in text_of(sign_in("inspector"), "/console/", 403)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_administrator_finds_the_commands_and_no_queue(sign_in: SignIn, desk: Desk, language: str) -> None:
    client = sign_in("admin")
    page = text_of(client, f"/console/?lang={language}")
    for command in ("users list", "users add", "users reset", "devices code", "parcels import"):
        assert command in page
    assert ("服务器命令行" in page) == (language == "zh")
    assert desk.lead not in page
    text_of(client, "/console/queue.csv", 403)


def test_the_bare_address_leads_to_the_console(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")


def test_an_address_that_does_not_exist_still_names_who_is_signed_in(sign_in: SignIn) -> None:
    for path in ("/console/nothing-here", "/console/leads/x"):
        page = text_of(sign_in("handler"), path, 404)
        assert "承办甲" in page
        assert "退出" in page


def a_lead_of_another_office(unit_of_work: Any) -> str:
    reason = "农村村民住宅用地，由农业农村部门处理。"
    assessment = build.ASSESSMENT | {"finding": "routed_out", "reason_zh": reason}
    with unit_of_work() as uow:
        return build.a_lead(uow, build.a_parcel(uow, "R-1", east=30), assessment=assessment)


def test_the_machine_proposes_a_transfer_and_a_person_makes_it(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client, page = sign_in("handler"), f"/console/leads/{a_lead_of_another_office(unit_of_work)}"
    shown = text_of(client, page)
    assert "机器建议移送" in shown
    assert ">农村村民住宅用地，由农业农村部门处理。</textarea>" in shown
    assert act(client, page, "route-out", version=7, transfer_reason="x").status_code == 409
    assert act(client, page, "route-out", version=1, transfer_reason=" ").status_code == 422
    assert act(client, page, "route-out", version=1, transfer_reason="移送镇农业农村局").status_code == 303
    sent = row(unit_of_work, Lead, page.rsplit("/", 1)[-1])
    assert (sent.status, sent.conclusion) == ("routed_out", "移送镇农业农村局")
    assert "已移送，理由记入办理过程" in text_of(client, page)


def test_a_lead_that_belongs_here_is_not_proposed_for_transfer_but_can_be_sent(sign_in: SignIn, desk: Desk) -> None:
    client, page = sign_in("handler"), f"/console/leads/{desk.lead}"
    assert "机器建议移送" not in text_of(client, page)
    assert act(client, page, "route-out", version=1, transfer_reason="属林业部门").status_code == 303


def test_none_of_these_is_said_as_such(sign_in: SignIn, desk: Desk) -> None:
    client, page = sign_in("handler"), f"/console/reviews/{desk.review}"
    assert act(client, page, "decide", seq=1, choice="none").status_code == 303
    shown = text_of(client, page)
    assert "已记为都不是" in shown
    assert "机器接着比对规定" not in shown


def test_a_clock_that_was_off_is_marked_in_the_queue_and_on_the_lead(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client = sign_in("handler")
    assert "时钟不准" not in text_of(client, "/console/")
    with unit_of_work() as uow:
        report = build.a_report(uow)
        build.a_flag(uow, report, text="终端时钟与服务器相差 365 天", code="clock-off")
        lead = build.a_lead(uow, build.a_parcel(uow, "C-1", east=40), report)
    assert "时钟不准" in text_of(client, "/console/")
    assert "手机时钟不准" in text_of(client, f"/console/leads/{lead}")


def test_codes_of_the_record_are_words_on_the_page(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    observation = {"kind": "land_use", "use": "rural_house", "area_m2": 90.0, "area_method": "sketched", "current_class": "0101"}
    onsite = {"state": "in_progress", "act_date_source": "statement", "measures": ["oral_stop", "stop_notice"]}
    with unit_of_work() as uow:
        report = build.a_report(uow, observation=observation, onsite=onsite)
        parts = [{"name_zh": "超期", "name_en": "overdue", "points": 9, "why": "424.00 d"}]
        parts.append({"name_zh": "证据存疑", "name_en": "doubts about the evidence", "points": -3, "why": "1 flags"})
        lead = build.a_lead(uow, build.a_parcel(uow, "W-1", east=50), report, priority_parts=parts)
    client = sign_in("handler")
    zh = text_of(client, f"/console/leads/{lead}?lang=zh")
    en = text_of(client, f"/console/leads/{lead}?lang=en")
    for words in ("农村住宅", "当事人陈述", "停止违法行为通知书", "0101 水田", "424 天", "1 项旗标"):
        assert words in zh
    for words in ("rural house", "statement of the party", "stop notice", "paddy field", "424 days", "1 flag<"):
        assert words in en
    for code in ("rural_house", "stop_notice", "424.00"):
        assert code not in zh + en


FOREIGN_PATHS = (
    "/console/leads/{desk.foreign_lead}",
    "/console/leads/{desk.foreign_lead}/map.json",
    "/console/cases/{desk.foreign_case}",
    "/console/cases/{desk.foreign_case}/map.json",
    "/console/reviews/{desk.foreign_review}",
    "/console/reviews/{desk.foreign_review}/map.json",
    "/console/photos/{desk.foreign_photo}/thumbnail",
    "/console/photos/{desk.foreign_photo}/original",
)


def test_another_countys_things_are_not_there(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in("head")
    for path in (each.format(desk=desk) for each in FOREIGN_PATHS):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert build.CANARY not in answer.get_data(as_text=True), path


def test_no_list_names_another_county(sign_in: SignIn) -> None:
    client = sign_in("head")
    for path in ("/console/?status=all", "/console/queue.csv?status=all", "/console/queue.geojson?status=all"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert build.CANARY not in answer.get_data(as_text=True), path


def test_a_town_sees_its_own_leads_only(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in("south-handler")
    listed = text_of(client, "/console/")
    assert desk.south_lead in listed
    assert desk.lead not in listed
    assert client.get(f"/console/leads/{desk.lead}").status_code == 404
    assert client.get(f"/console/photos/{desk.photo}/thumbnail").status_code == 404
    assert act_without_page(client, desk.lead) == 404


def act_without_page(client: FlaskClient, lead_id: str) -> int:
    form = {"csrf_token": token_of(client, "/console/"), "version": 1, "conclusion": "x"}
    return client.post(f"/console/leads/{lead_id}/verify", data=form).status_code


def test_who_saw_evidence_is_recorded(sign_in: SignIn, desk: Desk, unit_of_work: Any) -> None:
    client = sign_in("handler")
    text_of(client, f"/console/leads/{desk.lead}")
    with client.get(f"/console/photos/{desk.photo}/original") as answer:
        assert answer.status_code == 200
    with unit_of_work(read_only=True) as uow:
        seen = [each.aggregate for each in uow.session.query(Event).filter_by(type="evidence.viewed").order_by(Event.position)]
    assert seen == ["lead", "photo"]


def test_an_original_is_saved_and_never_shown(sign_in: SignIn, desk: Desk) -> None:
    with sign_in("handler").get(f"/console/photos/{desk.photo}/original") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.data[:2] == b"\xff\xd8"


def test_a_photo_nobody_declared_is_not_there(sign_in: SignIn, unit_of_work: Any) -> None:
    with unit_of_work() as uow:
        stray = build.a_photo(uow)
    client = sign_in("handler")
    assert client.get(f"/console/photos/{stray}/thumbnail").status_code == 404
    assert client.get("/console/photos/..%2f..%2fsecret_key/original").status_code == 404


def test_the_map_gives_parcel_layers_circle_and_view(sign_in: SignIn, desk: Desk) -> None:
    found = sign_in("handler").get(f"/console/leads/{desk.lead}/map.json").get_json(force=True)
    roles = {each["properties"]["role"] for each in found["features"]}
    assert {"layer", "parcel", "subject", "accuracy", "view", "position"} <= roles
    west, south, east, north = found["bbox"]
    assert west < 120.95 < east
    assert south < 31.38 < north


def test_the_api_page_lists_every_path_of_the_description(client: FlaskClient) -> None:
    spec = client.get("/openapi.json").get_json()
    page = client.get("/docs").get_data(as_text=True)
    assert [path for path in spec["paths"] if path not in page] == []
