"""Which entities of the feed an event changes. Refuses to guess: every event type is listed, as shown or as silent.

An event names what it happened to; what that touches (the reports behind a lead, those that declare a photo) is looked up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.services.pull_cursor import CASE_NOTE, NOTICE, PACKAGE, REPORT_STATE, TASK, Scope
from server.store.feed import EventSeen, leads_of_cases, reports_declaring, reports_feeding
from server.store.unit_of_work import UnitOfWork

Ref = tuple[str, str]
"""Entity and id: one thing of the feed."""

IMPORTS: Final = frozenset({"parcels.imported", "layer.imported", "duties.imported"})
"""What changes the packages of a county's areas."""

SHOWN: Final = IMPORTS | {
    "report.stored",
    "report.held",
    "report.quarantined",
    "report.released",
    "receipt.received",
    "receipt.complete",
    "photo.stored",
    "report.matched",
    "report.left_unplaced",
    "match.decided",
    "lead.registered",
    "lead.evidence_added",
    "lead.verified",
    "lead.dismissed",
    "lead.routed_out",
    "case.opened",
    "task.assigned",
    "task.progressed",
    "notice.posted",
}
"""The events that a phone may have to hear of."""

SILENT: Final = frozenset(
    {
        "deployment.opened",
        "access.refused",
        "crew.added",
        "user.added",
        "user.moved",
        "user.password_reset",
        "user.signed_in",
        "user.signed_out",
        "enrolment_code.issued",
        "device.enrolled",
        "device.forked",
        "device.revoked",
        "task_progress.stored",
        "task_progress.quarantined",
        "photo.examined",
        "lead.reweighed",
        "evidence.viewed",
        "regions.imported",
        "issue.cut",
        "issue.verified",
    }
)
"""The events that change nothing a phone is shown: a test holds that every event type is in one of the two."""


@dataclass(frozen=True)
class Neighbours:
    """What the things of some events touch within a scope: reports by photo and by lead, leads by case."""

    by_photo: Mapping[str, set[str]]
    by_lead: Mapping[str, set[str]]
    lead_of: Mapping[str, str]


def references(events: Iterable[EventSeen], scope: Scope, *, uow: UnitOfWork) -> list[tuple[int, list[Ref]]]:
    """Each event's position with the things it changes, in a fixed order; some may lie outside the scope."""
    seen = list(events)
    near = neighbours(seen, scope, uow=uow)
    return [
        (event.position, sorted(TOUCHED[event.aggregate](event, scope, near))) for event in seen if event.aggregate in TOUCHED
    ]


def neighbours(events: list[EventSeen], scope: Scope, *, uow: UnitOfWork) -> Neighbours:
    by_kind: dict[str, set[str]] = {}
    for event in events:
        by_kind.setdefault(event.aggregate, set()).add(event.aggregate_id)
    lead_of = leads_of_cases(uow.session, scope.county, by_kind.get("case", ()))
    leads = by_kind.get("lead", set()) | set(lead_of.values())
    who = (scope.county, scope.inspector_id)
    return Neighbours(
        by_photo=reports_declaring(uow.session, *who, by_kind.get("photo", ())),
        by_lead=reports_feeding(uow.session, *who, leads),
        lead_of=lead_of,
    )


def of_report(event: EventSeen, _scope: Scope, _near: Neighbours) -> set[Ref]:
    return {(REPORT_STATE, event.aggregate_id)}


def of_photo(event: EventSeen, _scope: Scope, near: Neighbours) -> set[Ref]:
    return {(REPORT_STATE, report) for report in near.by_photo.get(event.aggregate_id, ())}


def of_lead(event: EventSeen, _scope: Scope, near: Neighbours) -> set[Ref]:
    return lead_and_its_reports(event.aggregate_id, near)


def of_case(event: EventSeen, _scope: Scope, near: Neighbours) -> set[Ref]:
    """The case, the lead that ends with it, and the reports behind both."""
    lead = near.lead_of.get(event.aggregate_id)
    return {(CASE_NOTE, event.aggregate_id)} | (set() if lead is None else lead_and_its_reports(lead, near))


def of_task(event: EventSeen, _scope: Scope, _near: Neighbours) -> set[Ref]:
    return {(TASK, event.aggregate_id)}


def of_notice(event: EventSeen, _scope: Scope, _near: Neighbours) -> set[Ref]:
    return {(NOTICE, event.aggregate_id)}


def of_import(_event: EventSeen, scope: Scope, _near: Neighbours) -> set[Ref]:
    """An import into a county may change any of its packages; each package's ETag tells whether it did."""
    return {(PACKAGE, region) for region in scope.regions}


def lead_and_its_reports(lead: str, near: Neighbours) -> set[Ref]:
    return {(CASE_NOTE, lead)} | {(REPORT_STATE, report) for report in near.by_lead.get(lead, ())}


TOUCHED: Final[Mapping[str, Callable[[EventSeen, Scope, Neighbours], set[Ref]]]] = {
    "report": of_report,
    "photo": of_photo,
    "lead": of_lead,
    "case": of_case,
    "task": of_task,
    "notice": of_notice,
    "import_run": of_import,
}
"""What an event's aggregate touches; receipts of task progress touch nothing."""
