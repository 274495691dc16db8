"""Notices to phones: words to one inspector or to everybody whose area touches a region. Never changed once posted."""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from server import problems
from server.domain.permissions import Action, Actor, Role
from server.services.registry import county_of
from server.store.tables.organisation import User
from server.store.tables.work import Notice
from server.store.unit_of_work import UnitOfWork

MOST_TITLE: Final = 200


@dataclass(frozen=True)
class Words:
    """A title and a text in both languages; English that is not given repeats the Chinese."""

    title_zh: str
    text_zh: str
    title_en: str | None = None
    text_en: str | None = None


def notify_region(region: str, words: Words, *, actor: Actor, uow: UnitOfWork) -> Notice:
    """Tell everybody whose area touches a region. Raises FORBIDDEN, NOT_FOUND, REGION_UNKNOWN, REASON_REQUIRED."""
    actor.require(Action.NOTICE_POST, on=region)
    county = county_of(region, uow=uow)
    return post(Notice(county=county, id=str(uuid.uuid4()), region=region), words, by=actor, uow=uow)


def notify_inspector(login: str, words: Words, *, actor: Actor, uow: UnitOfWork) -> Notice:
    """Tell one inspector. Raises FORBIDDEN, NOT_FOUND, USER_UNKNOWN, NOT_AN_INSPECTOR, REASON_REQUIRED."""
    actor.require(Action.NOTICE_POST, on=actor.region)
    inspector = uow.session.scalar(select(User).where(User.login == login, User.active))
    if inspector is None:
        raise problems.USER_UNKNOWN(login=login)
    actor.require(Action.NOTICE_POST, on=inspector.region)
    if inspector.role != Role.INSPECTOR.value:
        raise problems.NOT_AN_INSPECTOR(login=login, role=inspector.role)
    return post(Notice(county=inspector.county, id=str(uuid.uuid4()), inspector_id=inspector.id), words, by=actor, uow=uow)


def post(notice: Notice, words: Words, *, by: Actor, uow: UnitOfWork) -> Notice:
    """Keep the notice with its words, and record it. Raises REASON_REQUIRED, INVALID."""
    if not words.title_zh.strip() or not words.text_zh.strip():
        raise problems.REASON_REQUIRED(move="a notice: it needs a title and a text")
    if max(len(words.title_zh), len(words.title_en or "")) > MOST_TITLE:
        raise problems.INVALID(fields={"title": [f"at most {MOST_TITLE} characters"]})
    notice.posted_at = uow.now
    notice.title_zh, notice.text_zh = words.title_zh.strip(), words.text_zh.strip()
    notice.title_en = (words.title_en or "").strip() or notice.title_zh
    notice.text_en = (words.text_en or "").strip() or notice.text_zh
    uow.session.add(notice)
    facts = {"region": notice.region, "inspector_id": notice.inspector_id, "title": notice.title_zh}
    uow.record("notice.posted", county=notice.county, aggregate=("notice", notice.id), facts=facts, by=by)
    return notice
