"""The rows of a weekly issue (周报) in one canonical text, computed from the books. Refuses rows that do not add up.

The text holds codes, days and fixed decimals only; words and headings are the printer's, so that a new wording changes no
issue that was cut.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any, Final

from server import problems
from server.domain.assessment import Programme
from server.domain.weekly_books import Books, CaseEntry, LeadEntry, is_in_progress, town_of
from server.domain.weekly_period import Period, legal_day

FORMAT: Final = "xuntu-weekly/1"
LEDGERS: Final = {"leads": "lead", "cases": "case"}
VILLAGE_DIGITS: Final = 12
CENT: Final = Decimal("0.01")
MU_PER_M2: Final = Decimal(3) / Decimal(2000)

LEAD_COUNTS: Final = ("opening", "registered", "case_opened", "dismissed", "routed_out", "closing")
CASE_COUNTS: Final = ("opening", "opened", "closed", "closing")
AREAS: Final = ("area_mu", "farmland_mu", "permanent_farmland_mu", "rectified_mu", "unrectified_mu")


@dataclass(frozen=True)
class Heading:
    """What an issue is: its county and number, its period, and the positions of the county's events it lies between."""

    county: str
    year: int
    number: int
    period: Period
    opening: int
    cut: int


@dataclass(frozen=True)
class Names:
    """Names as they were on the day of the cut: of the county, its towns and villages by code, and people by id."""

    county: str
    towns: Mapping[str, str]
    villages: Mapping[str, str]
    people: Mapping[str, str]


@dataclass(frozen=True)
class LeadLedger:
    """The rows of the lead ledger, each made when it is read: there may be a hundred thousand."""

    entries: Sequence[LeadEntry]
    period: Period

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (lead_row(entry, self.period) for entry in self.entries)


