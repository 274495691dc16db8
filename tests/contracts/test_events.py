"""Every event is recorded by exactly one service, every job exists, every action is granted and required."""

import ast

from server.domain.events import JOBS_OF
from server.domain.permissions import GRANTS, Action, Role
from tests.contracts.sources import Module, dotted, modules


def texts_in(tree: ast.AST) -> set[str]:
    """Every text constant of a tree."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def recorded_types(module: Module) -> set[str]:
    """Event types that a module records by name: the first argument of its `.record(...)` calls, both branches of a choice."""
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and node.args)
    first = [call.args[0] for call in calls if dotted(call.func).split(".")[-1] == "record"]
    return set[str]().union(*map(texts_in, first))


def test_every_event_is_recorded_by_exactly_one_service() -> None:
    places: dict[str, list[str]] = {name: [] for name in JOBS_OF}
    for module in modules("server"):
        if module.path == "server/domain/events.py" or module.path.startswith("server/migrations/"):
            continue
        for name in recorded_types(module) & places.keys():
            places[name].append(module.path)
    assert {name: paths for name, paths in places.items() if len(paths) != 1} == {}


def test_no_service_records_an_event_that_is_not_declared() -> None:
    undeclared = {name for module in modules("server") for name in recorded_types(module) if "." in name} - JOBS_OF.keys()
    assert undeclared == set()


def test_every_job_an_event_gives_rise_to_exists() -> None:
    named = set[str]().union(*(texts_in(module.tree) for module in modules("server") if module.path.startswith("server/jobs/")))
    assert {job for jobs in JOBS_OF.values() for job in jobs} - named == set()


def test_every_action_is_granted_to_someone() -> None:
    assert set(Action) - set().union(*GRANTS.values()) == set()


def test_every_role_is_granted_something() -> None:
    assert {role for role in Role if not GRANTS.get(role)} == set()


def test_every_action_is_required_by_a_service() -> None:
    used = {
        node.attr
        for module in modules("server")
        if module.path != "server/domain/permissions.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and dotted(node.value).split(".")[-1] == "Action"
    }
    assert {action.name for action in Action} - used == set()
