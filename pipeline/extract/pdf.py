"""PDF files: pages read one at a time, so that a thousand of them take no more memory than ten."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator

import pikepdf

from pipeline.extract.blocks import EDGE, arrange, with_rows
from pipeline.extract.clusters import Piece, pieces
from pipeline.extract.continuity import Laid, Table, flow
from pipeline.extract.fonts import FontLibrary
from pipeline.extract.furniture import mark
from pipeline.extract.interpret import Content, interpret
from pipeline.extract.layout import Run, by_cells, runs, set_line
from pipeline.extract.model import Cell, Line, Page
from pipeline.extract.tables import Grid, find_grid
from pipeline.extract.wrapping import join

#: Lines of so many ems that end within so many of each other show where the text's right edge is, if so many do.
_LONG, _EVEN, _MANY = 10.0, 2.0, 2


def read_pages(data: bytes) -> Iterator[Page]:
    """Pages of a sound PDF in order, as far as their own text layer tells. Lines are not numbered yet."""
    yield from flow(_lay(data))


def _lay(data: bytes) -> Iterator[Laid]:
    laid: deque[Laid] = deque()
    for _ in mark(_laid_pages(data, laid)):  # pages come out in the order they went in
        yield laid.popleft()


def _laid_pages(data: bytes, laid: deque[Laid]) -> Iterator[Page]:
    fonts = FontLibrary()
    before: tuple[Content, Laid] | None = None
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            content = interpret(page, fonts)
            now = set_page(content, number)
            if before is not None:
                last = before[1]
                if (table := _goes_on(last, now)) is not None:
                    last = set_page(before[0], number - 1, table)
                laid.append(last)
                yield last.page
            before = content, now
    if before is not None:
        laid.append(before[1])
        yield before[1].page


def _goes_on(last: Laid, now: Laid) -> Table | None:
    """The table without rules at the top of a page, if the page before ends in a line that fits its columns."""
    head = next((line.cell for line in now.page.lines[:2] if line.cell is not None), None)
    if head is None or now.tables[head.table].ruled or any(line.cell for line in last.page.lines[-2:]):
        return None
    table = now.tables[head.table]
    for line in last.page.lines[-2:]:
        starts = [cluster.bbox.x0 for cluster in line.clusters]
        if all(any(abs(start - edge) < EDGE for start in starts) for edge in table.columns):
            return table
    return None


def set_page(content: Content, number: int, ending: Table | None = None) -> Laid:
    """A page with its lines in reading order, and its tables; `ending` is the one it is known to end in."""
    grid = find_grid(content.rules)
    turned: dict[int, list[Piece]] = {}
    for piece in pieces(content.glyphs):
        turned.setdefault(piece.drawn.angle, []).append(piece)
    page = Page(number, content.width, content.height, [], proven=_proven(content))
    tables = [
        Table(columns, box.x1, True, open_end)
        for columns, box, open_end in zip(grid.columns, grid.boxes, grid.open_end, strict=True)
    ]
    right = 0.0
    for angle in sorted(turned):
        spaced = sum(p.is_space for p in turned[angle]) > 0.015 * len(turned[angle])
        words, loose = runs(turned[angle])
        stretches = _in_order(words, grid if not angle else Grid([]), tables, ending if not angle else None)
        if not angle:
            right = _text_edge(words, content.width)
        for stretch in stretches:
            lines = [line for each in stretch if (line := set_line(each, loose, spaced=spaced, angle=angle))]
            for line in lines:
                line.page = number
            page.lines += lines
            if not angle:
                join(lines, _right_edge(lines, grid, right))
    return Laid(page, tables, right)


def _proven(content: Content) -> float:
    thai = [drawn.glyph.proven for drawn in content.glyphs if drawn.glyph.is_thai]
    return sum(thai) / len(thai) if thai else 0.0


def _right_edge(lines: list[Line], grid: Grid, right: float) -> float:
    """Where the lines of a stretch could have reached to; `right` is the edge of the text outside of tables."""
    cell = lines[0].cell if lines else None
    if cell is not None and cell.table < len(grid.boxes):
        return grid.right_of(cell) - 3
    if cell is not None:
        return max(line.bbox.x1 for line in lines if line.bbox is not None)
    return right


def _text_edge(words: list[Run], width: float) -> float:
    """The right edge of the text outside of tables: where long lines end; if but few do so together, as far from the
    page's edge as they begin."""
    free = [run for run in words if run.cell is None]
    furthest = max((run.x1 for run in free), default=0.0)
    if sum(run.x1 > max(furthest - _EVEN * run.size, run.x0 + _LONG * run.size) for run in free) >= _MANY:
        return furthest
    return max(furthest, width - min((run.x0 for run in free), default=0.0))


def _in_order(found: list[Run], grid: Grid, tables: list[Table], ending: Table | None) -> list[list[list[Run]]]:
    """Stretches of lines of runs in reading order: down the page, in a table row by row and cell by cell.

    Columns without rules that stand under each other are a table too; it is added to `tables`.
    """
    free: list[Run] = []
    cells: dict[Cell, list[Run]] = {}
    for run in found if not grid.boxes else by_cells(found, grid):
        if run.cell is None:
            free.append(run)
        else:
            cells.setdefault(run.cell, []).append(run)
    bands: list[tuple[float, list[list[list[Run]]]]] = []
    columns: tuple[float, ...] = ()
    row = 0
    arranged = [band for zone in _zones(free, grid) for band in arrange(zone)]
    for band in with_rows(arranged, ending.columns if ending is not None else ()):
        edges = tuple(block.x0 for block in band)
        if len(edges) > 1:
            if len(edges) == len(columns) and all(abs(a - b) < 12 for a, b in zip(edges, columns, strict=True)):
                row += 1
            else:
                tables.append(Table(edges, 0.0, False))
                row = 0
            tables[-1] = tables[-1]._replace(right=max(tables[-1].right, *(block.x1 for block in band)))
            for n, block in enumerate(band):
                for line in block.lines:
                    line[0].cell = Cell(len(tables) - 1, row, n)
        columns = edges
        bands.append((min(b.top for b in band), [block.lines for block in band]))
    for number, box in enumerate(grid.boxes):
        inside = [
            block.lines
            for cell in sorted(c for c in cells if c.table == number)
            for band in arrange(cells[cell])
            for block in band
        ]
        bands.append((box.top, inside))
    bands.sort(key=lambda band: band[0])
    return [stretch for _, stretches in bands for stretch in stretches]


def _zones(free: list[Run], grid: Grid) -> list[list[Run]]:
    """Text outside of tables, parted where a table stands between: what is over it is read before what is under."""
    zones: dict[int, list[Run]] = {}
    for run in free:
        above = sum(box.bottom <= run.y and box.x0 < run.x1 and run.x0 < box.x1 for box in grid.boxes)
        zones.setdefault(above, []).append(run)
    return [zones[above] for above in sorted(zones)]
