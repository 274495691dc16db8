"""Queries of the lists that officers work through, every one built on `scoped(actor)`. Refuses to count or fetch without bound.

A list drawn from several tables asks each of them for its own first rows, in the same order, and merges what comes back: each
question can then use an index, and both databases give the same page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

import shapely
from sqlalchemy import ColumnElement, Row, and_, false, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.domain.geometry import place_of
from server.domain.permissions import Actor
from server.domain.report import report_of
from server.store.dialects.text import bytewise, contains
from server.store.tables.organisation import Region
from server.store.tables.registry import ParcelVersion
from server.store.tables.sync import PhotoFlag, Submission
from server.store.tables.work import Case, Lead, LeadEvidence, Match
from server.store.unit_of_work import LEGAL_ZONE

Scoped = type[Lead] | type[Case] | type[Match]

COUNT_CAP: Final = 1000
"""Counting stops here: "1000+" tells a person as much as the exact number, and costs the same at a million rows."""
TOWN_DIGITS: Final = 9

CASE_RANK: Final = 100
"""A case has legal clocks running, so cases stand before every lead and are ordered by their next time limit."""
SIGHTING_RANK: Final = 40
"""A report without a parcel on which somebody saw something: it may become an urgent lead, so it waits among those."""
ROUTINE_RANK: Final = 5
"""A routine report without a parcel says that nothing was seen; placing it can wait."""
ROUTINE: Final = "routine"

CLOCK_OFF: Final = "clock-off"
"""The flag of a report whose phone's clock disagreed with the server's."""

TEXT_SORTS: Final = ("number", "town")
UNKNOWN_SORTS: Final = ("area", "due", "found")
LEAD_WAITING: Final = ("open", "verified")
LEAD_CLOSED: Final = ("dismissed", "routed_out", "case_opened")


@dataclass(frozen=True)
class QueueQuestion:
    """What a queue is asked: one value a filter (None: any), the order, and how many rows of which page."""

    kind: str | None
    programme: str | None
    town: str | None
    status: str
    handler_id: str | None
    text: str | None
    sort: str
    descending: bool
    offset: int
    size: int


@dataclass(frozen=True)
class QueueRow:
    """One thing that waits (or waited): a lead, a match to review or a case. Areas in m², `found_at` an instant in UTC."""

    kind: str
    id: str
    number: str
    programme: str | None
    matter: str | None
    parcel_id: str | None
    parcel_code: str | None
    party: str | None
    region: str
    area_m2: float | None
    rank: int
    status: str
    found_at: datetime
    due: date | None
    parts: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Branch:
    """One table's share of the queue: its rows, the columns they are ordered by (None: all alike), and how a row is read."""

    statement: Any
    columns: dict[str, Any]
    read: Callable[[Row[Any]], QueueRow]


def scoped(model: Scoped, actor: Actor) -> ColumnElement[bool]:
    """The rows of a table that lie in the actor's county and region; every query of a list begins with it."""
    own = model.county == actor.county
    if actor.region in ("", actor.county):
        return own
    return and_(own, below(model.region, actor.region))


def below(column: InstrumentedAttribute[Any], code: str) -> ColumnElement[bool]:
    """Region codes that begin with a code, as a range that an index can use; below what is no code there is nothing."""
    if code and not (code.isascii() and code.isdecimal()):
        return false()
    # The end is a code too: only digits stand in the same order in every locale that a database may have.
    last = code.rstrip("9")
    return column >= code if not last else and_(column >= code, column < last[:-1] + str(int(last[-1]) + 1))


def queue_rows(session: Session, asked: QueueQuestion, actor: Actor) -> list[QueueRow]:
    """The rows of one page, in order."""
    wanted = asked.offset + asked.size
    found: list[QueueRow] = []
    for branch in branches(session, asked, actor):
        ordered = branch.statement.order_by(*order_of(session, branch, asked)).limit(wanted)
        found += [branch.read(row) for row in session.execute(ordered)]
    return sorted(found, key=lambda row: sort_key(row, asked))[asked.offset : wanted]


def queue_size(session: Session, asked: QueueQuestion, actor: Actor) -> int:
    """How many rows there are in all, counted up to COUNT_CAP + 1."""
    total = 0
    for branch in branches(session, asked, actor):
        some = branch.statement.with_only_columns(literal(1)).limit(COUNT_CAP + 1 - total).subquery()
        total += session.scalar(select(func.count()).select_from(some)) or 0
        if total > COUNT_CAP:
            break
    return total


def branches(session: Session, asked: QueueQuestion, actor: Actor) -> list[Branch]:
    """The tables this question has to ask; one branch a status, so that an index gives each its order."""
    found: list[Branch] = []
    if asked.kind in (None, "lead"):
        found += [lead_branch(session, asked, actor, status) for status in lead_statuses(asked.status)]
    if asked.kind in (None, "case") and asked.status in ("waiting", "in_hand", "closed", "all"):
        found.append(case_branch(session, asked, actor))
    if asked.kind in (None, "review") and asked.status in ("waiting", "review", "all") and asked.programme is None:
        found += [review_branch(session, asked, actor, routine=routine) for routine in (False, True)]
    return found


