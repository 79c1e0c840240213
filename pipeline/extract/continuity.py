"""What goes on over the end of a page: paragraphs, and table rows, whose cells are read to their end one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.extract.model import CUT_ROW, Cell, Line, Page
from pipeline.extract.wrapping import is_full, join_over_page, runs_on

#: A row cut into more pages than this is let go.
_LONGEST = 12
#: Points that the same column may shift from page to page.
_SHIFT = 12.0
#: Ems that may stay free at the end of a line that was wrapped rather than ended.
_FREE = 4.0
#: Ems that the last lines of cells which end together may stand apart.
_LINE = 1.2
#: The number of a step, which begins a row.
_STEP = re.compile(r"[\d๐-๙]{1,3}(?:[.][\d๐-๙]{1,2})*[.)]?(?:\s|$)|[\d๐-๙]{1,2}[.)]")
_LETTERS = re.compile(r"[A-Za-zก-ฮ]")
#: Points between the text of a cell and its edge.
_PADDING = 3.0


class Table(NamedTuple):
    """What is known of a table on a page: left edges of its columns, its right edge, and how it is drawn.

    `open_end` says that its upright lines run on to the page's end with none to close the last row.
    """

    columns: tuple[float, ...]
    right: float
    ruled: bool
    open_end: bool = False


@dataclass(slots=True)
class Laid:
    """A page with its tables, by their number on the page, and the right edge of its text outside of them."""

    page: Page
    tables: list[Table] = field(default_factory=list)
    right: float = 0.0
    cut: tuple[int, int] | None = None  # the row at its top that goes on from the page before


def flow(pages: Iterable[Laid]) -> Iterator[Page]:
    """Pages in order; the parts of a cut row that belong before what stands on the earlier page move there.

    A moved line keeps the number and the place of the page it is printed on, and takes the cell it goes on in.
    """
    held: list[Laid] = []  # the page on which a row begins, then those it fills
    for laid in pages:
        row = _cut_row(held[-1], laid) if held else None
        if held:
            _join(held[-1], laid, row)
        if row is None:
            yield from _released(held)
            held = [laid]
            continue
        held[-1].page.row_cut = True
        laid.cut = row
        if _last_row(laid.page) == row and len(held) < _LONGEST:
            held.append(laid)
        else:
            yield from _released(held, laid)
            held = [laid]
    yield from _released(held)


def _released(held: Sequence[Laid], end: Laid | None = None) -> Iterator[Page]:
    """The pages held, with what moves to the first of them from the others and from the page of the row's end."""
    for laid in [*held[1:], *([end] if end else [])]:
        origin = _last_row(held[0].page)
        if origin is not None and laid.cut is not None:
            _carry(held[0].page, origin, laid.page, laid.cut)
    yield from map(_finished, held)


def _finished(laid: Laid) -> Page:
    """A page whose lines tell which of them finish a row of the page before."""
    if laid.cut:
        for line in _in_row(laid.page, laid.cut):
            if line.cell is not None:
                line.cell = Cell(line.cell.table, CUT_ROW, line.cell.column)
    return laid.page


def _join(before: Laid, after: Laid, row: tuple[int, int] | None) -> None:
    """Sets how a page's last line, or the last line in each cell of a row that is cut, runs on into the next page."""
    above, below = _body(before.page), _body(after.page)
    last = _last_row(before.page)
    if row is not None and last is not None:
        table = before.tables[last[0]]
        starts = _by_column(_in_row(after.page, row)[::-1])
        for column, line in _by_column(_in_row(before.page, last)).items():
            if column in starts:
                join_over_page(line, starts[column], (*table.columns[1:], table.right)[column] - _PADDING)
    elif above and above[-1].cell is None:
        if below and below[0].cell is None and is_full(above[-1], before.right):
            join_over_page(above[-1], below[0], before.right)
        else:
            above[-1].joint = None


def _by_column(lines: Iterable[Line]) -> dict[int, Line]:
    """The last of the lines in each column."""
    return {line.cell.column: line for line in lines if line.cell is not None}


