"""Writes docs/problems.md from the declared problems. Refuses to be edited by hand: a test compares page and declarations.

Run `make docs` after declaring a problem.
"""

import ast
from collections.abc import Iterator

from server.problems import REGISTRY, Kind
from tests.contracts.sources import ROOT, dotted

PAGE = ROOT / "docs" / "problems.md"
SOURCE = ROOT / "server" / "problems.py"

RETRY_MEANS = {
    "never": "no: a person must look",
    "later": "yes, the same again later",
    "after-change": "yes, after changing it",
}

HEAD = """\
# Problems

Every failure Xuntu reports, as `application/problem+json` (RFC 9457). `code` is permanent: clients may decide by it.
A text in braces is filled in and also sent as a member of its own. *Again?* is what the member `retry` tells a client.
This page is written by `make docs` from `server/problems.py`.
"""


def sections() -> Iterator[tuple[str, list[Kind]]]:
    """Each comment heading of the declarations with the kinds declared below it, in the order of the file."""
    text = SOURCE.read_text("utf-8")
    headings = {number: line[2:] for number, line in enumerate(text.splitlines(), 1) if line.startswith("# ")}
    below: dict[str, list[Kind]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and dotted(node.value.func) == "Kind":
            above = max((number for number in headings if number < node.lineno), default=0)
            code = ast.literal_eval(node.value.args[0])
            below.setdefault(headings.get(above, "Others"), []).append(REGISTRY[code])
    yield from below.items()


def row(kind: Kind) -> str:
    """One line of the table."""
    sentence = kind.sentence.replace("|", "\\|")
    return f"| `{kind.code}` | {kind.status} | {kind.title} | {sentence} | {RETRY_MEANS[kind.retry]} |"


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for heading, kinds in sections():
        table = ["| code | status | title | what is said | again? |", "|---|---|---|---|---|", *map(row, kinds)]
        parts.append(f"## {heading}\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
