"""The law as dated data with citations. Refuses to give a number without its source, or for a day it does not cover.

>>> from datetime import date
>>> from server.law import LAW_FOLDER, load_law
>>> law = load_law(LAW_FOLDER)
>>> answer = law["FINE-05"].on(date(2026, 2, 10))
>>> answer.whole("min"), answer.whole("max"), answer.citation.article
(10000, 100000, '第五十七条第一款')
"""

from pathlib import Path
from typing import Final

from server.law.check import law_check, law_show, law_unreviewed
from server.law.loader import load_law
from server.law.rules import Law, LawAnswer, LawRule, LawVersion

LAW_FOLDER: Final = Path(__file__).parent
"""The law that comes with Xuntu; a bureau may keep a folder of its own and name it in its settings."""

__all__ = ["LAW_FOLDER", "Law", "LawAnswer", "LawRule", "LawVersion", "law_check", "law_show", "law_unreviewed", "load_law"]
