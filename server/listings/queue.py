"""The queue: one list of all that waits for an officer: leads, reports without a parcel, cases. Refuses other regions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from server.domain.geometry import mu
from server.domain.permissions import Action, Actor
from server.listings.declaration import PAGE_SIZE, Asked, Choice, Column, Filter, Listing, Names, Words
from server.store.listing import (
    COUNT_CAP,
    QueueQuestion,
    QueueRow,
    clocks_off,
    geometries_of,
    quarantined_count,
    queue_rows,
    queue_size,
    towns_of,
)
from server.store.unit_of_work import LEGAL_ZONE, UnitOfWork

ROWS_A_FILE: Final = 5000
ANY: Final = Choice("", ("全部", "all"))
MINE: Final = "mine"

KINDS: Final[Mapping[str, Words]] = {
    "lead": ("线索", "lead"),
    "review": ("落图复核", "review"),
    "case": ("案件", "case"),
}
STATUSES: Final[Mapping[str, Words]] = {
    "open": ("待核查", "to verify"),
    "verified": ("待决定", "to decide"),
    "review": ("待落图", "to place"),
    "in_hand": ("办理中", "in hand"),
    "closed": ("已结案", "closed"),
    "dismissed": ("不予立案", "dismissed"),
    "routed_out": ("已移送", "routed out"),
    "case_opened": ("已立案", "case opened"),
}
STATUS_CHOICES: Final = (
    Choice("waiting", ("待办", "waiting")),
    *(Choice(code, STATUSES[code]) for code in ("open", "verified", "review", "in_hand")),
    Choice("closed", ("已办结", "done")),
    Choice("all", ("全部", "all")),
)
PROGRAMMES: Final = ("idle_land", "illegal_use", "reclamation")


def day_of(row: QueueRow) -> str:
    return row.found_at.astimezone(LEGAL_ZONE).date().isoformat()


def area_text(row: QueueRow) -> str:
    return "" if row.area_m2 is None else f"{mu(row.area_m2):.2f}"


def rank_text(row: QueueRow) -> str:
    return str(row.rank) if row.kind == "lead" else ""


QUEUE: Final = Listing(
    name="queue",
    title=("队列", "Queue"),
    columns=(
        Column("urgency", ("优先级", "Priority"), lambda row, _: rank_text(row), is_number=True, sort="urgency"),
        Column("kind", ("类别", "Kind"), lambda row, names: names.of(KINDS[row.kind])),
        Column("number", ("编号", "Number"), lambda row, _: row.number, sort="number"),
        Column("programme", ("事项", "Programme"), lambda row, names: names.programme(row.programme), file_only=True),
        Column("matter", ("涉嫌事项／案由", "Matter"), lambda row, names: names.matter(row.matter)),
        Column("parcel", ("宗地编号", "Parcel"), lambda row, _: row.parcel_code or ""),
        Column("party", ("主体", "Party"), lambda row, _: row.party or ""),
        Column("town", ("乡镇(街道)", "Town"), lambda row, names: names.town(row.region), sort="town"),
        Column("area", ("面积(亩)", "Area (mu)"), lambda row, _: area_text(row), is_number=True, sort="area"),
        Column("found", ("发现日期", "Found on"), lambda row, _: day_of(row), sort="found"),
        Column("due", ("时限", "Due"), lambda row, _: "" if row.due is None else row.due.isoformat(), sort="due"),
        Column("status", ("状态", "Status"), lambda row, names: names.of(STATUSES[row.status])),
    ),
    filters=(
        Filter("status", ("状态", "Status"), STATUS_CHOICES, preset="waiting"),
        Filter("kind", ("类别", "Kind"), (ANY, *(Choice(code, words) for code, words in KINDS.items()))),
        Filter("programme", ("事项", "Programme"), (ANY, *(Choice(code, (code, code)) for code in PROGRAMMES))),
        Filter("who", ("承办", "Handler"), (ANY, Choice(MINE, ("我的和未分派的", "mine and unassigned")))),
        Filter("town", ("乡镇(街道)", "Town"), longest=12),
        Filter("q", ("查找编号、宗地、主体", "Find number, parcel, party")),
    ),
    sort="urgency",
)


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue with what surrounds it; `total` stops at COUNT_CAP + 1, `clock_off` are ids of rows."""

    asked: Asked
    rows: Sequence[QueueRow]
    total: int
    names: Names
    quarantined: int
    clock_off: frozenset[str]

    @property
    def total_text(self) -> str:
        return f"{COUNT_CAP}+" if self.total > COUNT_CAP else str(self.total)

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * PAGE_SIZE + 1

    @property
    def has_next(self) -> bool:
        return self.total > self.asked.page * PAGE_SIZE

    def towns(self) -> dict[str, str]:
        """The towns to choose from: the county itself is no choice."""
        return {code: name for code, name in self.names.towns.items() if len(code) == 9}


