"""How a procedure table is written: the step that follows the opening of a case, and where its clock begins. Computes nothing."""

from dataclasses import dataclass
from enum import StrEnum


class ClockStart(StrEnum):
    """The day from which a step's time limit counts."""

    FOUND_ON = "found_on"
    OPENED_ON = "opened_on"


@dataclass(frozen=True)
class Step:
    """One step: its name, the law value (and part of it) that limits it in natural days, and the day it counts from."""

    code: str
    name_zh: str
    name_en: str
    law_id: str
    part: str | None
    counts_from: ClockStart
