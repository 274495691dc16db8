"""Leads and cases as they stood at two positions, read from events alone. Refuses to know anything an event does not say."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from server.domain.leads import LeadStatus
from server.domain.weekly_period import legal_day

UNFINISHED: Final = frozenset({LeadStatus.OPEN.value, LeadStatus.VERIFIED.value})
"""The statuses in which a lead is still somebody's work (未结)."""

LEAD_FLOWS: Final = {
    "lead.registered": "registered",
    "case.opened": "case_opened",
    "lead.dismissed": "dismissed",
    "lead.routed_out": "routed_out",
}
CASE_FLOWS: Final = {"case.opened": "opened"}
"""Events that move a number of the summary. An event that finishes something and is missing here leaves the issue unbalanced."""

LEAD_FACTS: Final = (
    *("number", "programme", "matter", "parcel_code", "actor", "region", "source", "status", "found_on", "registered_at"),
    *("area_m2", "farmland_m2", "permanent_farmland_m2", "area_method", "verified_by", "conclusion", "next_due"),
)
CASE_FACTS: Final = (
    *("number", "programme", "cause", "party", "parcel_code", "region", "basis", "stage", "opened_on", "recorded_at", "area_m2"),
    *("area_source", "next_step", "next_due", "next_citation", "handler_id", "co_handler_id", "closed_on", "rectified_on"),
)
"""What an issue needs to know of a lead and a case: a province's books must fit into memory."""

TOWN_DIGITS: Final = 9

# What is counted ("leads" or "cases"), under which name, of which programme, in which town.
Count = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a lead or a case, as its text says it."""

    position: int
    type: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class LeadEntry:
    """A lead by its newest event, when its first report was made and received, and the case that came of it."""

    stands: Mapping[str, Any]
    seen_on: date | None
    received_on: date | None
    case_number: str | None = None


@dataclass(slots=True)
class CaseEntry:
    """A case by its newest event, and the lead it was opened from as that stood then."""

    stands: Mapping[str, Any]
    lead: Mapping[str, Any]


@dataclass
class Books:
    """What a period began with, what happened in it, and what it ended with.

    `leads` and `cases` hold what was unfinished when the period began or came up in it, in the order of their numbers;
    `counts` holds opening, flows and closing.
    """

    opening: int
    leads: dict[str, LeadEntry] = field(default_factory=dict)
    cases: dict[str, CaseEntry] = field(default_factory=dict)
    counts: Counter[Count] = field(default_factory=Counter)
    begun: bool = False

    def begin(self) -> None:
        """The period begins here: what is unfinished is its opening stock."""
        self.begun = True
        self.count_stock("opening")

    def count_stock(self, name: str) -> None:
        """Count what is unfinished now under a name."""
        for entry in self.leads.values():
            if is_unfinished(entry.stands):
                self.counts["leads", name, entry.stands["programme"], town_of(entry.stands)] += 1
        for case in self.cases.values():
            if is_in_progress(case.stands):
                self.counts["cases", name, case.stands["programme"], town_of(case.stands)] += 1

    def take(self, line: Line) -> None:
        """Apply one event; events come in the order of their positions."""
        if line.position > self.opening and not self.begun:
            self.begin()
        lead, case = line.facts.get("lead"), line.facts.get("case")
        if lead is not None:
            self.take_lead(line, lead)
            self.count_flow("leads", LEAD_FLOWS.get(line.type), lead)
        if case is not None:
            self.take_case(line, case)
            self.count_flow("cases", CASE_FLOWS.get(line.type), case)

    def count_flow(self, what: str, name: str | None, stands: Mapping[str, Any]) -> None:
        if self.begun and name is not None:
            self.counts[what, name, stands["programme"], town_of(stands)] += 1

    def take_lead(self, line: Line, lead: Mapping[str, Any]) -> None:
        """The lead as it stands now. What was finished before the period began is let go: it is in no issue to come."""
        known = self.leads.get(lead["id"])
        if not self.begun and not is_unfinished(lead):
            self.leads.pop(lead["id"], None)
        elif known is not None:
            known.stands = only(lead, LEAD_FACTS)
        elif is_unfinished(lead):
            self.leads[lead["id"]] = LeadEntry(only(lead, LEAD_FACTS), *first_report_days(line.facts))

    def take_case(self, line: Line, case: Mapping[str, Any]) -> None:
        """The case as it stands now, remembering the lead it came from."""
        known = self.cases.get(case["id"])
        if known is None:
            self.cases[case["id"]] = CaseEntry(only(case, CASE_FACTS), only(line.facts["lead"], LEAD_FACTS))
        else:
            known.stands = only(case, CASE_FACTS)
        if not self.begun and not is_in_progress(case):
            self.cases.pop(case["id"])
        source = self.leads.get(case["lead_id"])
        if source is not None:
            source.case_number = case["number"]


def fold(lines: Iterable[Line], *, opening: int) -> Books:
    """The books of the events up to a cut; the period begins after the position `opening`."""
    books = Books(opening)
    for line in lines:
        books.take(line)
    if not books.begun:
        books.begin()
    books.count_stock("closing")
    return books


def only(stands: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: stands[name] for name in names}


def is_unfinished(lead: Mapping[str, Any]) -> bool:
    return lead["status"] in UNFINISHED


def is_in_progress(case: Mapping[str, Any]) -> bool:
    return case["closed_on"] is None


def town_of(stands: Mapping[str, Any]) -> str:
    """The code of the town, or of the county where no town is known."""
    return str(stands["region"])[:TOWN_DIGITS]


def first_report_days(facts: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """The day a lead's first report was made and the legal day it reached the server, as far as the event says."""
    seen, received = facts.get("seen_on"), facts.get("received_at")
    return None if seen is None else date.fromisoformat(seen), None if received is None else legal_day(received)
