"""How a list is declared: columns, filters and order, once for page, CSV and map. Refuses a sort or choice nobody declared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from server import problems

Words = tuple[str, str]
ZH, EN = 0, 1

PAGE_SIZE: Final = 50
LAST_PAGE: Final = 200
"""Nobody reads on from here: a filter finds it sooner, and no page may cost more than a bounded read."""


@dataclass(frozen=True)
class Names:
    """What codes are called, Chinese and English, and the language (`ZH` or `EN`) that a text is wanted in."""

    towns: Mapping[str, str]
    programmes: Mapping[str, Words]
    matters: Mapping[str, Words]
    language: int

    def of(self, words: Words) -> str:
        return words[self.language]

    def town(self, region: str) -> str:
        """The town of a region code, or its county, or the code itself where the register does not know it."""
        return self.towns.get(region[:9]) or self.towns.get(region[:6]) or region

    def programme(self, code: str | None) -> str:
        return self.of(self.programmes.get(code or "", ("", "")))

    def matter(self, code: str | None) -> str:
        return self.of(self.matters.get(code or "", (code or "", code or "")))


@dataclass(frozen=True)
class Column:
    """One column: its heading, its plain text (for files), whether it is a number, and the sort it offers, if any.

    `file_only` columns stand in files alone: the page shows them in another cell.
    """

    key: str
    heading: Words
    text: Callable[[Any, Names], str]
    is_number: bool = False
    sort: str | None = None
    file_only: bool = False


@dataclass(frozen=True)
class Choice:
    value: str
    words: Words


@dataclass(frozen=True)
class Filter:
    """One filter. Without choices it takes free text; `preset` is the value an address without it stands for."""

    key: str
    heading: Words
    choices: tuple[Choice, ...] = ()
    preset: str = ""
    longest: int = 100


@dataclass(frozen=True)
class Listing:
    """One list: what it is called and everything that page, CSV and map draw from."""

    name: str
    title: Words
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sort: str

    def sorts(self) -> tuple[str, ...]:
        return (self.sort, *(column.sort for column in self.columns if column.sort is not None))


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list; the same address always asks the same."""

    listing: Listing
    values: Mapping[str, str]
    sort: str
    descending: bool
    page: int

    def value(self, key: str) -> str | None:
        return self.values.get(key) or None

    def address(self, **changes: str | int) -> str:
        """The query string of this question with changes; what is as preset is left out. A new filter starts at page 1."""
        asked = self.changed(changes)
        parts = {one.key: asked.values[one.key] for one in self.listing.filters if asked.values[one.key] != one.preset}
        sign = "-" if asked.descending else ""
        parts |= {"sort": f"{sign}{asked.sort}"} if (asked.sort, asked.descending) != (self.listing.sort, True) else {}
        parts |= {"page": str(asked.page)} if asked.page > 1 else {}
        return urlencode(parts)

    def changed(self, changes: Mapping[str, str | int]) -> "Asked":
        named = {name: str(value) for name, value in changes.items()}
        page = int(named.pop("page", "1"))
        order = named.pop("sort", None)
        sort, descending = (self.sort, self.descending) if order is None else (order.removeprefix("-"), order.startswith("-"))
        return replace(self, values={**self.values, **named}, sort=sort, descending=descending, page=page)

    def turned(self, sort: str) -> str:
        """The value of `sort` that a click on this column's heading asks for: its own order first, then the opposite."""
        return sort if sort == self.sort and self.descending else f"-{sort}"


def read_address(listing: Listing, arguments: Mapping[str, str]) -> Asked:
    """The question of an address; names nobody declared are ignored. Raises INVALID for a value that is no choice."""
    wrong: dict[str, list[str]] = {}
    values = {one.key: read_value(one, arguments, wrong) for one in listing.filters}
    order = arguments.get("sort", f"-{listing.sort}")
    sort, descending = order.removeprefix("-"), order.startswith("-")
    if sort not in listing.sorts():
        wrong["sort"] = ["not a sort of this list"]
    page = arguments.get("page", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= LAST_PAGE):
        wrong["page"] = [f"a page between 1 and {LAST_PAGE}"]
    if wrong:
        raise problems.INVALID(fields=wrong)
    return Asked(listing, values, sort, descending, int(page))


def read_value(one: Filter, arguments: Mapping[str, str], wrong: dict[str, list[str]]) -> str:
    value = arguments.get(one.key, one.preset).strip()[: one.longest]
    if one.choices and value not in {choice.value for choice in one.choices}:
        wrong[one.key] = ["not a choice of this filter"]
    return value


def cells(listing: Listing, row: Any, names: Names) -> Sequence[str]:
    """The plain texts of a row, in the order of the columns."""
    return [column.text(row, names) for column in listing.columns]