def _body(page: Page) -> list[Line]:
    return [line for line in page.lines if not line.furniture and line.page == page.number]


def _first_row(page: Page) -> tuple[int, int] | None:
    body = _body(page)
    return (body[0].cell.table, body[0].cell.row) if body and body[0].cell is not None else None


def _last_row(page: Page) -> tuple[int, int] | None:
    body = _body(page)
    return (body[-1].cell.table, body[-1].cell.row) if body and body[-1].cell is not None else None


def _in_row(page: Page, row: tuple[int, int]) -> list[Line]:
    return [line for line in _body(page) if line.cell is not None and line.cell[:2] == row]


def _cut_row(before: Laid, after: Laid) -> tuple[int, int] | None:
    """The row at the top of a page that goes on from the bottom of the page before."""
    last, first = _last_row(before.page), _first_row(after.page)
    if last is None or first is None:
        return None
    above, below = before.tables[last[0]], after.tables[first[0]]
    if above.ruled != below.ruled or len(above.columns) != len(below.columns):
        return None
    if any(abs(a - b) > _SHIFT for a, b in zip(above.columns, below.columns, strict=True)):
        return None
    row = _in_row(before.page, last)
    if above.ruled:
        goes_on = above.open_end or _goes_on(row, _in_row(after.page, first), above)
    else:
        goes_on = _wrapped(row, above)
    return first if goes_on else None


def _goes_on(row: list[Line], rest: list[Line], table: Table) -> bool:
    """Whether a row that a program closed at the page's end goes on: all that stands in the other does so where a cell
    of the first reaches down to the end, in the middle of a sentence."""
    ends, starts = _by_column(row), _by_column(rest[::-1])
    lowest = max(line.bbox.bottom for line in row if line.bbox is not None)
    for column, line in starts.items():
        end = ends.get(column)
        if end is None or end.bbox is None or lowest - end.bbox.bottom > _LINE * end.clusters[-1].size:
            return False
        if column == 0 and _STEP.match(line.text):
            return False
    if len(starts) == 1 and 0 not in starts:
        return True
    edges = (*table.columns[1:], table.right)
    cut = [c for c, line in starts.items() if runs_on(ends[c], line, edges[c] - _PADDING)]
    prose = [c for c in cut if _LETTERS.search(ends[c].text) and _LETTERS.search(starts[c].text)]
    return len(cut) == len(starts) and (0 not in starts or bool(prose))


def _wrapped(row: list[Line], table: Table) -> bool:
    """Whether the lines that end a row were broken for want of room, not because their text ended."""
    ends = _by_column(line for line in row if line.bbox is not None)
    lowest = max((line.bbox.bottom for line in ends.values() if line.bbox is not None), default=0.0)
    edges = [*table.columns[1:], table.right]
    reaching = []
    for column, line in ends.items():
        if line.bbox is not None and line.clusters and column < len(edges):
            size = line.clusters[-1].size
            if lowest - line.bbox.bottom < 0.6 * size:
                reaching.append(edges[column] - line.bbox.x1 < _FREE * size)
    return bool(reaching) and all(reaching)


def _carry(first: Page, origin: tuple[int, int], page: Page, row: tuple[int, int]) -> None:
    """Moves the cells of a row's second part behind their first parts, all but those of the last column."""
    columns = sorted({line.cell.column for line in first.lines if line.cell is not None and line.cell[:2] == origin})
    moved: dict[int, list[Line]] = {}
    for line in _in_row(page, row):
        if line.cell is not None and line.cell.column < columns[-1]:
            moved.setdefault(line.cell.column, []).append(line)
    for column, lines in moved.items():
        before = [
            n
            for n, line in enumerate(first.lines)
            if line.cell is not None and line.cell[:2] == origin and line.cell.column <= column
        ]
        start = next(n for n, line in enumerate(first.lines) if line.cell is not None and line.cell[:2] == origin)
        at = before[-1] + 1 if before else start
        first.lines[at:at] = lines
        for line in lines:
            line.cell = Cell(*origin, column)
            page.lines.remove(line)
