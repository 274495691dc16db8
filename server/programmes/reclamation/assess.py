"""Temporary land: was it reclaimed in time after its term? Refuses to find fault unless someone looked after the last day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.deadlines import Span, deadline, overdue_days, roll_over, years_after
from server.law import Law, LawAnswer
from server.programmes.inputs import DutyFacts, DutyKind, Inquiry, OverlayFacts, Sighting
from server.programmes.wording import Draft, Say, law_if_in_force, report_facts, say_area, say_day

MATTER = "temporary_land_overdue"
STAGES = {
    "none": ("未复垦", "not begun"),
    "levelling": ("平整", "levelling"),
    "topsoil": ("覆土", "topsoil"),
    "planted": ("种植", "planted"),
    "completed": ("完成", "completed"),
}


@dataclass(frozen=True)
class Term:
    """The last day of a temporary use, how it was found, and on whose word."""

    expires_on: date
    said: Say
    answers: tuple[LawAnswer, ...]


def assess(asked: Inquiry) -> list[Assessment]:
    """One assessment for each temporary use: the registered duties, or where there are none the temporary-land layer."""
    owed = [duty for duty in asked.duties if duty.kind == DutyKind.RECLAIM_TEMPORARY_LAND]
    if not owed:
        owed = [_duty_of(feature) for feature in asked.overlays.of("temporary_land")]
    found = asked.seen("reclamation")
    return [_assess_duty(asked, duty, found[-1] if found else None) for duty in owed]


def _duty_of(feature: OverlayFacts) -> DutyFacts:
    holder = feature.attributes.get("holder")
    return DutyFacts(
        id=feature.feature_code,
        kind=DutyKind.RECLAIM_TEMPORARY_LAND,
        programme=Programme.RECLAMATION,
        party=str(holder) if holder else None,
        expires_on=feature.expires_on(),
        area_m2=feature.overlap_m2,
    )


def _assess_duty(asked: Inquiry, duty: DutyFacts, seen: Sighting | None) -> Assessment:
    parcel, on, law = asked.parcel, asked.on, asked.law
    area = duty.area_m2 if duty.area_m2 is not None else parcel.area_m2
    facts = {"parcel_code": parcel.code, "parcel_version": parcel.version_id, "duty_id": duty.id, "area_m2": area}
    draft = Draft(Programme.RECLAMATION, MATTER, on, facts, actor=duty.party, area_m2=area)
    term = _term(duty, law)
    if term is None and duty.due_on is not None:
        return _by_recorded_day(asked, draft, duty, duty.due_on, seen)
    if term is None:
        unknown = Say(
            "未登记临时用地期限，不能计算复垦期限。",
            "The term of the temporary use is not registered, so no last day can be counted.",
        )
        return draft.because(unknown, asked.rule("TMP-01")).found(Finding.UNCERTAIN)
    rule = asked.rule("TMP-02")
    if on <= term.expires_on:
        running = Say("使用期未满。", "The term has not ended.")
        draft = draft.because(term.said, *term.answers, expires_on=term.expires_on.isoformat())
        return draft.because(running, rule).found(Finding.MET)
    limit = deadline(term.expires_on, Span(rule.whole(), "years"), asked.calendar)
    draft = draft.because(
        term.said + _say_limit(limit.raw, limit.due, rule.whole()),
        *term.answers,
        rule,
        law_if_in_force(law, "DAY-03", on) if limit.due != limit.raw else None,
        expires_on=term.expires_on.isoformat(),
        reclaim_until=limit.due.isoformat(),
        provisional=limit.provisional,
    )
    return _compare(draft, duty, seen, limit.due, law)


def _by_recorded_day(asked: Inquiry, draft: Draft, duty: DutyFacts, due_on: date, seen: Sighting | None) -> Assessment:
    due, provisional = roll_over(due_on, asked.calendar)
    day = say_day(due)
    said = Say(
        f"未登记使用期限，登记的复垦期限至{day.zh}。", f"No term is registered; the registered day to reclaim by is {day.en}."
    )
    facts = {"reclaim_until": due.isoformat(), "provisional": provisional}
    return _compare(draft.because(said, asked.rule("TMP-02"), **facts), duty, seen, due, asked.law)


def _term(duty: DutyFacts, law: Law) -> Term | None:
    if duty.expires_on is not None:
        day = say_day(duty.expires_on)
        return Term(duty.expires_on, Say(f"临时用地使用期至{day.zh}。", f"The temporary use runs to {day.en}."), ())
    if duty.granted_on is None or duty.is_infrastructure is None:
        return None
    rule = law_if_in_force(law, "TMP-01", duty.granted_on)
    if rule is None:
        return None
    years = rule.whole("infrastructure" if duty.is_infrastructure else "ordinary")
    ends = years_after(duty.granted_on, years)
    granted, day = say_day(duty.granted_on), say_day(ends)
    said = Say(
        f"{granted.zh}批准，未登记期限，按最长{years}年计，使用期至{day.zh}。",
        f"Granted on {granted.en} with no registered term; by the longest of {years} y it runs to {day.en}.",
    )
    return Term(ends, said, (rule,))


def _say_limit(raw: date, due: date, years: int) -> Say:
    last, counted = say_day(due), say_day(raw)
    if raw == due:
        return Say(f"期满之日起{years}年内复垦，至{last.zh}。", f"It is to be reclaimed within {years} y, by {last.en}.")
    return Say(
        f"期满之日起{years}年内复垦，至{counted.zh}，逢休假日顺延至{last.zh}。",
        f"It is to be reclaimed within {years} y, by {counted.en}, a day of rest, so by {last.en}.",
    )


def _compare(draft: Draft, duty: DutyFacts, seen: Sighting | None, due: date, law: Law) -> Assessment:
    on = draft.on
    stage = seen.report.observation.get("stage") if seen is not None else None
    if seen is not None:
        draft = _with_sighting(draft, seen, stage)
    if seen is not None and stage == "completed":
        return _completed(draft, duty, seen)
    if on <= due:
        left = (due - on).days
        return draft.because(Say(f"还有{left}日。", f"{left} d are left.")).found(Finding.MET)
    late = overdue_days(due, on)
    draft = draft.because(Say(f"已超过{late}日。", f"That day passed {late} d ago."), overdue_days=late)
    if seen is None or seen.seen_on <= due:
        again = Say("期限届满后尚无现场核查记录，须安排巡查。", "Nobody has looked since; a patrol is needed.")
        return draft.because(again).found(Finding.UNCERTAIN)
    if stage is None:
        return draft.because(Say("未记录复垦进度，存疑。", "The progress was not recorded.")).found(Finding.UNCERTAIN)
    said = Say("逾期未完成复垦。", "The land was not reclaimed in time.")
    draft = draft.because(said, law_if_in_force(law, "FINE-04", due + timedelta(days=1)))
    return replace(draft, since=due + timedelta(days=1)).found(Finding.FALLS_SHORT)


def _with_sighting(draft: Draft, seen: Sighting, stage: str | None) -> Draft:
    day = say_day(seen.seen_on)
    zh, en = STAGES.get(str(stage), ("未记录", "not recorded"))
    said = Say(f"{day.zh}现场核查，复垦进度：{zh}。", f"Seen on {day.en}: {en}.")
    return draft.because(said, **report_facts(seen))


def _completed(draft: Draft, duty: DutyFacts, seen: Sighting) -> Assessment:
    done = seen.report.observation.get("area_m2")
    if isinstance(done, int | float) and duty.area_m2 is not None and done < duty.area_m2:
        part, whole = say_area(done), say_area(duty.area_m2)
        said = Say(
            f"填报复垦{part.zh}，应复垦{whole.zh}，须核实。", f"{part.en} of {whole.en} are reported reclaimed; to be verified."
        )
        return draft.because(said).found(Finding.UNCERTAIN)
    return draft.because(Say("待验收确认。", "Acceptance is to confirm it.")).found(Finding.MET)
