"""What became of an inspector's own reports: kept how, matched to what, feeding which lead and case. Shows nobody else's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import load_only

from server.problems import REGISTRY
from server.services.pull_cursor import Scope
from server.services.receipts import key_of, missing_photos
from server.services.report_views import matches_of
from server.store.feed import own_report
from server.store.submissions import Key, declared_photos, newest_receipts
from server.store.tables.registry import Parcel
from server.store.tables.sync import InboxItem, Submission
from server.store.tables.work import Case, Lead, LeadEvidence, Match
from server.store.unit_of_work import UnitOfWork

State = dict[str, Any]
Led = tuple[Lead, Case | None]

STRENGTH: Final = {"quarantined": 0, "held": 1, "stored": 2}
"""Of several contents of one revision, the one that claims it is shown."""
WEIGHT: Final = {"dismissed": 0, "routed_out": 1, "open": 2, "verified": 3, "case_opened": 4}
"""Of several leads that a report feeds, the one that went furthest is shown."""
NEEDED: Final = (
    Submission.county,
    Submission.id,
    Submission.rev,
    Submission.digest,
    Submission.type,
    Submission.state,
    Submission.cause,
    Submission.inspector_id,
    Submission.pushed_by,
    Submission.received_at,
)
"""Everything but the manifest, which may be large."""


def report_states(ids: Iterable[str], scope: Scope, *, uow: UnitOfWork) -> dict[str, State]:
    """The state of each of the inspector's own reports by id, as its newest revision stands."""
    own = own_rows(sorted(ids), scope, uow=uow)
    rows = newest_revisions(own)
    if not rows:
        return {}
    missing = still_missing(rows, uow=uow)
    causes = causes_of([row for row in rows if row.state == "quarantined"], scope.county, uow=uow)
    # Anybody can push under the id of somebody else's report; what became of that one is for those who claim it.
    claimed = {row.id for row in own if row.state != "quarantined"}
    matches = matches_of([(row.id, row.rev) for row in rows if row.state == "stored"], scope.county, uow=uow)
    codes = codes_of({match.parcel_id for match in matches.values() if match.parcel_id}, scope.county, uow=uow)
    led = led_to(sorted(claimed), scope.county, uow=uow)
    return {
        row.id: {
            "id": row.id,
            "rev": row.rev,
            "digest": row.digest,
            "current": row.state,
            "problem": causes.get(key_of(row)),
            "missing": missing[key_of(row)],
            "match": match_told(matches.get((row.id, row.rev)), codes),
            **lead_told(led.get(row.id)),
        }
        for row in rows
    }


def own_rows(ids: Sequence[str], scope: Scope, *, uow: UnitOfWork) -> Sequence[Submission]:
    """Every content of every revision that the inspector wrote or delivered of these reports."""
    own = select(Submission).where(
        Submission.county == scope.county,
        Submission.id.in_(ids),
        Submission.type == "report",
        own_report(scope.inspector_id),
    )
    return uow.session.scalars(own.options(load_only(*NEEDED)).order_by(Submission.id, Submission.digest)).all()


def newest_revisions(rows: Sequence[Submission]) -> list[Submission]:
    """One row for each report: of its highest revision the content that claims it, else the one that came last."""
    newest: dict[str, Submission] = {}
    for row in rows:
        known = newest.get(row.id)
        if known is None or rank(row) > rank(known):
            newest[row.id] = row
    return list(newest.values())


def rank(row: Submission) -> tuple[int, int, float]:
    return row.rev, STRENGTH[row.state], row.received_at.timestamp()


def still_missing(rows: list[Submission], *, uow: UnitOfWork) -> dict[Key, list[str]]:
    """Photo digests still to be uploaded; none once a receipt of this epoch said complete."""
    keys = [key_of(row) for row in rows]
    missing = missing_photos(rows, declared_photos(uow.session, keys), uow=uow)
    for key, receipt in newest_receipts(uow.session, keys, uow.world.server_epoch).items():
        if receipt.state == "complete":
            missing[key] = []
    return missing


def causes_of(rows: Sequence[Submission], county: str, *, uow: UnitOfWork) -> dict[Key, State]:
    """Why each is quarantined: as it was judged on arrival, or as the kind of problem says where it was judged later."""
    arrived = select(InboxItem).where(
        InboxItem.county == county, InboxItem.submission_id.in_([row.id for row in rows]), InboxItem.problem.is_not(None)
    )
    told: dict[tuple[str, str | None], State] = {}
    for item in uow.session.scalars(
        arrived.options(load_only(InboxItem.digest, InboxItem.problem)).order_by(InboxItem.received_at)
    ):
        if item.problem is not None:
            told[item.digest, item.problem.get("code")] = {name: item.problem[name] for name in ("code", "title", "detail")}
    return {key_of(row): told.get((row.digest, row.cause)) or cause_of(row.cause) for row in rows}


def cause_of(code: str | None) -> State:
    """A kind of problem without the details of one."""
    kind = REGISTRY.get(code or "")
    if kind is None:
        return {"code": code or "quarantined", "title": "Quarantined", "detail": "A person looks at it."}
    return {"code": kind.code, "title": kind.title, "detail": kind.title if "{" in kind.sentence else kind.sentence}


def codes_of(parcels: set[str], county: str, *, uow: UnitOfWork) -> dict[str, str]:
    """Parcel id → its code."""
    query = select(Parcel.id, Parcel.code).where(Parcel.county == county, Parcel.id.in_(sorted(parcels)))
    return {row.id: row.code for row in uow.session.execute(query)}


def match_told(match: Match | None, codes: Mapping[str, str]) -> State | None:
    if match is None:
        return None
    return {
        "state": match.state,
        "parcel_id": match.parcel_id,
        "parcel_code": codes.get(match.parcel_id or ""),
        "probability": match.probability,
        "decided_by": "machine" if match.decided_by == "machine" else "person",
        "reason_zh": match.reason_zh,
        "reason_en": match.reason_en,
    }


def led_to(ids: Sequence[str], county: str, *, uow: UnitOfWork) -> dict[str, Led]:
    """Report id → the lead that went furthest of those it feeds, with its case."""
    query = (
        select(LeadEvidence.report_id, Lead, Case)
        .join(Lead, (Lead.county == LeadEvidence.county) & (Lead.id == LeadEvidence.lead_id))
        .outerjoin(Case, (Case.county == Lead.county) & (Case.lead_id == Lead.id))
        .where(LeadEvidence.county == county, LeadEvidence.report_id.in_(ids))
        .order_by(Lead.registered_at, Lead.id)
    )
    found: dict[str, Led] = {}
    for report, lead, case in uow.session.execute(query):
        if report not in found or WEIGHT[lead.status] >= WEIGHT[found[report][0].status]:
            found[report] = (lead, case)
    return found


def lead_told(led: Led | None) -> State:
    """The two members of a report's state that speak of the office's work."""
    if led is None:
        return {"lead": None, "case": None}
    lead, case = led
    return {
        "lead": {"id": lead.id, "number": lead.number, "programme": lead.programme, "status": lead.status},
        "case": None if case is None else {"id": case.id, "number": case.number, "stage": case.stage},
    }
