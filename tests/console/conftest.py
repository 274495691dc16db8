"""A console with an office behind it, and people signed in to it. Refuses to show a browser's complaint as a pass."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from tests.console import builders as build

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from playwright.sync_api import Page

SignIn = Callable[[str], "FlaskClient"]


@dataclass(frozen=True)
class Desk:
    """Ids of what lies on the desk: one of everything in the north, one lead in the south, one in another county."""

    lead: str
    verified_lead: str
    south_lead: str
    foreign_lead: str
    case: str
    foreign_case: str
    review: str
    foreign_review: str
    photo: str
    foreign_photo: str
    candidates: tuple[str, ...]


@pytest.fixture
def desk(unit_of_work: Any) -> Desk:
    """An office with work in every state."""
    with unit_of_work(origin="test") as uow:
        build.an_office(uow)
        build.a_device(uow, "巡查手机 1")
        parcels = [build.a_parcel(uow, f"P-{n}", east=n - 1) for n in (1, 2, 3)]
        south = build.a_parcel(uow, "S-1", east=9, region=build.SOUTH)
        foreign = build.a_parcel(uow, build.CANARY, east=5, county=build.FOREIGN, region=build.FOREIGN)
        build.a_layer(uow, "current_land_use", shapely.box(120.948, 31.3802, 120.956, 31.384))
        build.a_layer(uow, "permanent_basic_farmland", shapely.box(120.9506, 31.3803, 120.956, 31.384))
        build.a_layer(uow, "ecological_red_line", shapely.box(120.94, 31.3810, 120.97, 31.39))
        photo, foreign_photo = build.a_photo(uow), build.a_photo(uow, county=build.FOREIGN)
        report = build.a_report(uow, photos=(photo,))
        build.a_flag(uow, report, photo)
        build.a_match(uow, report, parcels[:1], state="matched")
        review = build.a_report(uow, photos=(build.a_photo(uow, colour="#9a7a5c"),), east=1.0)
        build.a_match(uow, review, parcels)
        abroad = build.a_report(uow, photos=(foreign_photo,), county=build.FOREIGN, note=build.CANARY)
        build.a_match(uow, abroad, [foreign], county=build.FOREIGN)
        foreign_lead = build.a_lead(uow, foreign, abroad, county=build.FOREIGN, actor=build.CANARY, status="case_opened")
        opened = build.a_lead(uow, parcels[2], report, status="case_opened", conclusion="属实")
        return Desk(
            lead=build.a_lead(uow, parcels[0], report),
            verified_lead=build.a_lead(uow, parcels[1], report, status="verified", conclusion="属实", version=2, priority=70),
            south_lead=build.a_lead(uow, south, priority=40),
            foreign_lead=foreign_lead,
            case=build.a_case(uow, opened, parcels[2]),
            foreign_case=build.a_case(uow, foreign_lead, foreign, county=build.FOREIGN, basis=build.CANARY),
            review=review,
            foreign_review=abroad,
            photo=photo,
            foreign_photo=foreign_photo,
            candidates=tuple(each.id for each in parcels),
        )


def token_of(client: "FlaskClient", path: str = "/console/sign-in") -> str:
    """The token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found, f"no form on {path}"
    return found[1]


@pytest.fixture
def sign_in(app: Any, desk: Desk) -> SignIn:
    """A client of its own with the session that signing in begins; the form itself has its own tests."""

    def signed_in(login: str) -> "FlaskClient":
        client = app.test_client()
        region = build.PEOPLE[login][1]
        with client.session_transaction() as session:
            session["_user_id"] = f"{region[:6]}|{uuid.uuid5(uuid.NAMESPACE_URL, login)}|key-of-{login}"
            session["_fresh"] = True
        return client

    return signed_in


@pytest.fixture
def complaints(page: "Page") -> Iterator[list[str]]:
    """What the browser complains of: script errors, blocked content. Must stay empty."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    yield found
    assert found == []


@pytest.fixture
def officer(page: "Page", live_server: str, desk: Desk, complaints: list[str]) -> "Callable[[str], Page]":
    """The page of a browser, signed in through the form."""

    def enter(login: str, path: str = "/console/") -> "Page":
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{live_server}/console/sign-in?next={path}")
        page.fill("[name=login]", login)
        page.fill("[name=password]", build.PASSWORD)
        page.click("form.sign-in button")
        page.wait_for_url(f"**{path}")
        return page

    return enter
