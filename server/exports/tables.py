"""A sheet as values: headings, widths and rows, written as XLSX or CSV. Refuses to let any text become a formula."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

import xlsxwriter

Cell = str | int | Decimal | None
# Whoever opens a CSV lets the program decide what is a formula; these first characters decide for one, also in full width.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
CONTROL_STARTS: Final = ("\t", "\r", "\n")
BLANKS: Final = " \u00a0\u3000"
CELL_CHARACTERS: Final = 32_767
HEADING_ROW: Final = 2
A3: Final = 8


@dataclass(frozen=True)
class Column:
    """A heading, its width in characters, what it prints of a row (and of what the row is part of), two decimals or none."""

    heading: str
    width: int
    value: Callable[[Mapping[str, Any], Mapping[str, Any]], Cell]
    decimals: bool = False


class Rows(Protocol):
    """Rows that can be counted, and read as often as there are files to print."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Table:
    """One sheet of `part_of`; `totals` stands below the rows and outside the filter."""

    name: str
    columns: Sequence[Column]
    rows: Rows
    part_of: Mapping[str, Any]
    totals: Mapping[str, Any] | None = None

    def cells(self) -> Iterator[list[Cell]]:
        """Every row as its columns print it, numbered from 1 as `ordinal`, and the totals."""
        for ordinal, row in enumerate(self.rows, 1):
            yield [column.value({**row, "ordinal": ordinal}, self.part_of) for column in self.columns]
        if self.totals is not None:
            yield [column.value({**self.totals, "ordinal": None}, self.part_of) for column in self.columns]


def csv_bytes(table: Table) -> bytes:
    """Headings and rows as CSV: UTF-8 with a byte order mark, CRLF, numbers bare, text made harmless."""
    content = io.BytesIO()
    text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(column.heading) for column in table.columns])
    for row in table.cells():
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    text.flush()
    return content.getvalue()


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula or lose its first character."""
    dangerous = text.startswith(CONTROL_STARTS) or text.lstrip(BLANKS).startswith(FORMULA_STARTS)
    return f"'{text}" if dangerous else text


def workbook_bytes(title: str, subtitle: str, tables: Sequence[Table], notes: Sequence[str], made_on: datetime) -> bytes:
    """The tables and a sheet of notes as XLSX; the same arguments give the same bytes. `made_on` is an instant in UTC."""
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": title, "comments": subtitle, "created": made_on.astimezone(UTC)})
    styles = styles_of(book)
    for table in tables:
        write_table(book.add_worksheet(table.name), table, f"{title} {table.name}", subtitle, styles)
    write_notes(book.add_worksheet("数据说明"), f"{title} 数据说明", subtitle, notes, styles)
    book.close()
    return target.getvalue()


def styles_of(book: Any) -> dict[str, Any]:
    """The looks of cells, by what they hold."""
    bordered = {"border": 1, "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "subtitle": book.add_format({"font_color": "#444444"}),
        "heading": book.add_format({**bordered, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#E8EEF4"}),
        "text": book.add_format({**bordered, "text_wrap": True, "num_format": "@"}),
        "whole": book.add_format({**bordered, "num_format": "0"}),
        "decimals": book.add_format({**bordered, "num_format": "#,##0.00"}),
        "note": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def write_table(sheet: Any, table: Table, title: str, subtitle: str, styles: dict[str, Any]) -> None:
    """Title, issue and period, headings, rows: in this order, since rows once passed cannot be written again."""
    sheet.freeze_panes(HEADING_ROW + 1, min(2, len(table.columns)))
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADING_ROW)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
    last = HEADING_ROW + len(table.rows)
    sheet.autofilter(HEADING_ROW, 0, max(last, HEADING_ROW), len(table.columns) - 1)
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, subtitle, styles["subtitle"])
    for place, column in enumerate(table.columns):
        sheet.write_string(HEADING_ROW, place, column.heading, styles["heading"])
    for number, row in enumerate(table.cells(), HEADING_ROW + 1):
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            write_cell(sheet, number, place, cell, column, styles)


def write_cell(sheet: Any, row: int, place: int, cell: Cell, column: Column, styles: dict[str, Any]) -> None:
    """Text as text whatever it begins with, numbers as numbers, nothing as an empty bordered cell."""
    if cell is None or cell == "":
        sheet.write_blank(row, place, None, styles["text"])
    elif isinstance(cell, str):
        sheet.write_string(row, place, shortened(cell), styles["text"])
    else:
        sheet.write_number(row, place, float(cell), styles["decimals" if column.decimals else "whole"])


def shortened(text: str) -> str:
    """The text as far as a cell can hold it; the CSV beside it and the kept rows have it whole."""
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"


def write_notes(sheet: Any, title: str, subtitle: str, notes: Sequence[str], styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, subtitle, styles["subtitle"])
    for number, note in enumerate(notes, HEADING_ROW):
        sheet.write_string(number, 0, shortened(note), styles["note"])