def lead_statuses(status: str) -> tuple[str, ...]:
    table = {"waiting": LEAD_WAITING, "closed": LEAD_CLOSED, "all": LEAD_WAITING + LEAD_CLOSED}
    return table.get(status, (status,) if status in LEAD_WAITING else ())


def lead_branch(session: Session, asked: QueueQuestion, actor: Actor, status: str) -> Branch:
    matches = text_in(session, asked.text, Lead.number, Lead.parcel_code, Lead.actor)
    where = [scoped(Lead, actor), Lead.status == status, town_is(Lead.region, asked.town), matches]
    where += [Lead.programme == asked.programme] if asked.programme else []
    where += [or_(Lead.handler_id == asked.handler_id, Lead.handler_id.is_(None))] if asked.handler_id else []
    columns = {
        "urgency": Lead.priority,
        "found": Lead.found_on,
        "area": Lead.area_m2,
        "number": Lead.number,
        "town": Lead.region,
        "due": Lead.next_due,
        "id": Lead.id,
    }
    return Branch(select(Lead).where(*where), columns, lambda row: lead_row(row[0]))


def case_branch(session: Session, asked: QueueQuestion, actor: Actor) -> Branch:
    matches = text_in(session, asked.text, Case.number, Case.parcel_code, Case.party)
    where = [scoped(Case, actor), town_is(Case.region, asked.town), matches]
    where += [Case.programme == asked.programme] if asked.programme else []
    where += [or_(Case.handler_id == asked.handler_id, Case.handler_id.is_(None))] if asked.handler_id else []
    if asked.status != "all":
        where.append(Case.closed_on.is_not(None) if asked.status == "closed" else Case.closed_on.is_(None))
    columns = {
        "urgency": None,
        "found": Lead.found_on,
        "area": Case.area_m2,
        "number": Case.number,
        "town": Case.region,
        "due": Case.next_due,
        "id": Case.id,
    }
    origin = and_(Lead.county == Case.county, Lead.id == Case.lead_id)
    shown = select(Case, Lead.found_on).select_from(Case).join(Lead, origin)
    return Branch(shown.where(*where), columns, lambda row: case_row(row[0], row.found_on))


def review_branch(session: Session, asked: QueueQuestion, actor: Actor, *, routine: bool) -> Branch:
    same = and_(Submission.county == Match.county, Submission.id == Match.report_id, Submission.rev == Match.rev)
    where = [scoped(Match, actor), Match.current, Match.state == "review", Submission.state == "stored"]
    where += [town_is(Match.region, asked.town), text_in(session, asked.text, Match.report_id)]
    kind = func.coalesce(Submission.observation_kind, "")
    where.append(kind == ROUTINE if routine else kind != ROUTINE)
    columns = {
        "urgency": None,
        "found": Submission.captured_at,
        "area": None,
        "number": Match.report_id,
        "town": Match.region,
        "due": None,
        "id": Match.report_id,
    }
    shown = select(Match.report_id, Match.region, Submission.captured_at, Submission.received_at, Submission.observation_kind)
    return Branch(shown.join(Submission, same).where(*where), columns, review_row)


def lead_row(lead: Lead) -> QueueRow:
    return QueueRow(
        kind="lead",
        id=lead.id,
        number=lead.number,
        programme=lead.programme,
        matter=lead.matter,
        parcel_id=lead.parcel_id,
        parcel_code=lead.parcel_code,
        party=lead.actor or None,
        region=lead.region,
        area_m2=lead.area_m2,
        rank=lead.priority,
        status=lead.status,
        found_at=start_of(lead.found_on),
        due=lead.next_due,
        parts=lead.priority_parts,
    )


def case_row(case: Case, found_on: date) -> QueueRow:
    return QueueRow(
        kind="case",
        id=case.id,
        number=case.number,
        programme=case.programme,
        matter=case.cause,
        parcel_id=case.parcel_id,
        parcel_code=case.parcel_code,
        party=case.party,
        region=case.region,
        area_m2=case.area_m2,
        rank=CASE_RANK,
        status="in_hand" if case.closed_on is None else "closed",
        found_at=start_of(found_on),
        due=case.next_due,
        parts=(),
    )


def review_row(row: Row[Any]) -> QueueRow:
    return QueueRow(
        kind="review",
        id=row.report_id,
        number=row.report_id,
        programme=None,
        matter=row.observation_kind,
        parcel_id=None,
        parcel_code=None,
        party=None,
        region=row.region,
        area_m2=None,
        rank=ROUTINE_RANK if row.observation_kind == ROUTINE else SIGHTING_RANK,
        status="review",
        found_at=row.captured_at or row.received_at,
        due=None,
        parts=(),
    )


def start_of(day: date) -> datetime:
    """The instant a legal day begins."""
    return datetime.combine(day, time(), LEGAL_ZONE).astimezone(UTC)


