"""server/authz.toml as a list of cells. Refuses a matrix that leaves a caller out, names one twice, or expects nonsense."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.contracts.sources import ROOT

FILE = ROOT / "server" / "authz.toml"
RELATIONS = ("own", "town", "county", "foreign")
OUTCOMES = frozenset({"allow", "blind", "sign-in", "401", "403", "404", "-"})
OFFICERS = ("handler", "section_head", "legal_reviewer", "deputy_director", "director", "auditor", "admin")
OF_A_TOWN = "-of-a-town"


@dataclass(frozen=True)
class Cell:
    """One expectation: this caller asks this route about a thing in this relation."""

    route: str
    about: str | None
    principal: str
    relation: str
    expected: str

    @property
    def name(self) -> str:
        return f"{self.route} as {self.principal} about {self.relation}"


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def principals() -> tuple[str, ...]:
    """Every kind of caller: those of the file, and each officer again with one town as scope."""
    return (*table()["principals"], *(f"{officer}{OF_A_TOWN}" for officer in OFFICERS))


def members(key: str) -> list[str]:
    """The principals that a row's key stands for. Raises KeyError for a name nobody declared."""
    name = key.removesuffix(OF_A_TOWN)
    found = table()["groups"].get(name) or [name]
    named = [f"{each}{OF_A_TOWN}" for each in found] if key.endswith(OF_A_TOWN) else list(found)
    unknown = set(named) - set(principals())
    if unknown:
        raise KeyError(f"no such principal: {', '.join(sorted(unknown))}")
    return named


@cache
def rows_of(matrix: str) -> dict[str, tuple[str, ...]]:
    """Principal → the outcome expected in each relation. Raises ValueError for a row that is not whole."""
    rows: dict[str, tuple[str, ...]] = {}
    for key, text in table()["matrix"][matrix].items():
        if key == "about":
            continue
        outcomes = tuple(text.split())
        if len(outcomes) != len(RELATIONS) or not set(outcomes) <= OUTCOMES:
            raise ValueError(f"{matrix}.{key}: {text}")
        for principal in members(key):
            if principal in rows:
                raise ValueError(f"{matrix} names {principal} twice")
            rows[principal] = outcomes
    if rows.keys() != set(principals()):
        raise ValueError(f"{matrix} leaves out {sorted(set(principals()) - rows.keys())}")
    return rows


def cells() -> list[Cell]:
    """Every cell that applies, in the order of the file."""
    return [
        Cell(route, facts.get("about"), principal, relation, expected)
        for route, facts in table()["routes"].items()
        for principal, outcomes in rows_of(facts["matrix"]).items()
        for relation, expected in zip(RELATIONS, outcomes, strict=True)
        if expected != "-"
    ]
