"""Where a legal value comes from. A citation travels with every finding, deadline and page that rests on it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Citation:
    """One value of the law as it stood on a day.

    `law_id` is the row id of the rule table (IDLE-01 …); `in_force_from` tells the version; `reviewed_by` is None until a
    lawyer of the bureau has checked the value against the official text, and every page that shows it must then say so.
    """

    law_id: str
    instrument: str
    article: str
    in_force_from: date
    mark: str
    reviewed_by: str | None
    reviewed_on: date | None
