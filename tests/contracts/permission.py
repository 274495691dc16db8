"""Whether a service asks for permission before it acts, read from its source. Judges no grant: tests/authz asks those.

A service is guarded when it calls `actor.require`, or hands its actor to a guarded service, before the first thing it writes.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.contracts.sources import Module, dotted

SERVICES = ("server.services.", "server.listings.")
WRITES = frozenset({"record", "add", "add_all", "next_number", "discard", "adopt", "begin", "append_part"})


@dataclass(frozen=True)
class Service:
    """A function of a service module that works in a unit of work."""

    module: str
    node: ast.FunctionDef
    names: dict[str, str] = field(compare=False)
    """What a bare name means in its module, as a dotted name."""

    @property
    def name(self) -> str:
        return f"{self.module}.{self.node.name}"

    def parameters(self) -> set[str]:
        arguments = self.node.args
        return {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def names_in(module: Module) -> dict[str, str]:
    """Bare name → dotted name, for what a module imports and for its own functions."""
    found = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    own = {node.name: f"{module.name}.{node.name}" for node in module.tree.body if isinstance(node, ast.FunctionDef)}
    return found | own


def services(modules: tuple[Module, ...]) -> dict[str, Service]:
    """Every function of the services and listings that takes a unit of work, by dotted name."""
    found = {}
    for module in modules:
        if not module.name.startswith(SERVICES):
            continue
        names = names_in(module)
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef):
                service = Service(module.name, node, names)
                found |= {service.name: service} if "uow" in service.parameters() else {}
    return found


def meaning(call: ast.Call, names: dict[str, str]) -> str:
    """The dotted name of what is called, as far as imports tell."""
    first, _, rest = dotted(call.func).partition(".")
    return ".".join(filter(None, (names.get(first, first), rest)))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    yield from sorted(
        (each for each in ast.walk(node) if isinstance(each, ast.Call)), key=lambda each: (each.lineno, each.col_offset)
    )


def is_guarded(service: Service, known: dict[str, Service], path: frozenset[str] = frozenset()) -> bool:
    """Whether permission is asked for before anything is written."""
    if service.name in path:
        return False
    for call in calls(service.node):
        last = dotted(call.func).rpartition(".")[2]
        if last == "require":
            return True
        inner = known.get(meaning(call, service.names))
        if inner is not None and "actor" in inner.parameters() and is_guarded(inner, known, path | {service.name}):
            return True
        if last in WRITES:
            return False
    return False


def called_by_edges(modules: tuple[Module, ...], known: dict[str, Service]) -> set[str]:
    """The services that an edge, a job or the demonstration names."""
    found: set[str] = set()
    for module in modules:
        if module.name.startswith(SERVICES):
            continue
        names = names_in(module)
        used = {dotted(node) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute | ast.Name)}
        for each in used:
            first, _, rest = each.partition(".")
            found |= {".".join(filter(None, (names.get(first, first), rest)))} & known.keys()
    return found
