"""PDF files: pages read one at a time, so that a thousand of them take no more memory than ten."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from pipeline.extract.blocks import arrange
from pipeline.extract.clusters import Piece, pieces
from pipeline.extract.fonts import FontLibrary
from pipeline.extract.interpret import Content, interpret
from pipeline.extract.layout import Run, runs, set_line
from pipeline.extract.model import Cell, Line, Page
from pipeline.extract.tables import Grid, find_grid


def read_pages(data: bytes) -> Iterator[Page]:
    """Pages of a sound PDF in order, as far as their own text layer tells. Lines are not numbered yet."""
    fonts = FontLibrary()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            content = interpret(page, fonts)
            yield Page(number, content.width, content.height, set_page(content, number))


def set_page(content: Content, number: int) -> list[Line]:
    """The lines of a page in reading order."""
    grid = find_grid(content.rules)
    turned: dict[int, list[Piece]] = {}
    for piece in pieces(content.glyphs):
        turned.setdefault(piece.angle, []).append(piece)
    lines: list[Line] = []
    for angle in sorted(turned):
        spaced = sum(p.is_space for p in turned[angle]) > 0.015 * len(turned[angle])
        words, loose = runs(turned[angle])
        for line in _in_order(words, grid if not angle else Grid([])):
            found = set_line(line, loose, spaced=spaced, angle=angle)
            if found is not None:
                found.page = number
                lines.append(found)
    return lines


def _in_order(found: list[Run], grid: Grid) -> list[list[Run]]:
    """Lines of runs in reading order: down the page, in a table row by row and cell by cell."""
    free: list[Run] = []
    cells: dict[Cell, list[Run]] = {}
    for run in found:
        run.cell = grid.cell_at((run.x0 + run.x1) / 2, run.y - 0.3 * run.size)
        if run.cell is None:
            free.append(run)
        else:
            cells.setdefault(run.cell, []).append(run)
    bands: list[tuple[float, list[list[Run]]]] = []
    tables = len(grid.boxes)
    columns: list[float] = []
    row = 0
    for band in arrange(free):
        edges = [block.x0 for block in band]
        if len(edges) > 1 and len(edges) == len(columns) and _same_edges(edges, columns):
            row += 1
        elif len(edges) > 1:
            tables, row = tables + 1, 0
        columns = edges
        for n, block in enumerate(band):
            for line in block.lines if len(band) > 1 else ():
                for run in line:
                    run.cell = Cell(tables - 1, row, n)
        bands.append((min(b.top for b in band), [line for block in band for line in block.lines]))
    for number, box in enumerate(grid.boxes):
        inside = [
            line
            for cell in sorted(c for c in cells if c.table == number)
            for band in arrange(cells[cell])
            for block in band
            for line in block.lines
        ]
        bands.append((box.top, inside))
    bands.sort(key=lambda band: band[0])
    return [line for _, lines in bands for line in lines]


def _same_edges(edges: list[float], columns: list[float]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(edges, columns, strict=True))
