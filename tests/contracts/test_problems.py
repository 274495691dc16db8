"""Every declared problem is documented, used, and says something a client can act on."""

import re
import string

import pytest

from server import problems
from server.problems import REGISTRY, Kind
from tests.contracts.problem_page import PAGE, page, sections
from tests.contracts.sources import names_read

DECLARED = {name: kind for name, kind in vars(problems).items() if isinstance(kind, Kind)}


def test_a_second_problem_with_the_same_code_is_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        Kind("not-found", 404, "Again", "Again.")


def test_every_problem_has_a_name_of_its_own() -> None:
    assert len(DECLARED) == len(REGISTRY)
    assert set(DECLARED.values()) == set(REGISTRY.values())


def test_every_code_is_its_name_in_kebab_case() -> None:
    assert {name: kind.code for name, kind in DECLARED.items()} == {name: name.lower().replace("_", "-") for name in DECLARED}


def test_every_problem_is_used() -> None:
    assert DECLARED.keys() - names_read(("server",)) == set()


def test_every_problem_is_documented_on_the_page_of_problems() -> None:
    listed = [kind.code for _, kinds in sections() for kind in kinds]
    assert sorted(listed) == sorted(REGISTRY)
    assert PAGE.read_text("utf-8") == page(), "run: make docs"


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=lambda kind: kind.code)
def test_a_problem_speaks_in_a_sentence(kind: Kind) -> None:
    assert 400 <= kind.status < 600
    assert kind.title[0].isupper() or kind.title == "tus version"
    details = {name for _, name, _, _ in string.Formatter().parse(kind.sentence) if name}
    said = kind(**dict.fromkeys(details, "x")).as_json()
    assert re.search(r"[.\w]$", said["detail"])
    assert not details & {"type", "title", "status", "code", "retry"}, "a detail would overwrite a member of the problem"
