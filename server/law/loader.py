"""Reads the law from its TOML files. Refuses gaps, overlaps, missing citations, unknown keys and wrong types."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

from server.domain.citation import Citation
from server.law.rules import AskedBy, Law, LawRule, LawVersion, Part
from server.law.units import UNITS, Number, Value, read_number, read_value
from server.problems import LAW_INVALID, Problem

SCOPES: Final = ("national", "province", "office")
ASKED_BY: Final = ("act_date", "procedure_date")
ROW_ID: Final = re.compile(r"[A-Z]{2,5}-\d{2,3}")
MARK: Final = re.compile(r"(S\d+|SEED-JS|SEED-FJ|TOOL|K|I)( (S\d+|SEED-JS|SEED-FJ|TOOL|K|I))*")
PROVINCE: Final = re.compile(r"\d{2}")

FILE_KEYS: Final = {"scope": True, "province": False, "rule": True}
RULE_KEYS: Final = {
    "id": True,
    "title_zh": True,
    "title_en": True,
    "unit": False,
    "parts": False,
    "asked_by": True,
    "versions": True,
}
VERSION_KEYS: Final = {
    "in_force_from": True,
    "in_force_until": False,
    "value": True,
    "cite": True,
    "mark": True,
    "reviewed_by": True,
    "reviewed_on": False,
    "note": False,
    "text": False,
}
TEXT_KEYS: Final = {"zh": True, "en": True}
CITE_KEYS: Final = {"instrument": True, "article": True, "url": False, "source": False, "read_on": True, "also": False}
PART_KEYS: Final = {"unit": True, "zh": True, "en": True}


@dataclass(frozen=True)
class Entry:
    """A rule as one file declares it, with the province it is of (None: national or office)."""

    where: str
    province: str | None
    rule: LawRule


def load_law(folder: Path) -> Law:
    """The law of a folder, read once: every `*/*.toml` below it. Raises LAW_INVALID naming the file and the rule."""
    entries: list[Entry] = []
    for found in read_folder(folder):
        if isinstance(found, Problem):
            raise found
        entries.append(found)
    return book_of(entries)


def read_folder(folder: Path) -> Iterator[Entry | Problem]:
    """Every rule of a folder, or the problem that stands in its place, in the order of file names."""
    for path in sorted(folder.glob("*/*.toml")):
        where = f"{path.parent.name}/{path.name}"
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            yield from _read_file(document, where)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as unreadable:
            yield LAW_INVALID(where=where, reason=str(unreadable))
        except Problem as problem:
            yield problem


def book_of(entries: list[Entry]) -> Law:
    """One book of rules from several files. Raises LAW_INVALID for an id that is declared twice in one place."""
    rules: dict[str, LawRule] = {}
    provinces: dict[str, dict[str, LawRule]] = {}
    for entry in entries:
        shelf = rules if entry.province is None else provinces.setdefault(entry.province, {})
        if entry.rule.id in shelf:
            raise LAW_INVALID(where=entry.where, reason=f"{entry.rule.id} is declared twice")
        shelf[entry.rule.id] = entry.rule
    for province in provinces.values():
        _refuse_changed_shape(rules, province)
    return Law(MappingProxyType(rules), MappingProxyType({code: MappingProxyType(kept) for code, kept in provinces.items()}))


def _refuse_changed_shape(rules: Mapping[str, LawRule], province: Mapping[str, LawRule]) -> None:
    for law_id, rule in province.items():
        national = rules.get(law_id)
        if national is not None and (national.unit, set(national.parts)) != (rule.unit, set(rule.parts)):
            raise LAW_INVALID(where=rule.scope, reason=f"{law_id} has another unit than the national rule it amends")


def _read_file(document: dict[str, Any], where: str) -> Iterator[Entry | Problem]:
    _check_keys(document, FILE_KEYS, where)
    scope, province = document["scope"], document.get("province")
    if scope not in SCOPES:
        raise LAW_INVALID(where=where, reason=f"scope {scope!r} is not one of {', '.join(SCOPES)}")
    if (scope == "province") != (province is not None):
        raise LAW_INVALID(where=where, reason="a file of a province, and no other, names the province")
    if province is not None and not (isinstance(province, str) and PROVINCE.fullmatch(province)):
        raise LAW_INVALID(where=where, reason=f"province {province!r} is not a two-digit code")
    if not isinstance(document["rule"], list):
        raise LAW_INVALID(where=where, reason="rules are written as [[rule]]")
    for raw in document["rule"]:
        try:
            yield Entry(where, province, _read_rule(raw, where, scope if province is None else f"province {province}"))
        except Problem as problem:
            yield problem


def _read_rule(raw: Any, where: str, scope: str) -> LawRule:
    if isinstance(raw, dict) and "id" in raw:
        where = f"{where} {raw['id']}"
    _check_keys(raw, RULE_KEYS, where)
    if not ROW_ID.fullmatch(_text(raw, "id", where)):
        raise LAW_INVALID(where=where, reason="the id is not a row id such as IDLE-01")
    if raw["asked_by"] not in ASKED_BY:
        raise LAW_INVALID(where=where, reason=f"asked_by is not one of {', '.join(ASKED_BY)}")
    unit, parts = _read_shape(raw, where)
    if not isinstance(raw["versions"], list) or not raw["versions"]:
        raise LAW_INVALID(where=where, reason="a rule has at least one [[rule.versions]]")
    versions = tuple(_read_version(each, raw["id"], unit, parts, where) for each in raw["versions"])
    _check_succession(versions, where)
    return LawRule(
        id=raw["id"],
        title_zh=_text(raw, "title_zh", where),
        title_en=_text(raw, "title_en", where),
        unit=unit,
        parts=MappingProxyType(parts),
        asked_by=cast("AskedBy", raw["asked_by"]),
        scope=scope,
        versions=versions,
    )


def _read_shape(raw: dict[str, Any], where: str) -> tuple[str | None, dict[str, Part]]:
    if ("unit" in raw) == ("parts" in raw):
        raise LAW_INVALID(where=where, reason="a rule has either a unit or named parts")
    if "unit" in raw:
        return _unit(raw, where), {}
    if not isinstance(raw["parts"], dict) or not raw["parts"]:
        raise LAW_INVALID(where=where, reason="parts are a table of named numbers")
    parts: dict[str, Part] = {}
    for name, part in raw["parts"].items():
        _check_keys(part, PART_KEYS, f"{where} part {name}")
        parts[name] = Part(_unit(part, where), _text(part, "zh", where), _text(part, "en", where))
    return None, parts


def _unit(raw: dict[str, Any], where: str) -> str:
    unit = _text(raw, "unit", where)
    if unit not in UNITS:
        raise LAW_INVALID(where=where, reason=f"unit {unit!r} is not one of {', '.join(UNITS)}")
    return unit


def _read_version(raw: dict[str, Any], law_id: str, unit: str | None, parts: dict[str, Part], where: str) -> LawVersion:
    _check_keys(raw, VERSION_KEYS, where)
    cite = raw["cite"]
    _check_keys(cite, CITE_KEYS, f"{where} cite")
    if "url" not in cite and "source" not in cite:
        raise LAW_INVALID(where=where, reason="a citation names the url or the source that was read")
    if not MARK.fullmatch(_text(raw, "mark", where)):
        raise LAW_INVALID(where=where, reason=f"mark {raw['mark']!r} is not known")
    reviewed_by, reviewed_on = _read_review(raw, where)
    return LawVersion(
        value=_read_value(raw["value"], unit, parts, where),
        citation=Citation(
            law_id=law_id,
            instrument=_text(cite, "instrument", where),
            article=_text(cite, "article", where),
            in_force_from=_day(raw, "in_force_from", where),
            mark=raw["mark"],
            reviewed_by=reviewed_by,
            reviewed_on=reviewed_on,
        ),
        in_force_until=_day(raw, "in_force_until", where) if "in_force_until" in raw else None,
        url=_text(cite, "url", where) if "url" in cite else None,
        source=_text(cite, "source", where) if "source" in cite else None,
        read_on=_day(cite, "read_on", where),
        also=_also(cite, where),
        note=_text(raw, "note", where) if "note" in raw else None,
        text=_read_text(raw["text"], f"{where} text") if "text" in raw else None,
    )


def _read_text(raw: Any, where: str) -> tuple[str, str]:
    """The provision in words, (zh, en), for those who must read it before they answer."""
    _check_keys(raw, TEXT_KEYS, where)
    return _text(raw, "zh", where), _text(raw, "en", where)


def _also(cite: dict[str, Any], where: str) -> tuple[str, ...]:
    also = cite.get("also", [])
    if not isinstance(also, list) or not all(isinstance(each, str) and each for each in also):
        raise LAW_INVALID(where=where, reason="`also` lists further articles as texts")
    return tuple(also)


def _read_value(raw: object, unit: str | None, parts: dict[str, Part], where: str) -> Value:
    try:
        if unit is not None:
            return read_value(unit, raw)
        if not isinstance(raw, dict) or set(raw) != set(parts):
            raise ValueError(f"the value has not exactly the parts {', '.join(parts)}")
        table: dict[str, Number] = {name: read_number(part.unit, raw[name]) for name, part in parts.items()}
        return MappingProxyType(table)
    except ValueError as wrong:
        raise LAW_INVALID(where=where, reason=str(wrong)) from wrong


def _read_review(raw: dict[str, Any], where: str) -> tuple[str | None, date | None]:
    signed = raw["reviewed_by"]
    if not isinstance(signed, str):
        raise LAW_INVALID(where=where, reason="reviewed_by is a name, or empty while nobody has checked the value")
    if bool(signed) != ("reviewed_on" in raw):
        raise LAW_INVALID(where=where, reason="reviewed_by and reviewed_on are given together or not at all")
    return (signed, _day(raw, "reviewed_on", where)) if signed else (None, None)


def _check_succession(versions: tuple[LawVersion, ...], where: str) -> None:
    for version in versions:
        if version.in_force_until is not None and version.in_force_until < version.citation.in_force_from:
            raise LAW_INVALID(where=where, reason=f"a version ends on {version.in_force_until} before it begins")
    for earlier, later in pairwise(versions):
        begins = later.citation.in_force_from
        if earlier.in_force_until is None or begins <= earlier.in_force_until:
            raise LAW_INVALID(where=where, reason=f"versions overlap on {begins}")
        if begins != earlier.in_force_until + timedelta(days=1):
            raise LAW_INVALID(where=where, reason=f"there is a gap between {earlier.in_force_until} and {begins}")


def _check_keys(raw: object, keys: Mapping[str, bool], where: str) -> None:
    if not isinstance(raw, dict):
        raise LAW_INVALID(where=where, reason=f"{raw!r} is not a table")
    unknown = sorted(set(raw) - set(keys))
    missing = sorted(key for key, required in keys.items() if required and key not in raw)
    if unknown:
        raise LAW_INVALID(where=where, reason=f"unknown key {', '.join(unknown)}")
    if missing:
        raise LAW_INVALID(where=where, reason=f"missing {', '.join(missing)}")


def _text(raw: dict[str, Any], key: str, where: str) -> str:
    if not isinstance(raw[key], str) or not raw[key].strip():
        raise LAW_INVALID(where=where, reason=f"{key} is a text that says something")
    return cast("str", raw[key])


def _day(raw: dict[str, Any], key: str, where: str) -> date:
    if not isinstance(raw[key], date) or isinstance(raw[key], datetime):
        raise LAW_INVALID(where=where, reason=f"{key} is a day such as 2012-07-01")
    return cast("date", raw[key])
