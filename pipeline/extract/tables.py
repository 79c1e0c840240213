"""Ruled tables: from the ruling lines of a page to the rows and columns of their cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from pipeline.extract.interpret import Rule
from pipeline.extract.model import BBox, Cell

#: Points within which ruling lines are taken for one, and within which they meet.
_SNAP, _JOIN, _MEET = 3.0, 3.0, 3.0
#: More ruling lines than this on a page are a drawing, not a table.
_MAX_RULES = 4000
#: Points. What is shorter is part of a drawing or a letter.
_RULED_HEIGHT = 6.0


class Grid:
    """The tables of a page, top to bottom, and the place of each cell in its table."""

    def __init__(self, tables: list[list[BBox]], open_ends: Sequence[float] = ()) -> None:
        self.boxes: list[BBox] = []
        self.columns: list[tuple[float, ...]] = []
        self.open_end: list[bool] = []
        self._cells: list[tuple[BBox, Cell]] = []
        for number, cells in enumerate(tables):
            tops, lefts = _steps([c.top for c in cells]), _steps([c.x0 for c in cells])
            self.boxes.append(
                BBox(
                    min(c.x0 for c in cells),
                    min(c.top for c in cells),
                    max(c.x1 for c in cells),
                    max(c.bottom for c in cells),
                )
            )
            self.columns.append(tuple(lefts))
            self.open_end.append(any(abs(self.boxes[-1].bottom - y) <= 2 * _SNAP for y in open_ends))
            for cell in cells:
                place = Cell(number, _step(tops, cell.top), _step(lefts, cell.x0))
                self._cells.append((cell, place))

    def right_of(self, place: Cell) -> float:
        """The right edge of a cell."""
        return next(box.x1 for box, cell in self._cells if cell == place)

    def cell_at(self, x: float, y: float) -> Cell | None:
        """The cell a point lies in."""
        for box, cell in self._cells:
            if box.x0 <= x <= box.x1 and box.top <= y <= box.bottom:
                return cell
        return None


def _steps(values: Sequence[float]) -> list[float]:
    steps: list[float] = []
    for value in sorted(values):
        if not steps or value - steps[-1] > _SNAP:
            steps.append(value)
    return steps


def _step(steps: list[float], value: float) -> int:
    return max(bisect_right(steps, value + 0.01) - 1, 0)


def find_grid(rules: Sequence[Rule]) -> Grid:
    """The tables that these ruling lines draw. A single box around text is a frame, not a table."""
    if len(rules) < 4 or len(rules) > _MAX_RULES:
        return Grid([])
    closing = _open_ends(rules)
    edges = merge_edges([_edge(rule) for rule in [*rules, *closing]], _SNAP, _SNAP, _JOIN, _JOIN)
    cells = intersections_to_cells(edges_to_intersections(edges, _MEET, _MEET))
    tables = [[BBox(*map(float, cell)) for cell in table] for table in cells_to_tables(cells)]
    tables = sorted((table for table in tables if len(table) > 1), key=lambda t: min(c.top for c in t))
    return Grid(tables, [rule.top for rule in closing])


def _open_ends(rules: Sequence[Rule]) -> list[Rule]:
    """The level lines missing where upright ones end together: a table broken off by the end of the page."""
    upright = [rule for rule in rules if rule.bottom - rule.top > _RULED_HEIGHT]
    closing = []
    for y in _steps([end for rule in upright for end in (rule.top, rule.bottom)]):
        ending = [r.x0 for r in upright if abs(r.top - y) <= 2 * _SNAP or abs(r.bottom - y) <= 2 * _SNAP]
        closed = any(
            rule.bottom - rule.top < 1
            and abs(rule.top - y) <= 2 * _SNAP
            and rule.x0 < max(ending, default=0.0)
            and rule.x1 > min(ending, default=0.0)
            for rule in rules
        )
        if len(ending) > 1 and max(ending) - min(ending) > _RULED_HEIGHT and not closed:
            closing.append(Rule(min(ending), y, max(ending), y))
    return closing


def _edge(rule: Rule) -> dict[str, object]:
    level = rule.bottom - rule.top < rule.x1 - rule.x0
    return {
        "object_type": "line",
        "orientation": "h" if level else "v",
        "x0": rule.x0,
        "x1": rule.x1,
        "top": rule.top,
        "bottom": rule.bottom,
        "width": rule.x1 - rule.x0,
        "height": rule.bottom - rule.top,
    }
