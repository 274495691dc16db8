"""Reads an exported workbook as the XML it is, and a CSV as a spreadsheet program would. Interprets nothing else."""

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(workbook: bytes) -> dict[str, bytes]:
    """The files within a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_names(workbook: bytes) -> list[str]:
    book = ET.fromstring(parts(workbook)["xl/workbook.xml"])
    return [sheet.attrib["name"] for sheet in book.iter(f"{MAIN}sheet")]


def sheet(workbook: bytes, number: int) -> list[list[str | float | None]]:
    """The rows of a sheet, numbered from 1: text as text, numbers as numbers, empty cells as None."""
    root = ET.fromstring(parts(workbook)[f"xl/worksheets/sheet{number}.xml"])
    return [[value_of(cell) for cell in row] for row in root.iter(f"{MAIN}row")]


def value_of(cell: ET.Element) -> str | float | None:
    if cell.attrib.get("t") == "inlineStr":
        return unescaped("".join(text.text or "" for text in cell.iter(f"{MAIN}t")))
    number = cell.find(f"{MAIN}v")
    return None if number is None or number.text is None else float(number.text)


def unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as _x000D_."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def formulas(workbook: bytes) -> list[str]:
    """Every part of a workbook that has a formula, a link or anything else that acts."""
    acting = re.compile(rb"<f[ >/]|<hyperlink|<ddeLink|<externalReference")
    return [name for name, content in parts(workbook).items() if acting.search(content)]


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
