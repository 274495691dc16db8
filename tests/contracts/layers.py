"""Which part of the server may import what. A part that is not in the table is a violation: it must be declared first."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.contracts.sources import Import, Module, imports


@dataclass(frozen=True)
class Layer:
    """What a part may import beside the standard library: our parts, and other people's libraries."""

    ours: frozenset[str]
    theirs: frozenset[str]


def layer(ours: str, theirs: str = "") -> Layer:
    """A Layer from words separated by spaces."""
    return Layer(frozenset(ours.split()), frozenset(theirs.split()))


GEOMETRY = "numpy shapely pyproj"
# An edge opens the unit of work and sees nothing else of the store but how it fails. keys.text only spells digests and keys.
EDGE = "composition services listings domain problems settings ops keys.text store.unit_of_work store.failures"
PURE = layer("domain programmes law problems", GEOMETRY)

LAYERS: dict[str, Layer] = {
    "problems": layer(""),
    "file_locks": layer("problems"),
    "settings": layer("domain problems media.examiner"),
    "domain": PURE,
    "programmes": PURE,
    "law": PURE,
    "schemas": layer("", "marshmallow"),
    "services": layer(
        "domain programmes law problems settings store media keys imports exports", f"{GEOMETRY} sqlalchemy structlog"
    ),
    "store": layer("domain problems settings keys.text", f"{GEOMETRY} sqlalchemy flask_sqlalchemy flask_migrate alembic psycopg"),
    "migrations": layer("store", "alembic sqlalchemy flask"),
    "media": layer("domain problems settings file_locks", "PIL pillow_heif exifread numpy"),
    "keys": layer("domain problems settings", "cryptography argon2 itsdangerous pyrage"),
    "imports": layer("domain problems", f"{GEOMETRY} pyogrio chinese_calendar"),
    "exports": layer("domain programmes law problems listings store file_locks", "xlsxwriter"),
    "listings": layer("domain problems store", "sqlalchemy"),
    "jobs": layer("composition services store domain problems settings ops", "rq redis structlog flask sqlalchemy"),
    "ops": layer(
        "composition services store media keys domain problems settings imports.calendar_seed",
        "structlog sqlalchemy flask flask_migrate werkzeug",
    ),
    "api": layer(f"{EDGE} schemas", "apispec flask flask_smorest flask_login flask_limiter werkzeug structlog marshmallow"),
    "console": layer(f"{EDGE} schemas keys.links", "flask flask_login flask_limiter werkzeug structlog segno"),
    "phone": layer("composition problems settings", "flask"),
    "demo": layer(f"{EDGE} programmes keys store imports", "sqlalchemy PIL"),
    "cli": layer(
        f"{EDGE} schemas jobs law imports media.photo_table demo keys.links keys.local_authority phone.trust_page",
        "flask click werkzeug gunicorn structlog segno",
    ),
}
"""Each part of `server/`, and `schemas/`, by name. The composition root may import anything."""

COMPOSITION_ROOT = frozenset({"composition", "create_app"})
"""Names below server/__init__.py and server/composition.py, where all parts meet."""

EXCEPTIONS = {
    "server/migrations/env.py": layer("composition"),
}
"""Single modules that may import more: Alembic runs inside the application, which only the composition root can make."""


def part_of(name: str) -> str | None:
    """The part a dotted module name belongs to; None for the composition root and for other people's modules."""
    first, _, rest = name.partition(".")
    if first == "schemas":
        return "schemas"
    if first != "server" or not rest:
        return None
    part = rest.partition(".")[0]
    return None if part in COMPOSITION_ROOT else part


def violations(modules: Iterable[Module]) -> Iterator[str]:
    """One sentence per forbidden import."""
    for module in modules:
        part = part_of(module.name)
        if part is None:
            continue
        if part not in LAYERS:
            yield f"{module.path}: server.{part} is not declared in the table of layers"
            continue
        for found in imports(module.tree):
            more = EXCEPTIONS.get(module.path, layer(""))
            if not allowed(part, more, found):
                yield f"{module.path}:{found.line}: {part} may not import {found.name}"


def allowed(part: str, more: Layer, found: Import) -> bool:
    """Whether the part may import this. Our own types may be named anywhere under TYPE_CHECKING, since that loads nothing."""
    first = found.name.partition(".")[0]
    if first in sys.stdlib_module_names:
        return True
    if first in {"server", "schemas"}:
        below_server = found.name.removeprefix("server.").split(".")
        prefixes = {".".join(below_server[:length]) for length in range(1, len(below_server) + 1)}
        return part in prefixes or bool(prefixes & (LAYERS[part].ours | more.ours)) or found.typing_only
    return first in LAYERS[part].theirs | more.theirs
