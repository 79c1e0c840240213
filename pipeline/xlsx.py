"""A dataset as an Excel sheet that can be read as it opens: widths and heights that fit Thai, filters, a fixed head."""

from __future__ import annotations

import datetime
import itertools
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import xlsxwriter
from rich.cells import cell_len
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.errors import PmqaError

#: Excel's own limits: rows, characters of a cell, points of a row's height.
_MAX_ROWS, _MAX_TEXT, _MAX_HEIGHT = 1_048_576, 32_767, 409
#: Column widths in Excel's unit, a digit of its standard face. The widest still leaves room for its neighbours.
_NARROWEST, _WIDEST = 6, 70
#: Rows that the widths are measured on.
_SAMPLE = 2_000
#: The face Thai offices write in. Where it is missing, Excel and LibreOffice fall back to one that has Thai.
FONT = {"font_name": "TH Sarabun New", "font_size": 14, "valign": "top", "text_wrap": True}
#: Of that face: width of a character in Excel's unit, points from line to line, and how many characters wrapping at
#: words leaves empty at a line's end.
_WIDTH, LINE_HEIGHT, _RAGGED = 1.25, 24, 3
#: A fixed date, for the same bytes whenever the sheet is made.
CREATED = datetime.datetime(2000, 1, 1)


def scalar(value: Any) -> Any:
    """A value that fits one cell: lists and maps as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def write_xlsx(columns: Iterable[str], rows: Iterable[dict[str, Any]], file: BinaryIO) -> None:
    """Write rows as a workbook of one sheet, streaming. Text is always text, never a formula or a link.

    Raises PmqaError ("output") if there are more rows than Excel holds.
    """
    names = list(columns)
    cells = ([_cell(row[name]) for name in names] for row in rows)
    sample = list(itertools.islice(cells, _SAMPLE))
    widths = _widths(names, sample)

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": CREATED})
    head = book.add_format({**FONT, "bold": True, "bottom": 1, "bg_color": "#E7EEF7"})
    text = book.add_format(FONT)
    number = book.add_format({**FONT, "align": "center"})
    sheet = book.add_worksheet()
    for at, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, head)
    sheet.set_row(0, LINE_HEIGHT)
    last = 0
    for last, row in enumerate(itertools.chain(sample, cells), 1):
        if last >= _MAX_ROWS:
            raise PmqaError(
                f"Excel holds {_MAX_ROWS - 1:,} rows at most.", hint="Export csv or parquet.", code="output"
            )
        # Excel would find the height itself, LibreOffice does not.
        sheet.set_row(last, row_height(row, widths))
        _write_row(sheet, last, row, text, number)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(names) - 1)
    book.close()


def _write_row(sheet: Worksheet, at: int, row: Sequence[Any], text: Format, number: Format) -> None:
    for column, value in enumerate(row):
        match value:
            case bool():
                sheet.write_boolean(at, column, value, number)
            case int() | float():
                sheet.write_number(at, column, value, number)
            case str() if value:
                sheet.write_string(at, column, value, text)
            case _:
                sheet.write_blank(at, column, None, text)


def _cell(value: Any) -> Any:
    value = scalar(value)
    return value[: _MAX_TEXT - 1] + "…" if isinstance(value, str) and len(value) > _MAX_TEXT else value


def _widths(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Column widths, in Excel's unit, that fit these rows."""
    widths = [_width(name) + 3 for name in names]  # with the filter's arrow
    for row in rows:
        for at, value in enumerate(row):
            if isinstance(value, str) and widths[at] < _WIDEST:
                widths[at] = max(widths[at], *map(_width, value.split("\n")))
    return [min(max(width, _NARROWEST), _WIDEST) for width in widths]


def _width(line: str) -> int:
    """Width of a line in Excel's unit; Thai marks take no room."""
    return math.ceil(cell_len(line) * _WIDTH) + 1


def row_height(row: Sequence[Any], widths: Sequence[int]) -> int:
    """Height in points in which a row's longest text can be read."""
    texts = ((value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str))
    lines = max((sum(_lines(line, width) for line in value.split("\n")) for value, width in texts), default=1)
    return min(lines * LINE_HEIGHT, _MAX_HEIGHT)


def _lines(line: str, width: int) -> int:
    """Lines that a line of text takes in a column so wide."""
    wide = _width(line)
    return 1 if wide <= width else math.ceil(wide / (width - _RAGGED * _WIDTH))