def order_of(session: Session, branch: Branch, asked: QueueQuestion) -> list[Any]:
    """ORDER BY of one branch; must agree with `sort_key`. What is not known comes last, whichever way round."""
    terms: list[Any] = []
    column = branch.columns[asked.sort]
    if column is not None:
        column = bytewise(session, column) if asked.sort in TEXT_SORTS else column
        term = column.desc() if asked.descending else column.asc()
        terms.append(term.nulls_last() if asked.sort in UNKNOWN_SORTS else term)
    if asked.sort == "urgency" and branch.columns["due"] is not None:
        # Written as the index on open cases has it: NULLS LAST would keep SQLite from using any.
        terms += [branch.columns["due"].is_(None), branch.columns["due"].asc()]
    return [*terms, bytewise(session, branch.columns["id"])]


def sort_key(row: QueueRow, asked: QueueQuestion) -> tuple[Any, ...]:
    value: Any = {
        "urgency": row.rank,
        "found": row.found_at,
        "area": row.area_m2,
        "number": row.number,
        "town": row.region,
        "due": row.due,
    }[asked.sort]
    due = (row.due is None, row.due or date.max) if asked.sort == "urgency" else ()
    return (value is None, Falling(value) if asked.descending else Rising(value), *due, row.id)


@dataclass(frozen=True)
class Rising:
    """A value in its own order; two unknown ones are equal."""

    value: Any

    def __lt__(self, other: "Rising") -> bool:
        return self.value is not None and other.value is not None and bool(self.value < other.value)


@dataclass(frozen=True)
class Falling(Rising):
    """A value in the opposite order."""

    def __lt__(self, other: Rising) -> bool:
        return self.value is not None and other.value is not None and bool(other.value < self.value)


def town_is(column: InstrumentedAttribute[str], town: str | None) -> ColumnElement[bool]:
    return true() if town is None else below(column, town)


def text_in(session: Session, text: str | None, *columns: Any) -> ColumnElement[bool]:
    """Rows with the text in one of the columns, whichever its case."""
    return or_(*(contains(session, column, text) for column in columns)) if text else true()


def towns_of(session: Session, county: str) -> dict[str, str]:
    """Names of a county and of its towns by code, in the order of the codes."""
    wanted = and_(Region.code >= county, Region.code < county + ":", func.length(Region.code) <= TOWN_DIGITS)
    rows = session.execute(select(Region.code, Region.name).where(wanted).order_by(Region.code))
    return {row.code: row.name for row in rows}


def quarantined_count(session: Session, actor: Actor) -> int:
    """Items that no list shows because nobody could read or trust them, up to COUNT_CAP + 1; the whole county's or none."""
    if actor.region not in ("", actor.county):
        return 0
    some = select(literal(1)).where(Submission.county == actor.county, Submission.state == "quarantined").limit(COUNT_CAP + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def clocks_off(session: Session, rows: Iterable[QueueRow], county: str) -> frozenset[str]:
    """Ids of the leads and reports among the rows for whose day a phone's clock stands that was off; few rows, two reads."""
    wanted = list(rows)
    flagged = select(PhotoFlag.report_id).where(PhotoFlag.county == county, PhotoFlag.code == CLOCK_OFF)
    same = and_(PhotoFlag.report_id == LeadEvidence.report_id, PhotoFlag.rev == LeadEvidence.rev)
    fed = select(LeadEvidence.lead_id).join(PhotoFlag, and_(PhotoFlag.county == LeadEvidence.county, same))
    fed = fed.where(LeadEvidence.county == county, PhotoFlag.code == CLOCK_OFF)
    leads = [row.id for row in wanted if row.kind == "lead"]
    reports = [row.id for row in wanted if row.kind == "review"]
    found = set(session.scalars(fed.where(LeadEvidence.lead_id.in_(leads)))) if leads else set()
    return frozenset(found | (set(session.scalars(flagged.where(PhotoFlag.report_id.in_(reports)))) if reports else set()))


def geometries_of(session: Session, rows: Iterable[QueueRow], county: str) -> dict[tuple[str, str], dict[str, Any]]:
    """GeoJSON geometry of each row by (kind, id), degrees of EPSG:4490: its parcel's newest version, or the report's place."""
    wanted = list(rows)
    parcels = {row.parcel_id for row in wanted if row.parcel_id is not None}
    newest = select(ParcelVersion.parcel_id, ParcelVersion.geometry).where(
        ParcelVersion.county == county, ParcelVersion.parcel_id.in_(sorted(parcels))
    )
    shapes = {
        row.parcel_id: shapely.geometry.mapping(row.geometry)
        for row in session.execute(newest.order_by(ParcelVersion.valid_from))
    }
    found = {(row.kind, row.id): shapes[row.parcel_id] for row in wanted if row.parcel_id in shapes}
    reports = [(county, row.id) for row in wanted if row.kind == "review"]
    stored = select(Submission).where(tuple_(Submission.county, Submission.id).in_(reports), Submission.state == "stored")
    for row in session.scalars(stored.order_by(Submission.rev)) if reports else ():
        position = report_of(row.manifest, row.digest).position
        if position is not None and (place := place_of(position)) is not None:
            found["review", row.id] = {"type": "Point", "coordinates": place}
    return found