def compose(books: Books, heading: Heading, names: Names) -> dict[str, Any]:
    """The issue as JSON values; `leads` and `cases` are iterables of rows with a length. Raises ISSUE_UNBALANCED."""
    leads = LeadLedger(list(books.leads.values()), heading.period)
    cases = [case_row(entry, heading.period) for entry in books.cases.values()]
    document = {
        "format": FORMAT,
        "county": heading.county,
        "year": heading.year,
        "number": heading.number,
        "period": {"first": heading.period.first.isoformat(), "last": heading.period.last.isoformat()},
        "opening": heading.opening,
        "cut": heading.cut,
        "names": asdict(names_used(names, books)),
        "summary": summary_rows(books, cases, names),
        "programmes": {programme.value: counts_of(books, programme=programme.value) for programme in Programme},
        "leads": leads,
        "cases": [case for case in cases if is_illegal_use(case)],
    }
    require_balance(document)
    return document


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one text of an issue: a line of JSON for its head, one for each lead, one for each case (sorted keys, UTF-8)."""
    head = {name: value for name, value in document.items() if name not in LEDGERS}
    lines = [text_of(head)]
    for name, kind in LEDGERS.items():
        lines += [text_of({kind: row}) for row in document[name]]
    return b"\n".join(lines)


def text_of(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def head_of(rows: bytes) -> dict[str, Any]:
    """The head of a canonical text: everything but the ledgers."""
    head: dict[str, Any] = json.loads(rows.partition(b"\n")[0])
    return head


def document_of(rows: bytes) -> dict[str, Any]:
    """The issue that a canonical text tells of."""
    lines = [json.loads(line) for line in rows.split(b"\n")[1:]]
    return head_of(rows) | {name: [line[kind] for line in lines if kind in line] for name, kind in LEDGERS.items()}


def digest_of(content: bytes) -> str:
    """`sha256:<hex>` of bytes."""
    return f"sha256:{sha256(content).hexdigest()}"


def heading_of(document: Mapping[str, Any]) -> Heading:
    """The heading an issue was composed with."""
    period = Period(date.fromisoformat(document["period"]["first"]), date.fromisoformat(document["period"]["last"]))
    return Heading(document["county"], document["year"], document["number"], period, document["opening"], document["cut"])


def names_used(names: Names, books: Books) -> Names:
    """All towns, and of villages and people only those that a row names: an issue is no directory of the office."""
    leads, cases = [entry.stands for entry in books.leads.values()], [entry.stands for entry in books.cases.values()]
    villages = {stands["region"] for stands in (*leads, *cases)}
    people = {lead["verified_by"] for lead in leads} | {case[who] for case in cases for who in ("handler_id", "co_handler_id")}
    return replace(
        names,
        villages={code: name for code, name in names.villages.items() if code in villages},
        people={user: name for user, name in names.people.items() if user in people},
    )


def names_of(document: Mapping[str, Any]) -> Names:
    """The names an issue was composed with."""
    return Names(**document["names"])


def lead_row(entry: LeadEntry, period: Period) -> dict[str, Any]:
    """One row of the lead ledger. `late` says that the report was made before the period and came in within it (补报)."""
    lead = entry.stands
    late = entry.seen_on is not None and entry.received_on is not None and entry.seen_on < period.first <= entry.received_on
    return {
        **{name: lead[name] for name in ("number", "source", "programme", "matter", "parcel_code", "actor", "status")},
        **{name: lead[name] for name in ("found_on", "verified_by", "conclusion")},
        **places(lead),
        "registered_on": legal_day(lead["registered_at"]).isoformat(),
        "area_m2": fixed(lead["area_m2"]),
        "area_method": lead["area_method"],
        "due_on": lead["next_due"],
        "case_number": entry.case_number,
        "late": late,
    }


def case_row(entry: CaseEntry, period: Period) -> dict[str, Any]:
    """One row of the case ledger; farmland is that of the lead when the case was opened."""
    case = entry.stands
    recorded_on = legal_day(case["recorded_at"])
    return {
        **{name: case[name] for name in ("number", "programme", "cause", "party", "parcel_code", "basis", "stage")},
        **{name: case[name] for name in ("opened_on", "area_source", "next_step", "closed_on", "rectified_on")},
        **places(case),
        "recorded_on": recorded_on.isoformat(),
        "late": date.fromisoformat(case["opened_on"]) < period.first <= recorded_on,
        "area_m2": fixed(case["area_m2"]),
        "area_mu": mu(case["area_m2"]),
        "farmland_mu": mu(entry.lead["farmland_m2"]),
        "permanent_farmland_mu": mu(entry.lead["permanent_farmland_m2"]),
        "due_on": case["next_due"],
        "due_by": due_by(case["next_citation"]),
        "overdue_days": overdue_days(case, period),
        "handler": case["handler_id"],
        "co_handler": case["co_handler_id"],
    }


def due_by(citation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The instrument and article that a time limit rests on, and whether a lawyer had signed the value."""
    if citation is None:
        return None
    return {"instrument": citation["instrument"], "article": citation["article"], "reviewed": citation["reviewed_by"] is not None}


def overdue_days(case: Mapping[str, Any], period: Period) -> int:
    """Whole days that the next time limit lay back when the period ended; 0 for what is closed or in time."""
    if case["next_due"] is None or not is_in_progress(case):
        return 0
    return max(0, (period.last - date.fromisoformat(case["next_due"])).days)


def places(stands: Mapping[str, Any]) -> dict[str, Any]:
    """Codes of town and village; the village is None where the region is no village."""
    region = stands["region"]
    return {"town": town_of(stands), "village": region if len(region) == VILLAGE_DIGITS else None}


def is_illegal_use(case: Mapping[str, Any]) -> bool:
    return bool(case["programme"] == Programme.ILLEGAL_USE.value)


def summary_rows(books: Books, cases: Sequence[Mapping[str, Any]], names: Names) -> list[dict[str, Any]]:
    """One row a town, by code: every town of the register, and any other that something lies in."""
    towns = sorted({*names.towns, *(town for _, _, _, town in books.counts)})
    return [summary_row(books, town, [case for case in cases if case["town"] == town]) for town in towns]


