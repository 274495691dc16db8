"""Open leads and cases of a place, one line each, as a crew carries them. Says nothing of evidence, reasons or people inside.

Both the feed of changes and the area package are made of these lines, so that a phone can lay one over the other.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from server.domain.assessment import Programme
from server.domain.geometry import mu
from server.programmes import PROGRAMMES
from server.store.listing import LEAD_WAITING, below
from server.store.tables.work import Case, Lead
from server.store.unit_of_work import UnitOfWork

SEPARATOR: Final = " · "

Line = dict[str, Any]


def open_matters(county: str, regions: Iterable[str], *, uow: UnitOfWork) -> list[Line]:
    """The lines of every open lead and case whose region lies in one of the regions, leads first, each by id."""
    wanted = sorted(set(regions))
    leads = select(Lead).where(Lead.county == county, Lead.status.in_(LEAD_WAITING), within(Lead.region, wanted))
    cases = select(Case, Lead.matter).join(Lead, (Lead.county == Case.county) & (Lead.id == Case.lead_id))
    cases = cases.where(Case.county == county, Case.closed_on.is_(None), within(Case.region, wanted))
    found = [lead_line(lead) for lead in uow.session.scalars(leads.order_by(Lead.id))]
    return found + [case_line(case, matter) for case, matter in uow.session.execute(cases.order_by(Case.id))]


def within(column: InstrumentedAttribute[str], regions: Iterable[str]) -> ColumnElement[bool]:
    """Region codes that lie in one of the regions; in none of no regions."""
    return or_(false(), *(below(column, region) for region in regions))


def lead_line(lead: Lead) -> Line:
    """A lead as one line; `status` is the lead's own, `next_due` an ISO day or None."""
    zh, en = matter_words(lead.programme, lead.matter)
    return line(lead, "lead", lead.matter, lead.status, summary(zh, lead, lead.actor), summary(en, lead, lead.actor, unit="mu"))


def case_line(case: Case, matter: str) -> Line:
    """A case as one line; `status` is its stage, or `closed`. `matter` is that of the lead it came from."""
    step = PROGRAMMES[Programme(case.programme)].first_step
    next_zh, next_en = (step.name_zh, step.name_en) if case.next_step == step.code else (None, None)
    _, en = matter_words(case.programme, matter)
    status = case.stage if case.closed_on is None else "closed"
    said_zh = summary(case.cause, case, case.party, None if next_zh is None else f"下一步：{next_zh}")
    said_en = summary(en, case, case.party, None if next_en is None else f"next: {next_en}", unit="mu")
    return line(case, "case", matter, status, said_zh, said_en)


def line(of: Lead | Case, kind: str, matter: str, status: str, summary_zh: str, summary_en: str) -> Line:
    return {
        "id": of.id,
        "type": kind,
        "number": of.number,
        "programme": of.programme,
        "matter": matter,
        "parcel_id": of.parcel_id,
        "parcel_code": of.parcel_code,
        "region": of.region,
        "status": status,
        "next_due": None if of.next_due is None else of.next_due.isoformat(),
        "summary_zh": summary_zh,
        "summary_en": summary_en,
    }


def matter_words(programme: str, matter: str) -> tuple[str, str]:
    """What a kind of lead is called; the code itself where the programme no longer knows it."""
    return PROGRAMMES[Programme(programme)].matters.get(matter, (matter, matter))


def summary(what: str, of: Lead | Case, party: str | None, *more: str | None, unit: str = "亩") -> str:
    """What, how much, who, in one line; what is not known is left out."""
    area = None if of.area_m2 is None else f"{mu(of.area_m2):,.2f} {unit}"
    return SEPARATOR.join(part for part in (what, area, party, *more) if part)
