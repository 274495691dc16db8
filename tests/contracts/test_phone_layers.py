"""The phone's folders import in one direction, and each interface of the browser has its place. Knows only imports and names."""

import re
from pathlib import Path

import pytest

PHONE = Path(__file__).resolve().parents[2] / "client_sync" / "phone"
IMPORT = re.compile(
    r"""^(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bawait import\(['"]([^'"]+)['"]\)""", re.M
)
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.S)

MAY_IMPORT: dict[str, frozenset[str]] = {
    "core": frozenset({"core", "vendor"}),
    "device": frozenset({"device", "core"}),
    "store": frozenset({"store", "device", "core", "vendor"}),
    "sync": frozenset({"sync", "store", "device", "core", "vendor"}),
    "ui": frozenset({"ui", "sync", "store", "device", "core", "vendor"}),
    "": frozenset({"", "ui", "sync", "store", "device", "core"}),
}
"""By folder; the empty name is the composition root. Types may be named from anywhere: that loads nothing."""

ONE_PLACE = {
    r"\bindexedDB\b|\bIDBKeyRange\b|\bopenDB\b": {"store"},
    r"\bgetUserMedia\b|\bnavigator\.geolocation\b|\bdeviceorientation": {"device"},
    r"\bfetch\(": {"sync", "", "device"},
    r"\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b|\beval\(": set(),
    r"\bdocument\.(?!visibilityState|addEventListener)": {"ui", "", "device"},
}
"""What may be named in which folders: the database, the sensors, the network, markup out of text (nowhere), the page."""

SCRIPTS = sorted(path for path in PHONE.rglob("*.js") if "vendor" not in path.parts)


def folder_of(path: Path) -> str:
    parts = path.relative_to(PHONE).parts
    return parts[0] if len(parts) > 1 else ""


def code_of(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))


def imported_by(path: Path, *, at_once: bool = False) -> list[Path]:
    """What a script imports; `at_once`: only what it cannot begin without."""
    found = [(one or other, later) for one, other, later in IMPORT.findall(code_of(path))]
    names = [static for static, _ in found if static] + ([] if at_once else [later for _, later in found if later])
    return [(path.parent / name).resolve() for name in names]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(PHONE).as_posix())
def test_a_script_imports_only_what_its_folder_may(path: Path) -> None:
    allowed = MAY_IMPORT[folder_of(path)]
    wrong = [str(found.relative_to(PHONE)) for found in imported_by(path) if folder_of(found) not in allowed]
    assert wrong == []


@pytest.mark.parametrize("named", ONE_PLACE, ids=lambda named: named.split("|")[0])
def test_each_interface_of_the_browser_has_its_place(named: str) -> None:
    users = {path for path in SCRIPTS if re.search(named, code_of(path))}
    strangers = sorted(path.relative_to(PHONE).as_posix() for path in users if folder_of(path) not in ONE_PLACE[named])
    assert strangers == [], f"{named} outside {ONE_PLACE[named]}"


def test_the_page_asks_at_once_for_just_what_its_first_screen_imports() -> None:
    made_of: list[Path] = []
    asked = [PHONE / "app.js", PHONE / "ui" / "screens" / "today.js"]
    while asked:
        path = asked.pop().resolve()
        if path not in made_of:
            made_of.append(path)
            asked += [found for found in imported_by(path, at_once=True) if found.suffix == ".js"]
    listed = re.findall(r'rel="modulepreload" href="([^"]+)"', (PHONE / "index.html").read_text("utf-8"))
    assert sorted(listed) == sorted(path.relative_to(PHONE).as_posix() for path in made_of)


def test_a_planted_import_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "a.js"
    planted.write_text(
        "import { x } from './b.js';\nexport { y } from './c.js';\nconst z = await import('./d.js');\n// import './e.js'\n"
    )
    assert [path.name for path in imported_by(planted)] == ["b.js", "c.js", "d.js"]
