"""Every event is recorded by exactly one service, every job exists, every action is granted and required."""

import ast
import re
from functools import cache

from server.domain.events import JOBS_OF
from server.domain.permissions import GRANTS, Action, Role
from tests.contracts.sources import Module, dotted, module, modules

# The judged items of a push are recorded under type and state of the item, so no call names them.
COMPUTED = {
    "server/services/chain.py": frozenset(
        {
            "report.stored",
            "report.held",
            "report.quarantined",
            "report.released",
            "task_progress.stored",
            "task_progress.quarantined",
        }
    ),
}


def texts_in(tree: ast.AST) -> set[str]:
    """Every text constant of a tree."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def pattern_of(node: ast.AST) -> str | None:
    """A regular expression of the event types an expression names; None where it begins with a variable part."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        parts = (re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z_]+" for part in node.values)
        return "".join(parts)
    return None


def recorded_patterns(module: Module) -> set[str]:
    """What a module's `.record(...)` calls name as event type; both branches of a choice count."""
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and node.args)
    first = [call.args[0] for call in calls if dotted(call.func).split(".")[-1] == "record"]
    choices = [branch for node in first for branch in ([node.body, node.orelse] if isinstance(node, ast.IfExp) else [node])]
    return {pattern for node in choices if (pattern := pattern_of(node))}


@cache
def patterns_of_the_server() -> dict[str, set[str]]:
    """Module → what its calls of `.record` name."""
    return {each.path: recorded_patterns(each) for each in modules("server")}


def places_of(event: str) -> list[str]:
    """The modules that record an event."""
    computed = [path for path, events in COMPUTED.items() if event in events]
    named = [path for path, patterns in patterns_of_the_server().items() if any(re.fullmatch(each, event) for each in patterns)]
    return sorted({*computed, *named})


def test_a_planted_second_recorder_is_seen() -> None:
    planted = 'def f(uow, state):\n    uow.record(f"receipt.{state}")\n    uow.record("case.opened" if state else "case.shut")'
    assert recorded_patterns(module(planted, "server/services/a.py")) == {r"receipt\.[a-z_]+", r"case\.opened", r"case\.shut"}


def test_every_event_is_recorded_in_exactly_one_place() -> None:
    assert {event: places for event in JOBS_OF if len(places := places_of(event)) != 1} == {}


def test_every_recorded_event_is_declared() -> None:
    patterns = set[str]().union(*patterns_of_the_server().values())
    assert {pattern for pattern in patterns if not any(re.fullmatch(pattern, event) for event in JOBS_OF)} == set()


def test_every_computed_event_is_declared_and_its_recorder_records() -> None:
    assert set[str]().union(*COMPUTED.values()) - JOBS_OF.keys() == set()
    texts = {each.path: each.text for each in modules("server")}
    assert [path for path in COMPUTED if ".record(" not in texts.get(path, "")] == []


def test_every_job_an_event_gives_rise_to_exists() -> None:
    named = set[str]().union(*(texts_in(each.tree) for each in modules("server") if each.path.startswith("server/jobs/")))
    assert {job for jobs in JOBS_OF.values() for job in jobs} - named == set()


def test_every_action_is_granted_to_someone() -> None:
    assert set(Action) - set().union(*GRANTS.values()) == set()


def test_every_role_is_granted_something() -> None:
    assert {role for role in Role if not GRANTS.get(role)} == set()


def test_every_action_is_required_by_a_service() -> None:
    used = {
        node.attr
        for each in modules("server")
        if each.path != "server/domain/permissions.py"
        for node in ast.walk(each.tree)
        if isinstance(node, ast.Attribute) and dotted(node.value).split(".")[-1] == "Action"
    }
    assert {action.name for action in Action} - used == set()
