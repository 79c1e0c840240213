"""Table rows that a page break cuts in two: each cell is read to its end before the next one begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.extract.model import CUT_ROW, Cell, Line, Page

#: A row cut into more pages than this is let go.
_LONGEST = 12
#: Points that the same column may shift from page to page.
_SHIFT = 12.0
#: Ems that may stay free at the end of a line that was wrapped rather than ended.
_FREE = 4.0


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
    """A page with its tables, by their number on the page."""

    page: Page
    tables: list[Table] = field(default_factory=list)
    cut: tuple[int, int] | None = None  # the row at its top that goes on from the page before


def flow(pages: Iterable[Laid]) -> Iterator[Page]:
    """Pages in order; the parts of a cut row that belong before what stands on the earlier page move there.

    A moved line keeps the number and the place of the page it is printed on, and takes the cell it goes on in.
    """
    held: list[Laid] = []  # the page on which the row begins, then those it fills
    for laid in pages:
        row = _cut_row(held[-1], laid) if held else None
        if row is None:
            yield from map(_finished, held)
            held = [laid]
            continue
        held[-1].page.row_cut = True
        laid.cut = row
        first = held[0]
        origin = _last_row(first.page)
        if origin is not None:
            _carry(first.page, origin, laid.page, row)
        if _last_row(laid.page) == row and len(held) < _LONGEST:
            held.append(laid)
        else:
            yield from map(_finished, held)
            held = [laid]
    yield from map(_finished, held)


def _finished(laid: Laid) -> Page:
    """A page whose lines tell which of them finish a row of the page before."""
    if laid.cut:
        for line in _in_row(laid.page, laid.cut):
            if line.cell is not None:
                line.cell = Cell(line.cell.table, CUT_ROW, line.cell.column)
    return laid.page


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
    if above.ruled:
        # Some programs close the row at the page's end; then only an empty first cell tells.
        filled = {line.cell.column for line in _in_row(after.page, first) if line.cell is not None}
        return first if above.open_end or 0 not in filled else None
    return first if _wrapped(_in_row(before.page, last), above) else None


def _wrapped(row: list[Line], table: Table) -> bool:
    """Whether the lines that end a row were broken for want of room, not because their text ended."""
    ends = {line.cell.column: line for line in row if line.cell is not None and line.bbox is not None}
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
