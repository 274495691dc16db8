"""Whether construction has started (动工开发) as the law means it. Refuses to infer from what a report leaves open.

The test is two conditions at once: a construction permit, and by the kind of foundation a finished pit, all piles, or the
lawful share of the foundation work. Evidence that is missing makes the answer unclear, not "no".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from server.programmes.wording import Say

Observation = Mapping[str, Any]


class Started(Enum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class StartTest:
    """The answer of one report, and what it was read from."""

    answer: Started
    said: Say


# Once the building stands above ground its pit is dug, its piles are driven and its foundation is past any share.
ABOVE_GROUND: Final = frozenset({"structure", "topped_out", "completed"})
STAGES: Final = {
    "none": Say("未施工", "no works"),
    "foundation": Say("基础施工", "foundation"),
    "structure": Say("主体施工", "structure"),
    "topped_out": Say("封顶", "topped out"),
    "completed": Say("竣工", "completed"),
}


def exact(number: Any) -> Fraction | None:
    """A number of a report as the decimal that was written, without binary rounding; None where it is not a number."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return Fraction(str(number))


def judge_start(observation: Observation, needed_share: Fraction) -> StartTest:
    """Whether a construction observation shows a lawful start; `needed_share` is the share for other foundations."""
    works = _test_works(observation, needed_share)
    permit_no = observation.get("permit_no")
    if works.answer is not Started.YES:
        return works
    if not permit_no:
        missing = Say(
            "未记录施工许可证号，不能确定是否动工。", "No construction permit number was recorded, so a start is not established."
        )
        return StartTest(Started.UNCLEAR, works.said + missing)
    return StartTest(Started.YES, works.said + Say(f"施工许可证号{permit_no}。", f"Construction permit {permit_no}."))


def _test_works(observation: Observation, needed_share: Fraction) -> StartTest:
    stage = observation.get("stage")
    if stage in ABOVE_GROUND:
        said = STAGES[stage]
        return StartTest(Started.YES, Say(f"现场已到{said.zh}阶段。", f"The works have reached the stage: {said.en}."))
    if stage == "none":
        return StartTest(Started.NO, Say("现场未施工。", "No works were seen on the ground."))
    read = FOUNDATIONS.get(str(observation.get("foundation")))
    if read is None:
        return StartTest(Started.UNCLEAR, Say("未记录基础类型。", "The kind of foundation was not recorded."))
    return read(observation, needed_share)


def _pit(observation: Observation, _: Fraction) -> StartTest:
    share = exact(observation.get("foundation_share"))
    if share is None:
        return StartTest(Started.UNCLEAR, Say("未记录深基坑开挖进度。", "The progress of the pit was not recorded."))
    answer = Started.YES if share >= 1 else Started.NO
    return StartTest(
        answer, Say(f"深基坑开挖{_percent(share)}，须开挖完毕。", f"The pit is {_percent(share)} dug; it must be finished.")
    )


def _piles(observation: Observation, _: Fraction) -> StartTest:
    done, total = observation.get("piles_done"), observation.get("piles_total")
    if not isinstance(done, int) or not isinstance(total, int) or total < 1 or done > total:
        return StartTest(Started.UNCLEAR, Say("基础桩数量未记录或不合理。", "The numbers of piles are missing or impossible."))
    answer = Started.YES if done == total else Started.NO
    said = Say(f"基础桩{total}根，已打入{done}根，须全部打入。", f"{done} of {total} piles are driven; all must be.")
    return StartTest(answer, said)


def _share(observation: Observation, needed: Fraction) -> StartTest:
    share = exact(observation.get("foundation_share"))
    if share is None:
        return StartTest(Started.UNCLEAR, Say("未记录地基施工进度。", "The progress of the foundation was not recorded."))
    answer = Started.YES if share >= needed else Started.NO
    return StartTest(
        answer,
        Say(
            f"地基施工完成{_percent(share)}，须达到{needed}。",
            f"{_percent(share)} of the foundation is done; {needed} is needed.",
        ),
    )


FOUNDATIONS: Final[Mapping[str, Callable[[Observation, Fraction], StartTest]]] = {
    "deep_pit": _pit,
    "piles": _piles,
    "other": _share,
}


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g}%"
