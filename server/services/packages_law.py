"""The provisions that a phone prints where it asks, as lines of an area package. Words them not: the law's data does.

What was not in force on the day is left out; a value that no lawyer has checked says so.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from server.exports.package import Line, json_text
from server.law import Law
from server.problems import LAW_NOT_IN_FORCE, Problem

PRINTED: Final[dict[str, tuple[str, ...]]] = {
    "construction": ("IDLE-05", "IDLE-02"),
    "land_use": ("ENF-02", "ENF-08", "FAC-01"),
    "reclamation": ("TMP-02", "FAC-01"),
}
"""Kind of observation → the provisions an inspector must know to answer it."""


def law_lines(law: Law, on: date) -> Iterator[Line]:
    """Each provision once, by id; `kinds` names the observations it is printed at."""
    for law_id in sorted({law_id for ids in PRINTED.values() for law_id in ids}):
        facts = provision(law, law_id, on)
        if facts is not None:
            yield "law_text", json_text(facts)


def provision(law: Law, law_id: str, on: date) -> dict[str, Any] | None:
    """One provision as it reads on the day; None where none was in force."""
    rule = law[law_id]
    try:
        version = rule.version_on(on)
    except Problem as problem:
        if problem.kind is not LAW_NOT_IN_FORCE:
            raise
        return None
    cite = version.citation
    said = version.text or (rule.value_text(version.value, "zh"), rule.value_text(version.value, "en"))
    return {
        "entity": "law_text",
        "id": rule.id,
        "title_zh": rule.title_zh,
        "title_en": rule.title_en,
        "text_zh": said[0],
        "text_en": said[1],
        "citation_zh": f"{cite.instrument}{cite.article}",
        "citation_en": f"{cite.instrument} {cite.article} ({rule.id})",
        "reviewed": cite.reviewed_by is not None,
        "valid_from": cite.in_force_from.isoformat(),
        "kinds": [kind for kind, ids in PRINTED.items() if law_id in ids],
    }
