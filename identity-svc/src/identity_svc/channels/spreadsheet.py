"""Sheets as people send and take them: XLSX or CSV, read within bounds, written without formulas.

A workbook is a ZIP of XML: its members are counted and measured before anything is unpacked, and a document type, by
which XML grows without bounds, is refused.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook, load_workbook

from ..domain.officer_sheet import MOST_ROWS, SheetUnreadable

MOST_BYTES: Final = 2 * 1024 * 1024
_MOST_COLUMNS: Final = 20
_MOST_MEMBERS: Final = 100
_MOST_UNPACKED: Final = 8 * 1024 * 1024
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_TOO_LONG: Final = 200

Rows = list[list[str]]


def read_sheet(content: bytes) -> Rows:
    """The first sheet's cells as text, header first, without what is empty at the ends. Raises SheetUnreadable."""
    try:
        rows = _read_workbook(content) if content[:2] == b"PK" else _read_csv(content)
    except SheetUnreadable:
        raise
    except Exception as error:  # a broken workbook fails in a hundred ways, all of them the sender's
        raise SheetUnreadable from error
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise SheetUnreadable("文件是空的。", "The file is empty.")
    if len(rows) > MOST_ROWS + 1:
        raise _too_many()
    return rows


def write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_workbook(rows: Iterable[Sequence[object]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("人员")
    for row in rows:
        sheet.append([_inert(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _too_many() -> SheetUnreadable:
    return SheetUnreadable(
        f"超过 {MOST_ROWS} 行，请拆成几份分别导入。",
        f"There are more than {MOST_ROWS} rows; split the sheet.",
    )


def _inert(cell: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _read_csv(content: bytes) -> Rows:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")  # as Excel here saves it
    if "\x00" in text:
        raise SheetUnreadable
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows: Rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
        rows.append([_text(cell) for cell in row[:_MOST_COLUMNS]])
        if len(rows) > 2 * MOST_ROWS:
            raise _too_many()
    return rows


def _read_workbook(content: bytes) -> Rows:
    _check_members(content)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        found = book.worksheets[0].iter_rows(max_row=2 * MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)
        return [[_text(cell) for cell in row] for row in found]
    finally:
        book.close()


def _check_members(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
            raise SheetUnreadable
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                head = archive.read(member)  # no more than it says to have, which was counted
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise SheetUnreadable


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split()).removeprefix("'")[:_TOO_LONG]
