"""The project's own files as the contract tests read them. Refuses vendored code and whatever a virtual environment holds."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("server", "client_sync", "schemas", "tests")
OURS = frozenset({"wsgi", *PACKAGES})
NOT_OURS = frozenset({"vendor", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its path below the repository, its text and syntax tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def is_migration(self) -> bool:
        """Whether it is one step of the schema's history, which is never edited afterwards."""
        return self.path.startswith("server/migrations/versions/")


@dataclass(frozen=True)
class Import:
    """One imported module; typing_only where it stands under TYPE_CHECKING and so is never loaded."""

    name: str
    line: int
    typing_only: bool


def module(text: str, path: str) -> Module:
    """A Module from text, as planted sources of the tests are made."""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return Module(name, path, text, ast.parse(text))


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """Every Python module of these packages (all of ours without an argument), wsgi.py included."""
    files = [ROOT / "wsgi.py"] if not packages and (ROOT / "wsgi.py").exists() else []
    for package in packages or PACKAGES:
        files += own_files(package, "*.py")
    return tuple(module(file.read_text("utf-8"), file.relative_to(ROOT).as_posix()) for file in files)


def own_files(folder: str, pattern: str) -> list[Path]:
    """Files below a folder that are written here, sorted."""
    return sorted(file for file in (ROOT / folder).rglob(pattern) if file.is_file() and not NOT_OURS & set(file.parts))


def is_type_checking(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(tree: ast.AST, *, typing_only: bool = False) -> Iterator[Import]:
    """Every import of a tree, also those inside functions; `from a import b` names a.b."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(f"{node.module}.{alias.name}", node.lineno, typing_only) for alias in node.names)
        else:
            yield from imports(node, typing_only=typing_only or is_type_checking(node))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, or an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


@cache
def names_read(packages: tuple[str, ...]) -> frozenset[str]:
    """Every name and attribute that modules of these packages read; a name that is only assigned is not among them."""
    found: set[str] = set()
    for each in modules(*packages):
        for node in ast.walk(each.tree):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add(node.id)
    return frozenset(found)
