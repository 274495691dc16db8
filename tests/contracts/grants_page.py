"""Writes the table of grants in docs/authorization.md from the declared permissions. Refuses to touch the page around it.

Run `make docs` after changing a grant.
"""

from server.domain.permissions import GRANTS, Action, Role
from tests.contracts.sources import ROOT

PAGE = ROOT / "docs" / "authorization.md"
BEGIN, END = "<!-- grants: begin -->", "<!-- grants: end -->"


def table() -> str:
    """Actions down, roles across; a dot where the role may do it."""
    head = "| action | " + " | ".join(f"`{role}`" for role in Role) + " |"
    rule = "|---|" + ":-:|" * len(Role)
    rows = (f"| `{action}` | " + " | ".join("●" if action in GRANTS[role] else "" for role in Role) + " |" for action in Action)
    return "\n".join([head, rule, *rows])


def page(text: str) -> str:
    """The page with its table as declared."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
