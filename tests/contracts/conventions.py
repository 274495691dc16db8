"""Checks of single modules: size, names, commits, clocks, purpose. Each yields one sentence per violation and changes nothing."""

import ast
from collections.abc import Iterator

from tests.contracts.sources import Module, dotted

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common", "data", "process"})
COMMITS_IN = "server/store/unit_of_work.py"

WALL_CLOCKS = frozenset(
    {
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "date.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
    }
)
# The clock enters here and is handed on; what runs below is told what time it is.
CLOCK_READERS = ("server/__init__.py", "server/composition.py")
NAIVE_ALWAYS = frozenset({"utcnow", "utcfromtimestamp"})
NEEDS_ZONE = {"now": 0, "fromtimestamp": 1}


def too_long(module: Module) -> Iterator[str]:
    """A module or function that cannot be seen whole."""
    if module.is_migration:
        return  # A migration is one list of statements, read once and never changed.
    lines = module.text.count("\n")
    if lines > MAX_MODULE_LINES:
        yield f"{module.path}: {lines} lines"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := function_lines(node)) > MAX_FUNCTION_LINES:
            yield f"{module.path}:{node.lineno}: {node.name} has {length} lines"


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def vague_name(module: Module) -> Iterator[str]:
    """A module named for nothing in particular."""
    if VAGUE_NAMES & set(module.name.split(".")):
        yield f"{module.path}: name it after what it does"


def stray_commit(module: Module) -> Iterator[str]:
    """A commit outside the unit of work."""
    if module.path == COMMITS_IN or module.path.startswith("server/migrations/"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield f"{module.path}:{node.lineno}: commits outside the unit of work"


def naive_datetime(module: Module) -> Iterator[str]:
    """A datetime made without a zone; `datetime.now().astimezone()` takes the machine's own."""
    zoned = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute) and node.attr == "astimezone"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in NAIVE_ALWAYS:
            yield f"{module.path}:{node.lineno}: {node.attr} has no zone"
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)) or id(node) in zoned:
            continue
        if dotted(node.func.value).split(".")[-1] == "datetime" and lacks_zone(node, node.func.attr):
            yield f"{module.path}:{node.lineno}: datetime.{node.func.attr} without a zone"


def lacks_zone(call: ast.Call, method: str) -> bool:
    """Whether a call of datetime.now or fromtimestamp gives no zone, or None."""
    if method not in NEEDS_ZONE:
        return False
    position = NEEDS_ZONE[method]
    given = [keyword.value for keyword in call.keywords if keyword.arg == "tz"] or call.args[position : position + 1]
    return not given or (isinstance(given[0], ast.Constant) and given[0].value is None)


def clock_read(module: Module) -> Iterator[str]:
    """The wall clock read anywhere but at the composition root."""
    if module.path in CLOCK_READERS:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and dotted(node) in WALL_CLOCKS:
            yield f"{module.path}:{node.lineno}: reads {dotted(node)}; let the caller say what time it is"


def without_purpose(module: Module) -> Iterator[str]:
    """A module that does not open with what it promises."""
    docstring = ast.get_docstring(module.tree)
    if module.tree.body and docstring is None:
        yield f"{module.path}: opens without saying what it promises"
    elif docstring and docstring.lower().startswith(("this module", "contains", "module for")):
        yield f"{module.path}: say what it promises, not what it contains"