def summary_row(books: Books, town: str, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A town's counts of all programmes; areas are those of the cases of illegal use that are in progress."""
    illegal = [case for case in cases if is_illegal_use(case) and case["closed_on"] is None]
    rectified = [case for case in illegal if case["rectified_on"] is not None]
    total = total_of(illegal, "area_mu")
    return {
        "town": town,
        **counts_of(books, town=town),
        "overdue": sum(1 for case in cases if case["overdue_days"] > 0),
        "area_mu": str(total),
        "farmland_mu": str(total_of(illegal, "farmland_mu")),
        "permanent_farmland_mu": str(total_of(illegal, "permanent_farmland_mu")),
        "rectified_mu": str(total_of(rectified, "area_mu")),
        "unrectified_mu": str(total - total_of(rectified, "area_mu")),
    }


def counts_of(books: Books, *, town: str | None = None, programme: str | None = None) -> dict[str, dict[str, int]]:
    """Opening, flows and closing of leads and cases, of one town or one programme."""
    fitting: Counter[tuple[str, str]] = Counter()
    for (what, name, of_programme, of_town), count in books.counts.items():
        if town in (None, of_town) and programme in (None, of_programme):
            fitting[what, name] += count
    return {
        "leads": {name: fitting["leads", name] for name in LEAD_COUNTS},
        "cases": {name: fitting["cases", name] for name in CASE_COUNTS},
    }


def grand_total(summary: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The sum of the summary's rows, each number as printed in its row."""
    rows = list(summary)
    return {
        "leads": {name: sum(row["leads"][name] for row in rows) for name in LEAD_COUNTS},
        "cases": {name: sum(row["cases"][name] for row in rows) for name in CASE_COUNTS},
        "overdue": sum(row["overdue"] for row in rows),
        **{name: str(total_of(rows, name)) for name in AREAS},
    }


def require_balance(document: Mapping[str, Any]) -> None:
    """Opening + came − went = closing, for every town, every programme and all; ledgers have as many rows. ISSUE_UNBALANCED."""
    total = grand_total(document["summary"])
    for name, counts in [
        *((row["town"], row) for row in document["summary"]),
        *document["programmes"].items(),
        ("the county", total),
    ]:
        leads, cases = counts["leads"], counts["cases"]
        gone = leads["case_opened"] + leads["dismissed"] + leads["routed_out"]
        require_equal(f"leads of {name}", leads["opening"] + leads["registered"] - gone, leads["closing"])
        require_equal(f"cases of {name}", cases["opening"] + cases["opened"] - cases["closed"], cases["closing"])
    require_equal("rows of the lead ledger", len(document["leads"]), total["leads"]["opening"] + total["leads"]["registered"])
    illegal = document["programmes"][Programme.ILLEGAL_USE.value]["cases"]
    require_equal("rows of the case ledger", len(document["cases"]), illegal["opening"] + illegal["opened"])


def require_equal(what: str, computed: int, found: int) -> None:
    if computed != found:
        raise problems.ISSUE_UNBALANCED(reason=f"{what}: {computed} by what happened, {found} by what is there")


def fixed(number: Any) -> str | None:
    """A number with two decimals as text, halves rounded up; None stays None."""
    return None if number is None else str(exact(number).quantize(CENT, ROUND_HALF_UP))


def mu(area_m2: Any) -> str | None:
    """Square metres as printed, in 亩 with two decimals as text."""
    printed = fixed(area_m2)
    return None if printed is None else fixed(Decimal(printed) * MU_PER_M2)


def exact(number: Any) -> Decimal:
    """The decimal that a JSON number is written as."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def total_of(rows: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    """The sum of a column as printed, so that a reader who adds up the rows finds the same."""
    return sum((Decimal(row[name]) for row in rows if row[name] is not None), Decimal("0.00"))
