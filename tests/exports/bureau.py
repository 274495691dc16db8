"""A bureau at work: leads and cases made by the services themselves on the days a test names. Refuses to write rows directly.

Its people and regions alone are written as rows, since no lead can be without them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.permissions import Actor, Role, operator
from server.domain.weekly_period import Period
from server.programmes.inputs import Sighting
from server.services import weekly
from server.services.cases import open_case
from server.services.discovery import Discovery
from server.services.leads import collect_lead, dismiss_lead, route_out_lead, verify_lead
from server.store.tables.organisation import Region, User
from server.store.tables.registry import ParcelVersion
from server.store.tables.sync import Submission
from server.store.tables.work import Case, Lead, Match, WeeklyIssue
from server.store.unit_of_work import UnitOfWork
from tests.programmes.facts import a_sighting

COUNTY = "320281"
TOWN, OTHER_TOWN, VILLAGE = "320281100", "320281101", "320281100201"
SHANGHAI = ZoneInfo("Asia/Shanghai")
MATTERS = {Programme.ILLEGAL_USE: "occupation", Programme.IDLE_LAND: "not_started"}


class Bureau:
    """One county office. Every act happens at noon of the day last named by `on`, each a second after the other."""

    def __init__(self, open_unit: Callable[..., UnitOfWork], clock: Any, county: str = COUNTY) -> None:
        self.open_unit, self.clock, self.county = open_unit, clock, county
        self.reports = 0
        self.handler = Actor(f"handler-{county}", "王承办", Role.HANDLER, county, county)
        self.head = Actor(f"head-{county}", "李科长", Role.SECTION_HEAD, county, county)
        with open_unit() as uow:
            places = {county: "江阴市", f"{county}100": "璜土镇", f"{county}101": "月城镇", f"{county}100201": "石庄村"}
            levels = {6: "county", 9: "town", 12: "village"}
            uow.session.add_all(Region(code=code, name=name, level=levels[len(code)]) for code, name in places.items())
            uow.session.add_all(
                User(
                    county=county, id=each.id, login=each.id, name=each.name, role=each.role.value, region=county, session_key="k"
                )
                for each in (self.handler, self.head)
            )

    def on(self, day: str, at: time = time(12)) -> "Bureau":
        """It is this legal day now."""
        self.clock.now = datetime.combine(date.fromisoformat(day), at, SHANGHAI).astimezone(UTC)
        return self

    def lead(
        self,
        parcel: str,
        *,
        seen_on: str | None = None,
        received_at: datetime | None = None,
        region: str | None = None,
        programme: Programme = Programme.ILLEGAL_USE,
        finding: Finding = Finding.FALLS_SHORT,
        actor: str | None = None,
        area_m2: float = 3120.45,
        farmland_m2: float = 2000.0,
        reason: str = "未见批准文件",
    ) -> str:
        """A report of the parcel comes in and is assessed; gives the id of the lead it registered or joined."""
        today = self.clock.now.astimezone(SHANGHAI).date()
        day = today if seen_on is None else date.fromisoformat(seen_on)
        sighting = self.received(a_sighting({"kind": "land_use"}, on=day, area_m2=area_m2), received_at or self.clock.now)
        facts = {"ground_method": "sketched", "farmland_m2": farmland_m2, "permanent_farmland_m2": farmland_m2}
        assessment = Assessment(
            programme=programme,
            matter=MATTERS[programme],
            finding=finding,
            on=today,
            reason_zh=reason,
            reason_en="no title",
            citations=(),
            facts=facts,
            actor=actor,
            area_m2=area_m2,
            since=None,
        )
        version = ParcelVersion(county=self.county, parcel_id=parcel, code=f"code-{parcel}", region=region or f"{self.county}100")
        found = Discovery(assessment, sighting, version, Match(probability=1.0, decided_by="handler"))
        with self.unit() as uow:
            lead = collect_lead(found, actor=operator(self.county), uow=uow)
            assert lead is not None
            if finding is Finding.ROUTED_OUT:
                uow.session.flush()
                route_out_lead(lead.id, reason, seen_version=lead.version, actor=self.handler, uow=uow)
            return lead.id

    def received(self, sighting: Sighting, at: datetime) -> Sighting:
        """The sighting with a report of its own that has reached the server."""
        self.reports += 1
        report = replace(sighting.report, id=f"00000000-0000-4000-8000-{self.reports:012d}")
        with self.open_unit() as uow:
            uow.session.add(
                Submission(
                    county=self.county,
                    id=report.id,
                    rev=report.rev,
                    digest=report.digest,
                    type="report",
                    state="stored",
                    manifest="{}",
                    pushed_by="inspector-1",
                    received_at=at,
                    flags=[],
                )
            )
        return replace(sighting, report=report)

    def verify(self, lead: str, conclusion: str = "现场核实，无用地手续") -> None:
        with self.unit() as uow:
            verify_lead(lead, conclusion, seen_version=self.version(lead, uow), actor=self.handler, uow=uow)

    def dismiss(self, lead: str, reason: str = "已取得批准文件") -> None:
        with self.unit() as uow:
            dismiss_lead(lead, reason, seen_version=self.version(lead, uow), actor=self.handler, uow=uow)

    def open_case(self, lead: str, *, decided_on: str | None = None, basis: str = "局立案呈批表12号") -> None:
        with self.unit() as uow:
            day = uow.today if decided_on is None else date.fromisoformat(decided_on)
            seen = self.version(lead, uow)
            open_case(lead, basis=basis, decided_on=day, handler_id=None, seen_version=seen, actor=self.head, uow=uow)

    def case_from(self, parcel: str, **different: Any) -> str:
        """A lead verified and opened as a case on the same day."""
        lead = self.lead(parcel, **different)
        self.verify(lead)
        self.open_case(lead)
        return lead

    def cut(self, first: str, last: str) -> WeeklyIssue:
        """The issue of a period, cut unless it was."""
        actor, period = operator(self.county), Period(date.fromisoformat(first), date.fromisoformat(last))
        with self.unit() as uow:
            known = weekly.issue_for(self.county, period, actor=actor, uow=uow)
            if known is not None:
                return known
            draft = weekly.draft_issue(self.county, period, actor=actor, uow=uow)
        with self.unit() as uow:
            kept = weekly.keep_issue(draft, actor=actor, uow=uow)
        assert kept is not None
        return kept

    def complaints(self, issue: WeeklyIssue) -> list[str]:
        """What no longer agrees with the issue."""
        with self.unit() as uow:
            return weekly.verify_issue(self.county, issue.year, issue.number, actor=operator(self.county), uow=uow)

    def files(self, issue: WeeklyIssue) -> dict[str, bytes]:
        """The kept files by the last part of their names."""
        with self.unit() as uow:
            kept = weekly.kept_files(issue, actor=operator(self.county), uow=uow)
        return {
            file.name.removeprefix(f"weekly-{self.county}-{issue.year}-{issue.number}").lstrip("-."): file.content
            for file in kept
        }

    def leads_and_cases(self) -> tuple[list[Lead], list[Case]]:
        """All rows as they stand now."""
        with self.unit() as uow:
            return list(uow.session.query(Lead).order_by(Lead.number)), list(uow.session.query(Case))

    def version(self, lead: str, uow: UnitOfWork) -> int:
        return uow.session.get_one(Lead, (self.county, lead)).version

    def unit(self) -> UnitOfWork:
        """The next unit of work, a second later."""
        self.clock.now += timedelta(seconds=1)
        return self.open_unit()
