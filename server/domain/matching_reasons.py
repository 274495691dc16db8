"""What a match says about itself in Chinese and English. Refuses to promise: no probability is ever shown as 0 or 100 %."""

import math

from server.domain.matching_policy import MatchPolicy
from server.domain.report import Position, View

Words = tuple[str, str]

# From this probability on, these words stand before the number; below the last, a number would pretend to know.
_WORDS: tuple[tuple[float, Words], ...] = ((0.85, ("很可能", "very likely")), (0.5, ("可能", "likely")))
_UNSURE: Words = ("不确定", "uncertain")

NOTHING_TO_GO_ON: Words = (
    "没有可用的定位，也没有勾选、任务或草图，无法落图，请人工选择地块。",
    "There is no usable position and no claim, task or sketch, so nothing can be matched; a person must choose the parcel.",
)
NOT_A_NUMBER: Words = (
    "定位坐标不是有效的经纬度，未落图，请人工选择地块。",
    "The coordinates are not a longitude and latitude, so nothing was matched; a person must choose the parcel.",
)
SWAPPED: Words = (
    "定位坐标疑似经纬度颠倒，未落图，请人工选择地块。",
    "Longitude and latitude seem to be swapped, so nothing was matched; a person must choose the parcel.",
)
NULL_ISLAND: Words = (
    "定位坐标为 (0, 0)，设备没有真正定位，未落图，请人工选择地块。",
    "The coordinates are (0, 0): the device had no fix, so nothing was matched; a person must choose the parcel.",
)
ABROAD: Words = (
    "定位坐标不在辖区范围内，未落图，请人工选择地块。",
    "The coordinates lie outside the territory served here, so nothing was matched; a person must choose the parcel.",
)
NO_PARCEL_NEAR: Words = (
    "定位和拍摄方向范围内没有登记地块，请人工选择地块。",
    "No registered parcel lies where the crew stood or looked, so a person must choose the parcel.",
)
ONLY_STATEMENTS: Words = (
    "没有可用的定位，仅按勾选、任务和草图排序，须人工确认。",
    "There is no usable position; the order rests on claim, task and sketch alone and a person must confirm it.",
)


def percent(probability: float) -> str:
    """A probability as whole per cent between 1 and 99."""
    return f"{min(99, max(1, round(probability * 100)))} %"


def probability_words(probability: float) -> Words:
    """A probability between 0 and 1 in words, Chinese and English: (很可能 92 %, very likely 92 %), 可能 61 %, 不确定."""
    for least, (zh, en) in _WORDS:
        if probability >= least:
            return f"{zh} {percent(probability)}", f"{en} {percent(probability)}"
    return _UNSURE


def position_words(position: Position, accuracy_m: float, accuracy_p: float) -> Words:
    """How good the position is taken to be."""
    note_zh, note_en = "", ""
    if not position.accuracy_m > 0:
        note_zh, note_en = "，设备未报精度", ", the device stated no accuracy"
    return (
        f"定位 ±{accuracy_m:.0f} m（{percent(accuracy_p)}{note_zh}）",
        f"position ±{accuracy_m:.0f} m ({percent(accuracy_p)}{note_en})",
    )


def view_words(view: View | None, sigma_deg: float | None, distance_m: float | None) -> tuple[Words, ...]:
    """What of the camera's view was used; `sigma_deg` is None when the azimuth was not."""
    words: list[Words] = []
    if view is not None and sigma_deg is not None:
        azimuth = f"{view.azimuth_deg % 360:.0f}°"
        if view.azimuth_ref == "true":
            words.append((f"方位角 {azimuth}", f"azimuth {azimuth}"))
        else:
            words.append(
                (
                    f"方位角 {azimuth}（磁北，未改正磁偏角，误差放宽到 ±{sigma_deg:.0f}°）",
                    f"azimuth {azimuth} (magnetic, declination not corrected, so taken as ±{sigma_deg:.0f}°)",
                )
            )
    if distance_m is not None:
        words.append((f"视距约 {distance_m:.0f} m", f"viewing distance about {distance_m:.0f} m"))
    return tuple(words)


def outcome_words(code: str, probability: float, none_of_these: float, policy: MatchPolicy, *, obstacle: Words | None) -> Words:
    """What was concluded; `obstacle` says why a probable match still goes to a person."""
    zh, en = probability_words(probability)
    needed = percent(policy.auto_accept)
    if none_of_these > probability:
        none = percent(none_of_these)
        return (
            f"更可能不在任何登记地块上（{none}），最近似 {code}，请人工确认。",
            f"More likely on no registered parcel ({none}); the nearest guess is {code}, a person must confirm.",
        )
    if probability < policy.auto_accept:
        return (
            f"最可能是 {code}（{zh}），未达到自动落图门槛 {needed}，请人工确认。",
            f"Most likely {code} ({en}), below the {needed} needed to match without a person.",
        )
    if obstacle is not None:
        return f"最可能是 {code}（{zh}），但{obstacle[0]}，请人工确认。", f"Most likely {code} ({en}), but {obstacle[1]}."
    return (
        f"最可能是 {code}（{zh}），达到自动落图门槛 {needed}。",
        f"Most likely {code} ({en}), at least the {needed} needed to match without a person.",
    )


def sentence(based_on: tuple[Words, ...], outcome: Words) -> Words:
    """Join the evidence and the conclusion to one reason in each language."""
    return (
        f"依据：{'、'.join(zh for zh, _ in based_on)}。{outcome[0]}",
        f"Based on {', '.join(en for _, en in based_on)}. {outcome[1]}",
    )


def bad_place(position: Position, territory: tuple[float, float, float, float]) -> Words:
    """Why coordinates are not used at all, when they are no place of the territory."""
    lon, lat = position.lon, position.lat
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return NOT_A_NUMBER
    if abs(lon) < 0.01 and abs(lat) < 0.01:
        return NULL_ISLAND
    west, south, east, north = territory
    if west <= lat <= east and south <= lon <= north:
        return SWAPPED
    return NOT_A_NUMBER if abs(lon) > 180.0 or abs(lat) > 90.0 else ABROAD


MOCKED: Words = ("手机报告使用了模拟定位", "the phone reports a mocked position, so a person must confirm")
STATED_POSITION: Words = ("定位是人工点选的", "the position was chosen by hand, so a person must confirm")


def against_claim(claim: str) -> Words:
    """The place speaks for another parcel than the one the inspector tapped."""
    return f"与勾选的地块 {claim} 不符", f"that is not the claimed parcel {claim}, so a person must confirm"


def statement_words(claim: str | None, has_task: bool, has_sketch: bool) -> tuple[Words, ...]:
    """What people said that entered the odds."""
    words: list[Words] = []
    if claim is not None:
        words.append((f"勾选地块 {claim}", f"the claimed parcel {claim}"))
    if has_task:
        words.append(("巡查任务", "the task"))
    if has_sketch:
        words.append(("草图", "the sketch"))
    return tuple(words)
