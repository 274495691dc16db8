"""Idle land: has construction started a full year after the agreed day? Refuses to find fault without a sighting.

The machine only suspects (涉嫌闲置). Whether a cause of the government delayed the start is for the inquiry.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.domain.assessment import Assessment, Finding, Programme
from server.domain.deadlines import first_day_past, years_after
from server.law import LawAnswer
from server.programmes.idle_land.construction import Started, StartTest, exact, judge_start
from server.programmes.inputs import DutyFacts, DutyKind, Inquiry, ParcelFacts, Sighting
from server.programmes.wording import Draft, Say, report_facts, say_area, say_day

NOT_STARTED_FOR_TWO = "not_started_two_years"


@dataclass(frozen=True)
class Agreed:
    """The day on which construction was to start, how it was found, and on whose word."""

    day: date
    said: Say
    answers: tuple[LawAnswer, ...]


@dataclass(frozen=True)
class Seen:
    """The newest construction sighting with its start test, and whether an older one already showed a start."""

    sighting: Sighting
    start: StartTest
    started_before: bool


def assess(asked: Inquiry) -> list[Assessment]:
    """One assessment for each duty to start construction; none where the parcel owes none."""
    owed = [duty for duty in asked.duties if duty.programme is Programme.IDLE_LAND and duty.kind == DutyKind.START_CONSTRUCTION]
    seen = _look(asked)
    return [_assess_duty(asked, duty, seen) for duty in owed]


def _look(asked: Inquiry) -> Seen | None:
    found = asked.seen("construction")
    if not found:
        return None
    tests = [judge_start(each.report.observation, asked.rule("IDLE-05").share()) for each in found]
    return Seen(found[-1], tests[-1], any(test.answer is Started.YES for test in tests[:-1]))


def _assess_duty(asked: Inquiry, duty: DutyFacts, seen: Seen | None) -> Assessment:
    parcel = asked.parcel
    draft = Draft(
        Programme.IDLE_LAND,
        "not_started",
        asked.on,
        _duty_facts(duty, parcel),
        actor=duty.party,
        area_m2=duty.area_m2 if duty.area_m2 is not None else parcel.area_m2,
    )
    agreed = agreed_start(asked, duty)
    if agreed is None:
        unknown = Say(
            "未登记约定动工日期，也未登记交地日期，不能计算满一年之日。",
            "Neither an agreed day of start nor a day of delivery is registered, so the full year cannot be counted.",
        )
        return draft.because(unknown, asked.rule("IDLE-06")).found(Finding.UNCERTAIN)
    if parcel.ownership == "collective":
        analogy = Say("该地块为集体所有，参照办理。", "The land is collective; the rule applies by analogy.")
        draft = draft.because(analogy, asked.rule("IDLE-07"))
    year = asked.rule("IDLE-01")
    flag_from = first_day_past(agreed.day, year.whole())
    draft = draft.because(
        agreed.said,
        *agreed.answers,
        year,
        asked.rule("IDLE-09"),
        agreed_on=agreed.day.isoformat(),
        suspected_from=flag_from.isoformat(),
    )
    return _compare(asked, draft, duty, seen, agreed.day)


def agreed_start(asked: Inquiry, duty: DutyFacts) -> Agreed | None:
    """The agreed day of start, or where none was agreed the day so long after delivery; None where both are unknown."""
    if duty.due_on is not None:
        day = say_day(duty.due_on)
        return Agreed(duty.due_on, Say(f"约定动工日期{day.zh}。", f"Construction was to start on {day.en}."), ())
    if duty.delivered_on is None:
        return None
    rule = asked.rule("IDLE-06")
    start = years_after(duty.delivered_on, rule.whole())
    delivered, derived = say_day(duty.delivered_on), say_day(start)
    said = Say(
        f"合同未约定动工日期，自{delivered.zh}实际交付起满{rule.whole()}年，动工日期为{derived.zh}。",
        f"No day was agreed; {rule.whole()} y from delivery on {delivered.en}, construction was to start on {derived.en}.",
    )
    return Agreed(start, said, (rule,))


def _compare(asked: Inquiry, draft: Draft, duty: DutyFacts, seen: Seen | None, agreed: date) -> Assessment:
    on, flag_from = asked.on, first_day_past(agreed, asked.rule("IDLE-01").whole())
    if duty.started_on is not None and duty.started_on <= on:
        day = say_day(duty.started_on)
        draft = draft.because(Say(f"经核实已于{day.zh}动工。", f"A start on {day.en} was verified."))
        halt = assess_halt(asked, draft, duty, seen.sighting) if seen is not None else None
        return halt or draft.found(Finding.MET)
    if seen is not None:
        draft = _with_sighting(asked, draft, seen)
    if seen is not None and _has_started(seen):
        return assess_halt(asked, draft, duty, seen.sighting) or draft.found(Finding.MET)
    if on < flag_from:
        return _not_yet_due(draft, agreed, flag_from)
    flag = say_day(flag_from)
    draft = draft.because(Say(f"自{flag.zh}起已满一年。", f"From {flag.en} on the full year has passed."))
    if seen is None:
        needed = Say("尚无现场核查记录，须安排巡查。", "There is no field record yet; a patrol is needed.")
        return draft.because(needed).found(Finding.UNCERTAIN)
    if seen.started_before:
        conflict = Say(
            "此前的记录显示已动工，前后不一致，须人工核对。", "An earlier report showed a start; a person must compare them."
        )
        return draft.because(conflict).found(Finding.UNCERTAIN)
    if seen.start.answer is Started.UNCLEAR:
        return draft.because(Say("证据不全，存疑。", "The evidence is incomplete.")).found(Finding.UNCERTAIN)
    if seen.sighting.seen_on < flag_from:
        early = Say(
            "现场记录早于满一年之日，须再次巡查。", "The field record is older than the full year; another patrol is needed."
        )
        return draft.because(early).found(Finding.UNCERTAIN)
    return _falls_short(asked, draft, agreed, flag_from)


def _with_sighting(asked: Inquiry, draft: Draft, seen: Seen) -> Draft:
    day = say_day(seen.sighting.seen_on)
    said = Say(f"{day.zh}现场核查：", f"Seen on {day.en}:") + seen.start.said
    return draft.because(said, asked.rule("IDLE-05"), **report_facts(seen.sighting))


def _has_started(seen: Seen) -> bool:
    if seen.start.answer is Started.YES:
        return True
    # A start cannot be undone, so an older proof outlives a newer report that leaves the question open.
    return seen.started_before and seen.start.answer is Started.UNCLEAR


def _not_yet_due(draft: Draft, agreed: date, flag_from: date) -> Assessment:
    last = say_day(flag_from - timedelta(days=1))
    if draft.on <= agreed:
        said = Say(f"约定动工日期未过，满一年之日为{last.zh}。", f"That day has not passed; the full year ends on {last.en}.")
    else:
        late = (draft.on - agreed).days
        said = Say(
            f"已过约定动工日期{late}日，满一年之日为{last.zh}，尚未构成涉嫌闲置。",
            f"That day passed {late} d ago; the full year ends on {last.en}, so the land is not yet suspected idle.",
        )
    return draft.because(said).found(Finding.MET)


def _falls_short(asked: Inquiry, draft: Draft, agreed: date, flag_from: date) -> Assessment:
    taking, fee = asked.rule("IDLE-41"), asked.rule("IDLE-40")
    said = Say(
        "未动工，涉嫌闲置；是否属于政府原因须调查。",
        "Construction has not started: suspected idle; a cause of the government is to be examined.",
    )
    draft = draft.because(said, asked.rule("IDLE-14"), asked.rule("IDLE-10"))
    second = first_day_past(agreed, taking.whole())
    if asked.on >= second:
        day = say_day(second)
        more = Say(f"自{day.zh}起已满{taking.whole()}年。", f"From {day.en} on {taking.whole()} full years have passed.")
        draft = replace(draft.because(more, taking), matter=NOT_STARTED_FOR_TWO)
    else:
        draft = draft.because(Say("", ""), fee)
    return replace(draft, since=flag_from).found(Finding.FALLS_SHORT)


def assess_halt(asked: Inquiry, draft: Draft, duty: DutyFacts, sighting: Sighting) -> Assessment | None:
    """For land that was started: whether it stopped a full year ago with too little developed; None where it did not stop."""
    observation = sighting.report.observation
    halted = observation.get("halted_since")
    halted_since = date.fromisoformat(halted) if isinstance(halted, str) else halted
    if not isinstance(halted_since, date) or observation.get("stage") == "completed":
        return None
    rule = asked.rule("IDLE-02")
    day = say_day(halted_since)
    stopped_for = first_day_past(halted_since, rule.whole("halted_years"))
    said = Say(f"自{day.zh}起中止开发。", f"Works have been halted since {day.en}.")
    draft = replace(draft, matter="halted", since=stopped_for).because(said, rule)
    if sighting.seen_on < stopped_for:
        short = Say("中止尚未满一年。", "The halt has not lasted a full year.")
        return draft.because(short).found(Finding.MET)
    developed, wanted = exact(observation.get("developed_area_m2")), exact(duty.area_m2)
    if developed is None or not wanted:
        missing = Say(
            "已动工面积或应动工总面积未记录，不能比较。",
            "The developed or the owed area is not recorded, so nothing can be compared.",
        )
        return draft.because(missing).found(Finding.UNCERTAIN)
    share = rule.share("developed_share")
    done, whole = say_area(float(developed)), say_area(float(wanted))
    falls_short = developed * share.denominator < wanted * share.numerator
    compared = Say(
        f"已动工{done.zh}，应动工{whole.zh}，{'不足' if falls_short else '达到'}{share}。",
        f"{done.en} of {whole.en} are developed, {'less than' if falls_short else 'at least'} {share}.",
    )
    draft = draft.because(compared)
    if not falls_short:
        return draft.because(Say("投资份额未核查。", "The invested share was not examined.")).found(Finding.MET)
    may = Say("可以认定为闲置，由人员裁量。", "The land may be determined idle; people decide.")
    return draft.because(may).found(Finding.FALLS_SHORT)


def _duty_facts(duty: DutyFacts, parcel: ParcelFacts) -> dict[str, object]:
    return {
        "parcel_code": parcel.code,
        "parcel_version": parcel.version_id,
        "duty_id": duty.id,
        "contract_no": duty.contract_no,
        "supply_no": duty.supply_no,
        "due_on": duty.due_on.isoformat() if duty.due_on else None,
        "delivered_on": duty.delivered_on.isoformat() if duty.delivered_on else None,
        "declared_started_on": duty.declared_started_on.isoformat() if duty.declared_started_on else None,
        "amount_fen": duty.amount_fen,
        "area_m2": duty.area_m2,
    }
