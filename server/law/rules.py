"""A rule of law as its dated versions, and the book of them. Refuses to answer for a day on which nothing was in force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from server.domain.citation import Citation
from server.law.units import TEXT_UNITS, Value, band_text, iso, json_value, value_text
from server.problems import LAW_NOT_IN_FORCE, LAW_UNKNOWN

AskedBy = Literal["act_date", "procedure_date"]


@dataclass(frozen=True)
class Part:
    """One number of a table value, with its unit and its name on pages."""

    unit: str
    zh: str
    en: str


@dataclass(frozen=True)
class LawVersion:
    """One wording in force from `citation.in_force_from` through `in_force_until` (both days included; None: still)."""

    value: Value
    citation: Citation
    in_force_until: date | None
    url: str | None
    source: str | None
    read_on: date
    also: tuple[str, ...]
    note: str | None
    text: tuple[str, str] | None
    """The provision in words, Chinese and English, where people must read it before they answer; the Chinese counts."""

    def covers(self, day: date) -> bool:
        """Whether this version was in force on the day."""
        return self.citation.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)


@dataclass(frozen=True)
class LawAnswer:
    """What the law says on a day: the value, and the citation that must travel with everything resting on it."""

    value: Value
    citation: Citation

    def whole(self, part: str | None = None) -> int:
        """The value, or the named part of a table, as a whole number; TypeError where it is not one."""
        number = self._pick(part)
        if isinstance(number, int):
            return number
        raise TypeError(f"{self.citation.law_id} {part or 'value'} is not a whole number")

    def share(self, part: str | None = None) -> Fraction:
        """The value, or the named part of a table, as an exact fraction; TypeError where it is not a number."""
        number = self._pick(part)
        if isinstance(number, int | Fraction):
            return Fraction(number)
        raise TypeError(f"{self.citation.law_id} {part or 'value'} is not a number")

    def _pick(self, part: str | None) -> Value:
        if part is None:
            return self.value
        if not isinstance(self.value, Mapping):
            raise TypeError(f"{self.citation.law_id} has no parts")
        return self.value[part]


@dataclass(frozen=True)
class LawRule:
    """One row of the rule table. `national` is the rule that a province's versions stand before, if any."""

    id: str
    title_zh: str
    title_en: str
    unit: str | None
    parts: Mapping[str, Part]
    asked_by: AskedBy
    scope: str
    versions: tuple[LawVersion, ...]
    national: "LawRule | None" = None

    def version_on(self, day: date) -> LawVersion:
        """The version in force on a day, the province's before the nation's; raises LAW_NOT_IN_FORCE."""
        for version in self.versions:
            if version.covers(day):
                return version
        if self.national is not None:
            return self.national.version_on(day)
        raise LAW_NOT_IN_FORCE(id=self.id, day=day.isoformat())

    def on(self, day: date) -> LawAnswer:
        """The value on a day, with its citation; raises LAW_NOT_IN_FORCE."""
        version = self.version_on(day)
        return LawAnswer(version.value, version.citation)

    def value_text(self, value: Value, language: str) -> str:
        """A value of this rule for people, in `zh` or `en`."""
        if not isinstance(value, Mapping):
            assert self.unit is not None
            if self.unit in TEXT_UNITS:
                return self.title_zh if language == "zh" else self.title_en
            return value_text(value, self.unit, language)
        if set(value) == {"min", "max"}:
            return band_text(value["min"], value["max"], self.parts["min"].unit, language)
        named = []
        for name, number in value.items():
            part = self.parts[name]
            label = part.zh if language == "zh" else part.en
            named.append(f"{label} {value_text(number, part.unit, language)}")
        return ("；" if language == "zh" else "; ").join(named)


@dataclass(frozen=True)
class Law:
    """The whole book. Knows no clock and no county: callers say which day and, by `for_province`, where."""

    rules: Mapping[str, LawRule]
    provinces: Mapping[str, Mapping[str, LawRule]]

    def __getitem__(self, law_id: str) -> LawRule:
        """The rule of a row id; raises LAW_UNKNOWN."""
        if law_id not in self.rules:
            raise LAW_UNKNOWN(id=law_id)
        return self.rules[law_id]

    def __contains__(self, law_id: str) -> bool:
        return law_id in self.rules

    def ids(self) -> tuple[str, ...]:
        """Every row id that can be asked here, sorted."""
        return tuple(sorted(self.rules))

    def for_province(self, region_code: str) -> "Law":
        """The book as it reads in a province, named by any region code that begins with its two digits.

        A province's version answers for the days it covers and leaves the others to the national rule; a province that
        has no data here reads the national book.
        """
        rules = dict(self.rules)
        for law_id, rule in self.provinces.get(region_code[:2], {}).items():
            rules[law_id] = replace(rule, national=self.rules.get(law_id))
        return Law(MappingProxyType(rules), self.provinces)

    def describe(self, law_id: str, *, on: date) -> dict[str, Any]:
        """One rule as a page or chip shows it, JSON values only; raises LAW_UNKNOWN and LAW_NOT_IN_FORCE."""
        rule = self[law_id]
        version = rule.version_on(on)
        cite = version.citation
        return {
            "id": rule.id,
            "title_zh": rule.title_zh,
            "title_en": rule.title_en,
            "scope": rule.scope,
            "asked_by": rule.asked_by,
            "on": on.isoformat(),
            "unit": rule.unit,
            "value": json_value(version.value),
            "value_zh": rule.value_text(version.value, "zh"),
            "value_en": rule.value_text(version.value, "en"),
            "instrument": cite.instrument,
            "article": cite.article,
            "also": list(version.also),
            "url": version.url,
            "source": version.source,
            "read_on": version.read_on.isoformat(),
            "in_force_from": cite.in_force_from.isoformat(),
            "in_force_until": iso(version.in_force_until),
            "mark": cite.mark,
            "note": version.note,
            "reviewed": cite.reviewed_by is not None,
            "reviewed_by": cite.reviewed_by,
            "reviewed_on": iso(cite.reviewed_on),
            "versions": [
                {"in_force_from": each.citation.in_force_from.isoformat(), "value_zh": rule.value_text(each.value, "zh")}
                for each in rule.versions
            ],
        }
