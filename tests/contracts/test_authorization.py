"""Every route is declared in server/authz.toml, every declared route exists, and every matrix is whole."""

import re
from typing import TYPE_CHECKING

import pytest

from server.domain.permissions import Role
from tests.authz.declared import FILE, OFFICERS, OUTCOMES, RELATIONS, cells, principals, rows_of, table
from tests.contracts.grants_page import PAGE, page

if TYPE_CHECKING:
    from flask import Flask


def own_routes(app: "Flask") -> set[str]:
    """`METHOD rule` of every route; the HEAD and OPTIONS that Flask adds by itself are those of the GET beside them."""
    found = set()
    for rule in app.url_map.iter_rules():
        every = rule.methods or set()
        own = every - {"HEAD", "OPTIONS"} or every - {"OPTIONS"} or every
        found |= {f"{method} {rule.rule}" for method in own}
    return found


def test_every_route_is_declared(app: "Flask") -> None:
    assert sorted(own_routes(app) - table()["routes"].keys()) == []


def test_every_declared_route_exists(app: "Flask") -> None:
    assert sorted(table()["routes"].keys() - own_routes(app)) == []


def test_every_role_that_signs_in_is_a_principal() -> None:
    assert set(OFFICERS) | {"inspector", "operator"} == {role.value for role in Role}
    assert {"anonymous", "revoked_device", "expired_token", "inspector", *OFFICERS} == set(table()["principals"])


@pytest.mark.parametrize("matrix", table()["matrix"])
def test_every_matrix_says_what_it_is_about_and_leaves_nobody_out(matrix: str) -> None:
    assert table()["matrix"][matrix]["about"].endswith(".")
    assert rows_of(matrix).keys() == set(principals())


def test_every_matrix_is_used_and_every_group_too() -> None:
    used = {facts["matrix"] for facts in table()["routes"].values()}
    assert used == table()["matrix"].keys()
    keys = {key.removesuffix("-of-a-town") for matrix in table()["matrix"].values() for key in matrix}
    assert table()["groups"].keys() - keys == set()


def test_every_route_that_speaks_of_a_thing_is_asked_about_others_things_too() -> None:
    by_route: dict[str, set[str]] = {}
    for cell in cells():
        by_route.setdefault(cell.route, set()).add(cell.relation)
    for route, facts in table()["routes"].items():
        assert ("foreign" in by_route[route]) is ("about" in facts), route
        if re.search(r"<(uuid:|digest)", route):
            assert "about" in facts, route


def test_the_words_of_the_file_are_explained_in_it() -> None:
    text = "\n".join(line for line in open_comments() if line)
    for word in (*RELATIONS, *OUTCOMES):
        assert re.search(rf"^#   {re.escape(word)} ", text, re.MULTILINE), word


def test_the_page_shows_the_grants_as_they_are() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page(text), "run: make docs"


def open_comments() -> list[str]:
    """The comment lines the file opens with."""
    lines = FILE.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return lines[:first]