def queue_page(asked: Asked, names: Names, *, actor: Actor, uow: UnitOfWork) -> QueuePage:
    """One page of what the actor may see. Raises FORBIDDEN."""
    actor.require(Action.QUEUE_VIEW, on=actor.region)
    question = question_of(asked, actor)
    rows = queue_rows(uow.session, question, actor)
    # A page that is not full has been counted by reading it; this halves the cost of a search that finds little.
    is_last = 0 < len(rows) < PAGE_SIZE or (not rows and asked.page == 1)
    total = question.offset + len(rows) if is_last else queue_size(uow.session, question, actor)
    quarantined = quarantined_count(uow.session, actor)
    doubtful = clocks_off(uow.session, rows, actor.county)
    return QueuePage(asked, rows, total, with_towns(names, actor, uow), quarantined, doubtful)


def queue_file(asked: Asked, names: Names, *, actor: Actor, uow: UnitOfWork) -> tuple[list[QueueRow], Names]:
    """Every row of the question, up to ROWS_A_FILE, whatever its page. Raises FORBIDDEN."""
    actor.require(Action.QUEUE_VIEW, on=actor.region)
    question = replace(question_of(asked, actor), offset=0, size=ROWS_A_FILE)
    return queue_rows(uow.session, question, actor), with_towns(names, actor, uow)


def queue_shapes(
    asked: Asked, names: Names, *, actor: Actor, uow: UnitOfWork
) -> tuple[list[QueueRow], Names, dict[tuple[str, str], dict[str, Any]]]:
    """The rows of the page with their shapes as GeoJSON geometries. Raises FORBIDDEN."""
    actor.require(Action.QUEUE_VIEW, on=actor.region)
    rows = queue_rows(uow.session, question_of(asked, actor), actor)
    return rows, with_towns(names, actor, uow), geometries_of(uow.session, rows, actor.county)


def next_review(asked: Asked, names: Names, *, actor: Actor, uow: UnitOfWork) -> QueueRow | None:
    """The report that waits first for its parcel, among those the question shows. Raises FORBIDDEN."""
    reviews = asked.changed({"kind": "review", "status": "review", "programme": "", "page": 1})
    return next(iter(queue_page(reviews, names, actor=actor, uow=uow).rows), None)


def with_towns(names: Names, actor: Actor, uow: UnitOfWork) -> Names:
    return replace(names, towns=towns_of(uow.session, actor.county))


def question_of(asked: Asked, actor: Actor) -> QueueQuestion:
    return QueueQuestion(
        kind=asked.value("kind"),
        programme=asked.value("programme"),
        town=asked.value("town"),
        status=asked.value("status") or "waiting",
        handler_id=actor.id if asked.value("who") == MINE else None,
        text=asked.value("q"),
        sort=asked.sort,
        descending=asked.descending,
        offset=(asked.page - 1) * PAGE_SIZE,
        size=PAGE_SIZE,
    )
