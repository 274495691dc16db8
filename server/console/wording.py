"""Days, times, areas and probabilities as people read them, in Chinese or English. Knows no clock: callers give today."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from server.domain.geometry import mu
from server.domain.matching import probability_words
from server.store.unit_of_work import LEGAL_ZONE

ZH, EN = 0, 1
WEEKDAYS: Final = (tuple("一二三四五六日"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SOON_DAYS: Final = 7
UNITS: Final = {"mu": ("亩", "mu", "mu"), "d": ("天", "day", "days"), "flags": ("项旗标", "flag", "flags")}
MEASURE: Final = re.compile(r"([0-9.]+) (mu|d|flags)")
TOO_LOW: Final = re.compile(r"([0-9.]+) < ([0-9.]+)")
SHAPES: Final[Mapping[str, str]] = {"idle_land": "◐", "illegal_use": "▲", "reclamation": "↻"}


def day_text(day: date, today: date, language: int) -> str:
    """12月3日 周四, with the year when it is not this one."""
    weekday = WEEKDAYS[language][day.weekday()]
    if language == EN:
        year = "" if day.year == today.year else f" {day.year}"
        return f"{weekday} {day.day} {MONTHS[day.month - 1]}{year}"
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{weekday}"


def short_day(day: date, today: date, language: int) -> str:
    """A day without its weekday, for the narrow cells of a table."""
    if language == EN:
        return day_text(day, today, language).partition(" ")[2]
    return day_text(day, today, language).partition(" ")[0]


def distance_text(day: date, today: date, language: int, *, due: bool = False) -> str:
    """How far a day is: 还有 8 天, 今天, 3 天前; a time limit that has passed is 超期 3 天."""
    days = (day - today).days
    if days == 0:
        return ("今天", "today")[language]
    if days > 0:
        return (f"还有 {days} 天", f"in {counted(days)}")[language]
    if due:
        return (f"超期 {-days} 天", f"{counted(-days)} overdue")[language]
    return (f"{-days} 天前", f"{counted(-days)} ago")[language]


def counted(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def urgency_of(day: date | None, today: date) -> str:
    """The name of the colour a time limit has: overdue, soon or later."""
    if day is None:
        return "later"
    days = (day - today).days
    return "overdue" if days < 0 else "soon" if days <= SOON_DAYS else "later"


def legal_day(moment: datetime) -> date:
    return moment.astimezone(LEGAL_ZONE).date()


def moment_text(moment: datetime, today: date, language: int) -> str:
    """A day and a time of the day in Shanghai."""
    local = moment.astimezone(LEGAL_ZONE)
    return f"{day_text(local.date(), today, language)} {local:%H:%M}"


def exact_time(moment: datetime) -> str:
    """A time to the second, in Shanghai with its offset; one that a camera wrote without a zone is shown without."""
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    return moment.astimezone(LEGAL_ZONE).isoformat(sep=" ", timespec="seconds")


def area_text(area_m2: float | None, language: int) -> str:
    """4.68 亩 · 3,120 ㎡"""
    if area_m2 is None:
        return "—"
    unit = ("亩", "mu")[language]
    return f"{mu(area_m2):,.2f} {unit} · {area_m2:,.0f} ㎡"


def likely(probability: float | None, language: int) -> str:
    return "—" if probability is None else probability_words(probability)[language]


def place_text(lon: float, lat: float) -> str:
    return f"{lon:.6f}, {lat:.6f}"


def size_text(size: int) -> str:
    return f"{size / 1024:,.0f} kB"


def why_text(why: str, language: int) -> str:
    """What a part of the priority was read from, in whole words: 424 天, 1 项旗标, 4.68 亩, 72 %，低于 90 %."""
    if (measure := MEASURE.fullmatch(why)) is not None:
        unit = measure[2]
        number = measure[1] if unit == "mu" else f"{float(measure[1]):.0f}"
        zh, one, many = UNITS[unit]
        return f"{number} {(zh, one if number == '1' else many)[language]}"
    if (low := TOO_LOW.fullmatch(why)) is not None:
        found, sure = (f"{100 * float(part):.0f} %" for part in low.groups())
        return (f"{found}，低于 {sure}", f"{found}, below {sure}")[language]
    return {"in_progress": ("现场所见", "as seen on the spot")}.get(why, (why, why))[language]


def money_text(fen: int, language: int) -> str:
    """An amount in fen as yuan: 3,320,343.00 元."""
    return f"{fen / 100:,.2f} {('元', 'yuan')[language]}"


def town_text(name: str) -> str:
    """The name of a town without what stands after it in brackets: 示例西镇（合成数据） is read as 示例西镇."""
    return name.partition("（")[0] or name


def fact_text(value: Any) -> str:
    """A fact of an observation or assessment as one line; lists are joined, yes and no are left to the page."""
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return "、".join(fact_text(each) for each in value)
    return str(value)
